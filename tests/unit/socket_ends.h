/* SPDX-License-Identifier: ISC */
/*
 * socket_ends.h: a socket and its peer, made and named by the layer itself,
 * with a path for them.  Included once in a program.
 */
#ifndef SOCKET_ENDS_H
#define SOCKET_ENDS_H

#include <sys/socket.h>

#include "forkd.h"
#include "forkd_socket.h"
#include "socket_path.h"
#include "unit.h"

static struct forkd_socket	*sock, *peer;

static inline void
ends_fresh(void)
{
	path_make();
	forkd_socket_clear_error(NULL);
}

static inline void
ends_gone(void)
{
	forkd_socket_close(sock);
	forkd_socket_close(peer);
	sock = peer = NULL;
	path_remove();
}

/* The socket is a new one. */
static inline void
ends_make(int domain, int type)
{
	forkd_socket_close(sock);
	sock = forkd_socket_create(domain, type, 0);
	ck_assert_ptr_nonnull(sock);
}

/* What forkd_socket_getsockname() or forkd_socket_getpeername() says. */
static inline void
ends_name(int (*call)(struct forkd_socket *, char *, size_t, int *),
    struct forkd_socket *of, const char *expected, int expected_port)
{
	char	address[FORKD_ADDRESS_SIZE];
	int	port;

	ck_assert_int_eq(call(of, address, sizeof(address), &port), 0);
	ck_assert_str_eq(address, expected);
	ck_assert_int_eq(port, expected_port);
}

#endif /* SOCKET_ENDS_H */
