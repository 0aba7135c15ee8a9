/* SPDX-License-Identifier: ISC */
/*
 * Stopping: from the first signal to the last worker.  Each step goes one
 * further and none goes back, so that whoever asks again gets more.  A
 * listener is closed when nobody waits there any more: who has completed a
 * handshake is served, and everybody else is refused by the kernel.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "admit.h"
#include "drain.h"
#include "event.h"
#include "listen.h"
#include "prefork.h"
#include "server.h"
#include "value.h"
#include "wait.h"

static enum stop_level	stop_next(enum stop_level, int);
static void		stop_advance(struct forkd *, enum stop_level);
static void		stop_end_workers(struct forkd *, enum stop_level);
static void		stop_drain(struct forkd *);
static void		stop_drained(struct timer *);
static void		stop_gave_up(struct timer *);
static void		stop_filter(struct service *);
static void		stop_look(struct timer *);
static bool		stop_is_dry(struct listener *);
static void		stop_close(struct service *, const char *);
static bool		stop_leaves(const struct service *);
static bool		stop_spares(const struct worker *);
static const char	*stop_plan(const struct forkd *);
static void		stop_say(struct forkd *, int);
static void		stop_say_refused(const struct listener *,
			    const char *);
static void		stop_say_listener(const struct listener *,
			    const char *);

#define GIVE_UP_MS	5000	/* after KILL was sent to all on demand */
#define LOOK_MS		20	/* from one look at the listeners to the next */
#define LOOK_LONG_MS	100	/* the same after LOOK_OFTEN_MS */
#define LOOK_OFTEN_MS	1000
/* For a handshake that is under way: the kernel repeats its part of it after
   1 and 3 seconds.  Who has not answered then is mostly a forged address. */
#define HANDSHAKE_MS	3500
#define BLIND_MS	1000	/* if the kernel does not say whether there are */

void
stop_start(struct service *service)
{
	service->state->drain.expired = stop_drained;
	service->state->drain.arg = service;
	service->state->drain.place = 0;
	service->state->look.expired = stop_look;
	service->state->look.arg = service;
	service->state->look.place = 0;
	service->state->closed = false;
}

void
stop_signal(struct forkd *forkd, int signal)
{
	enum stop_level	next;

	next = stop_next(forkd->stop, signal);
	if (next <= forkd->stop)
		return;
	stop_advance(forkd, next);
	stop_say(forkd, signal);
}

bool
stop_is_done(const struct forkd *forkd)
{
	struct service	*service;
	struct worker	*worker;
	int		 slot;

	if (forkd->gave_up)
		return true;
	if (forkd->stop == STOP_NO)
		return false;
	TAILQ_FOREACH(service, &forkd->services, link)
		if (service->is_waiting || hand_over_has_returned(service) ||
		    !TAILQ_EMPTY(&service->listeners))
			return false;
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot)
		if (!stop_spares(worker))
			return false;
	return true;
}

void
stop_say_end(struct forkd *forkd)
{
	struct event	event;
	char		reason[128];

	event_init(&event, EVENT_STOP, LEVEL_INFO, NULL);
	event.reason = "all workers have ended";
	if (forkd->workers->count > 0) {
		(void)snprintf(reason, sizeof(reason),
		    "%zu workers are left behind and finish alone",
		    forkd->workers->count);
		event.workers = (int64_t)forkd->workers->count;
		event.reason = reason;
	}
	server_log(forkd, &event);
}

/*
 * QUIT: finish, without a deadline.  TERM: with one, a second one: now.
 * INT: now, a second one: KILL.
 */
static enum stop_level
stop_next(enum stop_level level, int signal)
{
	switch (signal) {
	case SIGQUIT:
		return STOP_DRAIN;
	case SIGTERM:
		return level >= STOP_DEADLINE ? STOP_TERM : STOP_DEADLINE;
	default:
		return level >= STOP_TERM ? STOP_KILL : STOP_TERM;
	}
}

static void
stop_advance(struct forkd *forkd, enum stop_level level)
{
	struct service	*service;
	bool		 first;

	first = forkd->stop == STOP_NO;
	forkd->stop = level;
	TAILQ_FOREACH(service, &forkd->services, link) {
		if (level >= STOP_TERM) {
			stop_close(service, "stop");
			dispatch_abandon(service, "stop");
		} else if (first && service->settings.mode == MODE_WAIT)
			wait_stop(service);
		else if (first) {
			setup_resume(service);
			stop_filter(service);
			prefork_drain(service);
		}
	}
	if (level == STOP_DEADLINE)
		stop_drain(forkd);
	if (level >= STOP_TERM)
		stop_end_workers(forkd, level);
}

static void
stop_end_workers(struct forkd *forkd, enum stop_level level)
{
	struct worker	*worker;
	int		 slot;

	if (level == STOP_KILL) {
		forkd->give_up.expired = stop_gave_up;
		forkd->give_up.arg = forkd;
		loop_timer_set(forkd->loop, &forkd->give_up, GIVE_UP_MS);
	}
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot) {
		if (stop_spares(worker))
			continue;
		if (level == STOP_KILL)
			lifetime_kill(worker, "stop");
		else
			lifetime_end(worker, "stop");
	}
}

static void
stop_drain(struct forkd *forkd)
{
	struct service	*service;

	TAILQ_FOREACH(service, &forkd->services, link)
		loop_timer_set(forkd->loop, &service->state->drain,
		    service->settings.drain_timeout);
}

static void
stop_drained(struct timer *timer)
{
	struct forkd	*forkd;
	struct service	*service;
	struct worker	*worker;
	int		 slot;

	service = timer->arg;
	forkd = service->server;
	stop_close(service, "drain-timeout");
	dispatch_abandon(service, "drain-timeout");
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot)
		if (worker->service == service && !stop_spares(worker))
			lifetime_end(worker, "drain-timeout");
}

/* A set-id program is not ours to kill, one in the kernel nobody's. */
static void
stop_gave_up(struct timer *timer)
{
	struct forkd	*forkd;

	forkd = timer->arg;
	forkd->gave_up = true;
}

/*
 * No handshake begins any more; the first look comes later, since another
 * processor may be in the middle of one that it let through.
 */
static void
stop_filter(struct service *service)
{
	struct service_state	*state;
	struct listener		*listener;
	char			 text[128];
	int			 done;

	state = service->state;
	TAILQ_FOREACH(listener, &service->listeners, link) {
		if (listener->inherited)
			continue;	/* others go on with it */
		listen_unix_remove(&listener->file);	/* nobody finds it */
		done = drain_filter(listener->watch.fd);
		listener->filtered = done == 1;
		/* EPERM: the kernel keeps filters from whoever is not root */
		if (done == -1 && errno != EPERM) {
			(void)snprintf(text, sizeof(text),
			    "SO_ATTACH_FILTER: %s; new connections come in "
			    "until nobody waits", strerror(errno));
			stop_say_listener(listener, text);
		}
		(void)drain_waiting(listener->watch.fd, &listener->overflown);
	}
	state->stop_ms = state->waited_ms = loop_now(service->server->loop);
	loop_timer_set(service->server->loop, &state->look, LOOK_MS);
}

static void
stop_look(struct timer *timer)
{
	struct listener	*listener, *next;
	struct loop	*loop;
	struct service	*service;

	service = timer->arg;
	loop = service->server->loop;
	for (listener = TAILQ_FIRST(&service->listeners); listener != NULL;
	    listener = next) {
		next = TAILQ_NEXT(listener, link);
		if (!stop_is_dry(listener))
			continue;
		loop_unwatch(loop, &listener->watch);
		listen_close_one(listener);
	}
	if (!TAILQ_EMPTY(&service->listeners))
		loop_timer_set(loop, timer, loop_now(loop) -
		    service->state->stop_ms < LOOK_OFTEN_MS ?
		    LOOK_MS : LOOK_LONG_MS);
	else	/* idle workers are of no use any more */
		prefork_update(service);
}

/*
 * Whether the listener can be closed.  A handshake that ends between two of
 * these questions is in the queue when the last one is asked.
 */
static bool
stop_is_dry(struct listener *listener)
{
	struct service	*service;
	int64_t		 quiet_ms;
	int		 half_open;

	service = listener->service;
	if (drain_has_waiting(listener->watch.fd)) {
		service->state->waited_ms = loop_now(service->server->loop);
		/* whoever else has it goes on; it may never be empty */
		if (listener->inherited && loop_now(service->server->loop) -
		    service->state->stop_ms >= HANDSHAKE_MS)
			return true;
		if (!stop_leaves(service) ||
		    admit_has_room(&service->state->load))
			return false;
		stop_say_refused(listener, "on-stop");
		return true;
	}
	if (!listener->filtered)
		return true;
	quiet_ms = loop_now(service->server->loop) - service->state->waited_ms;
	half_open = drain_half_open(listener->watch.fd);
	if (half_open == 1 &&
	    (listener->overflown || quiet_ms < HANDSHAKE_MS))
		return false;
	if (half_open == -1 && quiet_ms < BLIND_MS)
		return false;
	return !drain_has_waiting(listener->watch.fd);
}

/* Whoever still waits is refused by the kernel. */
static void
stop_close(struct service *service, const char *why)
{
	struct listener	*listener;

	TAILQ_FOREACH(listener, &service->listeners, link)
		if (!listener->inherited &&
		    drain_has_waiting(listener->watch.fd))
			stop_say_refused(listener, why);
	loop_timer_clear(service->server->loop, &service->state->look);
	service->state->closed = true;
	dispatch_stop(service);
}

static bool
stop_leaves(const struct service *service)
{
	return service->settings.on_stop == ON_STOP_LEAVE;
}

/* Who is being ended for another reason is seen to the end. */
static bool
stop_spares(const struct worker *worker)
{
	return stop_leaves(worker->service) && worker->ending == ENDING_NO;
}

static const char *
stop_plan(const struct forkd *forkd)
{
	static const char *const	plans[] = {
		"", "they may finish", "they may finish until drain-timeout",
		"TERM to them, KILL after kill-grace", "KILL to them"
	};
	const struct service		*service;

	TAILQ_FOREACH(service, &forkd->services, link)
		if (!stop_leaves(service) && service->settings.mode !=
		    MODE_WAIT)
			return plans[forkd->stop];
	TAILQ_FOREACH(service, &forkd->services, link)
		if (!stop_leaves(service))
			return plans[forkd->stop > STOP_TERM ? forkd->stop :
			    STOP_TERM];
	return "on-stop: they are left to finish alone";
}

static void
stop_say(struct forkd *forkd, int signal)
{
	struct event	event;
	char		reason[128];

	(void)snprintf(reason, sizeof(reason), "%s: %zu workers: %s",
	    event_signal_name(signal), forkd->workers->count,
	    stop_plan(forkd));
	event_init(&event, EVENT_STOP, LEVEL_INFO, NULL);
	event.workers = (int64_t)forkd->workers->count;
	event.reason = reason;
	server_log(forkd, &event);
}

static void
stop_say_refused(const struct listener *listener, const char *why)
{
	char	text[128];
	int	waiting;

	waiting = drain_waiting(listener->watch.fd, NULL);
	if (waiting <= 0)	/* nobody tells */
		(void)snprintf(text, sizeof(text),
		    "%s: closed, connections that waited are refused", why);
	else
		(void)snprintf(text, sizeof(text), "%s: closed, %d "
		    "connections that waited are refused", why, waiting);
	stop_say_listener(listener, text);
}

static void
stop_say_listener(const struct listener *listener, const char *text)
{
	struct event	event;
	char		reason[LISTENER_TEXT_SIZE + 192];

	(void)snprintf(reason, sizeof(reason), "%s: %s", listener->text, text);
	event_init(&event, EVENT_STOP, LEVEL_WARNING, listener->service->name);
	event.reason = reason;
	server_log(listener->service->server, &event);
}
