/* SPDX-License-Identifier: ISC */
/*
 * socket_queue.h: a listener that answers no one: the queue of those who wait
 * to be accepted is full.  Included once in a program.
 */
#ifndef SOCKET_QUEUE_H
#define SOCKET_QUEUE_H

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>

#include "forkd_socket.h"
#include "unit.h"

#define QUEUE_MAX	8

static struct forkd_socket	*queue[QUEUE_MAX];	/* who waits */

/* Of a listener Linux tells here how many wait, and how many may. */
static inline bool
queue_is_full(struct forkd_socket *listener)
{
	struct tcp_info	info;
	socklen_t	length = sizeof(info);

	ck_assert_int_eq(getsockopt(forkd_socket_fd(listener), IPPROTO_TCP,
	    TCP_INFO, &info, &length), 0);
	return info.tcpi_unacked > info.tcpi_sacked;
}

/*
 * Fills the queue of a TCP listener on an IPv4 address.  The listener may have
 * the last word of a connection later than its client.
 */
static inline void
queue_fill(struct forkd_socket *listener)
{
	struct forkd_poll	poll = { .socket = listener,
				    .want = FORKD_READ };
	char			address[FORKD_ADDRESS_SIZE];
	int			i, port;

	ck_assert_int_eq(forkd_socket_listen(listener, 0), 0);
	ck_assert_int_eq(forkd_socket_getsockname(listener, address,
	    sizeof(address), &port), 0);
	for (i = 0; !queue_is_full(listener); i++) {
		ck_assert_int_lt(i, QUEUE_MAX);
		queue[i] = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(forkd_socket_connect(queue[i], address,
		    port), 0);
		ck_assert_int_eq(forkd_socket_poll(&poll, 1, -1), 1);
	}
}

static inline void
queue_gone(void)
{
	int	i;

	for (i = 0; i < QUEUE_MAX; i++) {
		forkd_socket_close(queue[i]);
		queue[i] = NULL;
	}
}

#endif /* SOCKET_QUEUE_H */
