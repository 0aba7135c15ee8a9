/* SPDX-License-Identifier: ISC */
/*
 * Stopping: from the first signal to the last worker.  Each step goes one
 * further and none goes back, so that whoever asks again gets more.
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "server.h"
#include "value.h"

static enum stop_level	stop_next(enum stop_level, int);
static void		stop_advance(struct forkd *, enum stop_level);
static void		stop_drain(struct forkd *);
static void		stop_drained(struct timer *);
static void		stop_gave_up(struct timer *);
static void		stop_say(struct forkd *, int);

#define GIVE_UP_MS	5000	/* after KILL was sent to all on demand */

void
stop_start(struct service *service)
{
	service->state->drain.expired = stop_drained;
	service->state->drain.arg = service;
	service->state->drain.place = 0;
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

	if (forkd->gave_up)
		return true;
	if (forkd->stop == STOP_NO || forkd->workers->count > 0)
		return false;
	TAILQ_FOREACH(service, &forkd->services, link)
		if (service->is_waiting)
			return false;
	return true;
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
	struct worker	*worker;
	int		 slot;

	forkd->stop = level;
	TAILQ_FOREACH(service, &forkd->services, link) {
		dispatch_stop(service);
		if (level >= STOP_TERM)
			dispatch_abandon(service, "stop");
	}
	if (level == STOP_DEADLINE)
		stop_drain(forkd);
	if (level < STOP_TERM)
		return;
	if (level == STOP_KILL) {
		forkd->give_up.expired = stop_gave_up;
		forkd->give_up.arg = forkd;
		loop_timer_set(forkd->loop, &forkd->give_up, GIVE_UP_MS);
	}
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot) {
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
	dispatch_abandon(service, "drain-timeout");
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot)
		if (worker->service == service)
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

static void
stop_say(struct forkd *forkd, int signal)
{
	static const char	*plans[] = {
		"", "they may finish", "they may finish until drain-timeout",
		"TERM to them, KILL after kill-grace", "KILL to them"
	};
	struct event		 event;
	char			 reason[128];

	(void)snprintf(reason, sizeof(reason), "%s: %zu workers: %s",
	    event_signal_name(signal), forkd->workers->count, plans[forkd->stop]);
	event_init(&event, EVENT_STOP, LEVEL_INFO, NULL);
	event.workers = (int64_t)forkd->workers->count;
	event.reason = reason;
	server_log(forkd, &event);
}
