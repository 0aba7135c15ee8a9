/* SPDX-License-Identifier: ISC */
/*
 * A master inside of a program that has a loop of its own: the same server in
 * steps, behind one descriptor.  The process is the program's: no disposition
 * and no mask changes, and only workers are reaped.  So there is no SIGCHLD to
 * hear; deaths.c tells of the end of workers.
 *
 * Also the list of all masters of the process, since the child of a C function
 * must not keep what any of them has.
 */
#include "config.h"

#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "caller.h"
#include "error.h"
#include "fdio.h"
#include "forkd.h"
#include "server.h"
#include "sig.h"

#define NEVER		(-1)	/* for armed_ms: no timer is set */
#define UNKNOWN		(-2)	/* the timer has run out */

struct embed {
	pid_t		 owner;		/* the process that makes the steps */
	bool		 busy;		/* in a step, and in what that calls */
	struct watch	 clock;		/* a timerfd for the nearest timer */
	int64_t		 armed_ms;	/* when it runs out, on the loop's clock */
};

static int	embed_enter(struct forkd *, const char *);
static int	embed_start(struct forkd *, const char *);
static void	embed_stop(struct forkd *);
static void	embed_rang(struct watch *);

static LIST_HEAD(, forkd)	all = LIST_HEAD_INITIALIZER(all);

int
forkd_step(struct forkd *forkd, int timeout_ms)
{
	int	failed;

	if (embed_enter(forkd, "forkd_step") == -1)
		return -1;
	/* the program may have been away for long */
	loop_refresh(forkd->loop);
	orders_stop(forkd);
	if (!stop_is_done(forkd) &&
	    loop_turn_within(forkd->loop, timeout_ms) == -1) {
		failed = error_system(&forkd->error, errno, "epoll_wait");
		lifetime_abort(forkd);
		errno = forkd->error.number;
	} else if (stop_is_done(forkd))
		failed = server_finish(forkd);
	else {
		embed_arm(forkd);
		forkd->embed->busy = false;
		return 1;
	}
	embed_stop(forkd);
	return failed;
}

int
forkd_fd(struct forkd *forkd)
{
	/* to ask for it does no harm anywhere */
	if (forkd != NULL && forkd->embed != NULL && forkd->embed->busy &&
	    forkd->loop != NULL)
		return loop_fd(forkd->loop);
	if (embed_enter(forkd, "forkd_fd") == -1)
		return -1;
	embed_arm(forkd);
	forkd->embed->busy = false;
	return loop_fd(forkd->loop);
}

void
embed_add(struct forkd *forkd)
{
	LIST_INSERT_HEAD(&all, forkd, link);
}

void
embed_remove(struct forkd *forkd)
{
	LIST_REMOVE(forkd, link);
}

struct forkd *
embed_next(const struct forkd *forkd)
{
	return forkd == NULL ? LIST_FIRST(&all) : LIST_NEXT(forkd, link);
}

bool
embed_is_used(void)
{
	struct forkd	*forkd;

	LIST_FOREACH(forkd, &all, link)
		if (forkd->embed != NULL && forkd->embed->owner == getpid())
			return true;
	return false;
}

void
embed_wake(const struct forkd *forkd)
{
	static const uint64_t	one = 1;
	int			fd, saved;

	fd = atomic_load(&forkd->wake_fd);
	if (fd == -1)
		return;
	saved = errno;
	/* EAGAIN: it is as readable as can be */
	if (write(fd, &one, sizeof(one)) == -1)
		errno = saved;
}

int
embed_open(struct forkd *forkd)
{
	struct embed	*embed;
	int		 fd;

	embed = forkd->embed;
	embed->clock.fd = timerfd_create(CLOCK_MONOTONIC,
	    TFD_NONBLOCK | TFD_CLOEXEC);
	if (embed->clock.fd == -1)
		return -1;
	embed->clock.ready = embed_rang;
	embed->clock.arg = embed;
	embed->armed_ms = NEVER;
	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	atomic_store(&forkd->wake_fd, fd);
	return fd;
}

int
embed_room(struct forkd *forkd, size_t workers)
{
	if (deaths_open(forkd, workers) == -1)
		return -1;
	return loop_watch(forkd->loop, &forkd->embed->clock);
}

void
embed_ready(struct watch *watch)
{
	uint64_t	count;

	if (read(watch->fd, &count, sizeof(count)) == -1)
		return;		/* EINTR: it is readable still */
	orders_stop(watch->arg);
}

void
embed_close(struct forkd *forkd)
{
	struct embed	*embed;
	bool		 own;

	embed = forkd->embed;
	own = embed->owner == getpid();
	atomic_store(&forkd->wake_fd, -1);
	if (own && forkd->loop != NULL)
		loop_unwatch(forkd->loop, &embed->clock);
	deaths_close(forkd, own);
	fdio_close(&forkd->signals.fd);
	fdio_close(&embed->clock.fd);
	if (!own) {
		free(embed);
		forkd->embed = NULL;
	}
}

void
embed_arm(struct forkd *forkd)
{
	struct itimerspec	 when = { .it_value = { 0, 0 } };
	struct embed		*embed;
	int64_t			 due_ms;

	embed = forkd->embed;
	if (!loop_due(forkd->loop, &due_ms))
		due_ms = NEVER;
	if (due_ms == embed->armed_ms)
		return;
	if (due_ms != NEVER) {
		when.it_value.tv_sec = (time_t)(due_ms / 1000);
		when.it_value.tv_nsec = (long)(due_ms % 1000) * 1000000;
	}
	if (timerfd_settime(embed->clock.fd, TFD_TIMER_ABSTIME, &when,
	    NULL) == -1)
		embed_wake(forkd);	/* the next step tries again */
	else
		embed->armed_ms = due_ms;
}

int
embed_abort(struct forkd *forkd)
{
	if (forkd->embed != NULL && forkd->embed->owner != getpid()) {
		server_disown(forkd, NULL);
		return 0;
	}
	if (forkd->embed == NULL)
		return caller_changes(forkd, "forkd_free");
	if (forkd->embed->busy)
		return error_set(&forkd->error, EX_SOFTWARE, EBUSY,
		    "forkd_free: called from a function of this master");
	forkd->embed->busy = true;
	loop_refresh(forkd->loop);
	stop_signal(forkd, SIGINT);
	stop_signal(forkd, SIGINT);	/* KILL, and a limit of time */
	while (!stop_is_done(forkd))
		if (loop_turn(forkd->loop) == -1) {
			lifetime_abort(forkd);
			break;
		}
	(void)server_finish(forkd);
	embed_stop(forkd);
	return 0;
}

/* Begins what would be a step; the first one opens. */
static int
embed_enter(struct forkd *forkd, const char *call)
{
	if (caller_check(forkd, call) == -1)
		return -1;
	if (forkd->embed == NULL)
		return caller_changes(forkd, call) == -1 ? -1 :
		    embed_start(forkd, call);
	if (forkd->embed->busy)
		return error_set(&forkd->error, EX_SOFTWARE, EBUSY,
		    "%s: called from a function of this master", call);
	forkd->embed->busy = true;
	return 0;
}

static int
embed_start(struct forkd *forkd, const char *call)
{
	struct embed	*embed;
	int		 saved;

	if (sig_is_open())
		return error_set(&forkd->error, EX_SOFTWARE, EBUSY,
		    "%s: forkd_run() has this process", call);
	embed = calloc(1, sizeof(*embed));
	if (embed == NULL)
		return error_system(&forkd->error, errno, "%s", call);
	embed->owner = getpid();
	embed->busy = true;
	embed->clock.fd = -1;
	forkd->embed = embed;
	if (start_claim(forkd) == 0 && server_start(forkd) == 0) {
		if (atomic_load(&forkd->stop_asked) != 0)
			embed_wake(forkd);	/* there was nothing to wake */
		return 0;
	}
	saved = errno;
	start_release(forkd);
	forkd->embed = NULL;
	free(embed);
	errno = saved;
	return -1;
}

/* Mirrors embed_start(). */
static void
embed_stop(struct forkd *forkd)
{
	struct embed	*embed;
	int		 saved;

	saved = errno;
	embed = forkd->embed;
	server_unlisten(forkd);
	server_close(forkd);
	start_release(forkd);
	forkd->embed = NULL;
	free(embed);
	errno = saved;
}

/* What is due is called anyway; it must only be silenced. */
static void
embed_rang(struct watch *watch)
{
	struct embed	*embed;

	embed = watch->arg;
	embed->armed_ms = UNKNOWN;
}
