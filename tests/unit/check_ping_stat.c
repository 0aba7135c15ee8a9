/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of ping's statistics.
 */

#include "config.h"

#include <string.h>

#include "unit.h"

#include "../../src/examples/ping_stat.h"

static struct ping_stat	seen;

static void
add(const int64_t *times, size_t count)
{
	size_t	i;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < count; i++)
		ping_stat_add(&seen, times[i]);
}

/* Both as close as their numbers allow. */
static void
close_to(double have, double want)
{
	ck_assert_double_le(have, want * (1 + 1e-9));
	ck_assert_double_ge(have, want * (1 - 1e-9));
}

START_TEST(none)
{
	add(NULL, 0);
	ck_assert_double_eq(ping_stat_deviation(&seen), 0);
}
END_TEST

START_TEST(one)
{
	static const int64_t	times[] = { 7 };

	add(times, 1);
	ck_assert_int_eq(seen.min, 7);
	ck_assert_int_eq(seen.max, 7);
	ck_assert_double_eq(seen.mean, 7);
	ck_assert_double_eq(ping_stat_deviation(&seen), 0);
}
END_TEST

START_TEST(several)
{
	static const int64_t	times[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
	static const int64_t	falling[] = { 3, 1 };

	add(times, 8);
	ck_assert_int_eq(seen.count, 8);
	ck_assert_int_eq(seen.min, 2);
	ck_assert_int_eq(seen.max, 9);
	close_to(seen.mean, 5);
	close_to(ping_stat_deviation(&seen), 2);
	add(falling, 2);
	ck_assert_int_eq(seen.min, 1);
	ck_assert_int_eq(seen.max, 3);
	close_to(ping_stat_deviation(&seen), 1);
}
END_TEST

/* Below 1 the square root goes up, not down. */
START_TEST(small)
{
	static const int64_t	times[] = { 0, 0, 0, 1 };

	add(times, 4);
	close_to(ping_stat_deviation(&seen), 0.43301270189221932338);
}
END_TEST

START_TEST(long_and_alike)
{
	static const int64_t	times[] = {
		INT64_C(86400000000), INT64_C(86400000002)
	};

	add(times, 2);
	close_to(seen.mean, 86400000001.0);
	close_to(ping_stat_deviation(&seen), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("ping_stat");
	tcase = tcase_create("ping_stat");
	tcase_add_test(tcase, none);
	tcase_add_test(tcase, one);
	tcase_add_test(tcase, several);
	tcase_add_test(tcase, small);
	tcase_add_test(tcase, long_and_alike);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
