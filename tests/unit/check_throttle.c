/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of throttle.c: when a service pauses and for how long, over hours
 * of a simulated clock.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "service.h"
#include "throttle.h"
#include "unit.h"

#define MIDDLE	THROTTLE_JITTER		/* a chance that changes nothing */
#define HOUR	INT64_C(3600000)

static struct throttle	 throttle;
static int64_t		 now;

static void
fresh(void)
{
	memset(&throttle, 0, sizeof(throttle));
	now = 1000;
}

/* A worker fails for a connection of this very moment. */
static int64_t
failed(void)
{
	return throttle_failed(&throttle, now, now, MIDDLE);
}

static int64_t
failed_often(int times)
{
	int64_t	delay;

	for (delay = 0; times > 0; times--)
		delay = failed();
	return delay;
}

START_TEST(a_few_are_nothing)
{
	ck_assert_int_eq(failed(), 0);
	now += 10;
	ck_assert_int_eq(failed(), 0);
	now += 10;
	ck_assert_int_eq(failed(), THROTTLE_FIRST_MS);
}
END_TEST

START_TEST(success_between)
{
	int	i;

	for (i = 0; i < 1000; i++) {
		ck_assert_int_eq(failed_often(THROTTLE_AFTER - 1), 0);
		now += 5;
		throttle_worked(&throttle, now);
		now += 5;
	}
}
END_TEST

START_TEST(doubles)
{
	static const int64_t	delays[] = {
		2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000
	};
	size_t	i;

	(void)failed_often(THROTTLE_AFTER - 1);
	for (i = 0; i < sizeof(delays) / sizeof(*delays); i++) {
		ck_assert_int_eq(failed(), delays[i]);
		now += delays[i] + 1;
	}
}
END_TEST

/* Those that were accepted before the pause tell nothing new. */
START_TEST(burst)
{
	int64_t	born;
	int	i;

	born = now;
	ck_assert_int_eq(failed_often(THROTTLE_AFTER), THROTTLE_FIRST_MS);
	for (i = 0; i < 200; i++) {
		now += 20;
		ck_assert_int_eq(throttle_failed(&throttle, born, now, MIDDLE),
		    0);
	}
	ck_assert_int_eq(failed(), 2 * THROTTLE_FIRST_MS);
}
END_TEST

START_TEST(success_resets)
{
	(void)failed_often(THROTTLE_AFTER);
	now += 2000;
	ck_assert_int_eq(failed(), 4000);
	now += 4000;
	throttle_worked(&throttle, now);
	ck_assert_int_eq(failed_often(THROTTLE_AFTER - 1), 0);
	ck_assert_int_eq(failed(), THROTTLE_FIRST_MS);
}
END_TEST

/* A handler that was set up before the trouble began ends in the middle. */
START_TEST(old_success)
{
	int64_t	old;

	old = now;
	now += 1;
	(void)failed_often(THROTTLE_AFTER - 1);
	throttle_worked(&throttle, old);
	ck_assert_int_eq(failed(), THROTTLE_FIRST_MS);
	throttle_worked(&throttle, old);
	now += 2000;
	ck_assert_int_eq(failed(), 2 * THROTTLE_FIRST_MS);
}
END_TEST

/* Failures that are far from each other are not in a row. */
START_TEST(forgets)
{
	int	i;

	for (i = 0; i < 100; i++) {
		ck_assert_int_eq(failed(), 0);
		now += THROTTLE_FORGET_MS + 1;
	}
	(void)failed_often(THROTTLE_AFTER);
	now = throttle.until_ms + THROTTLE_FORGET_MS + 1;
	ck_assert_int_eq(failed_often(THROTTLE_AFTER - 1), 0);
	ck_assert_int_eq(failed(), THROTTLE_FIRST_MS);
	/* within that time nothing is forgotten */
	now = throttle.until_ms + THROTTLE_FORGET_MS;
	ck_assert_int_eq(failed(), 2 * THROTTLE_FIRST_MS);
}
END_TEST

START_TEST(jitter)
{
	int64_t		delay, least, most;
	uint32_t	chance;

	least = INT64_MAX;
	most = 0;
	for (chance = 0; chance < 1000; chance++) {
		memset(&throttle, 0, sizeof(throttle));
		(void)failed_often(THROTTLE_AFTER - 1);
		delay = throttle_failed(&throttle, now, now,
		    chance * 4294967);
		least = delay < least ? delay : least;
		most = delay > most ? delay : most;
	}
	ck_assert_int_eq(least, 1600);
	ck_assert_int_eq(most, 2400);
}
END_TEST

/* A client a second, and a handler that is missing for six hours. */
START_TEST(hours)
{
	int64_t	end, paused, delay;
	int	failures;

	end = now + 6 * HOUR;
	failures = 0;
	paused = 0;
	while (now < end) {
		failures++;
		delay = throttle_failed(&throttle, now, now,
		    (uint32_t)failures * 2654435761U);
		ck_assert_int_le(delay, THROTTLE_LAST_MS * 120 / 100);
		paused += delay;
		now += delay + 1000;
	}
	ck_assert_int_gt(paused, 6 * HOUR * 95 / 100);
	ck_assert_int_lt(failures, 500);
	throttle_worked(&throttle, now);
	ck_assert_int_eq(failed_often(THROTTLE_AFTER - 1), 0);
}
END_TEST

START_TEST(clients_do_not_count)
{
	ck_assert(!throttle_counts(EAGAIN));
	ck_assert(throttle_counts(ENOENT));
	ck_assert(throttle_counts(EPERM));
	ck_assert(throttle_counts(ENOMEM));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("throttle");
	TCase	*tc = tcase_create("throttle");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, a_few_are_nothing);
	tcase_add_test(tc, success_between);
	tcase_add_test(tc, doubles);
	tcase_add_test(tc, burst);
	tcase_add_test(tc, success_resets);
	tcase_add_test(tc, old_success);
	tcase_add_test(tc, forgets);
	tcase_add_test(tc, jitter);
	tcase_add_test(tc, hours);
	tcase_add_test(tc, clients_do_not_count);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
