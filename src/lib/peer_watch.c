/* SPDX-License-Identifier: ISC */
/*
 * client-gone and idle-timeout: the master keeps a copy of each connection of
 * a service that has set them, to see when the client has left or is silent,
 * and ends its worker then.  It never reads what a client sends.
 *
 * A copy that cannot be had or watched costs nobody the connection.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apart.h"
#include "event.h"
#include "fdio.h"
#include "peer.h"
#include "peer_watch.h"
#include "server.h"

/* One connection. */
struct watched {
	struct worker	*worker;	/* NULL: none */
	struct watch	 watch;		/* its fd is the one in fds, too */
	struct timer	 timer;		/* of idle-timeout */
	struct peer	 peer;
	bool		 was_idle;	/* that is why its worker ends */
};

struct peer_table {
	size_t		 room;		/* workers */
	struct watched	*watched;	/* owned, by slot; apart (apart.h) */
	int		*fds;		/* owned, by slot, -1: none; children
					   have it, to close what is in it */
};

static bool		 peer_watch_wants(const struct settings *);
static struct watched	*peer_watch_of(const struct worker *);
static void		 peer_watch_hung_up(struct watch *);
static void		 peer_watch_look(struct timer *);
static void		 peer_watch_error(const struct worker *, const char *);

int
peer_watch_open(struct forkd *forkd, size_t workers)
{
	struct peer_table	*peers;
	struct service		*service;
	bool			 wanted;
	size_t			 i;

	wanted = false;
	TAILQ_FOREACH(service, &forkd->services, link)
		wanted = wanted || peer_watch_wants(&service->settings);
	if (!wanted)
		return 0;
	peers = calloc(1, sizeof(*peers));
	if (peers == NULL)
		return -1;
	forkd->peers = peers;
	peers->fds = reallocarray(NULL, workers, sizeof(*peers->fds));
	if (peers->fds == NULL)
		return -1;
	for (i = 0; i < workers; i++)
		peers->fds[i] = -1;
	peers->room = workers;
	peers->watched = apart_new(workers, sizeof(*peers->watched));
	return peers->watched == NULL ? -1 : 0;
}

void
peer_watch_close(struct forkd *forkd)
{
	size_t	i;

	if (forkd->peers == NULL)
		return;
	apart_free(forkd->peers->watched);
	for (i = 0; i < forkd->peers->room; i++)	/* behind, see on-stop */
		fdio_close_foreign(&forkd->peers->fds[i]);
	peer_watch_close_in_child(forkd);
}

void
peer_watch_close_in_child(struct forkd *forkd)
{
	size_t	i;

	if (forkd->peers == NULL)
		return;
	for (i = 0; i < forkd->peers->room; i++)
		fdio_close(&forkd->peers->fds[i]);
	free(forkd->peers->fds);
	free(forkd->peers);
	forkd->peers = NULL;
}

void
peer_watch_begin(struct worker *worker, int fd)
{
	const struct settings	*settings;
	struct forkd		*forkd;
	struct watched		*watched;

	settings = &worker->service->settings;
	if (!peer_watch_wants(settings) || !peer_is_tcp(&worker->peer))
		return;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd == -1) {
		peer_watch_error(worker, "client-gone, idle-timeout");
		return;
	}
	forkd = worker->service->server;
	forkd->peers->fds[worker->slot] = fd;
	watched = peer_watch_of(worker);
	memset(watched, 0, sizeof(*watched));
	watched->worker = worker;
	watched->watch.fd = fd;
	watched->watch.ready = peer_watch_hung_up;
	watched->watch.arg = watched;
	watched->timer.expired = peer_watch_look;
	watched->timer.arg = watched;
	if (settings->client_gone != GONE_IGNORE &&
	    loop_watch_end(forkd->loop, &watched->watch,
	    settings->client_gone == GONE_EOF) == -1)
		peer_watch_error(worker, "client-gone");
	if (settings->idle_timeout == SETTING_OFF)
		return;
	peer_begin(&watched->peer, loop_now(forkd->loop));
	loop_timer_set(forkd->loop, &watched->timer, settings->idle_timeout);
}

void
peer_watch_end(struct worker *worker)
{
	struct forkd	*forkd;
	struct watched	*watched;

	watched = peer_watch_of(worker);
	if (watched->worker == NULL)
		return;
	forkd = worker->service->server;
	loop_timer_clear(forkd->loop, &watched->timer);
	loop_unwatch(forkd->loop, &watched->watch);
	/* whoever escaped the group may hold the connection still */
	if (watched->was_idle && shutdown(watched->watch.fd, SHUT_RDWR) == -1) {
		/* ENOTCONN: over already */
	}
	fdio_close_foreign(&forkd->peers->fds[worker->slot]);
	watched->worker = NULL;
}

static bool
peer_watch_wants(const struct settings *settings)
{
	return settings->client_gone != GONE_IGNORE ||
	    settings->idle_timeout != SETTING_OFF;
}

static struct watched *
peer_watch_of(const struct worker *worker)
{
	return &worker->service->server->peers->watched[worker->slot];
}

/*
 * The connection is over, or with `eof' the client's half of it.  A handler
 * that has ended its own half before may be doing what is left to do when the
 * client follows.  Who has ended by itself is reaped first, so that what it
 * leaves behind stays alone.
 */
static void
peer_watch_hung_up(struct watch *watch)
{
	struct forkd		*forkd;
	struct peer_facts	 facts;
	struct watched		*watched;

	watched = watch->arg;
	forkd = watched->worker->service->server;
	lifetime_reap(forkd);
	if (watched->worker == NULL)
		return;
	loop_unwatch(forkd->loop, watch);	/* it would be said for ever */
	if (peer_ask(watch->fd, &facts) == -1 || !facts.finished)
		lifetime_end(watched->worker, WHY_CLIENT_GONE);
}

/* It may be time for idle-timeout, if nothing has moved since the last look. */
static void
peer_watch_look(struct timer *timer)
{
	struct forkd		*forkd;
	struct peer_facts	 facts;
	struct watched		*watched;
	struct worker		*worker;
	int64_t			 left_ms, now_ms;

	watched = timer->arg;
	worker = watched->worker;
	forkd = worker->service->server;
	lifetime_reap(forkd);
	if (watched->worker == NULL || worker->ending != ENDING_NO)
		return;
	left_ms = worker->service->settings.idle_timeout;
	if (peer_ask(watched->watch.fd, &facts) == 0) {
		now_ms = loop_now(forkd->loop);
		left_ms += peer_moved(&watched->peer, &facts, now_ms) - now_ms;
	}
	if (left_ms > 0) {
		loop_timer_set(forkd->loop, timer, left_ms);
		return;
	}
	watched->was_idle = true;
	lifetime_say(worker, "idle-timeout: TERM to its group");
	lifetime_end(worker, "idle-timeout");
}

/* errno says why; the connection is served all the same. */
static void
peer_watch_error(const struct worker *worker, const char *what)
{
	struct event	 event;
	struct service	*service;
	char		 reason[128];

	(void)snprintf(reason, sizeof(reason), "%s: %s; not watched", what,
	    strerror(errno));
	service = worker->service;
	event_init(&event, EVENT_SETUP_ERROR, LEVEL_WARNING, service->name);
	event.serial = worker->serial;
	event.pid = worker->pid;
	event.peer = &worker->peer;
	event.reason = reason;
	event.limit = &service->state->log_limits[EVENT_SETUP_ERROR];
	server_log(service->server, &event);
}
