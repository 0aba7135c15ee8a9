/* SPDX-License-Identifier: ISC */
/*
 * The lifetime of workers: the time they may take, how their end is brought
 * about, and what is said and given back when they have ended.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "child.h"
#include "event.h"
#include "forkd.h"
#include "peer_watch.h"
#include "prefork.h"
#include "reap.h"
#include "server.h"
#include "spawn.h"
#include "stat.h"
#include "wait.h"

#define WHY_TIMEOUT	"timeout"

static void	lifetime_expired(struct timer *);
static int	lifetime_signal(const struct worker *, int);
static void	lifetime_log_end(struct worker *, int,
		    const struct rusage *);
static void	lifetime_addresses(struct event *, const struct worker *);
static void	lifetime_uncount(struct worker *);
static void	lifetime_release(struct forkd *, struct worker *);
static bool	is_noteworthy(const struct worker *, int);

void
lifetime_unborn(struct worker *worker)
{
	struct forkd	*forkd;
	int		 saved;

	saved = errno;
	forkd = worker->service->server;
	stderr_pipe_end(&forkd->pipes, worker);
	hand_over_part(worker);
	worker_release(forkd->workers, worker);
	errno = saved;
}

void
lifetime_watch(struct worker *worker)
{
	struct forkd	*forkd;

	forkd = worker->service->server;
	if (forkd->deaths != NULL)
		deaths_begin(worker);
	if (forkd->sweep.place == 0)
		lifetime_sweep_later(forkd);
	worker->timer.expired = lifetime_expired;
	worker->timer.arg = worker;
}

void
lifetime_begin(struct worker *worker)
{
	struct service	*service;
	struct forkd	*forkd;
	struct event	 event;

	service = worker->service;
	forkd = service->server;
	worker->counted = true;
	if (service->settings.timeout != SETTING_OFF &&
	    worker->ending == ENDING_NO)
		loop_timer_set(forkd->loop, &worker->timer,
		    service->settings.timeout);
	event_init(&event, EVENT_OPEN, LEVEL_INFO, service->name);
	event.serial = worker->serial;
	event.pid = worker->pid;
	lifetime_addresses(&event, worker);
	event.workers = service->state->load.busy + 1;
	event.max_workers = service->state->load.limit;
	server_log(forkd, &event);
	if (service->settings.mode == MODE_WAIT) {
		service->state->load.busy++;	/* no client waits for that */
		return;
	}
	if (!admit_taken(&service->state->load, loop_now(forkd->loop))) {
		dispatch_update(service);
		return;
	}
	service->state->full++;
	event_init(&event, EVENT_FULL, LEVEL_WARNING, service->name);
	event.workers = service->state->load.busy;
	event.max_workers = service->state->load.limit;
	server_log(forkd, &event);
	dispatch_update(service);
}

void
lifetime_done(struct worker *worker, bool failed)
{
	struct forkd	*forkd;

	forkd = worker->service->server;
	worker->service->state->served++;
	if (failed)
		worker->service->state->failed++;
	lifetime_log_end(worker, failed ? W_EXITCODE(EXIT_FAILURE, 0) : 0,
	    NULL);
	loop_timer_clear(forkd->loop, &worker->timer);
	lifetime_uncount(worker);
}

void
lifetime_end(struct worker *worker, const char *why)
{
	struct service	*service;

	if (worker->ending != ENDING_NO)
		return;
	prefork_ending(worker);
	service = worker->service;
	worker_end(service->server->workers, worker, ENDING_TERM);
	worker->why = why;
	debug_signal(worker, "TERM", why);
	(void)lifetime_signal(worker, SIGTERM);	/* KILL comes later */
	/* a stopped one cannot end */
	(void)lifetime_signal(worker, SIGCONT);
	loop_timer_set(service->server->loop, &worker->timer,
	    service->settings.kill_grace);
}

void
lifetime_kill(struct worker *worker, const char *why)
{
	struct forkd	*forkd;

	forkd = worker->service->server;
	prefork_ending(worker);
	worker_end(forkd->workers, worker, ENDING_KILL);
	if (worker->why == NULL)
		worker->why = why;
	debug_signal(worker, "KILL", worker->why);
	loop_timer_clear(forkd->loop, &worker->timer);
	if (lifetime_signal(worker, SIGKILL) == -1)
		lifetime_say(worker, "KILL cannot be sent to it");
}

/* Embedded, somebody else may have reaped it, and its number be another's. */
static int
lifetime_signal(const struct worker *worker, int signal)
{
	if (worker->service->server->deaths != NULL && !deaths_has(worker))
		return 0;
	return reap_signal(worker->pid, signal);
}

/* timeout is over, or kill-grace. */
static void
lifetime_expired(struct timer *timer)
{
	struct worker	*worker;

	worker = timer->arg;
	if (worker->ending == ENDING_NO && worker->state != WORKER_BUSY)
		prefork_expired(worker);
	else if (worker->ending == ENDING_NO) {
		lifetime_say(worker, "timeout: TERM to its group");
		lifetime_end(worker, WHY_TIMEOUT);
	} else {
		lifetime_say(worker, "kill-grace is over: KILL to its group");
		lifetime_kill(worker, worker->why);
	}
}

void
lifetime_over(struct forkd *forkd, struct worker *worker,
    const struct reaped *reaped)
{
	const struct forkd_ops	*ops;

	if (reaped->status == REAP_UNKNOWN || (WIFEXITED(reaped->status) &&
	    WEXITSTATUS(reaped->status) >= CHILD_CANNOT))
		spawn_read_reports(&forkd->spawn, forkd->workers);
	hand_over_part(worker);
	stderr_pipe_end(&forkd->pipes, worker);
	if (worker->failed_step != STEP_NONE)
		setup_failed(worker);
	else if (worker->counted) {
		setup_worked(worker);
		worker->service->state->served++;
	} else
		prefork_over(worker, reaped->status);
	stat_end(worker, reaped->status);
	if (worker->counted)
		lifetime_log_end(worker, reaped->status, &reaped->usage);
	ops = worker->service->ops;
	if (ops != NULL && ops->reaped != NULL)
		ops->reaped(forkd, worker->slot, reaped->pid, reaped->status,
		    &reaped->usage, worker->service->arg);
	if (worker->service->settings.mode == MODE_WAIT)
		wait_ended(worker);
	lifetime_release(forkd, worker);
}

static void
lifetime_log_end(struct worker *worker, int status,
    const struct rusage *usage)
{
	struct event	 event;
	struct forkd	*forkd;

	forkd = worker->service->server;
	event_init(&event, EVENT_CLOSE, is_noteworthy(worker, status) ?
	    LEVEL_WARNING : LEVEL_INFO, worker->service->name);
	event.serial = worker->serial;
	event.pid = worker->pid;
	lifetime_addresses(&event, worker);
	event.status = status;
	event.duration_ms = loop_now(forkd->loop) - worker->born_ms;
	event.usage = usage;
	event.reason = worker->why;
	if (status == REAP_UNKNOWN) {
		event.usage = NULL;
		if (event.reason == NULL)
			event.reason = "the program has reaped it, or ignores "
			    "SIGCHLD";
	}
	event.workers = worker->service->state->load.busy - 1;
	event.max_workers = worker->service->state->load.limit;
	server_log(forkd, &event);
}

/* Only a worker with a connection has any. */
static void
lifetime_addresses(struct event *event, const struct worker *worker)
{
	if (worker->serial == 0)
		return;
	event->peer = &worker->peer;
	event->local = &worker->local;
}

/* Gives back the slot and the place in the service. */
static void
lifetime_release(struct forkd *forkd, struct worker *worker)
{
	struct service	*service;

	service = worker->service;
	loop_timer_clear(forkd->loop, &worker->timer);
	if (worker->counted)
		lifetime_uncount(worker);
	prefork_gone(worker);
	if (forkd->deaths != NULL)
		deaths_end(worker);
	worker_release(forkd->workers, worker);
	prefork_update(service);
	dispatch_update(service);
}

void
lifetime_undo(struct worker *worker)
{
	if (worker->ending == ENDING_NO)	/* else it is of kill-grace */
		loop_timer_clear(worker->service->server->loop,
		    &worker->timer);
	lifetime_uncount(worker);
}

/* Its connection is over. */
static void
lifetime_uncount(struct worker *worker)
{
	struct forkd	*forkd;
	struct service	*service;

	service = worker->service;
	forkd = service->server;
	worker->counted = false;
	if (forkd->peers != NULL)
		peer_watch_end(worker);
	if (admit_released(&service->state->load, loop_now(forkd->loop)))
		loop_timer_set(forkd->loop, &service->state->settle,
		    ADMIT_SETTLE_MS);
}

void
lifetime_say(struct worker *worker, const char *reason)
{
	struct event	event;

	event_init(&event, EVENT_HANDLER_ERROR, LEVEL_WARNING,
	    worker->service->name);
	event.serial = worker->serial;
	event.pid = worker->pid;
	lifetime_addresses(&event, worker);
	event.local = NULL;
	event.reason = reason;
	event.limit = &worker->service->state->log_limits[EVENT_HANDLER_ERROR];
	server_log(worker->service->server, &event);
}

/*
 * A handler that fails deserves attention; one that wrote to a client who had
 * left or was ended for that does not, nor does one that setup-error has told
 * of.
 */
static bool
is_noteworthy(const struct worker *worker, int status)
{
	if (worker->failed_step != STEP_NONE || status == REAP_UNKNOWN)
		return false;
	if (worker->why != NULL && strcmp(worker->why, WHY_CLIENT_GONE) == 0)
		return false;
	/* the usual end of who does not end by itself */
	if (worker->service->settings.mode == MODE_WAIT &&
	    worker->ending == ENDING_TERM && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGTERM)
		return strcmp(worker->why, WHY_TIMEOUT) == 0;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) != SIGPIPE;
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}
