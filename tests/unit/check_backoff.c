/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of backoff.c: 100 ms, doubling to 1 s.
 */
#include "config.h"

#include "backoff.h"
#include "unit.h"

static void
check_series(struct backoff *backoff)
{
	static const int64_t	delays[] = { 100, 200, 400, 800, 1000, 1000 };
	size_t			i;

	for (i = 0; i < sizeof(delays) / sizeof(*delays); i++) {
		ck_assert_int_eq(backoff_failed(backoff), delays[i]);
		ck_assert_int_eq(backoff->delay_ms, delays[i]);
	}
}

START_TEST(doubling)
{
	struct backoff	backoff = { 0 };
	int		i;

	check_series(&backoff);
	for (i = 0; i < 100; i++)
		ck_assert_int_eq(backoff_failed(&backoff), BACKOFF_LAST_MS);
}
END_TEST

START_TEST(success_begins_anew)
{
	struct backoff	backoff = { 0 };

	backoff_worked(&backoff);
	ck_assert_int_eq(backoff_failed(&backoff), BACKOFF_FIRST_MS);
	backoff_worked(&backoff);
	check_series(&backoff);
	backoff_worked(&backoff);
	backoff_worked(&backoff);
	check_series(&backoff);
}
END_TEST

START_TEST(limits)
{
	ck_assert_int_eq(BACKOFF_FIRST_MS, 100);
	ck_assert_int_eq(BACKOFF_LAST_MS, 1000);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("backoff");
	TCase	*tc = tcase_create("backoff");

	tcase_add_test(tc, doubling);
	tcase_add_test(tc, success_begins_anew);
	tcase_add_test(tc, limits);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
