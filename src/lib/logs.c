/* SPDX-License-Identifier: ISC */
/*
 * The logs of a running server: pipes for what handlers write, the log file
 * after a rotation, and what was left out to the end.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "server.h"

static void	logs_tell(struct forkd *, const char *, enum event_kind,
		    struct log_limit *);

bool
logs_need_pipes(const struct forkd *forkd)
{
	const struct service	*service;

	if (!log_is_elsewhere(&forkd->log))
		return false;
	TAILQ_FOREACH(service, &forkd->services, link)
		if (service->settings.standard_error == STDERR_LOG)
			return true;
	return false;
}

int
logs_open(struct forkd *forkd)
{
	const struct service	*service;
	int			 functions;

	if (!logs_need_pipes(forkd))
		return 0;
	functions = 0;
	TAILQ_FOREACH(service, &forkd->services, link)
		if (service->ops != NULL)
			functions = 1;
	spawn_mute(&forkd->spawn);
	return stderr_pipes_open(&forkd->pipes, forkd->loop, &forkd->log,
	    forkd->workers->room, functions);
}

void
logs_reopen(struct forkd *forkd)
{
	struct event	event;
	char		reason[1024];

	event_init(&event, EVENT_RELOAD, LEVEL_INFO, NULL);
	event.reason = "USR1: there is no log file to open again";
	event.limit = &forkd->reload_limit;
	if (log_reopen(&forkd->log) == -1) {
		(void)snprintf(reason, sizeof(reason),
		    "USR1: %s: %s; the old one stays", forkd->log.path,
		    strerror(errno));
		event.level = LEVEL_ERROR;
		event.reason = reason;
	} else if (forkd->log.path != NULL)
		event.reason = "USR1: the log file was opened again";
	server_log(forkd, &event);
}

void
logs_tell_left_out(struct forkd *forkd)
{
	struct service		*service;
	struct service_state	*state;
	const char		*name;
	int			 kind;

	logs_tell(forkd, NULL, EVENT_RELOAD, &forkd->reload_limit);
	logs_tell(forkd, NULL, EVENT_SETUP_ERROR, &forkd->supervise.log_limit);
	TAILQ_FOREACH(service, &forkd->services, link) {
		state = service->state;
		name = service->name;
		for (kind = 0; kind < EVENT_COUNT; kind++)
			logs_tell(forkd, name, (enum event_kind)kind,
			    &state->log_limits[kind]);
		logs_tell(forkd, name, EVENT_HANDLER_ERROR,
		    &state->stderr_limit);
		logs_tell(forkd, name, EVENT_SETUP_ERROR,
		    &state->pipe_limit);
	}
}

static void
logs_tell(struct forkd *forkd, const char *name, enum event_kind kind,
    struct log_limit *limit)
{
	struct event	event;
	char		reason[64];

	if (limit->left_out == 0)
		return;
	(void)snprintf(reason, sizeof(reason),
	    "%" PRIu64 " more lines like this left out", limit->left_out);
	limit->left_out = 0;
	event_init(&event, kind, kind == EVENT_DEBUG ? LEVEL_DEBUG :
	    LEVEL_WARNING, name);
	event.reason = reason;
	server_log(forkd, &event);
}
