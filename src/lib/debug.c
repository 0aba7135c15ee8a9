/* SPDX-License-Identifier: ISC */
/*
 * What only those want to know who look for the cause of something: lines of
 * level debug.  Each of these says what has been done or decided and not that
 * something is wrong; without that level they cost a comparison.
 */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "event.h"
#include "listen.h"
#include "server.h"

static const char	*debug_why_not(const struct service *);
static void		 debug_say(struct service *, const struct worker *,
			    const char *, ...)
			    __attribute__((format(printf, 3, 4), noinline));

void
debug_start(struct forkd *forkd)
{
	const struct identity	*identity;
	struct listener		*listener;
	struct service		*service;

	TAILQ_FOREACH(service, &forkd->services, link) {
		if (forkd->log.path != NULL)
			debug_say(service, NULL, "log: %s, descriptor %d",
			    forkd->log.path, forkd->log.stream.fd);
		TAILQ_FOREACH(listener, &service->listeners, link)
			debug_say(service, NULL, "%s: %s, descriptor %d",
			    listener->text, listener->inherited ?
			    "inherited" : "bound", listener->watch.fd);
		identity = &service->identity;
		if (identity->given)
			debug_say(service, NULL, "workers: uid %ld, gid %ld, "
			    "%d groups; at most %" PRId64,
			    (long)identity->uid, (long)identity->gid,
			    identity->group_count,
			    service->settings.max_workers);
		else
			debug_say(service, NULL, "workers: as forkd was "
			    "started; at most %" PRId64,
			    service->settings.max_workers);
	}
}

void
debug_accepts(struct service *service, bool accepts)
{
	if (accepts)
		debug_say(service, NULL, "accepts connections, %" PRId64 "/%"
		    PRId64, service->state->load.busy,
		    service->state->load.limit);
	else
		debug_say(service, NULL, "accepts none: %s, %" PRId64 "/%"
		    PRId64, debug_why_not(service),
		    service->state->load.busy, service->state->load.limit);
}

void
debug_signal(struct worker *worker, const char *signal, const char *why)
{
	debug_say(worker->service, worker, "%s to its group: %s", signal, why);
}

static const char *
debug_why_not(const struct service *service)
{
	if (service->state->throttled)
		return "throttled";
	if (service->state->resting)
		return "rests after an error";
	return service->settings.mode == MODE_PREFORK ?
	    "no worker is idle" : "all workers busy";
}

static void
debug_say(struct service *service, const struct worker *worker,
    const char *format, ...)
{
	struct event	event;
	va_list		args;
	char		reason[1024];

	if (!log_wants(&service->server->log, LEVEL_DEBUG))
		return;
	va_start(args, format);
	(void)vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	event_init(&event, EVENT_DEBUG, LEVEL_DEBUG, service->name);
	event.reason = reason;
	event.limit = &service->state->log_limits[EVENT_DEBUG];
	if (worker != NULL) {
		event.serial = worker->serial;
		event.pid = worker->pid;
	}
	server_log(service->server, &event);
}
