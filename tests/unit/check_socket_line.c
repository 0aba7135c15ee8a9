/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_line.c: lines come whole, in whatever pieces they were
 * sent and whatever room there is for them.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>

#include "forkd.h"
#include "socket.h"
#include "sockets.h"
#include "unit.h"

#define LONG	100000		/* bytes, more than is read ahead at first */

static struct forkd_socket	*pair[2];
static char			 data[LONG + 1], want[LONG + 1];

static void
put(const char *text, size_t size)
{
	ssize_t	n;

	for (; size > 0; size -= (size_t)n, text += n) {
		n = send(forkd_socket_fd(pair[1]), text, size, 0);
		ck_assert_int_gt(n, 0);
	}
}

static void
line(size_t size, const char *text)
{
	ck_assert_int_eq(forkd_socket_read(pair[0], data, size,
	    FORKD_READ_LINE), (int)strlen(text));
	ck_assert_mem_eq(data, text, strlen(text));
}

START_TEST(lines)
{
	static const char	text[] = "one\n\ntwo\r\nnul\0here\nrest";

	if (pair_open(_i, pair) == -1)
		return;
	put(text, sizeof(text) - 1);
	ck_assert_int_eq(shutdown(forkd_socket_fd(pair[1]), SHUT_WR), 0);
	line(sizeof(data), "one\n");
	line(sizeof(data), "\n");
	line(sizeof(data), "two\r\n");
	ck_assert_int_eq(forkd_socket_read(pair[0], data, sizeof(data),
	    FORKD_READ_LINE), 9);
	ck_assert_mem_eq(data, "nul\0here\n", 9);
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 4);
	line(sizeof(data), "rest");
	line(sizeof(data), "");
	line(1, "");
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	pair_close(pair);
}
END_TEST

/* Room is 1 byte, exactly that of a line, one less. */
START_TEST(room)
{
	if (pair_open(_i, pair) == -1)
		return;
	put("abcd\nefgh\nij\n", 13);
	line(5, "abcd\n");
	line(4, "efgh");
	line(4, "\n");
	line(1, "i");
	line(1, "j");
	line(1, "\n");
	ck_failed(forkd_socket_read(pair[0], data, 0, FORKD_READ_LINE),
	    pair[0], EINVAL, "forkd_socket_read: size 0");
	ck_failed(forkd_socket_read(pair[0], NULL, 4, FORKD_READ_LINE),
	    pair[0], EINVAL, "forkd_socket_read: data: NULL");
	pair_close(pair);
}
END_TEST

/* What did not come whole stays, and is there for the next call. */
START_TEST(pieces)
{
	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(fcntl(forkd_socket_fd(pair[0]), F_SETFL, O_NONBLOCK),
	    0);
	ck_failed(forkd_socket_read(pair[0], data, 9, FORKD_READ_LINE),
	    pair[0], EAGAIN, "read line from descriptor");
	put("ab", 2);
	arrives(pair[0], POLLIN);
	ck_failed(forkd_socket_read(pair[0], data, 9, FORKD_READ_LINE),
	    pair[0], EAGAIN, "read line from descriptor");
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 2);
	put("cd\ne", 4);
	arrives(pair[0], POLLIN);
	line(9, "abcd\n");
	ck_failed(forkd_socket_read(pair[0], data, 9, FORKD_READ_LINE),
	    pair[0], EAGAIN, "read line from descriptor");
	line(1, "e");
	put("f", 1);
	arrives(pair[0], POLLIN);
	ck_failed(forkd_socket_read(pair[0], data, 9, FORKD_READ_LINE),
	    pair[0], EAGAIN, "read line from descriptor");
	ck_assert_int_eq(shutdown(forkd_socket_fd(pair[1]), SHUT_WR), 0);
	arrives(pair[0], POLLIN);
	line(9, "f");
	line(9, "");
	pair_close(pair);
}
END_TEST

/* A line longer than what is read ahead at first; written bit by bit. */
START_TEST(long_line)
{
	size_t	at, size;

	if (pair_open(KIND_UNIX, pair) == -1)
		return;
	ck_assert_int_eq(fcntl(forkd_socket_fd(pair[0]), F_SETFL, O_NONBLOCK),
	    0);
	memset(want, 'x', LONG);
	want[LONG - 1] = '\n';
	for (at = 0; at < LONG; at += size) {
		size = LONG - at < 7777 ? LONG - at : 7777;
		put(want + at, size);
		if (at + size < LONG)
			ck_failed(forkd_socket_read(pair[0], data,
			    sizeof(data), FORKD_READ_LINE), pair[0], EAGAIN,
			    "read line");
		ck_assert_uint_le(pair[0]->ahead_size, sizeof(data));
	}
	line(sizeof(data), want);
	/* and the same in parts: each but the last one is full */
	put(want, LONG);
	for (at = 0; at < LONG; at += size) {
		size = LONG - at < 999 ? LONG - at : 999;
		ck_assert_int_eq(forkd_socket_read(pair[0], data, 999,
		    FORKD_READ_LINE), (int)size);
		ck_assert_mem_eq(data, want + at, size);
	}
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 0);
	pair_close(pair);
}
END_TEST

/* It reads ahead, 4 KiB or more with one call. */
START_TEST(reads_ahead)
{
	if (pair_open(_i, pair) == -1)
		return;
	memset(want, '\n', 5000);
	put(want, 5000);
	line(9, "\n");
	ck_assert_uint_ge(forkd_socket_buffered(pair[0]), 4095);
	ck_failed(forkd_socket_read(pair[0], data, 9, 5), pair[0], EINVAL,
	    "how 5");
	pair_close(pair);
}
END_TEST

/* Without line mode no memory is taken. */
START_TEST(no_memory_of_others)
{
	if (pair_open(_i, pair) == -1)
		return;
	put("x", 1);
	ck_assert_int_eq(forkd_socket_read(pair[0], data, 9, 0), 1);
	ck_assert_ptr_null(pair[0]->ahead);
	pair_close(pair);
}
END_TEST

START_TEST(closed_underneath)
{
	if (pair_open(_i, pair) == -1)
		return;
	put("one\ntwo\nth", 10);
	line(9, "one\n");
	ck_assert_int_eq(close(pair[0]->fd), 0);
	line(9, "two\n");
	ck_failed(forkd_socket_read(pair[0], data, 9, FORKD_READ_LINE),
	    pair[0], EBADF, "read line from descriptor");
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 2);
	pair[0]->fd = -1;
	pair_close(pair);
}
END_TEST

/* socket_ahead_take, which others call */
START_TEST(take)
{
	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_uint_eq(socket_ahead_take(pair[0], data, 9, false), 0);
	put("\nabcdef", 7);
	line(9, "\n");
	ck_assert_uint_eq(socket_ahead_take(pair[0], NULL, 0, false), 0);
	ck_assert_uint_eq(socket_ahead_take(pair[0], data, 2, true), 2);
	ck_assert_mem_eq(data, "ab", 2);
	ck_assert_uint_eq(socket_ahead_take(pair[0], data, 4, false), 4);
	ck_assert_mem_eq(data, "abcd", 4);
	ck_assert_uint_eq(socket_ahead_take(pair[0], data, 9, true), 2);
	ck_assert_uint_eq(socket_ahead_take(pair[0], data, 9, false), 2);
	ck_assert_mem_eq(data, "ef", 2);
	ck_assert_uint_eq(socket_ahead_take(pair[0], data, 9, false), 0);
	pair_close(pair);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_line");
	TCase	*tcase = tcase_create("socket_line");

	tcase_add_loop_test(tcase, lines, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, room, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, pieces, 0, STREAM_KINDS);
	tcase_add_test(tcase, long_line);
	tcase_add_loop_test(tcase, reads_ahead, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, no_memory_of_others, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, closed_underneath, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, take, 0, STREAM_KINDS);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
