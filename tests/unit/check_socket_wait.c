/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_wait.c, and of what waits: accept with a time, and with
 * signals.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "socket.h"
#include "socket_try.h"
#include "unit.h"

static struct forkd_socket	*sock, *other;
static volatile sig_atomic_t	 signals;

static void
fresh(void)
{
	struct forkd_socket	*pair[2];

	ck_assert_int_eq(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0,
	    pair), 0);
	sock = pair[0];
	other = pair[1];
}

static void
gone(void)
{
	forkd_socket_close(sock);
	forkd_socket_close(other);
}

static void
times_are(long s, long us)
{
	struct timeval	time;
	socklen_t	length;

	length = sizeof(time);
	ck_assert_int_eq(getsockopt(sock->fd, SOL_SOCKET, SO_RCVTIMEO, &time,
	    &length), 0);
	ck_assert_int_eq(time.tv_sec, s);
	ck_assert_int_ge(time.tv_usec, us);	/* in ticks of the kernel */
	ck_assert_int_le(time.tv_usec, us + 10000);
	length = sizeof(time);
	ck_assert_int_eq(getsockopt(sock->fd, SOL_SOCKET, SO_SNDTIMEO, &time,
	    &length), 0);
	ck_assert_int_eq(time.tv_sec, s);
}

START_TEST(timeout)
{
	char	byte;

	ck_assert_int_eq(sock->receive_ms, -1);
	ck_assert_int_eq(sock->send_ms, -1);
	ck_assert_int_eq(forkd_socket_set_timeout(sock, 1500), 0);
	ck_assert_int_eq(sock->receive_ms, 1500);
	ck_assert_int_eq(sock->send_ms, 1500);
	times_are(1, 500000);
	ck_assert_int_eq(forkd_socket_set_timeout(sock, INT_MAX), 0);
	times_are(INT_MAX / 1000, INT_MAX % 1000 * 1000);
	ck_assert_int_eq(forkd_socket_set_timeout(sock, -1), 0);
	times_are(0, 0);
	ck_assert_int_eq(forkd_socket_set_timeout(sock, 1), 0);
	ck_assert_int_eq(recv(sock->fd, &byte, 1, 0), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(socket_expired(sock, errno, 1), ETIMEDOUT);
	ck_assert_int_eq(socket_expired(sock, EPIPE, 1), EPIPE);
	ck_assert_int_eq(forkd_socket_set_nonblock(sock), 0);
	ck_assert_int_eq(socket_expired(sock, EAGAIN, 1), EAGAIN);
	ck_assert_int_eq(socket_expired(other, EAGAIN, -1), EAGAIN);
}
END_TEST

START_TEST(timeout_refuses)
{
	ck_assert_int_eq(forkd_socket_set_timeout(sock, 2000), 0);
	try_fails(forkd_socket_set_timeout(sock, 0), sock, EINVAL,
	    "forkd_socket_set_timeout: ms 0: neither -1 nor above 0");
	try_fails(forkd_socket_set_timeout(sock, -2), sock, EINVAL,
	    "forkd_socket_set_timeout: ms -2: neither");
	try_fails(forkd_socket_set_timeout(sock, INT_MIN), sock, EINVAL,
	    "forkd_socket_set_timeout: ms -2147483648: neither");
	ck_assert_int_eq(sock->receive_ms, 2000);
	times_are(2, 0);
	try_fails(forkd_socket_set_timeout(NULL, 1), NULL, EINVAL,
	    "forkd_socket_set_timeout: no socket");
}
END_TEST

START_TEST(modes)
{
	const int	fd = sock->fd;

	ck_assert_int_eq(fcntl(fd, F_SETFL, O_ASYNC), 0);
	ck_assert_int_eq(forkd_socket_set_nonblock(sock), 0);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & (O_NONBLOCK | O_ASYNC),
	    O_NONBLOCK | O_ASYNC);
	ck_assert_int_eq(socket_nonblock(fd), 1);
	ck_assert_int_eq(forkd_socket_set_nonblock(sock), 0);
	ck_assert_int_eq(forkd_socket_set_block(sock), 0);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & (O_NONBLOCK | O_ASYNC), O_ASYNC);
	ck_assert_int_eq(socket_nonblock(fd), 0);
	try_fails(forkd_socket_set_block(NULL), NULL, EINVAL,
	    "forkd_socket_set_block: no socket");
	try_fails(forkd_socket_set_nonblock(NULL), NULL, EINVAL,
	    "forkd_socket_set_nonblock: no socket");
}
END_TEST

START_TEST(closed_underneath)
{
	ck_assert_int_eq(close(sock->fd), 0);
	try_fails(forkd_socket_set_timeout(sock, 1), sock, EBADF,
	    "timeout of 1 ms: Bad file descriptor");
	ck_assert_int_eq(sock->receive_ms, -1);
	try_fails(forkd_socket_set_block(sock), sock, EBADF, "set_block of");
	try_fails(forkd_socket_set_nonblock(sock), sock, EBADF,
	    "set_nonblock of descriptor");
	sock->fd = -1;
}
END_TEST

static void
note(int number)
{
	(void)number;
	signals++;
}

/* Also with SA_RESTART, which accept(2) alone would obey. */
START_TEST(accept_and_signals)
{
	int	flags;

	forkd_socket_close(sock);
	sock = forkd_socket_create_listen(0, 0);
	for (flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		try_alarms(note, flags, 5);
		ck_assert_ptr_null(forkd_socket_accept(sock));
		try_alarms(note, flags, 0);
		try_error(sock, EINTR, "accept 0.0.0.0:");
		ck_assert_int_ge(signals, 1);
		signals = 0;
	}
	ck_assert_int_eq(forkd_socket_set_timeout(sock, 60000), 0);
	try_alarms(note, SA_RESTART, 5);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_alarms(note, 0, 0);
	try_error(sock, EINTR, "accept 0.0.0.0:");
}
END_TEST

/* What comes after a signal is not lost. */
START_TEST(accept_after_a_signal)
{
	struct forkd_socket	*conn, *peer;
	int			 port;

	forkd_socket_close(sock);
	sock = forkd_socket_create_listen(0, 0);
	try_alarms(note, 0, 5);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_alarms(note, 0, 0);
	ck_assert_int_eq(forkd_socket_getsockname(sock, NULL, 0, &port), 0);
	peer = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_connect(peer, "127.0.0.1", port), 0);
	conn = forkd_socket_accept(sock);
	ck_assert_ptr_nonnull(conn);
	forkd_socket_close(conn);
	forkd_socket_close(peer);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_wait");
	TCase	*tc = tcase_create("socket_wait");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, timeout);
	tcase_add_test(tc, timeout_refuses);
	tcase_add_test(tc, modes);
	tcase_add_test(tc, closed_underneath);
	tcase_add_test(tc, accept_and_signals);
	tcase_add_test(tc, accept_after_a_signal);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
