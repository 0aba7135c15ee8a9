/* SPDX-License-Identifier: ISC */
/* daytime.h: what daytime.c has its clients answered by, one of each kind. */
#ifndef DAYTIME_H
#define DAYTIME_H

#include <stddef.h>

#include <forkd_socket.h>

#define LEAVING_MAX	64	/* clients of TCP that have their answer */

/*
 * Each answers one client of a socket that is ready, and never waits for it.
 * What is wrong with one client is no error.  Returns 0, or -1: the socket
 * gives no client now, and forkd_error(NULL) says why.
 */
int	tcp_answer(struct forkd_socket *listener, int verbose);
int	udp_answer(struct forkd_socket *, int verbose);

/* Once for each UDP socket, before.  Returns 0, or -1. */
int	udp_prepare(struct forkd_socket *);

/*
 * The clients of TCP that have their answer and may still be sending: put into
 * polls (room for LEAVING_MAX), which returns how many; closed when they have
 * left or their time is over, after polls were filled in; and how long that may
 * take, in ms, -1: there are none.
 */
size_t	tcp_leaving(struct forkd_poll *polls);
void	tcp_left(const struct forkd_poll *polls, size_t count);
int	tcp_wait(void);

#endif
