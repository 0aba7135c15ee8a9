/* SPDX-License-Identifier: ISC */
/*
 * The birth of a pool's workers, and how a start waits for the first ones.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "apart.h"
#include "child.h"
#include "daemon.h"
#include "event.h"
#include "fdio.h"
#include "pool.h"
#include "prefork.h"
#include "server.h"
#include "sig.h"

static int	prefork_first(struct service *);
static bool	prefork_is_starting(const struct forkd *);
static int	prefork_judge(struct forkd *);
static void	prefork_born(struct worker *, pid_t);
static pid_t	prefork_fork(struct forkd *, struct child *);
static uint32_t	prefork_chance(void);

/* Only what somebody has set can be wrong: defaults follow, see pool_init. */
int
prefork_check(const struct service *service, struct error *error)
{
	const struct settings	*settings;

	settings = &service->settings;
	if (settings->min_workers > settings->max_workers &&
	    settings_is_given(settings, "min-workers"))
		return error_set(error, EX_CONFIG, EINVAL,
		    "min-workers: %" PRId64 " is more than max-workers, %"
		    PRId64, settings->min_workers, settings->max_workers);
	if (prefork_is_pool(service) && settings->min_workers == 0 &&
	    settings->min_spare == 0)
		return error_set(error, EX_CONFIG, EINVAL,
		    "min-spare: with min-workers 0 it must be 1 at least, or "
		    "nobody is ever there to serve");
	if (settings->min_spare > settings->max_spare &&
	    settings_is_given(settings, "min-spare"))
		return error_set(error, EX_CONFIG, EINVAL,
		    "min-spare: %" PRId64 " is more than max-spare, %" PRId64,
		    settings->min_spare, settings->max_spare);
	return 0;
}

int
prefork_start(struct forkd *forkd)
{
	struct service	*service;
	int		 failed;

	forkd->starting = true;
	failed = 0;
	TAILQ_FOREACH(service, &forkd->services, link) {
		prefork_begin(service);
		if (failed == 0)
			failed = prefork_first(service);
	}
	/* a step does not wait: the program has other things to do */
	while (failed == 0 && forkd->embed == NULL &&
	    forkd->stop == STOP_NO && prefork_is_starting(forkd)) {
		if (atomic_load(&forkd->stop_asked) != 0 || sig_is_pending())
			orders_obey(forkd);
		else if (loop_turn(forkd->loop) == -1)
			failed = error_system(&forkd->error, errno,
			    "epoll_wait");
	}
	if (failed == 0 && forkd->embed == NULL && forkd->stop == STOP_NO)
		failed = prefork_judge(forkd);
	forkd->starting = false;
	if (failed == 0)
		return 0;
	lifetime_abort(forkd);
	errno = forkd->error.number;
	return -1;
}

/* The page for its note is this worker's alone. */
static pid_t
prefork_fork(struct forkd *forkd, struct child *child)
{
	pid_t	pid;
	int	saved;

	if (child->note != NULL && apart_page_share(child->note, true) == -1)
		return -1;
	pid = spawn_fork(&forkd->spawn, child);
	if (child->note == NULL)
		return pid;
	saved = errno;
	(void)apart_page_share(child->note, false);
	errno = saved;
	return pid;
}

int
prefork_spawn(struct service *service)
{
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
	child.service = service;
	child.conn = NULL;
	child.master = 0;
	child.slot = worker->slot;
	child.generation = worker->generation;
	child.variables = NULL;
	child.note = NULL;
	child.leaves = daemon_is_awaited();
	child.disown = server_close_in_child;
	child.serve = service->ops == NULL ? serve_exec : serve_pool;
	child.pipe_fd = -1;
	pid = -1;
	child.channel_fd = hand_over_join(worker);
	if (child.channel_fd != -1) {
		child.note = hand_over_page(worker);
		child.pipe_fd = stderr_pipe_begin(&forkd->pipes, worker);
		if (service->ops == NULL)
			child_rehearse(&child);
		pid = prefork_fork(forkd, &child);
		fdio_close(&child.pipe_fd);
		fdio_close(&child.channel_fd);
	}
	if (pid == -1) {
		lifetime_unborn(worker);
		return -1;
	}
	backoff_worked(&service->state->fork_backoff);
	prefork_born(worker, pid);
	return 0;
}

int64_t
prefork_spawn_failed(struct service *service)
{
	struct event	event;
	char		reason[128];
	int64_t		delay_ms;

	delay_ms = backoff_failed(&service->state->fork_backoff);
	service->state->spawn_ms = loop_now(service->server->loop) + delay_ms;
	(void)snprintf(reason, sizeof(reason),
	    "fork: %s; next try in %" PRId64 "ms", strerror(errno), delay_ms);
	event_init(&event, EVENT_SETUP_ERROR, LEVEL_ERROR, service->name);
	event.reason = reason;
	event.limit = &service->state->log_limits[EVENT_SETUP_ERROR];
	server_log(service->server, &event);
	return delay_ms;
}

/* As many as there must be, at once: somebody waits. */
static int
prefork_first(struct service *service)
{
	struct forkd	*forkd;
	int64_t		 i;

	if (!prefork_is_pool(service))
		return 0;
	forkd = service->server;
	/* they would keep open what the starter waits for */
	if (daemon_is_awaited() && !start_keeps_stderr(forkd))
		spawn_mute(&forkd->spawn);
	for (i = 0; i < service->state->pool.min_workers; i++)
		if (prefork_spawn(service) == -1)
			return error_system(&forkd->error, errno,
			    "%s: fork", service->name);
	return 0;
}

static bool
prefork_is_starting(const struct forkd *forkd)
{
	const struct service	*service;

	TAILQ_FOREACH(service, &forkd->services, link)
		/* who has closed its channel has not been reaped yet */
		if (service->state->workers.starting +
		    service->state->workers.retiring > 0)
			return true;
	return false;
}

/* Whoever failed has said so in forkd->error. */
static int
prefork_judge(struct forkd *forkd)
{
	const struct service	*service;

	TAILQ_FOREACH(service, &forkd->services, link)
		if (prefork_is_pool(service) &&
		    service->state->pool.min_workers > 0 &&
		    service->state->workers.idle == 0) {
			/* mostly, whoever failed has said so */
			if (forkd->error.text[0] != '\0')
				return -1;
			return error_set(&forkd->error, EX_OSERR, ECHILD,
			    "%s: no worker got ready and stayed; see the log",
			    service->name);
		}
	return 0;
}

static void
prefork_born(struct worker *worker, pid_t pid)
{
	struct service	*service;
	struct forkd	*forkd;

	service = worker->service;
	forkd = service->server;
	worker_born(forkd->workers, worker, pid);
	worker->forked_ms = worker->born_ms = loop_now(forkd->loop);
	worker->quota = pool_quota(service->settings.max_requests,
	    prefork_chance());
	prefork_set_state(worker, WORKER_STARTING);
	lifetime_watch(worker);
	loop_timer_set(forkd->loop, &worker->timer,
	    service->settings.start_timeout);
}

/* Enough for a jitter: nobody gains anything by foreseeing it. */
static uint32_t
prefork_chance(void)
{
	struct timespec	now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_nsec / 1000;
}
