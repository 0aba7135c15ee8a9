/* SPDX-License-Identifier: ISC */
/*
 * The master's end of channels: gives connections to idle workers, and keeps a
 * copy until the worker has it.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apart.h"
#include "channel.h"
#include "fdio.h"
#include "hand_over.h"
#include "messages.h"
#include "peer_watch.h"
#include "prefork.h"
#include "server.h"

#define FULL_MS		5000	/* for a full channel to get room */
#define PART_MOST	1024	/* of one that has ended: a channel holds less */

static bool		hand_over_is_wanted(const struct service *);
static int		hand_over_send(const struct worker *,
			    const struct forkd_conn *);
static void		hand_over_given(struct worker *, struct forkd_conn *);
static void		hand_over_send_failed(struct worker *);
static int		hand_over_prepare(struct worker *);
static bool		hand_over_is_stuck(struct worker *);
static void		hand_over_free(struct hand_over *);
static void		hand_over_leave(struct worker *);

int
hand_over_open(struct forkd *forkd, size_t workers)
{
	struct hand_over	*own;
	struct service		*service;
	bool			 functions, wanted;
	size_t			 i;

	own = &forkd->hand_over;
	memset(own, 0, sizeof(*own));
	functions = wanted = false;
	TAILQ_FOREACH(service, &forkd->services, link) {
		TAILQ_INIT(&service->state->returned);
		wanted = wanted || hand_over_is_wanted(service);
		functions = functions || service->ops != NULL;
	}
	if (!wanted)
		return 0;
	own->table = apart_new(1, sizeof(*own->table));
	if (own->table == NULL)
		return -1;
	TAILQ_INIT(&own->table->vacant);
	own->table->returned = apart_new(workers + 1,
	    sizeof(*own->table->returned));
	own->table->notes = apart_new(workers, sizeof(*own->table->notes));
	if (functions)
		own->fds = reallocarray(NULL, 3 * workers + 1, sizeof(int));
	if (own->table->returned == NULL || own->table->notes == NULL ||
	    (functions && own->fds == NULL)) {
		hand_over_close(forkd);
		errno = ENOMEM;
		return -1;
	}
	own->room = workers;
	for (i = 0; functions && i < 3 * workers + 1; i++)
		own->fds[i] = -1;
	for (i = workers + 1; i-- > 0; )
		TAILQ_INSERT_HEAD(&own->table->vacant,
		    &own->table->returned[i], link);
	return 0;
}

void
hand_over_close(struct forkd *forkd)
{
	struct hand_over	*own;
	struct worker		*worker;
	int			 slot;

	own = &forkd->hand_over;
	for (slot = -1; own->room > 0 && (worker = worker_next(
	    forkd->workers, slot)) != NULL; slot = worker->slot)
		hand_over_leave(worker);	/* behind, see on-stop */
	if (own->table != NULL)
		hand_over_free(own);
	apart_free(own->table);
	free(own->fds);
	memset(own, 0, sizeof(*own));
}

void
hand_over_close_in_child(struct forkd *forkd)
{
	struct hand_over	*own;
	size_t			 i;

	own = &forkd->hand_over;
	for (i = 0; own->fds != NULL && i < 3 * own->room + 1; i++)
		fdio_close(&own->fds[i]);
	free(own->fds);
	memset(own, 0, sizeof(*own));
}

int
hand_over_join(struct worker *worker)
{
	struct forkd	*forkd;
	int		 ends[2], saved;

	forkd = worker->service->server;
	if (channel_pair(ends) == -1)
		return -1;
	if (hand_over_prepare(worker) == -1) {
		saved = errno;
		fdio_close(&ends[0]);
		fdio_close(&ends[1]);
		errno = saved;
		return -1;
	}
	worker->channel.fd = ends[0];
	worker->channel.ready = hand_over_ready;
	worker->channel.arg = worker;
	if (loop_watch(forkd->loop, &worker->channel) == -1) {
		saved = errno;
		fdio_close(&worker->channel.fd);
		fdio_close(&ends[1]);
		errno = saved;
		return -1;
	}
	hand_over_note(forkd, (size_t)worker->slot, ends[0]);
	return ends[1];
}

/* A page of its own for its note. */
static int
hand_over_prepare(struct worker *worker)
{
	uint64_t	**note;

	if (worker->service->ops == NULL || !prefork_is_pool(worker->service))
		return 0;
	/* a new one: descendants of the last in its slot may have that still */
	note = &worker->service->server->hand_over.table->notes[worker->slot];
	apart_page_free(*note);
	*note = apart_page_new();	/* 0: the number of no connection */
	return *note == NULL ? -1 : 0;
}

static void
hand_over_free(struct hand_over *own)
{
	size_t	i;

	apart_free(own->table->returned);
	for (i = 0; own->table->notes != NULL && i < own->room; i++)
		apart_page_free(own->table->notes[i]);
	apart_free(own->table->notes);
}

void
hand_over_part(struct worker *worker)
{
	int	i;

	worker->reaped = true;
	/* a descendant may have its end, and go on sending */
	for (i = 0; i < PART_MOST && worker->channel.fd != -1; i++)
		if (hand_over_listen(worker, true) != 1)
			break;
	hand_over_silence(worker);
	if (worker->copy_fd == -1)
		return;
	if (!worker->counted)
		hand_over_take_back(worker);
	else if (hand_over_is_taken(worker))
		hand_over_over(worker);
	else {
		lifetime_undo(worker);
		hand_over_take_back(worker);
	}
}

void
hand_over_over(struct worker *worker)
{
	struct forkd	*forkd;

	forkd = worker->service->server;
	fdio_close_foreign(&worker->copy_fd);
	hand_over_note(forkd, forkd->hand_over.room + (size_t)worker->slot,
	    -1);
}

bool
hand_over_is_taken(struct worker *worker)
{
	const volatile uint64_t	*note;

	note = hand_over_page(worker);
	/* an executable says so over its channel */
	worker->taken = note != NULL && *note == worker->serial;
	return worker->taken;
}

uint64_t *
hand_over_page(const struct worker *worker)
{
	if (worker->service->ops == NULL)
		return NULL;
	return worker->service->server->hand_over.table->notes[worker->slot];
}

bool
hand_over_conn(struct forkd_conn *conn)
{
	struct service	*service;
	struct worker	*next, *worker;

	service = conn->service;
	if (service->state->closed) {
		dispatch_refuse(conn, "stop");
		return false;
	}
	for (worker = TAILQ_FIRST(&service->state->idle); worker != NULL;
	    worker = next) {
		next = TAILQ_NEXT(worker, idle);
		if (hand_over_send(worker, conn) == 0) {
			hand_over_given(worker, conn);
			return true;
		}
		/* what only time can cure; the tick tries again */
		if (errno == ENOMEM || errno == ENOBUFS ||
		    errno == ETOOMANYREFS)
			break;
		if (errno != EAGAIN || hand_over_is_stuck(worker))
			hand_over_send_failed(worker);
	}
	hand_over_return(conn);
	return false;
}

/* Its channel is full: of the program's messages, or it reads none. */
static bool
hand_over_is_stuck(struct worker *worker)
{
	int64_t	now_ms;

	now_ms = loop_now(worker->service->server->loop);
	if (worker->full_ms == 0)
		worker->full_ms = now_ms;
	if (now_ms - worker->full_ms >= FULL_MS)
		return true;
	errno = EAGAIN;
	return false;
}

int
hand_over_tell(struct worker *worker, unsigned int type)
{
	struct channel_header	header;

	header.type = type;
	header.length = header.flags = 0;
	header.generation = worker->generation;
	if (worker->channel.fd == -1)
		return -1;
	if (channel_send_widely(worker->channel.fd, &header, NULL, -1) == 0)
		return 0;
	hand_over_send_failed(worker);
	return -1;
}

/* An executable in mode fork has none: a busy one costs no descriptor. */
static bool
hand_over_is_wanted(const struct service *service)
{
	return prefork_is_pool(service) || service->ops != NULL;
}

static int
hand_over_send(const struct worker *worker, const struct forkd_conn *conn)
{
	struct channel_conn	say;
	struct channel_header	header;

	memset(&say, 0, sizeof(say));
	say.serial = conn->serial;
	say.born_ms = conn->born_ms;
	say.peer = conn->peer;
	say.local = conn->local;
	header.type = CHANNEL_CONN;
	header.length = sizeof(say);
	header.flags = prefork_is_crowded(conn->service) ? CONN_CROWDED : 0;
	header.generation = worker->generation;
	return channel_send_widely(worker->channel.fd, &header, &say, conn->fd);
}

/*
 * The worker has it, or will: the copy is kept for the case that it has not.
 * A C function sends nothing before it is done with it, which is two messages
 * less; it leaves a note (struct hand_over_table).
 */
static void
hand_over_given(struct worker *worker, struct forkd_conn *conn)
{
	struct forkd	*forkd;

	forkd = conn->service->server;
	loop_timer_clear(forkd->loop, &worker->timer);	/* of max-lifetime */
	prefork_set_state(worker, WORKER_BUSY);
	worker->serial = conn->serial;
	worker->born_ms = conn->born_ms;
	worker->peer = conn->peer;
	worker->local = conn->local;
	worker->copy_fd = conn->fd;
	hand_over_note(forkd, forkd->hand_over.room + (size_t)worker->slot,
	    conn->fd);
	conn->fd = -1;
	worker->taken = false;
	worker->full_ms = 0;
	prefork_handed(conn->service);
	if (worker->service->ops == NULL)
		return;		/* no fork before it has it: it may be next
				   on this processor */
	prefork_renew(conn->service);
	hand_over_begin(worker);
}

void
hand_over_begin(struct worker *worker)
{
	lifetime_begin(worker);
	if (worker->service->server->peers != NULL)
		peer_watch_begin(worker, worker->copy_fd);
}

/* errno says why.  Whoever is dying is reaped soon. */
static void
hand_over_send_failed(struct worker *worker)
{
	if (errno == EPIPE || errno == ECONNRESET) {
		hand_over_silence(worker);
		prefork_lost(worker);
		return;
	}
	lifetime_say(worker, errno == EAGAIN ?
	    "it does not read its channel: KILL to its group" :
	    "its channel is broken: KILL to its group");
	lifetime_kill(worker, WHY_CHANNEL);
}

static void
hand_over_leave(struct worker *worker)
{
	hand_over_silence(worker);
	if (worker->copy_fd != -1)
		hand_over_over(worker);
}

void
hand_over_silence(struct worker *worker)
{
	struct forkd	*forkd;

	if (worker->channel.fd == -1)
		return;
	forkd = worker->service->server;
	loop_unwatch(forkd->loop, &worker->channel);
	/* an executable sends no descriptor */
	if (worker->service->ops != NULL)
		channel_discard(worker->channel.fd);
	fdio_close(&worker->channel.fd);
	hand_over_note(forkd, (size_t)worker->slot, -1);
}

void
hand_over_take_back(struct worker *worker)
{
	struct forkd_conn	conn;

	memset(&conn, 0, sizeof(conn));
	conn.fd = worker->copy_fd;
	conn.service = worker->service;
	conn.peer = worker->peer;
	conn.local = worker->local;
	conn.serial = worker->serial;
	conn.born_ms = worker->born_ms;
	worker->copy_fd = -1;
	worker->serial = 0;
	hand_over_over(worker);
	hand_over_conn(&conn);
}
