/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of log.c: how many lines one kind of event may have, over a
 * simulated clock.
 */
#include "config.h"

#include <string.h>

#include "event.h"
#include "log.h"
#include "unit.h"

static struct log_limit	 limit;
static uint64_t		 left_out;
static int		 told;
static uint64_t		 told_repeated;

static void
fresh(void)
{
	memset(&limit, 0, sizeof(limit));
	left_out = 77;
	told = 0;
}

static int
take(int64_t now_ms)
{
	return log_limit_take(&limit, now_ms, &left_out);
}

/* How many lines are taken of so many at once. */
static int
taken(int64_t now_ms, int tries)
{
	int	n;

	for (n = 0; tries > 0; tries--)
		n += take(now_ms);
	return n;
}

START_TEST(burst)
{
	int	i;

	for (i = 0; i < LOG_BURST; i++) {
		ck_assert(take(5000));
		ck_assert_uint_eq(left_out, 0);
	}
	left_out = 77;
	ck_assert(!take(5000));
	ck_assert_uint_eq(left_out, 77);	/* only said with a line */
	ck_assert_uint_eq(limit.left_out, 1);
}
END_TEST

START_TEST(refill)
{
	ck_assert_int_eq(taken(5000, 100), LOG_BURST);
	ck_assert(!take(5000 + LOG_REFILL_MS - 1));
	ck_assert(take(5000 + LOG_REFILL_MS));
	ck_assert(!take(5000 + LOG_REFILL_MS));
	ck_assert_int_eq(taken(5000 + 4 * LOG_REFILL_MS, 10), 3);
	/* no part of the time is lost */
	ck_assert_int_eq(taken(5000 + 5 * LOG_REFILL_MS + 900, 10), 1);
	ck_assert_int_eq(taken(5000 + 6 * LOG_REFILL_MS, 10), 1);
}
END_TEST

START_TEST(never_more_than_a_burst)
{
	ck_assert_int_eq(taken(5000, 100), LOG_BURST);
	ck_assert_int_eq(taken(INT64_C(1000000000000), 100), LOG_BURST);
	ck_assert_int_eq(taken(INT64_C(1000000000000), 100), 0);
}
END_TEST

/* One line long before a flood does not shorten the burst. */
START_TEST(quiet_before)
{
	ck_assert(take(5000));
	ck_assert_int_eq(taken(9000, 100), LOG_BURST);
}
END_TEST

START_TEST(left_out_is_told_once)
{
	ck_assert_int_eq(taken(5000, LOG_BURST + 7), LOG_BURST);
	ck_assert(take(5000 + LOG_REFILL_MS));
	ck_assert_uint_eq(left_out, 7);
	ck_assert(take(5000 + 2 * LOG_REFILL_MS));
	ck_assert_uint_eq(left_out, 0);
}
END_TEST

START_TEST(steady_rate)
{
	int64_t	now;
	int	lines = 0;

	for (now = 5000; now < 5000 + 100 * LOG_REFILL_MS; now += 10)
		lines += take(now);
	ck_assert_int_eq(lines, LOG_BURST + 99);
}
END_TEST

START_TEST(clock_that_stands)
{
	ck_assert_int_eq(taken(5000, 100), LOG_BURST);
	ck_assert_int_eq(taken(4000, 100), 0);
	ck_assert(take(6000));
}
END_TEST

static void
sink(int priority, const char *line, void *arg)
{
	const struct event	*event = arg;

	(void)priority;
	(void)line;
	told++;
	told_repeated = event->repeated;
}

/* What is left out is told by the next line; what is not wanted is no line. */
START_TEST(in_the_log)
{
	struct event	event;
	struct log	logger;
	int		i;

	log_init(&logger);
	logger.sink = sink;
	logger.sink_arg = &event;
	event_init(&event, EVENT_REFUSE, LEVEL_DEBUG, "web");
	event.limit = &limit;
	log_event(&logger, &event, 5000);
	ck_assert(!limit.used);
	event.level = LEVEL_INFO;
	for (i = 0; i < LOG_BURST + 5; i++)
		log_event(&logger, &event, 5000);
	ck_assert_int_eq(told, LOG_BURST);
	ck_assert_uint_eq(told_repeated, 0);
	log_event(&logger, &event, 5000 + LOG_REFILL_MS);
	ck_assert_int_eq(told, LOG_BURST + 1);
	ck_assert_uint_eq(told_repeated, 5);
	event.limit = NULL;
	for (i = 0; i < 100; i++)
		log_event(&logger, &event, 5000 + LOG_REFILL_MS);
	ck_assert_int_eq(told, LOG_BURST + 101);
	log_close(&logger);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("log_limit");
	TCase	*tc = tcase_create("log_limit");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, burst);
	tcase_add_test(tc, refill);
	tcase_add_test(tc, never_more_than_a_burst);
	tcase_add_test(tc, quiet_before);
	tcase_add_test(tc, left_out_is_told_once);
	tcase_add_test(tc, steady_rate);
	tcase_add_test(tc, clock_that_stands);
	tcase_add_test(tc, in_the_log);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
