/* SPDX-License-Identifier: ISC */
/*
 * sockets.h: connected pairs of sockets, by number, for unit tests of the
 * socket layer; made without it, so that each part can be tested alone.
 *
 *	tcase_add_loop_test(tcase, streams, 0, STREAM_KINDS);
 *	...
 *	pair_open(_i, pair);	returns early where there is no IPv6
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <sys/socket.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "forkd_socket.h"

enum kind {
	KIND_TCP4, KIND_TCP6, KIND_UNIX, STREAM_KINDS,
	KIND_SEQPACKET = STREAM_KINDS, KIND_DGRAM, KIND_UDP4, KIND_UDP6, KINDS
};

/* A socket on the loopback, bound to any port. */
static inline int
kind_bound(int family, int type, struct sockaddr_storage *at,
    socklen_t *length)
{
	struct sockaddr_in	*in = (struct sockaddr_in *)(void *)at;
	struct sockaddr_in6	*in6 = (struct sockaddr_in6 *)(void *)at;
	int			 fd;

	memset(at, 0, sizeof(*at));
	at->ss_family = (sa_family_t)family;
	*length = family == AF_INET ? sizeof(*in) : sizeof(*in6);
	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		in6->sin6_addr = in6addr_loopback;
	fd = socket(family, type | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (bind(fd, (struct sockaddr *)(void *)at, *length) == -1 ||
	    getsockname(fd, (struct sockaddr *)(void *)at, length) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline int
kind_connected(int family, int type, int fds[2])
{
	struct sockaddr_storage	at, other;
	socklen_t		length, size;
	int			one;

	one = kind_bound(family, type, &at, &length);
	if (one == -1)
		return -1;
	if (type == SOCK_DGRAM) {
		fds[0] = one;
		fds[1] = kind_bound(family, type, &other, &size);
		ck_assert_int_eq(connect(fds[0], (void *)&other, size), 0);
		ck_assert_int_eq(connect(fds[1], (void *)&at, length), 0);
		return 0;
	}
	ck_assert_int_eq(listen(one, 1), 0);
	fds[0] = socket(family, type | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(fds[0], (void *)&at, length), 0);
	fds[1] = accept4(one, NULL, NULL, SOCK_CLOEXEC);
	close(one);
	ck_assert_int_ne(fds[1], -1);
	return 0;
}

/* 0, or -1: this machine has no IPv6. */
static inline int
pair_open(int kind, struct forkd_socket *pair[2])
{
	int	fds[2], result;

	switch (kind) {
	case KIND_TCP4:
		result = kind_connected(AF_INET, SOCK_STREAM, fds);
		break;
	case KIND_TCP6:
		result = kind_connected(AF_INET6, SOCK_STREAM, fds);
		break;
	case KIND_UDP4:
		result = kind_connected(AF_INET, SOCK_DGRAM, fds);
		break;
	case KIND_UDP6:
		result = kind_connected(AF_INET6, SOCK_DGRAM, fds);
		break;
	default:
		result = socketpair(AF_UNIX, SOCK_CLOEXEC |
		    (kind == KIND_UNIX ? SOCK_STREAM :
		    kind == KIND_DGRAM ? SOCK_DGRAM : SOCK_SEQPACKET), 0, fds);
		break;
	}
	if (result == -1) {
		ck_assert(kind == KIND_TCP6 || kind == KIND_UDP6);
		return -1;
	}
	pair[0] = forkd_socket_from_fd(fds[0]);
	pair[1] = forkd_socket_from_fd(fds[1]);
	ck_assert(pair[0] != NULL && pair[1] != NULL);
	forkd_socket_clear_error(NULL);
	return 0;
}

/*
 * Waits for what the peer has sent, or its end, before a call that would not:
 * the loopback of a busy machine takes its time.
 */
static inline void
arrives(const struct forkd_socket *sock, short events)
{
	struct pollfd	pollfd = { .fd = forkd_socket_fd(sock),
			    .events = events };

	ck_assert_int_eq(poll(&pollfd, 1, 10000), 1);
	ck_assert_int_ne(pollfd.revents & events, 0);
}

static inline void
pair_close(struct forkd_socket *pair[2])
{
	forkd_socket_close(pair[0]);
	forkd_socket_close(pair[1]);
}

/* The call failed, says so everywhere, and with a sentence that has `part'. */
#define ck_failed(call, sock, number, part)				\
	do {								\
		errno = 0;						\
		forkd_socket_clear_error(NULL);				\
		ck_assert((call) == -1);				\
		ck_said(sock, number, part);				\
	} while (0)

#define ck_said(sock, number, part)					\
	do {								\
		int	errno_ = errno;					\
									\
		ck_assert_int_eq(errno_, number);			\
		ck_assert_int_eq(forkd_socket_last_error(NULL), number);\
		ck_assert_int_eq(forkd_socket_last_error(sock), number);\
		ck_assert_ptr_nonnull(strstr(forkd_error(NULL), part));	\
	} while (0)

#endif /* SOCKETS_H */
