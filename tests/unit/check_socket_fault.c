/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of what fails below socket.c, socket_open.c, socket_connect.c,
 * socket_wait.c, socket_entry.c and socket_server.c: system calls and memory.
 * It is told, and nothing is lost.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "forked.h"
#include "socket.h"
#include "socket_fault.h"
#include "socket_try.h"
#include "unit.h"

static struct forkd_socket	*sock, *peer;
static int			 port, before;

/* A server that a client waits for. */
static void
fresh(void)
{
	sock = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_bind(sock, "127.0.0.1", 0), 0);
	ck_assert_int_eq(forkd_socket_listen(sock, 16), 0);
	ck_assert_int_eq(forkd_socket_getsockname(sock, NULL, 0, &port), 0);
	peer = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_connect(peer, "127.0.0.1", port), 0);
	before = try_descriptors();
}

static void
gone(void)
{
	forkd_socket_close(sock);
	forkd_socket_close(peer);
}

static void
nothing_lost(void)
{
	ck_assert_ptr_null(fault.name);
	ck_assert_int_eq(try_descriptors(), before);
}

START_TEST(memory)
{
	struct forkd_socket	*pair[2] = { sock, peer };
	int			 after;

	if (forked_is_watched())	/* valgrind has a calloc of its own */
		return;
	fault_set("calloc", ENOMEM, 0);
	ck_assert_ptr_null(forkd_socket_create(AF_INET, SOCK_STREAM, 0));
	try_error(NULL, ENOMEM, "socket: Cannot allocate memory");
	nothing_lost();
	for (after = 0; after < 2; after++) {
		fault_set("calloc", ENOMEM, after);
		try_fails(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0,
		    pair), NULL, ENOMEM, "socket: Cannot allocate memory");
		ck_assert_ptr_eq(pair[0], sock);
		ck_assert_ptr_eq(pair[1], peer);
		nothing_lost();
	}
	fault_set("calloc", ENOMEM, 0);
	ck_assert_ptr_null(forkd_socket_from_fd(peer->fd));
	try_error(NULL, ENOMEM, "socket: Cannot allocate memory");
	nothing_lost();		/* it stays the caller's */
}
END_TEST

START_TEST(from_fd)
{
	fault_set("fcntl", EPERM, 0);
	ck_assert_ptr_null(forkd_socket_from_fd(peer->fd));
	try_error(NULL, EPERM, "descriptor ");
	fault_set("getsockopt", ENOBUFS, 1);
	ck_assert_ptr_null(forkd_socket_from_fd(peer->fd));
	try_error(NULL, ENOBUFS, "descriptor ");
	nothing_lost();
}
END_TEST

START_TEST(create_listen)
{
	const char	*const calls[] = {
		"socket", "setsockopt", "bind", "listen"
	};
	const char	*const texts[] = {
		"socket of domain 2, type 1, protocol 0: ", "SO_REUSEADDR: ",
		"bind 0.0.0.0:0: ", "listen 0.0.0.0:"
	};
	size_t		 i;

	for (i = 0; i < 4; i++) {
		fault_set(calls[i], ENOBUFS, 0);
		ck_assert_ptr_null(forkd_socket_create_listen(0, 0));
		try_error(NULL, ENOBUFS, texts[i]);
		nothing_lost();
	}
}
END_TEST

/* After each of them the connection can still be had. */
START_TEST(accepting)
{
	const struct {
		const char	*call;
		int		 number;
	} tries[] = {
		{ "calloc", ENOMEM }, { "fcntl", EBADF },
		{ "accept4", EMFILE }, { "accept4", ENFILE },
		{ "accept4", EINTR }, { "accept4", ECONNABORTED },
		{ "accept4", EPROTO }
	};
	struct forkd_socket	*conn;
	size_t			 i;

	i = forked_is_watched() ? 1 : 0;	/* see above */
	for (; i < sizeof(tries) / sizeof(*tries); i++) {
		fault_set(tries[i].call, tries[i].number, 0);
		ck_assert_ptr_null(forkd_socket_accept(sock));
		try_error(sock, tries[i].number, "accept 127.0.0.1:");
		nothing_lost();
	}
	conn = forkd_socket_accept(sock);
	ck_assert_ptr_nonnull(conn);
	forkd_socket_close(conn);
}
END_TEST

START_TEST(accepting_in_time)
{
	int	after;

	for (after = 0; after < 2; after++) {
		ck_assert_int_eq(forkd_socket_set_timeout(sock, 60000), 0);
		fault_set("setsockopt", ENOBUFS, after);
		ck_assert_ptr_null(forkd_socket_accept(sock));
		try_error(sock, ENOBUFS, "accept 127.0.0.1:");
		nothing_lost();
		forkd_socket_close(peer);
		peer = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(forkd_socket_connect(peer, "127.0.0.1",
		    port), 0);
	}
}
END_TEST

START_TEST(connecting)
{
	int	after;

	for (after = 0; after < 5; after++) {
		forkd_socket_close(peer);
		peer = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(forkd_socket_set_timeout(peer, 60000), 0);
		fault_set("fcntl", EBADF, after);
		try_fails(forkd_socket_connect(peer, "127.0.0.1", port), peer,
		    EBADF, "connect 127.0.0.1:");
		nothing_lost();
	}
	fault_set("connect", EINTR, 0);
	forkd_socket_close(peer);
	peer = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	try_fails(forkd_socket_connect(peer, "127.0.0.1", port), peer, EINTR,
	    "connect 127.0.0.1:");
	try_fails(forkd_socket_connect(peer, "127.0.0.2", port), peer,
	    EALREADY, "forkd_socket_connect: the attempt on 127.0.0.1:");
	ck_assert_int_eq(forkd_socket_connect(peer, "127.0.0.1", port), 0);
}
END_TEST

START_TEST(timeouts)
{
	struct timeval	time;
	socklen_t	length = sizeof(time);

	ck_assert_int_eq(forkd_socket_set_timeout(peer, 2000), 0);
	fault_set("setsockopt", ENOBUFS, 1);
	try_fails(forkd_socket_set_timeout(peer, 5000), peer, ENOBUFS,
	    "timeout of 5000 ms: ");
	ck_assert_int_eq(peer->receive_ms, 2000);
	ck_assert_int_eq(getsockopt(peer->fd, SOL_SOCKET, SO_RCVTIMEO, &time,
	    &length), 0);
	ck_assert_int_eq(time.tv_sec, 2);
	fault_set("fcntl", EBADF, 0);
	ck_assert_int_eq(socket_expired(peer, EAGAIN, peer->receive_ms), EAGAIN);
	fault_set("fcntl", EBADF, 1);
	try_fails(forkd_socket_set_nonblock(peer), peer, EBADF, "set_nonbl");
}
END_TEST

START_TEST(serving)
{
	const char	*const calls[] = {
		"socket", "setsockopt", "bind", "listen"
	};
	size_t		 i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		fault_set(calls[i], ENOBUFS, 0);
		ck_assert_ptr_null(forkd_socket_server("tcp://127.0.0.1:0",
		    0));
		try_error(NULL, ENOBUFS, "");
		nothing_lost();
	}
}
END_TEST

START_TEST(server_without_ipv6)
{
	struct forkd_socket	*server;

	fault_set("socket", EAFNOSUPPORT, 0);
	server = forkd_socket_server("tcp://:0", 0);
	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(server->domain, AF_INET);
	forkd_socket_close(server);
	nothing_lost();
}
END_TEST

/* The file that was made goes with the socket. */
START_TEST(server_of_a_path)
{
	char	directory[] = "/tmp/check_socket.XXXXXX", url[64];

	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(url, sizeof(url), "unix://%s/s", directory);
	fault_set("listen", ENOBUFS, 0);
	ck_assert_ptr_null(forkd_socket_server(url, 0));
	try_error(NULL, ENOBUFS, "listen /tmp/check_socket.");
	nothing_lost();
	ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

START_TEST(client)
{
	const char	*const calls[] = { "socket", "setsockopt", "connect" };
	char		 url[64];
	size_t		 i;

	(void)snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", port);
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		fault_set(calls[i], ENOBUFS, 0);
		ck_assert_ptr_null(forkd_socket_client(url, 60000));
		try_error(NULL, ENOBUFS, "");
		nothing_lost();
	}
	/* the time that is taken back in the end */
	fault_set("setsockopt", ENOBUFS, 2);
	ck_assert_ptr_null(forkd_socket_client(url, 60000));
	try_error(NULL, ENOBUFS, "timeout of -1 ms: ");
	nothing_lost();
	fault_set("connect", EINTR, 0);
	ck_assert_ptr_null(forkd_socket_client(url, 60000));
	try_error(NULL, EINTR, "connect 127.0.0.1:");
	nothing_lost();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_fault");
	TCase	*tc = tcase_create("socket_fault");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, memory);
	tcase_add_test(tc, from_fd);
	tcase_add_test(tc, create_listen);
	tcase_add_test(tc, accepting);
	tcase_add_test(tc, accepting_in_time);
	tcase_add_test(tc, connecting);
	tcase_add_test(tc, timeouts);
	tcase_add_test(tc, serving);
	tcase_add_test(tc, server_without_ipv6);
	tcase_add_test(tc, server_of_a_path);
	tcase_add_test(tc, client);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
