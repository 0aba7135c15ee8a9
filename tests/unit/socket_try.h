/* SPDX-License-Identifier: ISC */
/*
 * socket_try.h: what the unit tests of the socket layer ask again and again.
 */
#ifndef SOCKET_TRY_H
#define SOCKET_TRY_H

#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "addr.h"
#include "fdio.h"
#include "forkd.h"
#include "forkd_socket.h"
#include "unit.h"

/* That it failed with this number, for socket (unless NULL) and thread. */
static inline void
try_error(const struct forkd_socket *sock, int number, const char *text)
{
	int	seen = errno;

	ck_assert_int_eq(seen, number);
	ck_assert_int_eq(forkd_socket_last_error(NULL), number);
	if (sock != NULL)
		ck_assert_int_eq(forkd_socket_last_error(sock), number);
	if (strncmp(forkd_error(NULL), text, strlen(text)) != 0)
		ck_assert_str_eq(forkd_error(NULL), text);
}

static inline void
try_fails(int result, const struct forkd_socket *sock, int number,
    const char *text)
{
	ck_assert_int_eq(result, -1);
	try_error(sock, number, text);
}

/* There is an IPv6 loopback here. */
static inline bool
try_ipv6(void)
{
	struct addr	addr;
	bool		is_there;
	int		fd;

	addr_any(&addr, AF_INET6, 0);
	addr.u.in6.sin6_addr = in6addr_loopback;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	is_there = fd != -1 && bind(fd, &addr.u.sa, addr.length) == 0;
	fdio_close(&fd);
	return is_there;
}

#endif /* SOCKET_TRY_H */
