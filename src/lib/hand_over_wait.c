/* SPDX-License-Identifier: ISC */
/*
 * Connections that were accepted and wait for a worker: those whose worker
 * died before it had them.  They come before those that are not accepted yet.
 */
#include "config.h"

#include "hand_over.h"
#include "prefork.h"
#include "server.h"

static void	hand_over_vacate(struct service *, struct returned *);

/* It waits for a worker, before those that are not accepted yet. */
void
hand_over_return(struct forkd_conn *conn)
{
	struct hand_over_table	*table;
	struct returned		*returned;
	struct service		*service;

	service = conn->service;
	table = service->server->hand_over.table;
	returned = TAILQ_FIRST(&table->vacant);
	if (returned == NULL) {		/* there is one for each */
		dispatch_refuse(conn, "no worker");
		return;
	}
	TAILQ_REMOVE(&table->vacant, returned, link);
	returned->conn = *conn;
	conn->fd = -1;
	hand_over_note(service->server, 2 * service->server->hand_over.room +
	    (size_t)(returned - table->returned), returned->conn.fd);
	TAILQ_INSERT_TAIL(&service->state->returned, returned, link);
	prefork_renew(service);
	prefork_handed(service);
}

void
hand_over_next(struct service *service)
{
	struct forkd_conn	 conn;
	struct hand_over_table	*table;
	struct returned		*returned;

	table = service->server->hand_over.table;
	if (table == NULL)
		return;
	while (!TAILQ_EMPTY(&service->state->idle) &&
	    (returned = TAILQ_FIRST(&service->state->returned)) != NULL) {
		conn = returned->conn;
		hand_over_vacate(service, returned);
		if (!hand_over_conn(&conn))
			return;
	}
}

bool
hand_over_has_returned(const struct service *service)
{
	return !TAILQ_EMPTY(&service->state->returned);
}

void
hand_over_abandon(struct service *service, const char *why)
{
	struct forkd_conn	 conn;
	struct returned		*returned;

	while ((returned = TAILQ_FIRST(&service->state->returned)) != NULL) {
		conn = returned->conn;
		hand_over_vacate(service, returned);
		dispatch_refuse(&conn, why);
	}
}

int64_t
hand_over_waits_ms(const struct service *service)
{
	struct returned	*returned;

	returned = TAILQ_FIRST(&service->state->returned);
	return returned == NULL ? -1 :
	    loop_now(service->server->loop) - returned->conn.born_ms;
}

/* Where the children of C functions look for what to close. */
void
hand_over_note(struct forkd *forkd, size_t place, int fd)
{
	if (forkd->hand_over.fds != NULL)
		forkd->hand_over.fds[place] = fd;
}

static void
hand_over_vacate(struct service *service, struct returned *returned)
{
	struct hand_over	*own;

	own = &service->server->hand_over;
	TAILQ_REMOVE(&service->state->returned, returned, link);
	TAILQ_INSERT_HEAD(&own->table->vacant, returned, link);
	hand_over_note(service->server, 2 * own->room +
	    (size_t)(returned - own->table->returned), -1);
}
