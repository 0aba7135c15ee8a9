/* SPDX-License-Identifier: ISC */
/*
 * Orders: what signals and forkd_stop() ask of a master that runs.
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "event.h"
#include "forkd.h"
#include "prefork.h"
#include "server.h"
#include "sig.h"
#include "wait.h"

static void	orders_reload(struct forkd *);
static void	orders_adjust(struct forkd *, int, const char *);
static void	orders_adjust_pool(struct service *, int, const char *);
static void	orders_say(struct forkd *, const char *);

/* The pipe of sig.c is readable. */
void
orders_ready(struct watch *watch)
{
	sig_drain();
	orders_obey(watch->arg);
}

/* Does what signals and forkd_stop() ask for. */
void
orders_obey(struct forkd *forkd)
{
	static const int	stops[] = { SIGTERM, SIGQUIT, SIGINT };
	static const struct { int signal; const char *answer; } later[] = {
		{ SIGUSR2, "USR2: the upgrade is not there yet, ignored" },
	};
	size_t			i;

	if (sig_take(SIGCHLD))
		lifetime_reap_told(forkd);
	for (i = 0; i < sizeof(stops) / sizeof(*stops); i++)
		if (sig_take(stops[i]))
			stop_signal(forkd, stops[i]);
	orders_stop(forkd);
	if (sig_take(SIGHUP))
		orders_reload(forkd);
	if (sig_take(SIGUSR1))
		logs_reopen(forkd);
	if (sig_take(SIGTTIN))
		orders_adjust(forkd, 1, "TTIN");
	if (sig_take(SIGTTOU))
		orders_adjust(forkd, -1, "TTOU");
	for (i = 0; i < sizeof(later) / sizeof(*later); i++)
		if (sig_take(later[i].signal))
			orders_say(forkd, later[i].answer);
}

/* Does what forkd_stop() asks for. */
void
orders_stop(struct forkd *forkd)
{
	int	how;

	how = atomic_load(&forkd->stop_asked);
	if (how != 0)	/* else it would only dirty a page, see apart.h */
		how = atomic_exchange(&forkd->stop_asked, 0);
	if (how != 0)
		stop_signal(forkd,
		    how == FORKD_STOP_NOW ? SIGINT : SIGTERM);
}

static void
orders_reload(struct forkd *forkd)
{
	struct service	*service;
	const char	*result;

	supervise_reloading(forkd);
	result = "HUP: there is no configuration file to read again";
	TAILQ_FOREACH(service, &forkd->services, link) {
		if (service->ops == NULL || service->ops->reload == NULL)
			continue;
		result = "HUP: done";
		if (service->ops->reload(forkd, service->arg) == -1) {
			result = "HUP: failed, what failed stays as it was";
			break;
		}
	}
	orders_say(forkd, result);
	supervise_reloaded(forkd);
}

/* One worker more or less, where workers are kept. */
static void
orders_adjust(struct forkd *forkd, int by, const char *signal)
{
	struct service	*service;
	char		 reason[64];
	bool		 found;

	if (forkd->stop != STOP_NO)
		return;
	found = false;
	TAILQ_FOREACH(service, &forkd->services, link) {
		if (service->settings.mode == MODE_FORK)
			continue;
		found = true;
		if (service->settings.mode == MODE_WAIT)
			wait_change(service, by, signal);
		else
			orders_adjust_pool(service, by, signal);
	}
	if (found)
		return;
	(void)snprintf(reason, sizeof(reason),
	    "%s: there is no pool, ignored", signal);
	orders_say(forkd, reason);
}

static void
orders_adjust_pool(struct service *service, int by, const char *signal)
{
	struct event	event;
	char		reason[128];
	bool		done;

	done = prefork_adjust(service, by);
	(void)snprintf(reason, sizeof(reason), "%s: min-workers %s %" PRId64,
	    signal, done ? "is now" : "stays at its limit,",
	    service->state->pool.min_workers);
	event_init(&event, EVENT_RELOAD, LEVEL_INFO, service->name);
	event.reason = reason;
	event.limit = &service->server->reload_limit;
	server_log(service->server, &event);
}

/* Something of the whole program. */
static void
orders_say(struct forkd *forkd, const char *reason)
{
	struct event	event;

	event_init(&event, EVENT_RELOAD, LEVEL_INFO, NULL);
	event.reason = reason;
	event.limit = &forkd->reload_limit;
	server_log(forkd, &event);
}
