/* SPDX-License-Identifier: ISC */
/*
 * datagrams.h: what broadcast and multicast share: a socket that is told where
 * each datagram was sent to, receiving until a deadline, and what is to be
 * sent.  Whatever fails ends the program, see cli.h.
 */
#ifndef DATAGRAMS_H
#define DATAGRAMS_H

#include <net/if.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <forkd_socket.h>

#define DATAGRAM_MAX	65536	/* more than any of UDP can be */
#define DATAGRAM_NEVER	INT64_MAX	/* for an end: there is none */

struct datagram {
	char	from[FORKD_ADDRESS_SIZE];	/* who has sent it */
	int	port;				/* and from where */
	char	to[FORKD_ADDRESS_SIZE];		/* the address it was sent to */
	char	interface[IF_NAMESIZE];		/* by which it came */
	bool	to_many;			/* IPv4: it was a broadcast, or
						   to a group */
	size_t	size;				/* bytes of data */
	char	data[DATAGRAM_MAX];
};

/* A socket of AF_INET or AF_INET6 for datagram_receive(); not bound yet. */
struct forkd_socket *datagram_socket(int family);

/* The next datagram; false if none came until that point in time. */
bool	datagram_receive(struct forkd_socket *, struct datagram *,
	    int64_t end);

/*
 * A line on standard output, at once: sender, blank, data as cli_show() has it:
 * nobody on the network tells the terminal what to do.
 */
void	datagram_print(const struct datagram *);

/*
 * What is to be sent: a text; or, if it is NULL, all of standard input, which
 * must have come until that point in time.  Returns the bytes, and how many.
 */
const char *datagram_message(const char *text, int64_t end, size_t *size);

#endif
