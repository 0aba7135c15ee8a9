/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of pool.c: how many workers there are over hours of a simulated
 * clock.  The simulation knows nothing of the policy: it spawns and retires
 * what the plan says, when the plan says, and looks at the bounds each time.
 */
#include "config.h"

#include <string.h>

#include "error.h"
#include "pool.h"
#include "service.h"
#include "settings.h"
#include "unit.h"

#define SECOND	INT64_C(1000)
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define MIDDLE	POOL_JITTER		/* a chance that changes nothing */

static struct settings		 settings;
static struct pool		 pool;
static struct pool_counts	 counts;
static int64_t			 now, tick_ms;
static int64_t			 spawned, retired;	/* so far */
static int			 spawn_fails;

static int64_t
total(void)
{
	return counts.starting + counts.idle + counts.busy;
}

static void
hold(void)
{
	ck_assert_int_ge(counts.starting, 0);
	ck_assert_int_ge(counts.idle, 0);
	ck_assert_int_le(total() + counts.retiring, pool.max_workers);
}

static void
ask(bool tick)
{
	struct pool_plan	plan;

	plan = pool_plan(&pool, &counts, tick, now);
	ck_assert(plan.spawn == 0 || plan.retire == 0);
	ck_assert_int_le(plan.spawn, POOL_RATE_MAX);
	ck_assert_int_le(plan.retire, 1);
	ck_assert_int_ge(plan.again_ms, -1);
	if (plan.spawn > 0 && !spawn_fails) {
		counts.starting += plan.spawn;
		spawned += plan.spawn;
	}
	if (plan.retire > 0) {
		ck_assert_int_gt(counts.idle, 0);
		ck_assert_int_gt(total(), pool.min_workers);
		ck_assert_int_eq(counts.retiring, 0);
		counts.idle--;
		counts.retiring++;
		retired++;
		pool_seen(&pool, &counts);
	}
	if (plan.again_ms != -1 && (tick_ms == -1 ||
	    tick_ms > now + plan.again_ms))
		tick_ms = now + plan.again_ms;
	hold();
}

/* Time passes; who starts is ready within a step, who retires gone. */
static void
step(int64_t ms)
{
	now += ms;
	counts.idle += counts.starting;
	counts.starting = counts.retiring = 0;
	if (tick_ms != -1 && tick_ms <= now) {
		tick_ms = -1;
		ask(true);
	}
	hold();
}

static void
run(int64_t ms)
{
	int64_t	end;

	for (end = now + ms; now < end; )
		step(100);
}

/* So many are busy from now on, as far as there are workers. */
static void
load(int64_t busy)
{
	while (counts.busy < busy && counts.idle > 0) {
		counts.busy++;
		counts.idle--;
		pool_seen(&pool, &counts);
		if (counts.idle + counts.starting < pool.min_spare)
			ask(false);
	}
	for (; counts.busy > busy; counts.busy--)
		counts.idle++;
	ask(false);
}

/* A load for a while: as many connections at each moment. */
static void
serve(int64_t busy, int64_t ms)
{
	int64_t	end;

	for (end = now + ms; now < end; ) {
		step(100);
		load(busy);
	}
}

static void
begin(const char *min, const char *max, const char *min_spare,
    const char *max_spare)
{
	struct error	error;

	ck_assert_int_eq(settings_init(&settings), 0);
	ck_assert_int_eq(settings_set(&settings, "min-workers", min,
	    &error), 0);
	ck_assert_int_eq(settings_set(&settings, "max-workers", max,
	    &error), 0);
	ck_assert_int_eq(settings_set(&settings, "min-spare", min_spare,
	    &error), 0);
	ck_assert_int_eq(settings_set(&settings, "max-spare", max_spare,
	    &error), 0);
	memset(&counts, 0, sizeof(counts));
	now = 5000;
	tick_ms = -1;
	spawned = retired = 0;
	spawn_fails = 0;
	pool_init(&pool, &settings, now);
	ask(false);
}

static void
finish(void)
{
	settings_free(&settings);
}

START_TEST(reaches_min)
{
	begin("20", "128", "2", "8");
	run(10 * SECOND);
	ck_assert_int_eq(counts.idle, 20);
	/* more than max-spare, but no fewer than min-workers; and no tick */
	ck_assert_int_eq(tick_ms, -1);
	run(HOUR);
	ck_assert_int_eq(spawned, 20);
	ck_assert_int_eq(retired, 0);
	finish();
}
END_TEST

START_TEST(doubles)
{
	static const int64_t	rates[] = { 1, 3, 7, 15, 31, 63, 95, 100 };
	size_t	i;

	begin("100", "128", "2", "8");
	for (i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		ck_assert_int_eq(spawned, rates[i]);
		run(SECOND);
	}
	run(2 * SECOND);
	ck_assert_int_eq(pool.rate, 1);
	finish();
}
END_TEST

START_TEST(never_above_max)
{
	begin("2", "10", "4", "8");
	serve(50, MINUTE);
	ck_assert_int_eq(total(), 10);
	ck_assert_int_eq(counts.busy, 10);
	finish();
}
END_TEST

/* Who retires still has its place. */
START_TEST(retiring_has_place)
{
	struct pool_plan	plan;

	begin("4", "4", "1", "4");
	counts.starting = 0;
	counts.idle = 0;
	counts.busy = 3;
	counts.retiring = 1;
	plan = pool_plan(&pool, &counts, true, now);
	ck_assert_int_eq(plan.spawn, 0);
	counts.retiring = 0;
	plan = pool_plan(&pool, &counts, true, now);
	ck_assert_int_eq(plan.spawn, 1);
	finish();
}
END_TEST

START_TEST(spare_follows_load)
{
	int64_t	busy;

	begin("0", "128", "3", "8");
	run(5 * SECOND);
	ck_assert_int_eq(counts.idle, 3);
	for (busy = 1; busy < 60; busy++) {
		serve(busy, 2 * SECOND);
		ck_assert_int_eq(counts.busy, busy);
		ck_assert_int_ge(counts.idle + counts.starting, 3);
	}
	finish();
}
END_TEST

/* A steady load, for hours: a few workers, and none comes or goes. */
START_TEST(steady)
{
	int64_t	before;

	begin("2", "128", "2", "8");
	serve(10, 10 * MINUTE);
	before = spawned + retired;
	serve(10, 3 * HOUR);
	ck_assert_int_eq(spawned + retired, before);
	ck_assert_int_ge(counts.idle, 2);
	ck_assert_int_le(counts.idle, 8);
	finish();
}
END_TEST

START_TEST(burst_then_night)
{
	begin("2", "128", "2", "8");
	serve(100, MINUTE);
	ck_assert_int_eq(counts.busy, 100);
	load(0);
	/* above max-spare: one goes a second */
	run(30 * SECOND);
	ck_assert_int_ge(counts.idle, 100 - 35);
	ck_assert_int_le(counts.idle, 102 - 28);
	run(2 * MINUTE);
	ck_assert_int_le(counts.idle, 8);
	/* nobody came for an interval: down to what must be */
	run(3 * MINUTE);
	ck_assert_int_eq(total(), 2);
	ck_assert_int_eq(tick_ms, -1);
	run(8 * HOUR);
	ck_assert_int_eq(total(), 2);
	finish();
}
END_TEST

/* What was needed once in an interval stays. */
START_TEST(low_water)
{
	int64_t	i;

	begin("0", "128", "2", "20");
	serve(10, 5 * SECOND);
	load(0);
	ck_assert_int_ge(counts.idle, 12);
	for (i = 0; i < 30; i++) {
		run(50 * SECOND);
		serve(10, 5 * SECOND);
		load(0);
	}
	ck_assert_int_eq(counts.idle, 12);
	run(3 * MINUTE);
	ck_assert_int_eq(counts.idle, 2);
	finish();
}
END_TEST

/* Load that comes and goes within a second makes none come and go. */
START_TEST(flapping)
{
	int64_t	before, i;

	begin("2", "64", "2", "8");
	serve(6, 2 * MINUTE);
	before = spawned + retired;
	for (i = 0; i < 2 * HOUR / SECOND; i++) {
		serve(6, 500);
		serve(0, 500);
	}
	ck_assert_int_le(spawned + retired - before, 2);
	finish();
}
END_TEST

START_TEST(failing)
{
	begin("2", "16", "2", "8");
	run(5 * SECOND);
	spawn_fails = 1;
	counts.idle = 0;
	pool_seen(&pool, &counts);
	ask(false);
	ck_assert_int_ne(tick_ms, -1);
	run(HOUR);		/* it asks again and again */
	ck_assert_int_eq(total(), 0);
	ck_assert_int_ne(tick_ms, -1);
	spawn_fails = 0;
	run(2 * SECOND);
	ck_assert_int_eq(counts.idle, 2);
	finish();
}
END_TEST

/* With so many busy, who is missed comes with the next tick. */
START_TEST(calm)
{
	struct pool_plan	plan;

	begin("4", "16", "4", "8");
	run(5 * SECOND);
	pool.calm = 2;
	counts.idle = 2;
	counts.busy = 2;
	plan = pool_plan(&pool, &counts, false, now);
	ck_assert_int_eq(plan.spawn, 1);
	counts.busy = 3;
	plan = pool_plan(&pool, &counts, false, now);
	ck_assert_int_eq(plan.spawn, 0);
	ck_assert_int_eq(plan.again_ms, POOL_TICK_MS);
	plan = pool_plan(&pool, &counts, true, now);
	ck_assert_int_gt(plan.spawn, 0);
	/* who found nobody idle is a sign of haste until the next one */
	counts.busy = 0;
	counts.idle = 3;
	plan = pool_plan(&pool, &counts, false, now);
	ck_assert_int_eq(plan.spawn, 1);
	pool_missed(&pool);
	plan = pool_plan(&pool, &counts, false, now);
	ck_assert_int_eq(plan.spawn, 0);
	ck_assert_int_eq(plan.again_ms, POOL_TICK_MS);
	plan = pool_plan(&pool, &counts, true, now);
	ck_assert_int_eq(plan.spawn, 1);
	plan = pool_plan(&pool, &counts, false, now);
	ck_assert_int_eq(plan.spawn, 1);
	finish();
}
END_TEST

START_TEST(adjusts)
{
	begin("2", "4", "0", "4");
	run(5 * SECOND);
	ck_assert(pool_adjust(&pool, 1));
	ask(false);
	run(2 * SECOND);
	ck_assert_int_eq(total(), 3);
	ck_assert(pool_adjust(&pool, 1));
	ck_assert(!pool_adjust(&pool, 1));
	ck_assert_int_eq(pool.min_workers, 4);
	ask(false);
	run(2 * SECOND);
	ck_assert_int_eq(total(), 4);
	for (int i = 0; i < 3; i++)
		ck_assert(pool_adjust(&pool, -1));
	/* without a spare one, nobody would ever come back */
	ck_assert(!pool_adjust(&pool, -1));
	ck_assert_int_eq(pool.min_workers, 1);
	ask(false);
	run(3 * MINUTE);
	ck_assert_int_eq(total(), 1);
	finish();
	begin("1", "4", "1", "4");
	ck_assert(pool_adjust(&pool, -1));
	ck_assert(!pool_adjust(&pool, -1));
	ck_assert_int_eq(pool.min_workers, 0);
	finish();
}
END_TEST

/* Defaults follow what was set. */
START_TEST(defaults_follow)
{
	struct error	error;

	ck_assert_int_eq(settings_init(&settings), 0);
	ck_assert_int_eq(settings_set(&settings, "max-workers", "1",
	    &error), 0);
	ck_assert_int_eq(settings_set(&settings, "max-spare", "0",
	    &error), 0);
	pool_init(&pool, &settings, now);
	ck_assert_int_eq(pool.min_workers, 1);
	ck_assert_int_eq(pool.min_spare, 0);
	finish();
}
END_TEST

START_TEST(quota)
{
	uint32_t	chance;
	int64_t		least, most, one;

	ck_assert_int_eq(pool_quota(1000, MIDDLE), 1000);
	least = most = 1000;
	for (chance = 0; chance < 1000; chance++) {
		one = pool_quota(1000, chance);
		if (one < least)
			least = one;
		if (one > most)
			most = one;
		ck_assert_int_eq(pool_quota(1, chance), 1);
		ck_assert_int_ge(pool_quota(2, chance), 1);
		ck_assert_int_le(pool_quota(INT32_MAX, chance),
		    INT64_C(2576980376));
	}
	ck_assert_int_eq(least, 800);
	ck_assert_int_eq(most, 1200);
}
END_TEST

START_TEST(worn)
{
	ck_assert(!pool_is_worn(9, 10, HOUR, SETTING_OFF));
	ck_assert(pool_is_worn(10, 10, 0, SETTING_OFF));
	ck_assert(!pool_is_worn(0, 10, MINUTE - 1, MINUTE));
	ck_assert(pool_is_worn(0, 10, MINUTE, MINUTE));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("pool");
	tcase = tcase_create("pool");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, reaches_min);
	tcase_add_test(tcase, doubles);
	tcase_add_test(tcase, never_above_max);
	tcase_add_test(tcase, retiring_has_place);
	tcase_add_test(tcase, spare_follows_load);
	tcase_add_test(tcase, steady);
	tcase_add_test(tcase, burst_then_night);
	tcase_add_test(tcase, low_water);
	tcase_add_test(tcase, flapping);
	tcase_add_test(tcase, failing);
	tcase_add_test(tcase, calm);
	tcase_add_test(tcase, adjusts);
	tcase_add_test(tcase, defaults_follow);
	tcase_add_test(tcase, quota);
	tcase_add_test(tcase, worn);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
