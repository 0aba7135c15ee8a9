/* SPDX-License-Identifier: ISC */
/*
 * The life of one worker of a pool: starting, idle, busy, retiring.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "event.h"
#include "forkd.h"
#include "messages.h"
#include "pool.h"
#include "prefork.h"
#include "server.h"

#define UNUSED_MS	1000	/* no worker is renewed for less, see
				   max-lifetime, that has served nobody */
#define LOST_MS		1000	/* from the end of a channel to that of its worker */

static void	prefork_idle(struct worker *, bool);
static int64_t	*prefork_count(struct service *, enum worker_state);
static bool	prefork_is_broken(const struct worker *);

void
prefork_set_state(struct worker *worker, enum worker_state state)
{
	struct service	*service;

	service = worker->service;
	if (worker->pooled) {
		--*prefork_count(service, worker->state);
		if (worker->state == WORKER_IDLE) {
			TAILQ_REMOVE(&service->state->idle, worker, idle);
			pool_seen(&service->state->pool,
			    &service->state->workers);
		}
	}
	worker->pooled = true;
	worker->state = state;
	worker->since_ms = loop_now(service->server->loop);
	++*prefork_count(service, state);
	if (state == WORKER_IDLE)
		TAILQ_INSERT_HEAD(&service->state->idle, worker, idle);
}

bool
prefork_got_ready(struct worker *worker)
{
	if (worker->state != WORKER_STARTING)
		return false;
	loop_timer_clear(worker->service->server->loop, &worker->timer);
	if (worker->service->server->stop != STOP_NO)
		messages_drain(worker);
	prefork_idle(worker, false);
	return true;
}

bool
prefork_done(struct worker *worker, uint32_t flags)
{
	if (worker->state != WORKER_BUSY || !worker->counted ||
	    worker->service->ops == NULL || flags > DONE_LAST)
		return false;
	hand_over_over(worker);
	if (worker->ending != ENDING_NO)
		return true;	/* how it ends is said when it is reaped */
	worker->served++;
	lifetime_done(worker, flags == DONE_FAILED);
	setup_worked(worker);
	prefork_idle(worker, flags == DONE_LAST);
	return true;
}

void
prefork_lost(struct worker *worker)
{
	if (worker->ending != ENDING_NO ||
	    (worker->state != WORKER_IDLE && worker->state != WORKER_STARTING))
		return;
	prefork_set_state(worker, WORKER_RETIRING);
	loop_timer_set(worker->service->server->loop, &worker->timer, LOST_MS);
	dispatch_update(worker->service);
}

void
prefork_missed(struct worker *worker)
{
	if (worker->ending != ENDING_NO)
		return;		/* kill-grace is under way */
	if (worker->served == 0)
		setup_broken(worker, "no descriptor is left for a connection");
	else
		lifetime_say(worker, "no descriptor is left for a connection: "
		    "it retires");
	prefork_retire(worker);
	prefork_update(worker->service);
}

void
prefork_ending(struct worker *worker)
{
	if (worker->pooled && (worker->state == WORKER_IDLE ||
	    worker->state == WORKER_STARTING)) {
		prefork_set_state(worker, WORKER_RETIRING);
		dispatch_update(worker->service);
	}
}

void
prefork_expired(struct worker *worker)
{
	struct settings	*settings;
	char		 text[128];

	settings = &worker->service->settings;
	switch (worker->state) {
	case WORKER_STARTING:
		(void)snprintf(text, sizeof(text), "start-timeout: not ready "
		    "after %" PRId64 "ms: KILL to its group",
		    settings->start_timeout);
		setup_broken(worker, text);
		lifetime_kill(worker, "start-timeout");
		break;
	case WORKER_IDLE:		/* max-lifetime */
		prefork_retire(worker);
		prefork_update(worker->service);
		break;
	default:
		lifetime_say(worker, worker->asked ?
		    "it does not leave: TERM to its group" :
		    "it has closed its channel: TERM to its group");
		lifetime_end(worker, "retire");
	}
}

void
prefork_over(struct worker *worker, int status)
{
	char	how[64], text[128];

	if (worker->asked || (worker->ending != ENDING_NO &&
	    !prefork_is_broken(worker)))
		return;
	event_status_text(status, how, sizeof(how));
	(void)snprintf(text, sizeof(text),
	    "a worker without a connection has ended: %s", how);
	if (worker->served == 0)
		setup_broken(worker, text);
	else
		lifetime_say(worker, text);
}

void
prefork_gone(struct worker *worker)
{
	if (!worker->pooled)
		return;
	if (worker->state == WORKER_IDLE)	/* off the list */
		prefork_set_state(worker, WORKER_RETIRING);
	--*prefork_count(worker->service, worker->state);
	worker->pooled = false;
}

/* A worker has nothing to do, for the first time or again. */
static void
prefork_idle(struct worker *worker, bool last)
{
	struct service	*service;
	struct loop	*loop;
	int64_t		 age_ms, limit_ms;

	service = worker->service;
	loop = service->server->loop;
	limit_ms = service->settings.max_lifetime;
	age_ms = loop_now(loop) - worker->forked_ms;
	if (worker->served == 0 && limit_ms != SETTING_OFF &&
	    limit_ms - age_ms < UNUSED_MS)
		limit_ms = age_ms + UNUSED_MS;
	if (last || prefork_is_over(service) || pool_is_worn(
	    (int64_t)worker->served, worker->quota, age_ms, limit_ms)) {
		prefork_retire(worker);
		prefork_update(service);
		return;
	}
	worker->serial = 0;
	prefork_set_state(worker, WORKER_IDLE);
	if (limit_ms != SETTING_OFF)
		loop_timer_set(loop, &worker->timer, limit_ms - age_ms);
	if (hand_over_has_returned(service))
		hand_over_next(service);
	dispatch_continue(service);
}

/* It is asked to leave, and nothing else is sent to it. */
void
prefork_retire(struct worker *worker)
{
	const struct settings	*settings;

	settings = &worker->service->settings;
	worker->asked = true;
	worker->serial = 0;
	prefork_set_state(worker, WORKER_RETIRING);
	if (hand_over_tell(worker, CHANNEL_RETIRE) == -1 &&
	    worker->ending != ENDING_NO)
		return;
	loop_timer_set(worker->service->server->loop, &worker->timer,
	    settings->drain_timeout > settings->kill_grace ?
	    settings->drain_timeout : settings->kill_grace);
}

static int64_t *
prefork_count(struct service *service, enum worker_state state)
{
	struct pool_counts	*counts;

	counts = &service->state->workers;
	switch (state) {
	case WORKER_STARTING:
		return &counts->starting;
	case WORKER_IDLE:
		return &counts->idle;
	case WORKER_BUSY:
		return &counts->busy;
	default:
		return &counts->retiring;
	}
}

/* The master has ended it for what it did with its channel. */
static bool
prefork_is_broken(const struct worker *worker)
{
	return worker->why != NULL && (strcmp(worker->why, WHY_NONSENSE) == 0 ||
	    strcmp(worker->why, WHY_CHANNEL) == 0);
}
