/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of interface.c, with the loopback interface.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <net/if.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "interface.h"
#include "unit.h"

#define UNUSED	INT_MAX		/* an index that nobody has */

/* Asked by a descriptor of any family, or by one of its own. */
START_TEST(texts)
{
	static const char *const	none[] = {
		"", "0", "-1", "+1", " 1", "1 ", "0x1", "no-such", "lo:1",
		"2147483648", "99999999999999999999",
		"a-name-that-is-longer-than-any"
	};
	char				digits[16];
	size_t				i;
	int				fd, lo;

	lo = (int)if_nametoindex("lo");
	if (lo == 0)
		return;
	(void)snprintf(digits, sizeof(digits), "%d", lo);
	fd = _i == 0 ? -1 : socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(interface_index(fd, "lo"), lo);
	ck_assert_int_eq(interface_index(fd, digits), lo);
	ck_assert_int_eq(interface_index(fd, "2147483647"), UNUSED);
	for (i = 0; i < sizeof(none) / sizeof(*none); i++)
		ck_assert_int_eq(interface_index(fd, none[i]), 0);
	if (fd != -1)
		ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(known)
{
	int	fd, lo;

	lo = (int)if_nametoindex("lo");
	if (lo == 0)
		return;
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(interface_known(fd, lo), lo);
	ck_assert_int_eq(interface_known(fd, UNUSED), 0);
	ck_assert_int_eq(close(fd), 0);
	errno = 0;
	ck_assert_int_eq(interface_known(fd, lo), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(interface_index(fd, "lo"), -1);
}
END_TEST

/* That nothing can be known is not that there is none. */
START_TEST(no_descriptor)
{
	struct rlimit	before, limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	errno = 0;
	ck_assert_int_eq(interface_index(-1, "lo"), -1);
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("interface");
	TCase	*tc = tcase_create("interface");

	tcase_add_loop_test(tc, texts, 0, 2);
	tcase_add_test(tc, known);
	tcase_add_test(tc, no_descriptor);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
