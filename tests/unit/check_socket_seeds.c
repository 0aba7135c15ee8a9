/* SPDX-License-Identifier: ISC */
/*
 * The mistakes of old examples that read and write sockets, and how the layer
 * rules each of them out.  The others (signals that accept swallows, zombies,
 * errors that are read from the wrong call) are tested where they belong.
 */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>

#include "forkd.h"
#include "socket.h"
#include "sockets.h"
#include "unit.h"

static struct forkd_socket	*pair[2];

static void
put(const char *text)
{
	ck_assert_int_eq(forkd_socket_write_all(pair[1], text, strlen(text)),
	    0);
}

/*
 * "read 2048 bytes, compare with quit": a request need not come in one piece,
 * nor alone.  A line does, whatever the pieces.
 */
START_TEST(partial_read)
{
	char	line[2048];

	if (pair_open(_i, pair) == -1)
		return;
	put("qu");
	arrives(pair[0], POLLIN);
	ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, O_NONBLOCK), 0);
	ck_failed(forkd_socket_read(pair[0], line, sizeof(line),
	    FORKD_READ_LINE), pair[0], EAGAIN, "read line from");
	put("it\nhello\nq");
	arrives(pair[0], POLLIN);
	ck_assert_int_eq(forkd_socket_read(pair[0], line, sizeof(line),
	    FORKD_READ_LINE), 5);
	ck_assert_mem_eq(line, "quit\n", 5);
	ck_assert_int_eq(forkd_socket_read(pair[0], line, sizeof(line),
	    FORKD_READ_LINE), 6);
	ck_assert_mem_eq(line, "hello\n", 6);
	pair_close(pair);
}
END_TEST

/* The same for so many bytes: "a signal may make it less". */
START_TEST(partial_record)
{
	char	record[6];

	if (pair_open(_i, pair) == -1)
		return;
	put("rec");
	put("ord");
	ck_assert_int_eq(forkd_socket_recv(pair[0], record, sizeof(record),
	    MSG_WAITALL), 6);
	ck_assert_mem_eq(record, "record", 6);
	pair_close(pair);
}
END_TEST

/*
 * "$buf = ''; read($sock, $buf, 2048)": the variable stayed empty, or had what
 * was there before.  Here the caller's memory has what came, as many bytes as
 * the call returns, and not one more is touched; where nothing came none is.
 */
START_TEST(unfilled_variable)
{
	char	buf[16];

	if (pair_open(_i, pair) == -1)
		return;
	memset(buf, '#', sizeof(buf));
	ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(forkd_socket_read(pair[0], buf, sizeof(buf), 0), -1);
	ck_assert_mem_eq(buf, "################", 16);
	put("abc");
	arrives(pair[0], POLLIN);
	ck_assert_int_eq(forkd_socket_read(pair[0], buf, sizeof(buf), 0), 3);
	ck_assert_mem_eq(buf, "abc#############", 16);
	put("d\nefg");
	arrives(pair[0], POLLIN);
	ck_assert_int_eq(forkd_socket_read(pair[0], buf, sizeof(buf),
	    FORKD_READ_LINE), 2);
	ck_assert_mem_eq(buf, "d\nc#############", 16);
	pair_close(pair);
}
END_TEST

/*
 * "while (read(...))": the end of file was a negative number, or an error was
 * taken for data.  0 is the end, as often as one asks, and never anything else.
 */
START_TEST(end_that_is_none)
{
	char	buf[8];
	int	i;

	if (pair_open(_i, pair) == -1)
		return;
	ck_failed(forkd_socket_read(pair[0], buf, 0, FORKD_READ_BINARY),
	    pair[0], EINVAL, "would look like the end of file");
	put("x");
	ck_assert_int_eq(shutdown(pair[1]->fd, SHUT_WR), 0);
	ck_assert_int_eq(forkd_socket_read(pair[0], buf, sizeof(buf), 0), 1);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(forkd_socket_read(pair[0], buf, sizeof(buf),
		    FORKD_READ_BINARY), 0);
		ck_assert_int_eq(forkd_socket_read(pair[0], buf, sizeof(buf),
		    FORKD_READ_LINE), 0);
	}
	pair_close(pair);
}
END_TEST

/* What a peer that reads slowly gets: a count, over all. */
static void *
slow_peer(void *arg)
{
	static char	 buf[1000];
	size_t		*sum = arg;
	ssize_t		 n;

	while ((n = recv(pair[1]->fd, buf, sizeof(buf), 0)) > 0)
		*sum += (size_t)n;
	return NULL;
}

/*
 * "write($sock, $talkback, strlen($talkback))", and nobody looks how much went:
 * forkd_socket_write() does say so, forkd_socket_write_all() and
 * forkd_socket_printf() send all or fail.
 */
START_TEST(short_write)
{
	static char	much[1 << 20];
	pthread_t	thread;
	size_t		sum;
	ssize_t		n;

	if (pair_open(_i, pair) == -1)
		return;
	memset(much, 'x', sizeof(much) - 1);
	ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, O_NONBLOCK), 0);
	n = forkd_socket_write(pair[0], much, sizeof(much) - 1);
	ck_assert_int_gt(n, 0);
	if (_i == KIND_UNIX)
		ck_assert_int_lt(n, (ssize_t)sizeof(much) - 1);
	sum = 0;
	ck_assert_int_eq(pthread_create(&thread, NULL, slow_peer, &sum), 0);
	ck_assert_int_eq(forkd_socket_write_all(pair[0], much + n,
	    sizeof(much) - 1 - (size_t)n), 0);
	ck_assert_int_eq(forkd_socket_printf(pair[0], "You said '%s'.\n",
	    much), (int)sizeof(much) - 1 + 13);
	ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_WR), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(sum, 2 * (sizeof(much) - 1) + 13);
	pair_close(pair);
}
END_TEST

/* A peer that is gone ended the example by SIGPIPE. */
START_TEST(peer_is_gone)
{
	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_ptr_ne(signal(SIGPIPE, SIG_DFL), SIG_ERR);
	forkd_socket_close(pair[1]);
	while (forkd_socket_write(pair[0], "x", 1) == 1)
		;
	ck_assert(errno == EPIPE || errno == ECONNRESET);
	forkd_socket_close(pair[0]);
}
END_TEST

/* Whose error it was: each socket keeps its own. */
START_TEST(whose_error)
{
	char	buf[8];

	if (pair_open(_i, pair) == -1)
		return;
	ck_failed(forkd_socket_recv(pair[0], buf, 1, MSG_DONTWAIT), pair[0],
	    EAGAIN, "read from");
	ck_failed(forkd_socket_write(pair[1], NULL, 1), pair[1], EINVAL,
	    "forkd_socket_write: data");
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), EAGAIN);
	put("x");
	ck_assert_int_eq(forkd_socket_read(pair[0], buf, 1, 0), 1);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), EAGAIN);
	forkd_socket_clear_error(pair[0]);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	ck_assert_int_eq(forkd_socket_last_error(NULL), EINVAL);
	pair_close(pair);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_seeds");
	TCase	*tcase = tcase_create("socket_seeds");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, partial_read, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, partial_record, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, unfilled_variable, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, end_that_is_none, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, short_write, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, peer_is_gone, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, whose_error, 0, STREAM_KINDS);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
