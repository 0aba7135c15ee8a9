/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_poll.c: ready means that a call would not wait, as
 * select(2) has it, and signals end the wait.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/time.h>

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

#include "fdio.h"
#include "forked.h"
#include "forkd.h"
#include "socket.h"
#include "sockets.h"
#include "unit.h"

#define ALL	(FORKD_READ | FORKD_WRITE | FORKD_EXCEPT)
#define MANY	100		/* sockets, more than need no memory */

static struct forkd_socket	*pair[2];

static int
ready(struct forkd_socket *sock, int want, int timeout_ms)
{
	struct forkd_poll	one = { .socket = sock, .want = want,
				    .ready = -1 };
	int			number;

	number = forkd_socket_poll(&one, 1, timeout_ms);
	ck_assert_int_ge(number, 0);
	ck_assert_int_eq(number, one.ready != 0);
	return one.ready;
}

START_TEST(kinds)
{
	char	byte;

	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(ready(pair[0], ALL, 0), FORKD_WRITE);
	ck_assert_int_eq(ready(pair[0], FORKD_READ | FORKD_EXCEPT, 1), 0);
	ck_assert_int_eq(send(pair[1]->fd, "x", 1, 0), 1);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, -1), FORKD_READ);
	ck_assert_int_eq(ready(pair[0], ALL, 0), FORKD_READ | FORKD_WRITE);
	ck_assert_int_eq(ready(pair[0], FORKD_WRITE, -1), FORKD_WRITE);
	ck_assert_int_eq(ready(pair[0], 0, 0), 0);
	ck_assert_int_eq(recv(pair[0]->fd, &byte, 1, 0), 1);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, 0), 0);
	ck_assert_int_eq(forkd_socket_last_error(NULL), 0);
	pair_close(pair);
}
END_TEST

START_TEST(out_of_band)
{
	ck_assert_int_eq(pair_open(KIND_TCP4, pair), 0);
	ck_assert_int_eq(send(pair[1]->fd, "!", 1, MSG_OOB), 1);
	ck_assert_int_eq(ready(pair[0], FORKD_EXCEPT, -1), FORKD_EXCEPT);
	ck_assert_int_eq(ready(pair[0], FORKD_EXCEPT | FORKD_WRITE, -1),
	    FORKD_EXCEPT | FORKD_WRITE);
	pair_close(pair);
}
END_TEST

/* Bytes read ahead count, and do not hide the others. */
START_TEST(ahead)
{
	struct forkd_poll	polls[3];
	struct forkd_socket	*other[2];
	char			line[8];

	ck_assert_int_eq(pair_open(KIND_UNIX, other), 0);
	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(send(pair[1]->fd, "a\nb\n", 4, 0), 4);
	ck_assert_int_eq(forkd_socket_read(pair[0], line, 8, FORKD_READ_LINE),
	    2);
	ck_assert_int_eq(ready(pair[0], ALL, -1), FORKD_READ | FORKD_WRITE);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, -1), FORKD_READ);
	ck_assert_int_eq(ready(pair[0], FORKD_EXCEPT, 0), 0);
	polls[0] = (struct forkd_poll){ .socket = other[0],
	    .want = FORKD_READ };
	polls[1] = (struct forkd_poll){ .socket = pair[0],
	    .want = FORKD_READ };
	polls[2] = (struct forkd_poll){ .socket = other[1],
	    .want = FORKD_WRITE };
	ck_assert_int_eq(forkd_socket_poll(polls, 3, -1), 2);
	ck_assert_int_eq(polls[0].ready, 0);
	ck_assert_int_eq(polls[1].ready, FORKD_READ);
	ck_assert_int_eq(polls[2].ready, FORKD_WRITE);
	ck_assert_int_eq(forkd_socket_read(pair[0], line, 8, FORKD_READ_LINE),
	    2);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, 0), 0);
	pair_close(other);
	pair_close(pair);
}
END_TEST

/* Half a line is no reason to read again: a loop would never rest. */
START_TEST(half_line)
{
	char	line[8];

	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(forkd_socket_set_nonblock(pair[0]), 0);
	ck_assert_int_eq(send(pair[1]->fd, "a\nb", 3, 0), 3);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, -1), FORKD_READ);
	ck_assert_int_eq(forkd_socket_read(pair[0], line, 8, FORKD_READ_LINE),
	    2);
	/* nobody has looked for an end in what is left */
	ck_assert_int_eq(ready(pair[0], FORKD_READ, 0), FORKD_READ);
	ck_assert_int_eq(forkd_socket_read(pair[0], line, 8, FORKD_READ_LINE),
	    -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, 0), 0);
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 1);
	ck_assert_int_eq(send(pair[1]->fd, "\nc\n", 3, 0), 3);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, -1), FORKD_READ);
	ck_assert_int_eq(forkd_socket_read(pair[0], line, 8, FORKD_READ_LINE),
	    2);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, 0), FORKD_READ);
	pair_close(pair);
}
END_TEST

/* The end of a connection and an error are ready to be read and written. */
START_TEST(ended)
{
	struct linger	linger = { .l_onoff = 1 };
	clock_t		before;

	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(shutdown(pair[1]->fd, SHUT_WR), 0);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, -1), FORKD_READ);
	ck_assert_int_eq(setsockopt(pair[1]->fd, SOL_SOCKET, SO_LINGER,
	    &linger, sizeof(linger)), 0);
	forkd_socket_close(pair[1]);
	ck_assert_int_eq(ready(pair[0], ALL, -1), FORKD_READ | FORKD_WRITE);
	ck_assert_int_eq(ready(pair[0], FORKD_READ, -1), FORKD_READ);
	ck_assert_int_eq(ready(pair[0], FORKD_WRITE, -1), FORKD_WRITE);
	/* that is nothing out of band: the time passes, in the kernel */
	before = clock();
	ck_assert_int_eq(ready(pair[0], FORKD_EXCEPT, 200), 0);
	ck_assert_int_lt(clock() - before, CLOCKS_PER_SEC / 10);
	ck_assert_int_eq(ready(pair[0], 0, 1), 0);
	forkd_socket_close(pair[0]);
}
END_TEST

/* Nothing is connected, and nothing listens there. */
START_TEST(refused)
{
	struct sockaddr_storage	at;
	socklen_t		length;
	int			fd;

	fd = kind_bound(AF_INET, SOCK_STREAM, &at, &length);
	pair[0] = forkd_socket_create(AF_INET, SOCK_STREAM | 0, 0);
	ck_assert_int_eq(connect(pair[0]->fd, (void *)&at, length), -1);
	ck_assert_int_eq(ready(pair[0], ALL, -1), FORKD_READ | FORKD_WRITE);
	ck_assert_int_eq(close(fd), 0);
	forkd_socket_close(pair[0]);
}
END_TEST

/* No memory, above that some; above the number that select(2) can take, too. */
START_TEST(many)
{
	static struct forkd_poll	 polls[MANY];
	struct rlimit			 limit;
	int				 i, fd;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (pair_open(KIND_UNIX, pair) == -1)
		return;
	if (limit.rlim_cur > 1100) {
		fd = fcntl(pair[0]->fd, F_DUPFD_CLOEXEC, 1050);
		ck_assert_int_ge(fd, 1050);
		ck_assert_int_eq(close(pair[0]->fd), 0);
		pair[0]->fd = fd;
	}
	for (i = 0; i < MANY; i++)
		polls[i] = (struct forkd_poll){ .socket = pair[i % 2],
		    .want = i % 3 == 0 ? FORKD_WRITE : FORKD_READ };
	for (i = 63; i < 67; i++)
		ck_assert_int_eq(forkd_socket_poll(polls, (size_t)i, -1),
		    (i + 2) / 3);
	ck_assert_int_eq(forkd_socket_poll(polls, MANY, 0), (MANY + 2) / 3);
	for (i = 0; i < MANY; i++)
		ck_assert_int_eq(polls[i].ready, i % 3 == 0 ? FORKD_WRITE : 0);
	pair_close(pair);
}
END_TEST

/* More than the process may have descriptors: the kernel refuses. */
START_TEST(too_many)
{
	static struct forkd_poll	polls[MANY];
	struct rlimit			limit, few;
	int				i;

	if (forked_is_watched())
		return;
	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	for (i = 0; i < MANY; i++)
		polls[i] = (struct forkd_poll){ .socket = pair[0],
		    .want = FORKD_WRITE };
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = MANY - 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_failed(forkd_socket_poll(polls, MANY, 0), NULL, EINVAL,
	    "poll of 100 sockets: ");
	ck_assert_int_eq(forkd_socket_poll(polls, MANY - 1, 0), MANY - 1);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	pair_close(pair);
}
END_TEST

static void
on_signal(int number)
{
	(void)number;
}

static void
tick(long us)
{
	struct itimerval	timer = { { 0, us }, { 0, us } };

	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

START_TEST(interrupted)
{
	struct sigaction	action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };
	struct forkd_poll	one;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	one = (struct forkd_poll){ .socket = pair[0], .want = FORKD_READ,
	    .ready = 7 };
	tick(5000);
	ck_failed(forkd_socket_poll(&one, 1, -1), NULL, EINTR,
	    "poll of 1 sockets: ");
	ck_failed(forkd_socket_poll(&one, 1, 60000), NULL, EINTR,
	    "poll of 1 sockets: ");
	ck_failed(forkd_socket_poll(NULL, 0, -1), NULL, EINTR,
	    "poll of 0 sockets: ");
	tick(0);
	ck_assert_int_eq(one.ready, 7);		/* nothing is filled in */
	pair_close(pair);
}
END_TEST

START_TEST(time_is_over)
{
	int64_t	start, took;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	start = fdio_clock();
	ck_assert_int_eq(ready(pair[0], FORKD_READ, 30), 0);
	took = fdio_clock() - start;
	ck_assert_int_ge(took, 29);
	ck_assert_int_eq(forkd_socket_poll(NULL, 0, 1), 0);
	ck_assert_int_eq(forkd_socket_poll(NULL, 0, 0), 0);
	pair_close(pair);
}
END_TEST

START_TEST(wrong)
{
	struct forkd_poll	polls[2];

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	polls[0] = (struct forkd_poll){ .socket = pair[0],
	    .want = FORKD_WRITE, .ready = 5 };
	polls[1] = (struct forkd_poll){ .want = FORKD_READ, .ready = 6 };
	ck_failed(forkd_socket_poll(NULL, 1, 0), NULL, EINVAL,
	    "forkd_socket_poll: polls: NULL");
	ck_failed(forkd_socket_poll(polls, 1, -2), NULL, EINVAL,
	    "forkd_socket_poll: timeout_ms -2");
	ck_failed(forkd_socket_poll(polls, 2, 0), NULL, EINVAL,
	    "forkd_socket_poll: polls[1]: no socket");
	polls[1].socket = pair[1];
	polls[1].want = 8;
	ck_failed(forkd_socket_poll(polls, 2, 0), pair[1], EINVAL,
	    "forkd_socket_poll: polls[1]: want 0x8");
	polls[1].want = -1;
	ck_failed(forkd_socket_poll(polls, 2, 0), pair[1], EINVAL,
	    "polls[1]: want 0xffffffff");
	polls[1].want = FORKD_READ;
	ck_assert_int_eq(close(pair[1]->fd), 0);
	ck_failed(forkd_socket_poll(polls, 2, -1), pair[1], EBADF,
	    "forkd_socket_poll: polls[1]: descriptor ");
	ck_assert_int_eq(polls[0].ready, 5);
	ck_assert_int_eq(polls[1].ready, 6);
	polls[1].want = 0;		/* not looked at */
	ck_assert_int_eq(forkd_socket_poll(polls, 2, -1), 1);
	ck_assert_int_eq(polls[1].ready, 0);
	pair[1]->fd = -1;
	pair_close(pair);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_poll");
	TCase	*tcase = tcase_create("socket_poll");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, kinds, 0, KINDS);
	tcase_add_test(tcase, out_of_band);
	tcase_add_loop_test(tcase, ahead, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, half_line, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, ended, 0, STREAM_KINDS);
	tcase_add_test(tcase, refused);
	tcase_add_test(tcase, many);
	tcase_add_test(tcase, too_many);
	tcase_add_test(tcase, interrupted);
	tcase_add_test(tcase, time_is_over);
	tcase_add_test(tcase, wrong);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
