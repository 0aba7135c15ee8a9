/* SPDX-License-Identifier: ISC */
/*
 * Pools: keeps as many workers as pool.c says, from their spawning to the
 * message that they may leave.  Which one gets a connection is hand_over.c's.
 */
#include "config.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "event.h"
#include "forkd.h"
#include "pool.h"
#include "messages.h"
#include "prefork.h"
#include "server.h"

#define UNUSED_MS	1000	/* no worker is renewed for less, see
				   max-lifetime, that has served nobody */
#define TAKE_MS		5000	/* for an idle worker to take a connection */
#define PATIENCE_MS	5000	/* for a connection, if there is no worker */
#define LOST_MS		1000	/* from the end of a channel to that of its worker */

static void	prefork_run(struct service *, bool);
static void	prefork_tick(struct timer *);
static void	prefork_plan_tick(struct service *, int64_t);
static void	prefork_watch_over(struct service *);
static void	prefork_idle(struct worker *, bool);
static void	prefork_retire(struct worker *);
static void	prefork_retire_all(struct service *);
static int64_t	*prefork_count(struct service *, enum worker_state);
static bool	prefork_is_over(const struct service *);
static bool	prefork_is_broken(const struct worker *);
static int64_t	prefork_processors(void);

bool
prefork_is_pool(const struct service *service)
{
	return service->settings.mode == MODE_PREFORK;
}

void
prefork_begin(struct service *service)
{
	struct service_state	*state;

	state = service->state;
	TAILQ_INIT(&state->idle);
	memset(&state->workers, 0, sizeof(state->workers));
	state->tick.expired = prefork_tick;
	state->tick.arg = service;
	state->tick.place = 0;
	state->spawn_ms = 0;
	backoff_worked(&state->fork_backoff);
	pool_init(&state->pool, &service->settings,
	    loop_now(service->server->loop));
	if (service->ops == NULL)
		state->pool.calm = prefork_processors();
}

bool
prefork_can_take(const struct service *service)
{
	return (!TAILQ_EMPTY(&service->state->idle) &&
	    !hand_over_has_returned(service)) || prefork_may_fork(service);
}

/*
 * An executable serves one connection, whether it was forked for that or
 * before.  Who waits for a worker to get ready would wait longer.
 */
bool
prefork_may_fork(const struct service *service)
{
	const struct service_state	*state;

	state = service->state;
	return service->ops == NULL && TAILQ_EMPTY(&state->idle) &&
	    !hand_over_has_returned(service) && !state->throttled &&
	    !state->closed &&
	    state->spawn_ms <= loop_now(service->server->loop) &&
	    pool_has_room(&state->pool, &state->workers);
}

void
prefork_update(struct service *service)
{
	prefork_run(service, false);
}

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
prefork_handed(struct service *service)
{
	if (service->state->tick.place == 0)
		prefork_plan_tick(service, POOL_TICK_MS);
	dispatch_update(service);
}

void
prefork_renew(struct service *service)
{
	const struct service_state	*state;

	state = service->state;
	if (state->workers.idle + state->workers.starting <
	    state->pool.min_spare)
		prefork_run(service, false);
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
	prefork_run(worker->service, false);
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
		prefork_run(worker->service, false);
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

bool
prefork_adjust(struct service *service, int by)
{
	if (!pool_adjust(&service->state->pool, by))
		return false;
	prefork_run(service, false);
	return true;
}

void
prefork_drain(struct service *service)
{
	struct forkd	*forkd;
	struct worker	*worker;
	int		 slot;

	forkd = service->server;
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot)
		if (worker->service == service && worker->channel.fd != -1 &&
		    (worker->state == WORKER_BUSY ||
		    worker->state == WORKER_IDLE))
			messages_drain(worker);
	prefork_run(service, false);
}

/* That this process may use. */
static int64_t
prefork_processors(void)
{
	cpu_set_t	processors;

	if (sched_getaffinity(0, sizeof(processors), &processors) == -1)
		return CPU_SETSIZE;	/* there are more */
	return CPU_COUNT(&processors);
}

/* Does what the policy wants now. */
static void
prefork_run(struct service *service, bool tick)
{
	struct service_state	*state;
	struct pool_plan	 plan;
	int64_t			 now_ms;

	if (!prefork_is_pool(service) || service->server->starting)
		return;
	if (prefork_is_over(service)) {
		prefork_retire_all(service);
		return;
	}
	state = service->state;
	now_ms = loop_now(service->server->loop);
	plan = pool_plan(&state->pool, &state->workers, tick, now_ms);
	if (plan.retire > 0)
		prefork_retire(TAILQ_LAST(&state->idle, idle_list));
	if (plan.spawn > 0 && (state->throttled || now_ms < state->spawn_ms))
		plan.spawn = 0;		/* the end of that comes here again */
	for (; plan.spawn > 0; plan.spawn--)
		if (prefork_spawn(service) == -1) {
			plan.again_ms = prefork_spawn_failed(service);
			break;
		}
	if (plan.again_ms != -1)
		prefork_plan_tick(service, plan.again_ms);
}

static void
prefork_tick(struct timer *timer)
{
	struct service	*service;

	service = timer->arg;
	prefork_watch_over(service);
	hand_over_next(service);
	prefork_run(service, true);
	dispatch_update(service);
}

/* An earlier tick stays. */
static void
prefork_plan_tick(struct service *service, int64_t delay_ms)
{
	struct service_state	*state;
	struct loop		*loop;

	loop = service->server->loop;
	state = service->state;
	if (state->tick.place == 0 ||
	    state->tick.due_ms > loop_now(loop) + delay_ms)
		loop_timer_set(loop, &state->tick, delay_ms);
}

/* Connections that nobody takes. */
static void
prefork_watch_over(struct service *service)
{
	struct forkd	*forkd;
	struct worker	*worker;
	bool		 waiting;
	int		 slot;

	forkd = service->server;
	waiting = hand_over_has_returned(service);
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot) {
		if (worker->service != service || worker->copy_fd == -1 ||
		    worker->taken)
			continue;
		waiting = true;
		if (worker->ending != ENDING_NO ||
		    loop_now(forkd->loop) - worker->since_ms < TAKE_MS ||
		    hand_over_is_taken(worker))
			continue;
		lifetime_say(worker,
		    "it does not take its connection: KILL to its group");
		lifetime_kill(worker, "hand-over");
	}
	if (hand_over_waits_ms(service) >= PATIENCE_MS &&
	    service->state->workers.idle + service->state->workers.busy +
	    service->state->workers.starting == 0)
		hand_over_abandon(service, "no worker");
	if (waiting)
		prefork_plan_tick(service, POOL_TICK_MS);
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
		prefork_run(service, false);
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
static void
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

static void
prefork_retire_all(struct service *service)
{
	struct worker	*worker;

	while ((worker = TAILQ_FIRST(&service->state->idle)) != NULL)
		prefork_retire(worker);
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

/* The server stops, and nobody waits who would need a worker. */
static bool
prefork_is_over(const struct service *service)
{
	return service->server->stop != STOP_NO && (service->state->closed ||
	    (TAILQ_EMPTY(&service->listeners) &&
	    !hand_over_has_returned(service)));
}
