/* SPDX-License-Identifier: ISC */
/*
 * The server: proves that it can serve, wires services, signals and children
 * to the loop, and turns it until the last worker has ended.  The way of a
 * connection goes on in dispatch.c, that of a worker in lifetime.c, the end
 * of both in stop.c.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "event.h"
#include "fdio.h"
#include "forkd.h"
#include "handler.h"
#include "listen.h"
#include "server.h"
#include "sig.h"

#define TIMERS_EACH	3	/* of a service: rest, settle, drain */

static int	server_open(struct forkd *);
static void	server_close(struct forkd *);
static int	server_bind(struct forkd *);
static int	server_room(struct forkd *);
static void	server_ready(struct forkd *);
static int	server_turns(struct forkd *);
static void	server_signal(struct watch *);
static void	server_reload(struct forkd *);
static void	server_say(struct forkd *, enum event_kind, const char *);

int
forkd_run(struct forkd *forkd)
{
	struct service	*service;
	int		 failed;

	if (forkd->running)
		return error_set(&forkd->error, EX_SOFTWARE, EBUSY,
		    "forkd_run: it runs already");
	if (server_check(forkd) == -1 || server_bind(forkd) == -1)
		return -1;
	if (server_open(forkd) == -1) {
		server_close(forkd);
		return -1;
	}
	TAILQ_FOREACH(service, &forkd->services, link) {
		stop_start(service);
		dispatch_start(service);
	}
	server_ready(forkd);
	failed = server_turns(forkd);
	server_close(forkd);
	return failed;
}

int
server_check(struct forkd *forkd)
{
	struct service	*service;

	if (TAILQ_EMPTY(&forkd->services))
		return error_set(&forkd->error, EX_CONFIG, EINVAL,
		    "no service to run");
	TAILQ_FOREACH(service, &forkd->services, link) {
		service->server = forkd;
		if (handler_prove(service, &forkd->error) == -1)
			return -1;
	}
	return 0;
}

void
server_log(struct forkd *forkd, struct event *event)
{
	log_event(&forkd->log, event,
	    forkd->loop == NULL ? loop_clock() : loop_now(forkd->loop));
}

void
server_close_in_child(struct service *own)
{
	struct forkd	*forkd;
	struct service	*service;

	forkd = own->server;
	TAILQ_FOREACH(service, &forkd->services, link) {
		listen_close_in_child(service);
		if (service->is_waiting && service != own)
			fdio_close(&service->waiting.fd);
	}
	spawn_close_in_child(&forkd->spawn);
	loop_close_in_child(forkd->loop);
	log_close(&forkd->log);
	sig_close_in_child();
}

/* The addresses of the listen setting, once. */
static int
server_bind(struct forkd *forkd)
{
	struct service	*service;
	size_t		 i;

	TAILQ_FOREACH(service, &forkd->services, link) {
		for (i = 0; !service->listed &&
		    i < service->settings.listen.count; i++)
			if (listen_open(service,
			    service->settings.listen.word[i], ADDR_TCP,
			    &forkd->log, &forkd->error) == -1)
				return -1;
		service->listed = true;
		if (TAILQ_EMPTY(&service->listeners))
			return error_set(&forkd->error, EX_USAGE, EINVAL,
			    "%s: no address to listen on: say -p 10000",
			    service->name);
	}
	return 0;
}

static int
server_open(struct forkd *forkd)
{
	forkd->running = true;
	forkd->stop = STOP_NO;
	forkd->sweep.place = 0;
	forkd->signals.armed = false;	/* in the wait set of an earlier run */
	forkd->spawn.ends[0] = forkd->spawn.ends[1] = -1;
	forkd->signals.fd = sig_open();
	if (forkd->signals.fd == -1)
		return error_system(&forkd->error, errno, "signals");
	forkd->loop = loop_new();
	if (forkd->loop == NULL || server_room(forkd) == -1 ||
	    spawn_open(&forkd->spawn) == -1)
		return error_system(&forkd->error, errno, "server");
	forkd->signals.arg = forkd;
	forkd->signals.ready = server_signal;
	if (loop_watch(forkd->loop, &forkd->signals) == -1)
		return error_system(&forkd->error, errno, "signals");
	return 0;
}

/* Undoes what server_open() did, also half of it. */
static void
server_close(struct forkd *forkd)
{
	struct service	*service;
	int		 saved;

	saved = errno;
	TAILQ_FOREACH(service, &forkd->services, link) {
		listen_close(service);
		service->listed = false;
	}
	if (forkd->signals.fd != -1)
		sig_close();
	spawn_close(&forkd->spawn);
	worker_table_free(&forkd->workers);
	loop_free(forkd->loop);
	forkd->loop = NULL;
	forkd->running = false;
	errno = saved;
}

/* A slot for every worker that may be, a timer for whoever may need one. */
static int
server_room(struct forkd *forkd)
{
	struct service	*service;
	size_t		 services, workers;

	services = workers = 0;
	TAILQ_FOREACH(service, &forkd->services, link) {
		services++;
		workers += (size_t)service->settings.max_workers;
	}
	if (worker_table_init(&forkd->workers, workers) == -1)
		return -1;
	return loop_reserve(forkd->loop, services * TIMERS_EACH + workers + 1);
}

/* One line a service: its addresses and its handler. */
static void
server_ready(struct forkd *forkd)
{
	struct listener	*listener;
	struct service	*service;
	char		 text[2048];

	TAILQ_FOREACH(service, &forkd->services, link) {
		text[0] = '\0';
		TAILQ_FOREACH(listener, &service->listeners, link) {
			if (text[0] != '\0')
				(void)strlcat(text, ", ", sizeof(text));
			(void)strlcat(text, listener->text, sizeof(text));
		}
		(void)strlcat(text, ": ", sizeof(text));
		(void)strlcat(text, service->path != NULL ? service->path :
		    service->name, sizeof(text));
		server_say(forkd, EVENT_READY, text);
	}
}

static int
server_turns(struct forkd *forkd)
{
	for (;;) {
		/* asked before it ran, or the pipe could not be written */
		if (forkd->stop_asked != 0 || sig_is_pending())
			server_signal(&forkd->signals);
		if (stop_is_done(forkd))
			break;
		if (loop_turn(forkd->loop) == -1)
			return error_system(&forkd->error, errno,
			    "epoll_wait");
	}
	server_say(forkd, EVENT_STOP, "all workers have ended");
	return 0;
}

/* The pipe of sig.c is readable. */
static void
server_signal(struct watch *watch)
{
	static const int	 stops[] = { SIGTERM, SIGQUIT, SIGINT };
	struct forkd		*forkd;
	size_t			 i;

	forkd = watch->arg;
	sig_drain();
	if (sig_take(SIGCHLD))
		lifetime_reap(forkd);
	for (i = 0; i < sizeof(stops) / sizeof(*stops); i++)
		if (sig_take(stops[i]))
			stop_signal(forkd, stops[i]);
	if (forkd->stop_asked != 0) {
		stop_signal(forkd, forkd->stop_asked == FORKD_STOP_NOW ?
		    SIGINT : SIGTERM);
		forkd->stop_asked = 0;
	}
	if (sig_take(SIGHUP))
		server_reload(forkd);
	if (sig_take(SIGUSR1))
		server_say(forkd, EVENT_RELOAD,
		    "USR1: standard error needs no opening again");
	if (sig_take(SIGUSR2))
		server_say(forkd, EVENT_RELOAD,
		    "USR2: the upgrade is not there yet, ignored");
}

static void
server_reload(struct forkd *forkd)
{
	struct service	*service;
	const char	*result;

	result = "HUP: there is no configuration file to read again";
	TAILQ_FOREACH(service, &forkd->services, link) {
		if (service->ops == NULL || service->ops->reload == NULL)
			continue;
		result = "HUP: done";
		if (service->ops->reload(forkd, service->arg) == -1) {
			result = "HUP: failed, everything stays as it was";
			break;
		}
	}
	server_say(forkd, EVENT_RELOAD, result);
}

/* Something of the whole program. */
static void
server_say(struct forkd *forkd, enum event_kind kind, const char *reason)
{
	struct event	event;

	event_init(&event, kind, LEVEL_INFO, NULL);
	event.reason = reason;
	server_log(forkd, &event);
}
