/* SPDX-License-Identifier: ISC */
/*
 * Workers that run C functions: from the point where their privileges are
 * dropped to their end.  They leave by _exit: what the program registered
 * with atexit(3), and what its stdio buffers held at fork, is the master's.
 */
#include "config.h"

#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "child.h"
#include "conn.h"
#include "fdio.h"
#include "forkd.h"
#include "messages.h"
#include "serve.h"
#include "server.h"

static void	serve_begin(const struct child *);
static int	serve_one(struct forkd_conn *);
static void	serve_crowd(bool);
static void	serve_given(struct service *, const struct channel_conn *, int);
static void	serve_report(struct forkd *, enum channel_type, uint32_t);
static int	serve_stderr(const struct service *);
static void	serve_leave(struct service *, int) __attribute__((noreturn));

/* Descriptor 2 as it is without a connection, for stderr = socket; -1: not. */
static int	serve_error_fd = -1;

void
serve_conn(struct child *child)
{
	serve_begin(child);
	serve_leave(child->service, serve_one(child->conn) == -1 ? 1 : 0);
}

void
serve_pool(struct child *child)
{
	struct channel_header	 header;
	struct forkd		*forkd;
	struct worker_self	*self;
	union {
		struct channel_conn	conn;
		char			bytes[CHANNEL_DATA_MAX];
	}			 data;
	int			 fd, n;

	forkd = child->service->server;
	self = &forkd->self;
	serve_begin(child);
	serve_error_fd = serve_stderr(child->service);
	serve_report(forkd, CHANNEL_READY, 0);
	while (!self->retiring) {
		n = channel_receive(self->channel, &header, &data,
		    sizeof(data), &fd, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EMFILE && header.type == CHANNEL_CONN)
			serve_report(forkd, CHANNEL_MISSED, 0);
		else if (n == 1 && header.type == CHANNEL_CONN && fd != -1) {
			serve_crowd((header.flags & CONN_CROWDED) != 0);
			serve_given(child->service, &data.conn, fd);
		}
		else if (n == 1 && header.type == CHANNEL_USER)
			messages_kept(forkd, &header, &data, fd);
		else if (n == -1 && errno == EMFILE &&
		    header.type == CHANNEL_USER)
			messages_lost();
		else if (n != 1 || !serve_heard(forkd, &header))
			serve_leave(child->service, 0);	/* the master is gone */
	}
	serve_report(forkd, CHANNEL_RETIRED, 0);
	serve_leave(child->service, 0);
}

bool
serve_heard(struct forkd *forkd, const struct channel_header *header)
{
	if (header->type == CHANNEL_DRAIN)
		forkd->self.draining = true;
	else if (header->type == CHANNEL_RETIRE)
		forkd->self.draining = forkd->self.retiring = true;
	else
		return false;
	return true;
}

/* Who it is, and the user's start. */
static void
serve_begin(const struct child *child)
{
	const struct forkd_ops	*ops;
	struct service		*service;
	struct worker_self	*self;
	int			 fd;

	service = child->service;
	ops = service->ops;
	self = &service->server->self;
	memset(self, 0, sizeof(*self));
	self->channel = child->channel_fd;
	self->slot = child->slot;
	self->generation = child->generation;
	self->note = child->note;
	if (service->settings.title == 1)	/* 15 bytes of it */
		(void)prctl(PR_SET_NAME, service->name);
	errno = 0;
	if (ops->start != NULL && ops->start(service->server, child->slot,
	    service->arg) == -1)
		child_fail(child, STEP_START,
		    errno == 0 ? ECANCELED : errno);
	fd = child->report_fd;
	fdio_close(&fd);
}

/* What serve returned, -1 also when output was lost. */
static int
serve_one(struct forkd_conn *conn)
{
	struct conn_view	 view;
	struct service		*service;
	int			 result;

	service = conn->service;
	conn_prepare(conn, &view, service->server);
	result = service->ops->serve(conn, service->arg);
	/* that a client left early is its own affair */
	if (conn_finish(conn) == -1 && errno != EPIPE && errno != ECONNRESET)
		result = -1;
	return result;
}

/*
 * With more busy workers than processors, each that wakes up would take the
 * processor from the master, which wakes them one after the other: two changes
 * of context for each connection.  As SCHED_BATCH they wait until it sleeps.
 * With few it would be wrong: beside a program that computes, a client would
 * wait for that.  Another policy than the usual one is somebody's wish.
 */
static void
serve_crowd(bool crowded)
{
	static const struct sched_param	none;
	static int			policy = SCHED_OTHER;
	int				want;

	want = crowded ? SCHED_BATCH : SCHED_OTHER;
	if (want == policy || sched_getscheduler(0) != policy)
		return;
	/* it serves as well without */
	if (sched_setscheduler(0, want, &none) == 0)
		policy = want;
}

/* One connection of several. */
static void
serve_given(struct service *service, const struct channel_conn *given, int fd)
{
	struct forkd_conn	conn;
	int			result;

	*service->server->self.note = given->serial;
	conn.fd = fd;
	conn.service = service;
	conn.peer = given->peer;
	conn.local = given->local;
	conn.serial = given->serial;
	conn.born_ms = given->born_ms;
	conn.view = NULL;
	if (serve_error_fd != -1)
		(void)dup2(fd, STDERR_FILENO);
	result = serve_one(&conn);
	if (serve_error_fd != -1)
		(void)dup2(serve_error_fd, STDERR_FILENO);
	serve_report(service->server, CHANNEL_DONE,
	    result == -1 ? DONE_FAILED :
	    result == FORKD_RETIRE ? DONE_LAST : DONE_SERVED);
}

/* Waits if the channel is full; that the master is gone is seen later. */
static void
serve_report(struct forkd *forkd, enum channel_type type, uint32_t flags)
{
	struct channel_header	header;
	struct pollfd		pollfd;

	header.type = type;
	header.length = 0;
	header.flags = flags;
	header.generation = forkd->self.generation;
	while (channel_send(forkd->self.channel, &header, NULL, -1) == -1 &&
	    errno == EAGAIN) {
		pollfd.fd = forkd->self.channel;
		pollfd.events = POLLOUT;
		(void)poll(&pollfd, 1, -1);
	}
}

static int
serve_stderr(const struct service *service)
{
	if (service->settings.standard_error != STDERR_SOCKET)
		return -1;
	return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
}

static void
serve_leave(struct service *service, int code)
{
	if (service->ops->finish != NULL)
		service->ops->finish(service->server,
		    service->server->self.slot, service->arg);
	_exit(code);
}
