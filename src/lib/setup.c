/* SPDX-License-Identifier: ISC */
/*
 * What becomes of a service whose workers cannot be set up: each failure is
 * said in the log, and after some in a row the service accepts nothing for a
 * while; throttle.c decides for how long.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "child.h"
#include "event.h"
#include "prefork.h"
#include "server.h"
#include "throttle.h"

#define CAUSE_SIZE	1024

static void	setup_count(struct worker *, const char *);
static int64_t	setup_born_ms(const struct worker *);
static void	setup_cause(const struct worker *, char *);
static void	setup_log(const struct worker *, const char *);
static void	setup_find_proof(struct service *);
static void	setup_throttle(struct service *, int64_t, const char *);
static void	setup_paused(struct timer *);
static uint32_t	setup_chance(void);

void
setup_start(struct service *service)
{
	struct service_state	*state;

	state = service->state;
	memset(&state->throttle, 0, sizeof(state->throttle));
	state->throttled = false;
	state->pause.expired = setup_paused;
	state->pause.arg = service;
	state->pause.place = 0;
}

void
setup_failed(struct worker *worker)
{
	char	cause[CAUSE_SIZE];

	setup_cause(worker, cause);
	setup_log(worker, cause);
	/* at a start, it may be the reason why there is none */
	if (worker->service->server->starting)
		(void)error_system(&worker->service->server->error,
		    worker->failed_errno, "%s: %.*s", worker->service->name,
		    (int)strcspn(cause, ":"), cause);
	if (throttle_counts(worker->failed_errno))
		setup_count(worker, cause);
}

void
setup_broken(struct worker *worker, const char *cause)
{
	setup_log(worker, cause);
	if (worker->service->server->starting)
		(void)error_set(&worker->service->server->error, EX_OSERR,
		    ECANCELED, "%s: %s", worker->service->name, cause);
	setup_count(worker, cause);
}

void
setup_worked(struct worker *worker)
{
	throttle_worked(&worker->service->state->throttle,
	    setup_born_ms(worker));
}

void
setup_resume(struct service *service)
{
	loop_timer_clear(service->server->loop, &service->state->pause);
	service->state->throttled = false;
	prefork_update(service);
	dispatch_update(service);
}

static void
setup_count(struct worker *worker, const char *cause)
{
	struct service	*service;
	int64_t		 delay_ms, now_ms;

	service = worker->service;
	setup_find_proof(service);
	now_ms = loop_now(service->server->loop);
	delay_ms = throttle_failed(&service->state->throttle,
	    setup_born_ms(worker), now_ms, setup_chance());
	/* a stop accepts whom it can, but a pool forks for them */
	if (delay_ms > 0 && (service->server->stop == STOP_NO ||
	    prefork_is_pool(service)))
		setup_throttle(service, delay_ms, cause);
}

/*
 * When what a worker shows was so: at the time of its connection.  Workers of
 * C functions, and those that have none, were set up when they were forked,
 * which may be long ago in a pool.
 */
static int64_t
setup_born_ms(const struct worker *worker)
{
	return worker->pooled && (!worker->counted ||
	    worker->service->ops != NULL) ?
	    worker->forked_ms : worker->born_ms;
}

/* What was tried, and why it failed. */
static void
setup_cause(const struct worker *worker, char *cause)
{
	char	step[CAUSE_SIZE - 256];

	child_step_text(worker->service, (enum child_step)worker->failed_step,
	    step, sizeof(step));
	(void)snprintf(cause, CAUSE_SIZE, "%s: %s", step,
	    strerror(worker->failed_errno));
}

static void
setup_log(const struct worker *worker, const char *cause)
{
	struct service	*service;
	struct event	 event;

	service = worker->service;
	event_init(&event, EVENT_SETUP_ERROR, LEVEL_ERROR, service->name);
	event.serial = worker->serial;
	event.pid = worker->pid;
	event.reason = cause;
	event.limit = &service->state->log_limits[EVENT_SETUP_ERROR];
	server_log(service->server, &event);
}

/*
 * A worker is known to have been set up when it has ended, or has lived for
 * longer than that can take: handlers may run for hours.
 */
static void
setup_find_proof(struct service *service)
{
	struct forkd	*forkd;
	struct worker	*worker;
	int64_t		 born_ms;
	int		 slot;

	if (service->state->throttle.failures == 0)
		return;
	forkd = service->server;
	born_ms = -1;
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot)
		if (worker->service == service &&
		    setup_born_ms(worker) > born_ms &&
		    worker->failed_step == STEP_NONE &&
		    worker->state != WORKER_STARTING &&
		    loop_now(forkd->loop) - setup_born_ms(worker) >=
		    THROTTLE_PROOF_MS)
			born_ms = setup_born_ms(worker);
	if (born_ms != -1)
		throttle_worked(&service->state->throttle, born_ms);
}

static void
setup_throttle(struct service *service, int64_t delay_ms, const char *cause)
{
	struct event	event;
	char		reason[CAUSE_SIZE + 64];

	(void)snprintf(reason, sizeof(reason),
	    "%s nothing for %" PRId64 "ms: %s",
	    prefork_is_pool(service) ? "spawning" : "accepting", delay_ms,
	    cause);
	event_init(&event, EVENT_THROTTLE, LEVEL_ERROR, service->name);
	event.duration_ms = delay_ms;
	event.reason = reason;
	server_log(service->server, &event);
	service->state->throttled = true;
	service->state->throttles++;
	loop_timer_set(service->server->loop, &service->state->pause, delay_ms);
	dispatch_update(service);
}

static void
setup_paused(struct timer *timer)
{
	setup_resume(timer->arg);
}

/* Enough for a jitter: nobody gains anything by foreseeing it. */
static uint32_t
setup_chance(void)
{
	struct timespec	now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_nsec / 1000;
}
