/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of the load generator's histogram.
 */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "unit.h"

#include "../bench/histogram.h"

static struct histogram	histogram;

static void
fresh(void)
{
	memset(&histogram, 0, sizeof(histogram));
}

START_TEST(empty)
{
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.5), 0);
	ck_assert_uint_eq(histogram_quantile(&histogram, 1), 0);
	ck_assert_uint_eq(histogram.max, 0);
}
END_TEST

START_TEST(one_value)
{
	histogram_add(&histogram, 1000003);
	ck_assert_uint_eq(histogram.count, 1);
	ck_assert_uint_eq(histogram.max, 1000003);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0), 1000003);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.5), 1000003);
	ck_assert_uint_eq(histogram_quantile(&histogram, 1), 1000003);
}
END_TEST

START_TEST(zeroes_count)
{
	histogram_add(&histogram, 0);
	histogram_add(&histogram, 0);
	histogram_add(&histogram, 9);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.5), 0);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.67), 9);
}
END_TEST

START_TEST(small_values_are_exact)
{
	uint64_t	value;

	for (value = 1; value <= 50; value++)
		histogram_add(&histogram, value);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.02), 1);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.5), 25);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.51), 26);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.98), 49);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.99), 50);
	ck_assert_uint_eq(histogram.max, 50);
}
END_TEST

/* Each value alone below a greater one, so that max cannot help. */
static void
check_error(uint64_t value)
{
	uint64_t	seen;

	fresh();
	histogram_add(&histogram, value);
	histogram_add(&histogram, UINT64_MAX);
	seen = histogram_quantile(&histogram, 0.5);
	ck_assert_uint_ge(seen, value);
	ck_assert_uint_le(seen - value, value / HISTOGRAM_STEPS);
	ck_assert_uint_eq(histogram_quantile(&histogram, 1), UINT64_MAX);
}

START_TEST(error_is_bounded)
{
	uint64_t	value;
	int		bit;

	for (value = 0; value < 5000; value++)
		check_error(value);
	for (bit = 12; bit < 64; bit++) {
		value = UINT64_C(1) << bit;
		check_error(value - 1);
		check_error(value);
		check_error(value + 1);
		check_error(value + value / 3);
	}
	check_error(UINT64_MAX - 1);
}
END_TEST

START_TEST(order_is_kept)
{
	uint64_t	value, last = 0, seen;
	double		part;

	for (value = 1; value < 100000; value += 7)
		histogram_add(&histogram, value * value);
	for (part = 0; part <= 1; part += 0.001) {
		seen = histogram_quantile(&histogram, part);
		ck_assert_uint_ge(seen, last);
		last = seen;
	}
	ck_assert_uint_le(last, histogram.max);
}
END_TEST

START_TEST(never_above_max)
{
	histogram_add(&histogram, 1024);
	histogram_add(&histogram, 1025);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.99), 1025);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("histogram");
	TCase	*tc = tcase_create("histogram");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, empty);
	tcase_add_test(tc, one_value);
	tcase_add_test(tc, zeroes_count);
	tcase_add_test(tc, small_values_are_exact);
	tcase_add_test(tc, error_is_bounded);
	tcase_add_test(tc, order_is_kept);
	tcase_add_test(tc, never_above_max);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
