/* SPDX-License-Identifier: ISC */
/*
 * The deaths of workers where SIGCHLD is the program's (embed.c): a pidfd of
 * each one in the wait set tells of its end.  Nobody else's child is reaped;
 * who reaps ours costs no slot.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "apart.h"
#include "fdio.h"
#include "reap.h"
#include "server.h"

#define POLL_MS		100	/* between looks at what has no pidfd */
#define WAIT_MS		5000	/* for the end of who was killed */

/* One worker. */
struct death {
	struct worker	*worker;	/* NULL: none */
	struct watch	 watch;		/* of the pidfd; its fd is in fds, too */
	bool		 polled;	/* has no pidfd, or it is no use */
};

struct deaths {
	struct timer	 poll;		/* for those that are polled */
	size_t		 room;		/* workers */
	struct death	*table;		/* owned, by slot; apart (apart.h) */
	int		*fds;		/* owned, by slot, -1: none; children
					   have it, to close what is in it */
};

static struct death *deaths_of(const struct worker *);
static int	deaths_watch(struct death *);
static void	deaths_later(struct death *);
static void	deaths_ready(struct watch *);
static bool	deaths_look(struct forkd *, struct worker *);
static void	deaths_polled(struct timer *);

int
deaths_open(struct forkd *forkd, size_t workers)
{
	struct deaths	*deaths;
	size_t		 i;

	deaths = calloc(1, sizeof(*deaths));
	if (deaths == NULL)
		return -1;
	forkd->deaths = deaths;
	deaths->poll.expired = deaths_polled;
	deaths->poll.arg = forkd;
	deaths->fds = reallocarray(NULL, workers, sizeof(*deaths->fds));
	if (deaths->fds == NULL)
		return -1;
	for (i = 0; i < workers; i++)
		deaths->fds[i] = -1;
	deaths->room = workers;
	deaths->table = apart_new(workers, sizeof(*deaths->table));
	return deaths->table == NULL ? -1 : 0;
}

void
deaths_close(struct forkd *forkd, bool own)
{
	struct deaths	*deaths;
	size_t		 i;

	deaths = forkd->deaths;
	if (deaths == NULL)
		return;
	if (own)
		apart_free(deaths->table);
	for (i = 0; i < deaths->room; i++)
		fdio_close(&deaths->fds[i]);
	free(deaths->fds);
	free(deaths);
	forkd->deaths = NULL;
}

void
deaths_begin(struct worker *worker)
{
	struct death	*death;

	death = deaths_of(worker);
	death->worker = worker;
	death->polled = false;
	death->watch.fd = -1;
	death->watch.armed = false;
	death->watch.ready = deaths_ready;
	death->watch.arg = death;
	if (deaths_watch(death) == -1)
		deaths_later(death);
}

void
deaths_end(struct worker *worker)
{
	struct death	*death;
	struct forkd	*forkd;

	death = deaths_of(worker);
	if (death->worker == NULL)
		return;
	forkd = worker->service->server;
	loop_unwatch(forkd->loop, &death->watch);
	fdio_close(&death->watch.fd);
	forkd->deaths->fds[worker->slot] = -1;
	death->worker = NULL;
}

void
deaths_reap(struct forkd *forkd)
{
	struct worker	*worker;
	int		 slot;

	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot)
		(void)deaths_look(forkd, worker);
}

bool
deaths_has(const struct worker *worker)
{
	return reap_has(worker->pid, deaths_of(worker)->watch.fd);
}

void
deaths_wait(struct worker *worker)
{
	struct pollfd	pollfd = { .events = POLLIN };
	struct reaped	reaped;
	int64_t		deadline_ms, left_ms;

	pollfd.fd = deaths_of(worker)->watch.fd;
	deadline_ms = loop_clock() + WAIT_MS;
	while (!reap_child(&reaped, worker->pid, pollfd.fd, NULL, NULL)) {
		left_ms = deadline_ms - loop_clock();
		if (left_ms <= 0)
			return;		/* a set-id program is not ours to kill */
		if (left_ms > POLL_MS)
			left_ms = POLL_MS;
		(void)poll(&pollfd, 1, (int)left_ms);
	}
}

static struct death *
deaths_of(const struct worker *worker)
{
	return &worker->service->server->deaths->table[worker->slot];
}

static int
deaths_watch(struct death *death)
{
	struct forkd	*forkd;
	int		 fd;

	fd = reap_watch(death->worker->pid);
	if (fd == -1)
		return -1;
	forkd = death->worker->service->server;
	death->watch.fd = fd;
	if (loop_watch(forkd->loop, &death->watch) == -1) {
		fdio_close(&death->watch.fd);
		return -1;
	}
	forkd->deaths->fds[death->worker->slot] = fd;
	return 0;
}

/* No descriptor is left for it, or no memory: it is looked at now and then. */
static void
deaths_later(struct death *death)
{
	struct forkd	*forkd;

	forkd = death->worker->service->server;
	death->polled = true;
	if (forkd->deaths->poll.place == 0)
		loop_timer_set(forkd->loop, &forkd->deaths->poll, POLL_MS);
}

/* A debugger may have it after its death: its pidfd would be ready for ever. */
static void
deaths_ready(struct watch *watch)
{
	struct death	*death;
	struct forkd	*forkd;

	death = watch->arg;
	forkd = death->worker->service->server;
	if (deaths_look(forkd, death->worker))
		return;
	loop_unwatch(forkd->loop, watch);
	deaths_later(death);
}

/* Whether it has ended; then it is buried. */
static bool
deaths_look(struct forkd *forkd, struct worker *worker)
{
	struct reaped	reaped;
	bool		ends;

	ends = worker->ending != ENDING_NO;
	if (!reap_child(&reaped, worker->pid, deaths_of(worker)->watch.fd,
	    ends ? lifetime_peek : NULL, forkd))
		return false;
	/* Somebody else reaped it.  As long as its group has members the number
	   is nobody else's, and nobody else's group is without a leader. */
	if (reaped.status == REAP_UNKNOWN && ends &&
	    kill(worker->pid, 0) == -1 && errno == ESRCH)
		(void)kill(-worker->pid, SIGKILL);
	lifetime_over(forkd, worker, &reaped);
	return true;
}

static void
deaths_polled(struct timer *timer)
{
	struct death	*death;
	struct forkd	*forkd;
	struct worker	*worker;
	int		 slot;
	bool		 again;

	forkd = timer->arg;
	again = false;
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot) {
		death = deaths_of(worker);
		if (!death->polled || deaths_look(forkd, worker))
			continue;
		if (death->watch.fd == -1 && deaths_watch(death) == 0)
			death->polled = false;
		else
			again = true;
	}
	if (again)
		loop_timer_set(forkd->loop, timer, POLL_MS);
}
