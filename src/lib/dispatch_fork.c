/* SPDX-License-Identifier: ISC */
/*
 * A new worker for a connection that is here: in mode fork for each one, in a
 * pool of executables for whoever finds no idle worker.
 */
#include "config.h"

#include <errno.h>

#include "child.h"
#include "fdio.h"
#include "forkd.h"
#include "peer_watch.h"
#include "prefork.h"
#include "serve.h"
#include "server.h"

/*
 * Gives the connection to a new worker and closes the master's copy; on
 * failure it stays open, and no slot is taken.
 */
int
dispatch_fork(struct forkd_conn *conn)
{
	struct child	 child;
	struct forkd	*forkd;
	struct worker	*worker;
	pid_t		 pid;

	forkd = conn->service->server;
	worker = worker_take(forkd->workers, conn->service);
	if (worker == NULL) {
		errno = EAGAIN;
		return -1;
	}
	child.service = conn->service;
	child.conn = conn;
	child.master = 0;
	child.leaves = false;
	child.slot = worker->slot;
	child.generation = worker->generation;
	child.variables = NULL;
	child.note = NULL;
	if (child.service->ops == NULL)
		child_environment(&child, NULL, NULL);
	child.disown = server_close_in_child;
	child.serve = serve_conn;
	child.channel_fd = -1;
	if (child.service->ops != NULL &&
	    (child.channel_fd = hand_over_join(worker)) == -1) {
		worker_release(forkd->workers, worker);
		return -1;
	}
	child.pipe_fd = stderr_pipe_begin(&forkd->pipes, worker);
	pid = spawn_fork(&forkd->spawn, &child);
	fdio_close(&child.pipe_fd);
	fdio_close(&child.channel_fd);
	if (pid == -1) {
		lifetime_unborn(worker);
		return -1;
	}
	worker_born(forkd->workers, worker, pid);
	worker->serial = conn->serial;
	worker->born_ms = conn->born_ms;
	worker->forked_ms = worker->since_ms = loop_now(forkd->loop);
	worker->peer = conn->peer;
	worker->local = conn->local;
	if (forkd->peers != NULL)
		peer_watch_begin(worker, conn->fd);
	fdio_close(&conn->fd);
	backoff_worked(&conn->service->state->fork_backoff);
	lifetime_watch(worker);
	lifetime_begin(worker);
	if (prefork_is_pool(worker->service))
		prefork_forked(worker);
	return 0;
}
