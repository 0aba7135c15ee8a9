/* SPDX-License-Identifier: ISC */
/*
 * Pools: keeps as many workers as pool.c says.  Which one gets a connection is
 * hand_over.c's.
 */
#include "config.h"

#include <sched.h>
#include <string.h>

#include "messages.h"
#include "pool.h"
#include "prefork.h"
#include "server.h"

#define TAKE_MS		5000	/* for an idle worker to take a connection */
#define PATIENCE_MS	5000	/* for a connection, if there is no worker */
#define CROWD_MS	100	/* after the last moment when it was crowded */

static void	prefork_run(struct service *, bool);
static void	prefork_tick(struct timer *);
static void	prefork_plan_tick(struct service *, int64_t);
static void	prefork_watch_over(struct service *);
static void	prefork_retire_all(struct service *);
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
	state->processors = prefork_processors();
	state->crowd_ms = 0;
	if (service->ops == NULL)
		state->pool.calm = state->processors;
}

bool
prefork_is_crowded(const struct service *service)
{
	struct service_state	*state;
	int64_t			 now_ms;

	state = service->state;
	now_ms = loop_now(service->server->loop);
	if (state->workers.busy > state->processors)
		state->crowd_ms = now_ms + CROWD_MS;
	return now_ms < state->crowd_ms;
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
prefork_forked(struct worker *worker)
{
	struct service	*service;

	service = worker->service;
	pool_missed(&service->state->pool);
	prefork_set_state(worker, WORKER_BUSY);
	prefork_renew(service);
	prefork_handed(service);
}

void
prefork_update(struct service *service)
{
	prefork_run(service, false);
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

static void
prefork_retire_all(struct service *service)
{
	struct worker	*worker;

	while ((worker = TAILQ_FIRST(&service->state->idle)) != NULL)
		prefork_retire(worker);
}

/* The server stops, and nobody waits who would need a worker. */
bool
prefork_is_over(const struct service *service)
{
	return service->server->stop != STOP_NO && (service->state->closed ||
	    (TAILQ_EMPTY(&service->listeners) &&
	    !hand_over_has_returned(service)));
}
