/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of error.c: errors as values.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "unit.h"

static struct error	 error;

static void
fresh(void)
{
	memset(&error, '#', sizeof(error));
}

START_TEST(setting)
{
	errno = 0;
	ck_assert_int_eq(error_set(&error, EX_USAGE, EINVAL, "%s: %d of %d",
	    "web", 3, 4), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(error.number, EINVAL);
	ck_assert_int_eq(error.exit_code, EX_USAGE);
	ck_assert_str_eq(error.text, "web: 3 of 4");
}
END_TEST

START_TEST(of_the_system)
{
	ck_assert_int_eq(error_system(&error, EMFILE, "pipe of %s", "web"),
	    -1);
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_int_eq(error.number, EMFILE);
	ck_assert_int_eq(error.exit_code, EX_OSERR);
	ck_assert_str_eq(error.text, "pipe of web: Too many open files");
	(void)error_system(&error, EACCES, "x");
	ck_assert_int_eq(error.exit_code, EX_NOPERM);
	ck_assert_str_eq(error.text, "x: Permission denied");
	(void)error_system(&error, EPERM, "x");
	ck_assert_int_eq(error.exit_code, EX_NOPERM);
	(void)error_system(&error, ENOENT, "x");
	ck_assert_int_eq(error.exit_code, EX_OSERR);
}
END_TEST

START_TEST(one_printable_line)
{
	(void)error_set(&error, EX_USAGE, EINVAL, "\"%s\"",
	    "/bin/sh\r\n\033[2J\377");
	ck_assert_str_eq(error.text, "\"/bin/sh\\r\\n\\^[[2J\\M^?\"");
	(void)error_system(&error, ENOENT, "a\nb");
	ck_assert_str_eq(error.text, "a\\nb: No such file or directory");
}
END_TEST

/* A text that names itself: it is made anew, not while it is read. */
START_TEST(from_its_own_text)
{
	(void)error_set(&error, EX_USAGE, EINVAL, "inner");
	(void)error_set(&error, EX_CONFIG, EINVAL, "outer: %s", error.text);
	ck_assert_str_eq(error.text, "outer: inner");
}
END_TEST

START_TEST(cut)
{
	char	bytes[3 * ERROR_TEXT_SIZE];

	memset(bytes, 'a', sizeof(bytes) - 1);
	bytes[sizeof(bytes) - 1] = '\0';
	(void)error_set(&error, EX_USAGE, EINVAL, "%s", bytes);
	ck_assert_uint_eq(strlen(error.text), ERROR_TEXT_SIZE - 1);
	(void)error_system(&error, ENOENT, "%s", bytes);
	ck_assert_uint_eq(strlen(error.text), ERROR_TEXT_SIZE - 1);
	ck_assert_int_eq(error.number, ENOENT);
	memset(bytes, '\377', sizeof(bytes) - 1);
	(void)error_set(&error, EX_USAGE, EINVAL, "%s", bytes);
	ck_assert_uint_eq(strlen(error.text), (ERROR_TEXT_SIZE - 1) / 4 * 4);
	ck_assert_int_eq(error.text[strlen(error.text) - 1], '?');
}
END_TEST

static void *
other_thread(void *arg)
{
	const char	**seen = arg;

	*seen = error_last()->text[0] == '\0' ? "empty" : "taken";
	(void)error_set(error_last(), EX_USAGE, EINVAL, "theirs");
	return NULL;
}

START_TEST(last_of_a_thread)
{
	pthread_t	 thread;
	const char	*seen;

	(void)error_set(error_last(), EX_USAGE, EINVAL, "ours");
	ck_assert_int_eq(pthread_create(&thread, NULL, other_thread, &seen),
	    0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_str_eq(seen, "empty");
	ck_assert_str_eq(error_last()->text, "ours");
	ck_assert_ptr_eq(error_last(), error_last());
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("error");
	TCase	*tc = tcase_create("error");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, setting);
	tcase_add_test(tc, of_the_system);
	tcase_add_test(tc, one_printable_line);
	tcase_add_test(tc, from_its_own_text);
	tcase_add_test(tc, cut);
	tcase_add_test(tc, last_of_a_thread);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
