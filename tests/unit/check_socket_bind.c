/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_open.c: what a socket is bound to, and listening.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "forkd.h"
#include "socket.h"
#include "socket_ends.h"
#include "socket_try.h"
#include "unit.h"

/* What is wrong is refused, and nothing is bound. */
START_TEST(bind_refuses)
{
	const struct {
		int		 domain;
		const char	*address;
		int		 port, number;
		const char	*text;
	} tries[] = {
		{ AF_INET, NULL, 1, EINVAL, "address: NULL" },
		{ AF_INET, "", 1, EINVAL, "address: empty" },
		{ AF_INET, "127.0.0.1", -1, EINVAL, "port -1" },
		{ AF_INET, "127.0.0.1", 65536, EINVAL, "port 65536" },
		{ AF_INET, "127.0.0.1", -2147483647 - 1, EINVAL, "port -" },
		{ AF_INET, "localhost", 1, EINVAL, "address localhost" },
		{ AF_INET, "127.1", 1, EINVAL, "address 127.1" },
		{ AF_INET, " 127.0.0.1", 1, EINVAL, "address  127" },
		{ AF_INET, "::1", 1, EAFNOSUPPORT, "address ::1" },
		{ AF_INET6, "127.0.0.1", 1, EAFNOSUPPORT, "address 127" },
		{ AF_INET6, "[::1]", 1, EINVAL, "address [::1]" },
		{ AF_UNIX, "", 0, EINVAL, "address: empty" },
		{ AF_UNIX, "@", 0, EINVAL, "address @" },
		{ AF_UNIX, "/x", 1, EINVAL, "port 1" },
		{ AF_UNIX, "/x", -2, EINVAL, "port -2" }
	};
	size_t	i;

	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		if (tries[i].domain == AF_INET6 && !try_ipv6())
			continue;
		ends_make(tries[i].domain, SOCK_STREAM);
		try_fails(forkd_socket_bind(sock, tries[i].address,
		    tries[i].port), sock, tries[i].number, "forkd_socket_bind");
		ck_assert_ptr_nonnull(strstr(forkd_error(NULL),
		    tries[i].text));
		try_fails(forkd_socket_connect(sock, tries[i].address,
		    tries[i].port), sock, tries[i].number,
		    "forkd_socket_connect");
	}
}
END_TEST

START_TEST(bind_lengths)
{
	char	longest[109], longer[110];

	memset(longest, 'x', sizeof(longest));
	longest[0] = '@';
	longest[sizeof(longest) - 1] = '\0';
	(void)snprintf(longest + 1, sizeof(longest) - 1, "%ld", (long)getpid());
	longest[strlen(longest)] = 'x';
	ends_make(AF_UNIX, SOCK_STREAM);
	ck_assert_uint_eq(strlen(longest), 108);
	ck_assert_int_eq(forkd_socket_bind(sock, longest, 0), 0);
	ends_name(forkd_socket_getsockname, sock, longest, -1);
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	ends_make(AF_UNIX, SOCK_STREAM);
	try_fails(forkd_socket_bind(sock, longer, 0), sock, ENAMETOOLONG,
	    "forkd_socket_bind: address xxx");
}
END_TEST

START_TEST(bind_fails)
{
	int	port;

	ends_make(AF_INET, SOCK_STREAM);
	ck_assert_int_eq(forkd_socket_bind(sock, "127.0.0.1", 0), 0);
	try_fails(forkd_socket_bind(sock, "127.0.0.1", 0), sock, EINVAL,
	    "bind 127.0.0.1:0: Invalid argument");
	ck_assert_int_eq(forkd_socket_listen(sock, 0), 0);
	ck_assert_int_eq(forkd_socket_getsockname(sock, NULL, 0, &port), 0);
	peer = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	try_fails(forkd_socket_bind(peer, "127.0.0.1", port), peer, EADDRINUSE,
	    "bind 127.0.0.1:");
	ck_assert_int_eq(forkd_socket_last_error(sock), EINVAL);
	try_fails(forkd_socket_bind(peer, "192.0.2.1", 0), peer, EADDRNOTAVAIL,
	    "bind 192.0.2.1:0: Cannot assign requested address");
	ends_make(AF_UNIX, SOCK_STREAM);
	try_fails(forkd_socket_bind(sock, "/nonexistent/s", 0), sock, ENOENT,
	    "bind /nonexistent/s: No such file");
	ck_assert_int_eq(forkd_socket_bind(sock, path, 0), 0);
	ends_make(AF_UNIX, SOCK_STREAM);
	try_fails(forkd_socket_bind(sock, path, 0), sock, EADDRINUSE,
	    "bind /tmp/");
}
END_TEST

START_TEST(bind_ports)
{
	const char	*address = try_own_address(0);
	int		 port;

	ends_make(AF_INET, SOCK_DGRAM);
	ck_assert_int_eq(forkd_socket_bind(sock, address, 65535), 0);
	ends_name(forkd_socket_getsockname, sock, address, 65535);
	ends_make(AF_INET, SOCK_DGRAM);
	ck_assert_int_eq(forkd_socket_bind(sock, "0.0.0.0", 0), 0);
	ck_assert_int_eq(forkd_socket_getsockname(sock, NULL, 0, &port), 0);
	ck_assert_int_gt(port, 0);
}
END_TEST

START_TEST(listen_refuses)
{
	ends_make(AF_INET, SOCK_STREAM);
	try_fails(forkd_socket_listen(sock, -1), sock, EINVAL,
	    "forkd_socket_listen: backlog -1: below 0");
	ends_make(AF_UNIX, SOCK_STREAM);
	try_fails(forkd_socket_listen(sock, 1), sock, EINVAL, "listen: Inv");
	ends_make(AF_INET, SOCK_STREAM);
	ck_assert_int_eq(forkd_socket_listen(sock, 2147483647), 0);
	ck_assert_int_eq(forkd_socket_listen(sock, 0), 0);
}
END_TEST

START_TEST(create_listen)
{
	int	on, port;

	sock = forkd_socket_create_listen(0, 0);
	ck_assert_ptr_nonnull(sock);
	on = fdio_option(forkd_socket_fd(sock), SOL_SOCKET, SO_REUSEADDR);
	ck_assert_int_eq(on, 1);
	on = fdio_option(forkd_socket_fd(sock), SOL_SOCKET, SO_ACCEPTCONN);
	ck_assert_int_eq(on, 1);
	ck_assert_int_eq(forkd_socket_getsockname(sock, NULL, 0, &port), 0);
	ends_name(forkd_socket_getsockname, sock, "0.0.0.0", port);
	ck_assert_int_gt(port, 0);
	ck_assert_ptr_null(forkd_socket_create_listen(port, 1));
	try_error(NULL, EADDRINUSE, "bind 0.0.0.0:");
	ck_assert_ptr_null(forkd_socket_create_listen(-1, 1));
	try_error(NULL, EINVAL, "forkd_socket_create_listen: port -1: not");
	ck_assert_ptr_null(forkd_socket_create_listen(65536, 1));
	try_error(NULL, EINVAL, "forkd_socket_create_listen: port 65536: n");
	ck_assert_ptr_null(forkd_socket_create_listen(0, -1));
	try_error(NULL, EINVAL, "forkd_socket_create_listen: backlog -1: b");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_bind");
	TCase	*tc = tcase_create("socket_bind");

	tcase_add_checked_fixture(tc, ends_fresh, ends_gone);
	tcase_add_test(tc, bind_refuses);
	tcase_add_test(tc, bind_lengths);
	tcase_add_test(tc, bind_fails);
	tcase_add_test(tc, bind_ports);
	tcase_add_test(tc, listen_refuses);
	tcase_add_test(tc, create_listen);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
