/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of fdio.c: reading until a deadline, and opening once more what
 * a descriptor is.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "unit.h"

static int	ends[2];
static char	seen[16];

static void
fresh(void)
{
	ck_assert_int_eq(fdio_pipe(ends), 0);
	memset(seen, 0, sizeof(seen));
}

static void
gone(void)
{
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
}

START_TEST(the_clock)
{
	int64_t	before, now;

	before = fdio_clock();
	ck_assert_int_gt(before, 0);
	do
		now = fdio_clock();
	while (now == before);
	ck_assert_int_gt(now, before);
}
END_TEST

/* Not before the deadline, and not long after it. */
START_TEST(too_late)
{
	int64_t	deadline;

	ck_assert_int_eq(write(ends[1], "abc", 3), 3);
	deadline = fdio_clock() + 30;
	errno = 0;
	ck_assert_int_eq(fdio_read_by(ends[0], seen, 4, deadline), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_ge(fdio_clock(), deadline);
	ck_assert_int_lt(fdio_clock(), deadline + 10000);
}
END_TEST

/* What is there is read, however late it is. */
START_TEST(in_time)
{
	ck_assert_int_eq(write(ends[1], "abcdef", 6), 6);
	ck_assert_int_eq(fdio_read_by(ends[0], seen, 3, fdio_clock() - 1), 3);
	ck_assert_int_eq(fdio_read_by(ends[0], seen + 3, 2,
	    fdio_clock() + 10000), 2);
	ck_assert_str_eq(seen, "abcde");
	errno = 0;
	ck_assert_int_eq(fdio_read_by(ends[0], seen, 2, fdio_clock() - 1), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	fdio_close(&ends[1]);
	ck_assert_int_eq(fdio_read_by(ends[0], seen, 2, fdio_clock() - 1), 0);
	ck_assert_int_eq(fdio_read_by(-1, seen, 2, fdio_clock() + 1), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

static void
opened_again(int flags, int expected)
{
	struct stat	again_st, st;
	int		again, before;

	before = fcntl(ends[1], F_GETFL);
	again = fdio_again(ends[1], flags);
	ck_assert_int_ge(again, 0);
	ck_assert_int_ne(again, ends[1]);
	ck_assert_int_eq(fcntl(again, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(again, F_GETFL) &
	    (O_ACCMODE | O_NONBLOCK | O_APPEND), O_WRONLY | expected);
	ck_assert_int_eq(fstat(ends[1], &st), 0);
	ck_assert_int_eq(fstat(again, &again_st), 0);
	ck_assert_uint_eq(st.st_ino, again_st.st_ino);
	/* its own description: what is set on it is not set on ours */
	ck_assert_int_eq(fcntl(again, F_SETFL,
	    fcntl(again, F_GETFL) ^ O_NONBLOCK), 0);
	ck_assert_int_eq(fcntl(ends[1], F_GETFL), before);
	fdio_close(&again);
}

START_TEST(once_more)
{
	opened_again(O_NONBLOCK, O_NONBLOCK);
	opened_again(0, 0);
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, 0), 0);
	opened_again(O_NONBLOCK, O_NONBLOCK);
	opened_again(0, 0);
	gone();
	ends[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	opened_again(O_APPEND, O_APPEND);
}
END_TEST

START_TEST(not_once_more)
{
	ck_assert_int_eq(fdio_again(-1, O_NONBLOCK), -1);
	ck_assert_int_eq(fdio_again(-1, 0), -1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("fdio_more");
	TCase	*tc = tcase_create("fdio_more");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, the_clock);
	tcase_add_test(tc, too_late);
	tcase_add_test(tc, in_time);
	tcase_add_test(tc, once_more);
	tcase_add_test(tc, not_once_more);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
