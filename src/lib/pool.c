/* SPDX-License-Identifier: ISC */
/*
 * The policy of pools: how many workers to spawn or to retire.  Pure: counts
 * and a clock go in, a decision comes out.
 */
#include "config.h"

#include <string.h>

#include "pool.h"
#include "service.h"

static int64_t	pool_room(const struct pool *, const struct pool_counts *);
static int64_t	pool_want(const struct pool *, const struct pool_counts *);
static int64_t	pool_spare(const struct pool *, const struct pool_counts *);
static void	pool_mark(struct pool *, const struct pool_counts *, int64_t);
static int64_t	smaller(int64_t, int64_t);
static int64_t	larger(int64_t, int64_t);

void
pool_init(struct pool *pool, const struct settings *settings, int64_t now_ms)
{
	memset(pool, 0, sizeof(*pool));
	pool->max_workers = settings->max_workers;
	pool->max_spare = settings->max_spare;
	/* a default follows; what was set has been found to fit */
	pool->min_workers = smaller(settings->min_workers, pool->max_workers);
	pool->min_spare = smaller(settings->min_spare, pool->max_spare);
	pool->interval_ms = settings->idle_interval;
	pool->rate = 1;
	pool->calm = INT64_MAX;
	pool->marked_ms = now_ms;
}

bool
pool_has_room(const struct pool *pool, const struct pool_counts *counts)
{
	return pool_room(pool, counts) > 0;
}

void
pool_seen(struct pool *pool, const struct pool_counts *counts)
{
	pool->low_water = smaller(pool->low_water, counts->idle);
}

void
pool_missed(struct pool *pool)
{
	pool->missed = true;
}

struct pool_plan
pool_plan(struct pool *pool, const struct pool_counts *counts, bool tick,
    int64_t now_ms)
{
	struct pool_plan	plan = { 0, 0, -1 };
	int64_t			want;

	if (now_ms - pool->marked_ms >= pool->interval_ms)
		pool_mark(pool, counts, now_ms);
	want = pool_want(pool, counts);
	if (tick)
		pool->missed = false;
	if (want > 0 && (pool->missed || (!tick && counts->busy > pool->calm))) {
		plan.again_ms = POOL_TICK_MS;
		return plan;
	}
	if (want > 0) {
		pool->surplus = 0;
		plan.spawn = smaller(want, pool->rate);
		pool->rate = smaller(pool->rate * 2, POOL_RATE_MAX);
		plan.again_ms = POOL_TICK_MS;
		return plan;
	}
	if (tick)
		pool->rate = 1;
	pool->surplus = smaller(pool->surplus, pool_spare(pool, counts));
	if (counts->idle + counts->starting > pool->max_spare)
		pool->surplus = larger(pool->surplus,
		    pool_spare(pool, counts) > 0 ? 1 : 0);
	if (pool->surplus > 0 && counts->idle > 0) {
		/* one at a time, so that none leaves while it is missed */
		if (tick && counts->retiring == 0) {
			plan.retire = 1;
			pool->surplus--;
		}
		plan.again_ms = POOL_TICK_MS;
	} else if (pool->rate > 1)
		plan.again_ms = POOL_TICK_MS;
	else if (pool_spare(pool, counts) > 0)
		plan.again_ms = pool->marked_ms + pool->interval_ms - now_ms;
	return plan;
}

bool
pool_adjust(struct pool *pool, int by)
{
	int64_t	now;

	now = pool->min_workers + by;
	/* without anybody nobody is ever missed */
	if (now < (pool->min_spare == 0 ? 1 : 0) || now > pool->max_workers)
		return false;
	pool->min_workers = now;
	return true;
}

int64_t
pool_quota(int64_t max_requests, uint32_t chance)
{
	int64_t	percent;

	percent = 100 - POOL_JITTER + (int64_t)(chance % (2 * POOL_JITTER + 1));
	return larger(1, (max_requests * percent + 50) / 100);
}

bool
pool_is_worn(int64_t served, int64_t quota, int64_t age_ms,
    int64_t max_lifetime_ms)
{
	return served >= quota || (max_lifetime_ms != SETTING_OFF &&
	    age_ms >= max_lifetime_ms);
}

/* How many more there may be: who retires is still there. */
static int64_t
pool_room(const struct pool *pool, const struct pool_counts *counts)
{
	return pool->max_workers - counts->starting - counts->idle -
	    counts->busy - counts->retiring;
}

static int64_t
pool_want(const struct pool *pool, const struct pool_counts *counts)
{
	int64_t	idle, total;

	idle = counts->idle + counts->starting;
	total = idle + counts->busy;
	return smaller(larger(pool->min_workers - total,
	    pool->min_spare - idle), pool_room(pool, counts));
}

/* How many may go: neither min-workers nor min-spare would bring them back. */
static int64_t
pool_spare(const struct pool *pool, const struct pool_counts *counts)
{
	int64_t	idle, total;

	idle = counts->idle + counts->starting;
	total = idle + counts->busy;
	return larger(0, smaller(total - pool->min_workers,
	    idle - pool->min_spare));
}

/* idle-interval is over: what was idle all the time is too much. */
static void
pool_mark(struct pool *pool, const struct pool_counts *counts, int64_t now_ms)
{
	pool->surplus = larger(0, smaller(pool->low_water - pool->min_spare,
	    pool_spare(pool, counts)));
	pool->low_water = counts->idle;
	pool->marked_ms = now_ms;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}
