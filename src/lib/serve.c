/* SPDX-License-Identifier: ISC */
/*
 * Workers that run C functions: from the point where their privileges are
 * dropped to their end.  They leave by _exit: what the program registered
 * with atexit(3), and what its stdio buffers held at fork, is the master's.
 */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "child.h"
#include "conn.h"
#include "fdio.h"
#include "forkd.h"
#include "serve.h"
#include "service.h"

void
serve_conn(const struct child *child)
{
	const struct forkd_ops	*ops;
	struct forkd_conn	*conn;
	struct conn_view	 view;
	struct service		*service;
	int			 fd, result;

	conn = child->conn;
	service = child->service;
	ops = service->ops;
	fd = child->report_fd;
	errno = 0;
	if (ops->start != NULL && ops->start(service->server, child->slot,
	    service->arg) == -1)
		child_fail(child, STEP_START,
		    errno == 0 ? ECANCELED : errno);
	fdio_close(&fd);
	conn_prepare(conn, &view, service->server);
	result = ops->serve(conn, service->arg);
	/* that a client left early is its own affair */
	if (conn_finish(conn) == -1 && errno != EPIPE && errno != ECONNRESET)
		result = -1;
	if (ops->finish != NULL)
		ops->finish(service->server, child->slot, service->arg);
	_exit(result == -1 ? 1 : 0);
}
