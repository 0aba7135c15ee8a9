/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_vector.c: several parts by one call, in order.
 */
#include "config.h"

#include <sys/uio.h>

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "forkd.h"
#include "socket.h"
#include "sockets.h"
#include "unit.h"

static struct forkd_socket	*pair[2];
static char			 one[8], two[8], three[8];

static struct iovec
part(void *base, size_t size)
{
	struct iovec	made = { .iov_base = base, .iov_len = size };

	return made;
}

START_TEST(both_ways)
{
	static char		abc[] = "abc", defg[] = "defg", empty[] = "";
	const struct iovec	out[] = { part(abc, 3), part(empty, 0),
				    part(NULL, 0), part(defg, 4) };
	const struct iovec	in[] = { part(one, 2), part(NULL, 0),
				    part(two, 3), part(three, 8) };

	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(forkd_socket_writev(pair[0], out, 4), 7);
	ck_assert_int_eq(forkd_socket_readv(pair[1], in, 4), 7);
	ck_assert_mem_eq(one, "ab", 2);
	ck_assert_mem_eq(two, "cde", 3);
	ck_assert_mem_eq(three, "fg", 2);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	pair_close(pair);
}
END_TEST

/* The end of file, and no bytes at all. */
START_TEST(nothing)
{
	const struct iovec	in[] = { part(one, 0), part(two, 0) };
	const struct iovec	room = part(one, 1);

	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(forkd_socket_writev(pair[0], NULL, 0), 0);
	if (_i < STREAM_KINDS) {
		ck_failed(forkd_socket_readv(pair[1], in, 2), pair[1], EINVAL,
		    "forkd_socket_readv: size 0");
		ck_failed(forkd_socket_readv(pair[1], NULL, 0), pair[1],
		    EINVAL, "forkd_socket_readv: size 0");
		ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_WR), 0);
		ck_assert_int_eq(forkd_socket_readv(pair[1], &room, 1), 0);
	} else {
		ck_assert_int_eq(forkd_socket_readv(pair[1], in, 2), 0);
	}
	pair_close(pair);
}
END_TEST

/* As many parts as there may be, and one more. */
START_TEST(many)
{
	static char		bytes[IOV_MAX + 1];
	static struct iovec	parts[IOV_MAX + 1];
	int			i;

	if (pair_open(_i, pair) == -1)
		return;
	for (i = 0; i <= IOV_MAX; i++) {
		bytes[i] = (char)('a' + i % 26);
		parts[i] = part(bytes + i, 1);
	}
	ck_assert_int_eq(forkd_socket_writev(pair[0], parts, IOV_MAX),
	    IOV_MAX);
	memset(bytes, 0, sizeof(bytes));
	ck_assert_int_eq(forkd_socket_readv(pair[1], parts, IOV_MAX), IOV_MAX);
	for (i = 0; i < IOV_MAX; i++)
		ck_assert_int_eq(bytes[i], 'a' + i % 26);
	ck_failed(forkd_socket_writev(pair[0], parts, IOV_MAX + 1), pair[0],
	    EINVAL, "forkd_socket_writev: count 1025");
	ck_failed(forkd_socket_readv(pair[1], parts, IOV_MAX + 1), pair[1],
	    EINVAL, "forkd_socket_readv: count 1025");
	pair_close(pair);
}
END_TEST

START_TEST(wrong)
{
	struct iovec	parts[2] = { part(one, 1), part(NULL, 1) };

	if (pair_open(_i, pair) == -1)
		return;
	ck_failed(forkd_socket_readv(NULL, parts, 1), NULL, EINVAL,
	    "forkd_socket_readv: no socket");
	ck_failed(forkd_socket_writev(NULL, parts, 1), NULL, EINVAL,
	    "forkd_socket_writev: no socket");
	ck_failed(forkd_socket_readv(pair[0], NULL, 1), pair[0], EINVAL,
	    "forkd_socket_readv: parts: NULL");
	ck_failed(forkd_socket_writev(pair[0], NULL, 1), pair[0], EINVAL,
	    "forkd_socket_writev: parts: NULL");
	ck_failed(forkd_socket_readv(pair[0], parts, -1), pair[0], EINVAL,
	    "forkd_socket_readv: count -1");
	ck_failed(forkd_socket_writev(pair[0], parts, INT_MIN), pair[0],
	    EINVAL, "forkd_socket_writev: count -2147483648");
	ck_failed(forkd_socket_readv(pair[0], parts, 2), pair[0], EINVAL,
	    "forkd_socket_readv: part 1: NULL");
	parts[1] = part(two, SSIZE_MAX);
	ck_failed(forkd_socket_writev(pair[0], parts, 2), pair[0], EINVAL,
	    "forkd_socket_writev: part 1: 9223372036854775807 bytes");
	parts[0] = part(two, SIZE_MAX);
	ck_failed(forkd_socket_readv(pair[0], parts, 1), pair[0], EINVAL,
	    "forkd_socket_readv: part 0: 18446744073709551615 bytes");
	parts[0] = part(one, 1);
	ck_assert_int_eq(close(pair[0]->fd), 0);
	ck_failed(forkd_socket_readv(pair[0], parts, 1), pair[0], EBADF,
	    "read from descriptor");
	ck_failed(forkd_socket_writev(pair[0], parts, 1), pair[0], EBADF,
	    "write to descriptor");
	pair[0]->fd = -1;
	pair_close(pair);
}
END_TEST

START_TEST(broken)
{
	const struct iovec	parts[] = { part(one, 1) };

	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_ptr_ne(signal(SIGPIPE, SIG_DFL), SIG_ERR);
	ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_WR), 0);
	ck_failed(forkd_socket_writev(pair[0], parts, 1), pair[0], EPIPE,
	    "write to ");
	pair_close(pair);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_vector");
	TCase	*tcase = tcase_create("socket_vector");

	tcase_add_loop_test(tcase, both_ways, 0, KINDS);
	tcase_add_loop_test(tcase, nothing, 0, KINDS);
	tcase_add_loop_test(tcase, many, 0, KINDS);
	tcase_add_loop_test(tcase, wrong, 0, KINDS);
	tcase_add_loop_test(tcase, broken, 0, KIND_DGRAM);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
