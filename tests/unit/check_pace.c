/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of pace.c: which ends of a handler make a pause, and how long it
 * is.
 */
#include "config.h"

#include <string.h>

#include "pace.h"
#include "service.h"
#include "unit.h"

static struct pace	pace;

static int64_t
ends(int64_t lived_ms)
{
	return pace_ended(&pace, lived_ms, true, PACE_FREE);
}

static void
grows(void)
{
	static const int64_t	delays[] = { 100, 200, 400, 800, 1000, 1000 };
	size_t			i;

	for (i = 0; i < PACE_FREE; i++)
		ck_assert_int_eq(ends(0), 0);
	for (i = 0; i < sizeof(delays) / sizeof(*delays); i++)
		ck_assert_int_eq(ends(PACE_QUICK_MS - 1), delays[i]);
}

START_TEST(quick)
{
	memset(&pace, 0, sizeof(pace));
	grows();
}
END_TEST

START_TEST(long_lived)
{
	memset(&pace, 0, sizeof(pace));
	grows();
	ck_assert_int_eq(ends(PACE_QUICK_MS), 0);
	grows();
}
END_TEST

START_TEST(fruitful)
{
	int	i;

	memset(&pace, 0, sizeof(pace));
	grows();
	for (i = 0; i < 1000; i++)
		ck_assert_int_eq(pace_ended(&pace, 0, false, PACE_FREE), 0);
	grows();
}
END_TEST

START_TEST(none_is_free)
{
	memset(&pace, 0, sizeof(pace));
	ck_assert_int_eq(pace_ended(&pace, 0, true, 0), 100);
	ck_assert_int_eq(pace_ended(&pace, 0, true, 0), 200);
}
END_TEST

/* At most so many starts in an hour of nothing but quick ends. */
START_TEST(an_hour)
{
	int64_t	now_ms, starts;

	memset(&pace, 0, sizeof(pace));
	starts = 0;
	for (now_ms = 0; now_ms < INT64_C(3600000); starts++)
		now_ms += 1 + ends(1);
	ck_assert_int_le(starts, 3600 + PACE_FREE + 4);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("pace");
	TCase	*tc = tcase_create("pace");

	tcase_add_test(tc, quick);
	tcase_add_test(tc, long_lived);
	tcase_add_test(tc, fruitful);
	tcase_add_test(tc, none_is_free);
	tcase_add_test(tc, an_hour);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
