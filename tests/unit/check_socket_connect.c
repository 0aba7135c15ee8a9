/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_connect.c: attempts that succeed, fail, take too long,
 * are interrupted, and go on.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "socket.h"
#include "socket_path.h"
#include "socket_queue.h"
#include "socket_served.h"
#include "socket_try.h"
#include "unit.h"

static int	port;

static void
note(int number)
{
	(void)number;
}

/* A socket that is bound. */
static void
serve(void)
{
	server = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_bind(server, "127.0.0.1", 0), 0);
	port = served_port();
}

/* And listens, but answers no one. */
static void
serve_nobody(void)
{
	serve();
	queue_fill(server);
}

static void
gone(void)
{
	served_gone();
	queue_gone();
}

static void
make(int ms)
{
	forkd_socket_close(sock);
	sock = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_ptr_nonnull(sock);
	if (ms != -1)
		ck_assert_int_eq(forkd_socket_set_timeout(sock, ms), 0);
}

static int
connects(void)
{
	return forkd_socket_connect(sock, "127.0.0.1", port);
}

/* For those, too, that were there before. */
static void
make_room(void)
{
	ck_assert_int_eq(forkd_socket_listen(server, 2 * QUEUE_MAX), 0);
}

/* What is refused is over, and the socket good for another attempt. */
START_TEST(refused)
{
	char	text[64];
	int	ms;

	serve();
	(void)snprintf(text, sizeof(text),
	    "connect 127.0.0.1:%d: Connection refused", port);
	for (ms = -1; ms <= 60000; ms += 60001) {
		make(ms);
		try_fails(connects(), sock, ECONNREFUSED, text);
		try_fails(connects(), sock, ECONNREFUSED, text);
		ck_assert_int_eq(sock->attempt.length, 0);
		ck_assert_int_eq(socket_nonblock(sock->fd), 0);
	}
	ck_assert_int_eq(forkd_socket_listen(server, 1), 0);
	ck_assert_int_eq(connects(), 0);
	try_fails(connects(), sock, EISCONN, "connect 127.0.0.1:");
	ck_assert_int_eq(socket_nonblock(sock->fd), 0);
	make(-1);
	ck_assert_int_eq(connects(), 0);
	try_fails(connects(), sock, EISCONN, "connect 127.0.0.1:");
}
END_TEST

START_TEST(late)
{
	serve_nobody();
	make(20);
	try_fails(connects(), sock, ETIMEDOUT, "connect 127.0.0.1:");
	ck_assert_int_eq(socket_nonblock(sock->fd), 0);
	try_fails(connects(), sock, ETIMEDOUT, "connect 127.0.0.1:");
	try_fails(forkd_socket_connect(sock, "127.0.0.2", port), sock,
	    EALREADY, "forkd_socket_connect: the attempt on 127.0.0.1:");
	/* the kernel tries again after a second */
	make_room();
	ck_assert_int_eq(forkd_socket_set_timeout(sock, 60000), 0);
	ck_assert_int_eq(connects(), 0);
	ck_assert_int_eq(sock->attempt.length, 0);
	ck_assert_int_eq(forkd_socket_getpeername(sock, NULL, 0, NULL), 0);
	try_fails(connects(), sock, EISCONN, "connect 127.0.0.1:");
}
END_TEST

START_TEST(interrupted)
{
	int	flags, ms;

	serve_nobody();
	for (ms = -1; ms <= 60000; ms += 60001)
		for (flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
			/* as connect(2), which goes on by itself */
			if (ms == -1 && flags == SA_RESTART)
				continue;
			make(ms);
			try_alarms(note, flags, 5);
			ck_assert_int_eq(connects(), -1);
			try_alarms(note, flags, 0);
			try_error(sock, EINTR, "connect 127.0.0.1:");
			ck_assert_int_eq(socket_nonblock(sock->fd), 0);
		}
	make_room();
	ck_assert_int_eq(connects(), 0);
}
END_TEST

START_TEST(interrupted_without_a_time)
{
	serve_nobody();
	make(-1);
	try_alarms(note, 0, 5);
	ck_assert_int_eq(connects(), -1);
	try_alarms(note, 0, 0);
	try_error(sock, EINTR, "connect 127.0.0.1:");
	make_room();
	ck_assert_int_eq(connects(), 0);
	ck_assert_int_eq(forkd_socket_getpeername(sock, NULL, 0, NULL), 0);
}
END_TEST

START_TEST(nonblocking)
{
	struct pollfd	pollfd = { .events = POLLOUT };

	serve_nobody();
	make(20);		/* does not matter */
	ck_assert_int_eq(forkd_socket_set_nonblock(sock), 0);
	try_fails(connects(), sock, EINPROGRESS, "connect 127.0.0.1:");
	try_fails(connects(), sock, EALREADY, "connect 127.0.0.1:");
	make_room();
	pollfd.fd = sock->fd;
	ck_assert_int_eq(poll(&pollfd, 1, 60000), 1);
	ck_assert_int_eq(connects(), 0);
	ck_assert_int_eq(socket_nonblock(sock->fd), 1);
}
END_TEST

/* A unix socket has no attempt that goes on. */
START_TEST(unix_queue)
{
	char	name[64];
	int	i;

	(void)snprintf(name, sizeof(name), "@check_socket_connect.%ld",
	    (long)getpid());
	server = forkd_socket_create(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_bind(server, name, 0), 0);
	ck_assert_int_eq(forkd_socket_listen(server, 0), 0);
	for (i = 0; i < QUEUE_MAX; i++) {
		queue[i] = forkd_socket_create(AF_UNIX, SOCK_STREAM, 0);
		ck_assert_int_eq(forkd_socket_set_nonblock(queue[i]), 0);
		if (forkd_socket_connect(queue[i], name, 0) == -1)
			break;
	}
	try_error(queue[i], EAGAIN, "connect @check_socket_connect.");
	sock = forkd_socket_create(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_set_timeout(sock, 10), 0);
	try_fails(forkd_socket_connect(sock, name, 0), sock, ETIMEDOUT,
	    "connect @check_socket_connect.");
	ck_assert_int_eq(forkd_socket_set_timeout(sock, -1), 0);
	try_alarms(note, 0, 5);
	ck_assert_int_eq(forkd_socket_connect(sock, name, 0), -1);
	try_alarms(note, 0, 0);
	try_error(sock, EINTR, "connect @check_socket_connect.");
	try_fails(forkd_socket_connect(sock, "@check_socket_connect.none", 0),
	    sock, ECONNREFUSED, "connect @check_socket_connect.none: ");
	make_room();
	ck_assert_int_eq(forkd_socket_connect(sock, name, 0), 0);
}
END_TEST

START_TEST(unix_kinds)
{
	path_make();
	server = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_eq(forkd_socket_bind(server, path, 0), 0);
	sock = forkd_socket_create(AF_UNIX, SOCK_STREAM, 0);
	try_fails(forkd_socket_connect(sock, path, 0), sock, EPROTOTYPE,
	    "connect /tmp/check_socket.");
	path_remove();
	try_fails(forkd_socket_connect(sock, "/nonexistent/s", -1), sock,
	    ENOENT, "connect /nonexistent/s: No such file or directory");
}
END_TEST

START_TEST(others)
{
	try_fails(forkd_socket_connect(NULL, "127.0.0.1", 1), NULL, EINVAL,
	    "forkd_socket_connect: no socket");
	sock = forkd_socket_create(AF_INET, SOCK_DGRAM, 0);
	try_fails(forkd_socket_connect(sock, "127.255.255.255", 9), sock,
	    EACCES, "connect 127.255.255.255:9: Permission denied");
	ck_assert_int_eq(forkd_socket_connect(sock, "127.0.0.1", 65535), 0);
	ck_assert_int_eq(close(sock->fd), 0);
	try_fails(forkd_socket_connect(sock, "127.0.0.1", 1), sock, EBADF,
	    "connect 127.0.0.1:1: Bad file descriptor");
	sock->send_ms = 1;
	try_fails(forkd_socket_connect(sock, "127.0.0.1", 1), sock, EBADF,
	    "connect 127.0.0.1:1: Bad file descriptor");
	sock->fd = -1;
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_connect");
	TCase	*tc = tcase_create("socket_connect");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, gone);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, late);
	tcase_add_test(tc, interrupted);
	tcase_add_test(tc, interrupted_without_a_time);
	tcase_add_test(tc, nonblocking);
	tcase_add_test(tc, unix_queue);
	tcase_add_test(tc, unix_kinds);
	tcase_add_test(tc, others);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
