/* SPDX-License-Identifier: ISC */
#ifndef DIAL_H
#define DIAL_H

#include <sys/socket.h>

/* A server, as resolved once at the start. */
struct target {
	struct sockaddr_storage	address;
	socklen_t		length;
};

/* 0, or a getaddrinfo(3) error. */
int	dial_resolve(struct target *, const char *address, const char *port);

/*
 * A non-blocking socket with a connect under way, or -1 with errno.  To a
 * server on 127.0.0.0/8 each call comes from the next of 4096 addresses of
 * that network, so that no address runs out of ports.
 */
int	dial_start(const struct target *);

/* Waits for that connect.  0, or -1 with errno; the socket stays open. */
int	dial_finish(int fd, int timeout_ms);

/*
 * Waits until the server accepts connections, for at most that long.  0, or -1
 * with the errno of the last attempt.
 */
int	dial_wait(const struct target *, int timeout_ms);

#endif /* DIAL_H */
