/* SPDX-License-Identifier: ISC */
/*
 * Dispatch: takes connections from the listeners of a service and gives each
 * one a worker; holds back where workers, descriptors or processes have run
 * out.  Nothing here waits: the loop's timers do.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "accept.h"
#include "admit.h"
#include "drain.h"
#include "event.h"
#include "fdio.h"
#include "forkd.h"
#include "listen.h"
#include "prefork.h"
#include "server.h"
#include "wait.h"

#define ACCEPT_BATCH	16	/* connections of one listener in a turn */
#define FORK_PATIENCE_MS 5000	/* then the connection is closed */

static void	dispatch_ready(struct watch *);
static bool	dispatch_conn(struct forkd_conn *);
static bool	dispatch_has_room(const struct service *);
static bool	dispatch_allows(struct forkd_conn *) __attribute__((noinline));
static void	dispatch_wait(const struct forkd_conn *);
static void	dispatch_rested(struct timer *);
static void	dispatch_settled(struct timer *);
static void	dispatch_rest(struct service *, int64_t);
static void	dispatch_accept_error(const struct listener *);

void
dispatch_start(struct service *service)
{
	struct listener	*listener;

	memset(&service->state->load, 0, sizeof(service->state->load));
	service->state->load.limit = service->settings.max_workers;
	service->state->rest.expired = dispatch_rested;
	service->state->settle.expired = dispatch_settled;
	service->state->rest.arg = service->state->settle.arg = service;
	service->state->rest.place = service->state->settle.place = 0;
	service->state->resting = service->is_waiting = false;
	backoff_worked(&service->state->accept_backoff);
	backoff_worked(&service->state->fork_backoff);
	TAILQ_FOREACH(listener, &service->listeners, link)
		listener->watch.ready = dispatch_ready;
	if (service->settings.mode == MODE_WAIT)
		wait_start(service);
	dispatch_update(service);
}

void
dispatch_update(struct service *service)
{
	struct listener	*listener;
	struct loop	*loop;
	bool		 accepted, wanted;

	if (service->server->starting)
		return;
	if (service->settings.mode == MODE_WAIT) {
		wait_update(service);
		return;
	}
	loop = service->server->loop;
	wanted = !service->state->resting && dispatch_has_room(service);
	listener = TAILQ_FIRST(&service->listeners);
	accepted = listener != NULL && listener->watch.armed;
	TAILQ_FOREACH(listener, &service->listeners, link) {
		if (!wanted)
			loop_unwatch(loop, &listener->watch);
		else if (loop_watch(loop, &listener->watch) == -1) {
			dispatch_accept_error(listener);
			return;
		}
	}
	if (wanted != accepted && !TAILQ_EMPTY(&service->listeners))
		debug_accepts(service, wanted);
}

/* What waits already needs no turn of the loop. */
void
dispatch_continue(struct service *service)
{
	struct listener	*listener;

	TAILQ_FOREACH(listener, &service->listeners, link) {
		if (service->server->starting || service->state->resting ||
		    !dispatch_has_room(service))
			break;
		if (!listener->watch.armed)
			dispatch_ready(&listener->watch);
	}
	dispatch_update(service);
}

void
dispatch_stop(struct service *service)
{
	struct listener	*listener;

	TAILQ_FOREACH(listener, &service->listeners, link)
		loop_unwatch(service->server->loop, &listener->watch);
	listen_close(service);
}

void
dispatch_abandon(struct service *service, const char *why)
{
	hand_over_abandon(service, why);
	if (!service->is_waiting)
		return;
	service->is_waiting = false;
	dispatch_refuse(&service->waiting, why);
}

/* A listener is readable. */
static void
dispatch_ready(struct watch *watch)
{
	struct forkd_conn	 conn;
	struct listener		*listener;
	int			 failures, i;

	listener = watch->arg;
	failures = 0;
	for (i = 0; i < ACCEPT_BATCH; i++) {
		switch (accept_conn(listener, &conn)) {
		case ACCEPT_NONE:
			if (i == 0 && accept_is_dead(listener))
				dispatch_accept_error(listener);
			return;
		case ACCEPT_AGAIN:
			failures++;
			continue;
		case ACCEPT_LATER:
			dispatch_accept_error(listener);
			return;
		case ACCEPT_CONN:
			failures = 0;
			backoff_worked(&listener->service->state->accept_backoff);
			if (!dispatch_conn(&conn))
				return;
		}
	}
	/* nothing but peers that vanish: no reason to go on at once */
	if (failures == ACCEPT_BATCH)
		dispatch_accept_error(listener);
}

/* Whether the service can take another one at once. */
static bool
dispatch_conn(struct forkd_conn *conn)
{
	struct service	*service;

	service = conn->service;
	conn->serial = ++service->state->serial;
	service->state->accepted++;
	conn->born_ms = loop_now(service->server->loop);
	if (service->server->stop != STOP_NO)
		drain_unfilter(conn->fd);
	if (!dispatch_allows(conn)) {
		dispatch_refuse(conn, "not allowed");
		return true;
	}
	if (prefork_is_pool(service) && !prefork_may_fork(service))
		(void)hand_over_conn(conn);
	else if (dispatch_fork(conn) == -1) {
		dispatch_wait(conn);
		return false;
	}
	return dispatch_has_room(service);
}

/* Whether one more could be served at once. */
static bool
dispatch_has_room(const struct service *service)
{
	if (prefork_is_pool(service))
		return prefork_can_take(service);
	return !service->state->throttled &&
	    admit_has_room(&service->state->load);
}

/* Asks the C program.  Its own function, to keep the view off the stack. */
static bool
dispatch_allows(struct forkd_conn *conn)
{
	const struct forkd_ops	*ops;
	struct service		*service;
	struct conn_view	 view;
	bool			 allowed;

	service = conn->service;
	ops = service->ops;
	if (ops == NULL || ops->allow == NULL)
		return true;
	conn_prepare(conn, &view, service->server);
	view.in_master = true;
	allowed = ops->allow(conn, service->arg) != 0;
	conn->view = NULL;
	return allowed;
}

/* fork(2) failed: keep the connection, and take no other one meanwhile. */
static void
dispatch_wait(const struct forkd_conn *conn)
{
	struct service	*service;
	struct event	 event;
	char		 reason[128];
	int64_t		 delay_ms;

	service = conn->service;
	delay_ms = backoff_failed(&service->state->fork_backoff);
	(void)snprintf(reason, sizeof(reason),
	    "fork: %s; next try in %" PRId64 "ms", strerror(errno), delay_ms);
	event_init(&event, EVENT_SETUP_ERROR, LEVEL_ERROR, service->name);
	event.serial = conn->serial;
	event.peer = &conn->peer;
	event.reason = reason;
	event.limit = &service->state->log_limits[EVENT_SETUP_ERROR];
	server_log(service->server, &event);
	if (conn != &service->waiting)
		service->waiting = *conn;
	service->is_waiting = true;
	dispatch_rest(service, delay_ms);
}

static void
dispatch_rest(struct service *service, int64_t delay_ms)
{
	service->state->resting = true;
	loop_timer_set(service->server->loop, &service->state->rest, delay_ms);
	dispatch_update(service);
}

/* The rest is over: fork again, or accept again. */
static void
dispatch_rested(struct timer *timer)
{
	struct forkd_conn	*conn;
	struct service		*service;

	service = timer->arg;
	conn = &service->waiting;
	if (service->is_waiting) {
		if (dispatch_fork(conn) == 0)
			service->is_waiting = false;
		else if (loop_now(service->server->loop) - conn->born_ms >=
		    FORK_PATIENCE_MS)
			dispatch_abandon(service, strerror(errno));
		else {
			dispatch_wait(conn);
			return;
		}
	}
	service->state->resting = false;
	dispatch_update(service);
}

static void
dispatch_settled(struct timer *timer)
{
	struct service	*service;
	struct event	 event;
	int64_t		 full_ms, now_ms;

	service = timer->arg;
	now_ms = loop_now(service->server->loop);
	if (!admit_settled(&service->state->load, now_ms, &full_ms)) {
		if (service->state->load.room_ms != 0)
			loop_timer_set(service->server->loop, timer,
			    service->state->load.room_ms + ADMIT_SETTLE_MS - now_ms);
		return;
	}
	event_init(&event, EVENT_FREE, LEVEL_INFO, service->name);
	event.duration_ms = full_ms;
	event.workers = service->state->load.busy;
	event.max_workers = service->state->load.limit;
	server_log(service->server, &event);
}

/* errno says what only time can cure. */
static void
dispatch_accept_error(const struct listener *listener)
{
	struct service	*service;
	struct event	 event;
	char		 reason[LISTENER_TEXT_SIZE + 128];
	int64_t		 delay_ms;

	service = listener->service;
	delay_ms = backoff_failed(&service->state->accept_backoff);
	(void)snprintf(reason, sizeof(reason),
	    "%s: %s; next try in %" PRId64 "ms", listener->text,
	    strerror(errno), delay_ms);
	event_init(&event, EVENT_ACCEPT_ERROR, LEVEL_ERROR, service->name);
	event.reason = reason;
	event.limit = &service->state->log_limits[EVENT_ACCEPT_ERROR];
	server_log(service->server, &event);
	dispatch_rest(service, delay_ms);
}

void
dispatch_refuse(struct forkd_conn *conn, const char *why)
{
	struct event	event;

	conn->service->state->refused++;
	event_init(&event, EVENT_REFUSE, LEVEL_WARNING, conn->service->name);
	event.peer = &conn->peer;
	event.local = &conn->local;
	event.reason = why;
	event.limit = &conn->service->state->log_limits[EVENT_REFUSE];
	server_log(conn->service->server, &event);
	fdio_close_foreign(&conn->fd);	/* a worker may have had it */
}
