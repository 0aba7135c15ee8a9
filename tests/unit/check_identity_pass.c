/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of identity.c: an identity passed from one process to another.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "fdio.h"
#include "identity.h"
#include "unit.h"

static struct identity	 identity;

static void
gone(void)
{
	identity_free(&identity);
}

static void
resolve(const char *user, const char *groups)
{
	struct error	error;

	identity_free(&identity);
	ck_assert_int_eq(identity_resolve(&identity, user, NULL, groups,
	    &error), 0);
}

static void
check_passed(void)
{
	struct identity	read_back;
	char		byte;
	int		ends[2];

	ck_assert_int_eq(fdio_pipe(ends), 0);
	ck_assert_int_eq(identity_write(ends[1], &identity), 0);
	ck_assert_int_eq(identity_read(ends[0], &read_back, -1), 0);
	ck_assert_int_eq(read(ends[0], &byte, 1), -1);	/* all is read */
	ck_assert_int_eq(read_back.given, identity.given);
	ck_assert_uint_eq(read_back.uid, identity.uid);
	ck_assert_uint_eq(read_back.gid, identity.gid);
	ck_assert_int_eq(read_back.group_count, identity.group_count);
	ck_assert_int_eq(identity.group_count == 0 ? 0 :
	    memcmp(read_back.groups, identity.groups,
	    (size_t)identity.group_count * sizeof(gid_t)), 0);
	ck_assert_pstr_eq(read_back.user, identity.user);
	ck_assert_pstr_eq(read_back.home, identity.home);
	ck_assert_pstr_eq(read_back.shell, identity.shell);
	identity_free(&read_back);
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
}

START_TEST(passed_on)
{
	check_passed();
	resolve("root", "1 2 3");
	check_passed();
	resolve("12:13", "none");
	check_passed();
}
END_TEST

/* Whatever is missing at the end: an error, and nothing is kept. */
START_TEST(passed_in_part)
{
	struct identity	read_back;
	char		bytes[4096];
	ssize_t		length, part;
	int		ends[2];

	resolve("root", "1 2 3");
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(identity_write(ends[1], &identity), 0);
	length = read(ends[0], bytes, sizeof(bytes));
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
	for (part = 0; part < length; part++) {
		ck_assert_int_eq(pipe(ends), 0);
		ck_assert_int_eq(write(ends[1], bytes, (size_t)part), part);
		fdio_close(&ends[1]);
		errno = 0;
		ck_assert_int_eq(identity_read(ends[0], &read_back, -1), -1);
		ck_assert_int_eq(errno, EIO);
		fdio_close(&ends[0]);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("identity_pass");
	TCase	*tc = tcase_create("identity_pass");

	tcase_add_checked_fixture(tc, NULL, gone);
	tcase_add_test(tc, passed_on);
	tcase_add_test(tc, passed_in_part);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
