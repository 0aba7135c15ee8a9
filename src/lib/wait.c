/* SPDX-License-Identifier: ISC */
/*
 * Mode wait: handlers that accept for themselves.  With min-workers 0, one is
 * started when a listener turns readable, and the master looks at none of them
 * until it has ended; otherwise so many are kept running.  The master itself
 * never accepts here.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "binding.h"
#include "child.h"
#include "drain.h"
#include "error.h"
#include "event.h"
#include "fdio.h"
#include "listen_give.h"
#include "pace.h"
#include "server.h"
#include "throttle.h"
#include "wait.h"

#define BATCH		16	/* handlers that are started in a turn */
#define SOON_MS		1	/* the next turn */

static int	wait_refuse(const char *, const char *, struct error *);
static bool	wait_keeps(const struct service *);
static bool	wait_is_free(const struct service *);
static void	wait_watch(struct service *);
static void	wait_fill(struct service *);
static void	wait_ready(struct watch *);
static int	wait_fork(struct service *);
static void	wait_environment(struct child *, struct addr *);
static void	wait_rest(struct service *, int64_t);
static void	wait_rested(struct timer *);
static void	wait_failed(struct service *, const char *);
static int64_t	wait_queued(const struct service *);
static bool	wait_is_fruitless(const struct service *);
static void	wait_end_one(struct service *, const char *);

int
wait_check(const struct service *service, struct error *error)
{
	const struct settings	*settings;

	settings = &service->settings;
	if (settings->mode != MODE_WAIT)
		return 0;
	if (service->ops != NULL)
		return error_set(error, EX_CONFIG, EINVAL, "mode: wait is for "
		    "a program that accepts for itself, and %s is a C "
		    "function: mode fork?", service->name);
	if (settings->client_gone != GONE_IGNORE)
		return wait_refuse("client-gone", "ignore", error);
	if (settings->idle_timeout != SETTING_OFF)
		return wait_refuse("idle-timeout", "off", error);
	if (settings->resolve != 0)
		return wait_refuse("resolve", "no", error);
	if (settings->standard_error == STDERR_SOCKET)
		return wait_refuse("stderr", "log", error);
	if (settings->on_stop == ON_STOP_LEAVE)
		return error_set(error, EX_CONFIG, EINVAL, "on-stop: leave "
		    "does not go with mode wait, where a handler would never "
		    "be finished: drain?");
	return 0;
}

int
wait_open(struct service *service)
{
	return listen_give_names(service);
}

void
wait_start(struct service *service)
{
	struct service_state	*state;
	struct listener		*listener;

	state = service->state;
	memset(&state->pace, 0, sizeof(state->pace));
	state->rest.expired = wait_rested;
	state->load.limit = wait_keeps(service) ?
	    settings_least(&service->settings) : 1;
	TAILQ_FOREACH(listener, &service->listeners, link)
		listener->watch.ready = wait_ready;
	if (wait_keeps(service))
		wait_rest(service, SOON_MS);	/* `ready' is said before */
}

void
wait_update(struct service *service)
{
	if (service->server->stop != STOP_NO)
		return;
	if (wait_keeps(service))
		wait_fill(service);
	else
		wait_watch(service);
}

/*
 * One that ended in no time is a reason to wait for a while: the listener may
 * be as readable as it was.  Those that could not be set up are for setup.c.
 */
void
wait_ended(const struct worker *worker)
{
	struct service_state	*state;
	struct service		*service;
	struct event		 event;
	char			 reason[128];
	int64_t			 delay_ms, lived_ms;

	service = worker->service;
	state = service->state;
	if (service->server->stop != STOP_NO || (worker->failed_step !=
	    STEP_NONE && throttle_counts(worker->failed_errno)))
		return;
	lived_ms = loop_now(service->server->loop) - worker->forked_ms;
	if (state->resting && lived_ms < PACE_QUICK_MS)
		return;		/* of several at once, one counts */
	if (wait_keeps(service) && state->load.busy > state->load.limit)
		return;		/* TTOU: nobody takes its place */
	delay_ms = pace_ended(&state->pace, lived_ms,
	    lived_ms < PACE_QUICK_MS && wait_is_fruitless(service),
	    wait_keeps(service) ? 0 : PACE_FREE);
	if (delay_ms == 0)
		return;
	(void)snprintf(reason, sizeof(reason), "starting no handler for %"
	    PRId64 "ms: it ended after %" PRId64 "ms%s", delay_ms, lived_ms,
	    wait_keeps(service) ? "" : ", and clients still wait");
	event_init(&event, EVENT_THROTTLE, LEVEL_WARNING, service->name);
	event.pid = worker->pid;
	event.duration_ms = delay_ms;
	event.reason = reason;
	event.limit = &state->log_limits[EVENT_THROTTLE];
	server_log(service->server, &event);
	wait_rest(service, delay_ms);
}

void
wait_stop(struct service *service)
{
	struct forkd	*forkd;
	struct worker	*worker;
	int		 slot;

	forkd = service->server;
	loop_timer_clear(forkd->loop, &service->state->rest);
	dispatch_stop(service);
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot)
		if (worker->service == service)
			lifetime_end(worker, "stop");
}

void
wait_change(struct service *service, int by, const char *name)
{
	struct event	 event;
	struct load	*load;
	char		 reason[128];
	const char	*result;

	load = &service->state->load;
	result = "handlers are kept running";
	if (!wait_keeps(service))
		result = "handler when one is needed (min-workers): ignored";
	else if (by > 0 && load->limit >= service->settings.max_workers)
		result = "handlers are the most (max-workers): ignored";
	else if (by < 0 && load->limit <= 1)
		result = "handler is the least: ignored";
	else
		load->limit += by;
	(void)snprintf(reason, sizeof(reason), "%s: %" PRId64 " %s", name,
	    load->limit, result);
	event_init(&event, EVENT_RELOAD, LEVEL_INFO, service->name);
	event.reason = reason;
	event.limit = &service->state->log_limits[EVENT_RELOAD];
	server_log(service->server, &event);
	if (!wait_keeps(service))
		return;
	wait_end_one(service, name);
	wait_update(service);
}

static int
wait_refuse(const char *name, const char *instead, struct error *error)
{
	return error_set(error, EX_CONFIG, EINVAL, "%s: in mode wait the "
	    "handler accepts, and forkd has no connection: %s?", name,
	    instead);
}

static bool
wait_keeps(const struct service *service)
{
	return settings_least(&service->settings) > 0;
}

static bool
wait_is_free(const struct service *service)
{
	const struct service_state	*state;

	state = service->state;
	return !state->resting && !state->throttled &&
	    state->load.busy < state->load.limit;
}

/* min-workers 0: the wait set has the listeners while nobody runs. */
static void
wait_watch(struct service *service)
{
	struct listener	*listener;
	struct loop	*loop;

	loop = service->server->loop;
	TAILQ_FOREACH(listener, &service->listeners, link) {
		if (!wait_is_free(service))
			loop_unwatch(loop, &listener->watch);
		else if (loop_watch(loop, &listener->watch) == -1) {
			wait_failed(service, listener->text);
			return;
		}
	}
}

static void
wait_fill(struct service *service)
{
	int	i;

	for (i = 0; wait_is_free(service); i++) {
		if (i == BATCH)
			wait_rest(service, SOON_MS);
		else if (wait_fork(service) == -1)
			wait_failed(service, "fork");
	}
}

/* A listener is readable: somebody waits there. */
static void
wait_ready(struct watch *watch)
{
	struct service	*service;

	service = ((struct listener *)watch->arg)->service;
	if (!wait_is_free(service))
		return;
	if (wait_fork(service) == -1)
		wait_failed(service, "fork");
	else
		wait_update(service);
}

static int
wait_fork(struct service *service)
{
	struct addr	 local;
	struct child	 child;
	struct forkd	*forkd;
	struct worker	*worker;
	pid_t		 pid;

	forkd = service->server;
	worker = worker_take(forkd->workers, service);
	if (worker == NULL) {
		errno = EAGAIN;
		return -1;
	}
	memset(&child, 0, sizeof(child));
	child.channel_fd = -1;
	child.service = service;
	child.master = getpid();
	child.slot = worker->slot;
	child.generation = worker->generation;
	wait_environment(&child, &local);
	if (service->state->load.busy == 0)
		listen_give_block(service);
	service->state->queued = wait_queued(service);
	child.pipe_fd = stderr_pipe_begin(&forkd->pipes, worker);
	pid = spawn_fork(&forkd->spawn, &child);
	fdio_close(&child.pipe_fd);
	if (pid == -1) {
		stderr_pipe_end(&forkd->pipes, worker);
		worker_release(forkd->workers, worker);
		return -1;
	}
	worker_born(forkd->workers, worker, pid);
	worker->forked_ms = worker->since_ms = worker->born_ms =
	    loop_now(forkd->loop);
	backoff_worked(&service->state->fork_backoff);
	lifetime_watch(worker);
	lifetime_begin(worker);
	return 0;
}

/* The first listener is what a handler is told of by itself. */
static void
wait_environment(struct child *child, struct addr *local)
{
	struct environment_facts	 facts;
	struct service			*service;

	service = child->service;
	memset(local, 0, sizeof(*local));
	local->length = sizeof(local->u);
	/* it cannot fail for a socket that was bound */
	(void)getsockname(TAILQ_FIRST(&service->listeners)->watch.fd,
	    &local->u.sa, &local->length);
	memset(&facts, 0, sizeof(facts));
	facts.service = service->name;
	facts.slot = child->slot;
	facts.local = local;
	facts.listeners = listen_give_count(service);
	facts.listen_names = service->listen_names;
	child->variables = environment_of(&service->environment, &child->room,
	    &facts);
}

static void
wait_rest(struct service *service, int64_t delay_ms)
{
	service->state->resting = true;
	loop_timer_set(service->server->loop, &service->state->rest, delay_ms);
	wait_update(service);
}

static void
wait_rested(struct timer *timer)
{
	struct service	*service;

	service = timer->arg;
	service->state->resting = false;
	wait_update(service);
}

/* errno says what only time can cure. */
static void
wait_failed(struct service *service, const char *what)
{
	struct event	event;
	char		reason[LISTENER_TEXT_SIZE + 128];
	int64_t		delay_ms;

	delay_ms = backoff_failed(&service->state->fork_backoff);
	(void)snprintf(reason, sizeof(reason),
	    "%s: %s; next try in %" PRId64 "ms", what, strerror(errno),
	    delay_ms);
	event_init(&event, EVENT_SETUP_ERROR, LEVEL_ERROR, service->name);
	event.reason = reason;
	event.limit = &service->state->log_limits[EVENT_SETUP_ERROR];
	server_log(service->server, &event);
	wait_rest(service, delay_ms);
}

/* Connections that wait, as far as the kernel tells: on TCP. */
static int64_t
wait_queued(const struct service *service)
{
	const struct listener	*listener;
	int64_t			 queued;
	int			 waiting;

	queued = 0;
	TAILQ_FOREACH(listener, &service->listeners, link) {
		waiting = drain_waiting(listener->watch.fd, NULL);
		if (waiting > 0)
			queued += waiting;
	}
	return queued;
}

/*
 * Whether it seems to have taken nothing: somebody waits, and not fewer than
 * when it began.  It may have taken some, and as many have come; that this
 * may be so, a few times, is what PACE_FREE is for.
 */
static bool
wait_is_fruitless(const struct service *service)
{
	const struct listener	*listener;

	if (wait_keeps(service))
		return true;	/* nobody knows who of them took what */
	TAILQ_FOREACH(listener, &service->listeners, link)
		if (fdio_option(listener->watch.fd, SOL_SOCKET,
		    SO_ACCEPTCONN) == 0)
			return true;	/* no longer one, and ready for ever */
	if (wait_queued(service) < service->state->queued)
		return false;
	TAILQ_FOREACH(listener, &service->listeners, link)
		if (drain_has_waiting(listener->watch.fd))
			return true;
	return false;
}

/* The youngest of those that are too many. */
static void
wait_end_one(struct service *service, const char *why)
{
	struct worker	*worker, *youngest;
	int64_t		 running;
	int		 slot;

	running = 0;
	youngest = NULL;
	for (slot = -1; (worker = worker_next(service->server->workers,
	    slot)) != NULL; slot = worker->slot) {
		if (worker->service != service || worker->ending != ENDING_NO)
			continue;
		running++;
		if (youngest == NULL ||
		    worker->forked_ms >= youngest->forked_ms)
			youngest = worker;
	}
	if (running > service->state->load.limit)
		lifetime_end(youngest, why);
}
