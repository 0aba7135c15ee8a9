/* SPDX-License-Identifier: ISC */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stdint.h>

struct addr;

/* What the kernel knows of a TCP connection. */
struct peer_facts {
	bool		finished;	/* our end, and the peer knows it */
	uint64_t	acked, received;	/* bytes, a FIN is one */
	int64_t		acked_ms, received_ms;	/* ago: the last of each;
						   acked_ms may be too small */
};

/* What was seen of a connection so far. */
struct peer {
	uint64_t	acked, received;
	int64_t		moved_ms;	/* when a byte last moved */
};

/* peer_is_tcp: whether connections from that address are. */
bool	peer_is_tcp(const struct addr *);

/* peer_ask: returns 0, or -1 with errno of getsockopt(2). */
int	peer_ask(int fd, struct peer_facts *);

/* peer_begin: nothing has moved before now. */
void	peer_begin(struct peer *, int64_t now_ms);

/*
 * peer_moved: returns when a byte has last moved in either direction; pure.
 * What was sent has moved when the peer acknowledges it.
 */
int64_t	peer_moved(struct peer *, const struct peer_facts *, int64_t now_ms);

#endif
