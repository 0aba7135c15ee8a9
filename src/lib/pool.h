/* SPDX-License-Identifier: ISC */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stdint.h>

struct pool;
struct pool_counts;
struct settings;

#define POOL_TICK_MS	1000	/* while there is something to do */
#define POOL_RATE_MAX	32	/* workers to spawn at once */
#define POOL_JITTER	20	/* percent of max-requests, more or less */

/* What is to be done now. */
struct pool_plan {
	int64_t	spawn, retire;	/* workers; never both */
	int64_t	again_ms;	/* until it is to be asked again; -1: not
				   before the counts change */
};

/* pool_init: by the settings, from now on. */
void	pool_init(struct pool *, const struct settings *, int64_t now_ms);

/* pool_has_room: whether there may be one more worker. */
bool	pool_has_room(const struct pool *, const struct pool_counts *);

/*
 * pool_seen: call it whenever there is an idle worker less; pool_missed: when
 * there was none, and one was forked for the connection.
 */
void	pool_seen(struct pool *, const struct pool_counts *);
void	pool_missed(struct pool *);

/*
 * pool_plan: what the policy wants.  `tick': it is POOL_TICK_MS or more since
 * the last one, so that one more may be retired; otherwise a hand-over has
 * left few idle workers.
 */
struct pool_plan pool_plan(struct pool *, const struct pool_counts *,
	    bool tick, int64_t now_ms);

/*
 * pool_adjust: min-workers becomes one more (by 1) or less (by -1).  Returns
 * false at its limits, 0 and max-workers.
 */
bool	pool_adjust(struct pool *, int by);

/*
 * pool_quota: how many connections one worker serves: max-requests, jittered
 * by `chance', which is any number, so that not all retire at once.
 */
int64_t	pool_quota(int64_t max_requests, uint32_t chance);

/*
 * pool_is_worn: whether a worker that has served so many connections since
 * it was forked is to retire; max_lifetime_ms: SETTING_OFF for any age.
 */
bool	pool_is_worn(int64_t served, int64_t quota, int64_t age_ms,
	    int64_t max_lifetime_ms);

#endif
