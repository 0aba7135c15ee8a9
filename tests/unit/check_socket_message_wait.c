/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_message.c: peers that are gone, signals, time, short
 * transfers, and what line mode has read ahead.
 */
#include "config.h"

#include <sys/time.h>

#include <fcntl.h>
#include <signal.h>

#include "forkd.h"
#include "socket_mail.h"

static struct mail	in, out;

START_TEST(closed)
{
	connect_pair(SOCK_STREAM);
	ck_assert_int_eq(close(pair[0]->fd), 0);
	pair[0]->fd = -1;
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0],
	    mail_text(&out, "a"), 0), EBADF, "sendmsg to ");
	mail_failed(pair[0], forkd_socket_recvmsg(pair[0], mail_room(&in), 0),
	    EBADF, "recvmsg from ");
	/* the end; and no SIGPIPE */
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 0);
	mail_failed(pair[1], forkd_socket_sendmsg(pair[1],
	    mail_text(&out, "a"), 0), EPIPE, "sendmsg to ");
	gone();
}
END_TEST

START_TEST(no_waiting)
{
	struct timeval	tv = { .tv_usec = 20000 };

	connect_pair(SOCK_STREAM);
	mail_failed(pair[0], forkd_socket_recvmsg(pair[0], mail_room(&in),
	    MSG_DONTWAIT), EAGAIN, "recvmsg from ");
	/* as forkd_socket_set_timeout() does it */
	pair[0]->receive_ms = pair[0]->send_ms = 20;
	ck_assert_int_eq(setsockopt(pair[0]->fd, SOL_SOCKET, SO_RCVTIMEO, &tv,
	    sizeof(tv)), 0);
	ck_assert_int_eq(setsockopt(pair[0]->fd, SOL_SOCKET, SO_SNDTIMEO, &tv,
	    sizeof(tv)), 0);
	mail_failed(pair[0], forkd_socket_recvmsg(pair[0], mail_room(&in), 0),
	    ETIMEDOUT, "recvmsg from ");
	mail_failed(pair[0], forkd_socket_recvmsg(pair[0], mail_room(&in),
	    MSG_DONTWAIT), EAGAIN, "recvmsg from ");
	/* the kernel does not wait for that, whatever the time is */
	mail_failed(pair[0], forkd_socket_recvmsg(pair[0], mail_room(&in),
	    MSG_ERRQUEUE), EAGAIN, "recvmsg from ");
	while (forkd_socket_sendmsg(pair[0], mail_text(&out, "a"),
	    MSG_DONTWAIT) == 1)
		;
	ck_assert_int_eq(errno, EAGAIN);
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    ETIMEDOUT, "sendmsg to ");
	ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, O_NONBLOCK), 0);
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    EAGAIN, "sendmsg to ");
	gone();
}
END_TEST

/* A stream may take less than it is given. */
START_TEST(short_sendmsg)
{
	static char	much[1 << 20];
	ssize_t		n, m;
	size_t		all;

	connect_pair(SOCK_STREAM);
	(void)mail_room(&out);
	out.message.address = NULL;
	out.part.iov_base = much;
	out.part.iov_len = sizeof(much);
	n = forkd_socket_sendmsg(pair[0], &out.message, MSG_DONTWAIT);
	ck_assert_int_gt(n, 0);
	ck_assert_int_lt(n, (ssize_t)sizeof(much));
	for (all = 0; all < (size_t)n; all += (size_t)m) {
		m = forkd_socket_recvmsg(pair[1], mail_room(&in), 0);
		ck_assert_int_gt(m, 0);
	}
	ck_assert_uint_eq(all, (size_t)n);
	gone();
}
END_TEST

/* Signals end neither; other errors do, at once. */
START_TEST(interrupted)
{
	connect_pair(SOCK_STREAM);
	mail_fail(3, EINTR);
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], mail_text(&out, "a"),
	    0), 1);
	ck_assert_int_eq(mail_calls, 4);
	mail_fail(3, EINTR);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	ck_assert_int_eq(mail_calls, 4);
	mail_fail(1, ENOBUFS);
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    ENOBUFS, "sendmsg to ");
	ck_assert_int_eq(mail_calls, 1);
	mail_fail(1, ENOMEM);
	mail_failed(pair[1], forkd_socket_recvmsg(pair[1], &in.message, 0),
	    ENOMEM, "recvmsg from ");
	ck_assert_int_eq(mail_calls, 1);
	gone();
}
END_TEST

static volatile sig_atomic_t	ticks;

static void
tick(int number)
{
	(void)number;
	if (++ticks == 3)
		(void)!write(pair[0]->fd, "late", 4);
}

START_TEST(real_signals)
{
	struct itimerval	timer = {
		.it_interval = { .tv_usec = 10000 },
		.it_value = { .tv_usec = 10000 },
	};
	struct sigaction	action;

	connect_pair(SOCK_STREAM);
	memset(&action, 0, sizeof(action));
	action.sa_handler = tick;
	(void)sigaction(SIGALRM, &action, NULL);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 4);
	memset(&timer, 0, sizeof(timer));
	(void)setitimer(ITIMER_REAL, &timer, NULL);
	ck_assert_mem_eq(in.data, "late", 4);
	ck_assert_int_ge(ticks, 3);
	gone();
}
END_TEST

/* As line mode leaves it. */
START_TEST(read_ahead)
{
	struct iovec	into[2] = {
		{ .iov_base = in.data, .iov_len = 3 },
		{ .iov_base = in.data + 3, .iov_len = 10 },
	};

	connect_pair(SOCK_STREAM);
	(void)forkd_socket_sendmsg(pair[0], mail_text(&out, "later"), 0);
	pair[1]->ahead = strdup("..sooner");
	pair[1]->ahead_at = 2;
	pair[1]->ahead_end = 8;
	mail_room(&in)->parts = into;
	in.message.parts_count = 2;
	in.message.flags = in.message.port = 77;
	in.message.control_length = 9;
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message, MSG_PEEK),
	    3);
	ck_assert_mem_eq(in.data, "soo\0", 4);
	into[0].iov_len = 2;
	memset(in.data, 0, sizeof(in.data));
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message, 0), 6);
	ck_assert_mem_eq(in.data, "so\0oner\0", 8);
	ck_assert_int_eq(in.message.flags, 0);
	ck_assert_int_eq(in.message.port, -1);
	ck_assert_uint_eq(in.message.control_length, 0);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message, 0), 5);
	ck_assert_mem_eq(in.data, "la\0ter", 6);
	/* what is out of band is not there */
	pair[1]->ahead_at = 2;
	pair[1]->ahead_end = 8;
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message,
	    MSG_OOB | MSG_DONTWAIT), -1);
	ck_assert_uint_eq(pair[1]->ahead_at, 2);
	gone();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_message_wait");
	TCase	*tc = tcase_create("socket_message_wait");

	tcase_add_test(tc, closed);
	tcase_add_test(tc, no_waiting);
	tcase_add_test(tc, short_sendmsg);
	tcase_add_test(tc, interrupted);
	tcase_add_test(tc, real_signals);
	tcase_add_test(tc, read_ahead);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
