/* SPDX-License-Identifier: ISC */
/*
 * Connections: their end, and what the library's user may ask of one.  They
 * are made in accept.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include "conn.h"
#include "error.h"
#include "fdio.h"
#include "forkd.h"
#include "socket.h"

static int	 conn_check(const struct forkd_conn *, const char *);
static int	 conn_check_worker(const struct forkd_conn *, const char *);
static FILE	*conn_stream(int, const char *, const char *);
static int	 conn_stream_close(FILE **);

void
conn_prepare(struct forkd_conn *conn, struct conn_view *view,
    struct forkd *server)
{
	conn->view = view;
	view->server = server;
	view->in = view->out = NULL;
	view->socket = NULL;
	view->in_master = false;
	addr_text(&conn->peer, view->peer_text, sizeof(view->peer_text));
	addr_text(&conn->local, view->local_text, sizeof(view->local_text));
}

int
conn_finish(struct forkd_conn *conn)
{
	int	failed, saved;

	failed = conn_stream_close(&conn->view->out);
	saved = errno;
	/* what was read ahead goes with it: nobody can ask for it now */
	(void)conn_stream_close(&conn->view->in);
	socket_take_back(conn->view->socket);
	conn->view->socket = NULL;
	fdio_finish(conn->fd);
	fdio_close(&conn->fd);
	errno = saved;		/* says why the flush failed */
	return failed;
}

int
forkd_conn_fd(const struct forkd_conn *conn)
{
	return conn_check(conn, "forkd_conn_fd") == -1 ? -1 : conn->fd;
}

struct forkd_socket *
forkd_conn_socket(struct forkd_conn *conn)
{
	if (conn_check_worker(conn, "forkd_conn_socket") == -1)
		return NULL;
	if (conn->view->socket == NULL)
		conn->view->socket = socket_lend(conn->fd);
	return conn->view->socket;
}

FILE *
forkd_conn_in(struct forkd_conn *conn)
{
	if (conn_check_worker(conn, "forkd_conn_in") == -1)
		return NULL;
	if (conn->view->in == NULL)
		conn->view->in = conn_stream(conn->fd, "r", "forkd_conn_in");
	return conn->view->in;
}

FILE *
forkd_conn_out(struct forkd_conn *conn)
{
	if (conn_check_worker(conn, "forkd_conn_out") == -1)
		return NULL;
	if (conn->view->out == NULL)
		conn->view->out = conn_stream(conn->fd, "w", "forkd_conn_out");
	return conn->view->out;
}

const char *
forkd_conn_peer(const struct forkd_conn *conn)
{
	return conn_check(conn, "forkd_conn_peer") == -1 ? NULL :
	    conn->view->peer_text;
}

const char *
forkd_conn_local(const struct forkd_conn *conn)
{
	return conn_check(conn, "forkd_conn_local") == -1 ? NULL :
	    conn->view->local_text;
}

int
forkd_conn_peercred(const struct forkd_conn *conn, uid_t *uid, gid_t *gid,
    pid_t *pid)
{
	struct ucred	cred;
	socklen_t	length;

	if (conn_check(conn, "forkd_conn_peercred") == -1)
		return -1;
	if (conn->local.u.sa.sa_family != AF_UNIX)
		return error_set(error_last(), EX_SOFTWARE, EOPNOTSUPP,
		    "forkd_conn_peercred: only unix sockets know that");
	length = sizeof(cred);
	if (getsockopt(conn->fd, SOL_SOCKET, SO_PEERCRED, &cred,
	    &length) == -1)
		return error_system(error_last(), errno, "forkd_conn_peercred");
	if (uid != NULL)
		*uid = cred.uid;
	if (gid != NULL)
		*gid = cred.gid;
	if (pid != NULL)
		*pid = cred.pid;
	return 0;
}

uint64_t
forkd_conn_serial(const struct forkd_conn *conn)
{
	return conn_check(conn, "forkd_conn_serial") == -1 ? 0 : conn->serial;
}

struct forkd *
forkd_conn_server(const struct forkd_conn *conn)
{
	return conn_check(conn, "forkd_conn_server") == -1 ? NULL :
	    conn->view->server;
}

static int
conn_check(const struct forkd_conn *conn, const char *name)
{
	if (conn != NULL)
		return 0;
	return error_set(error_last(), EX_SOFTWARE, EINVAL,
	    "%s: no connection: it is NULL", name);
}

/* In the master, it would wait for clients and keep what is not closed. */
static int
conn_check_worker(const struct forkd_conn *conn, const char *name)
{
	if (conn_check(conn, name) == -1)
		return -1;
	if (!conn->view->in_master)
		return 0;
	return error_set(error_last(), EX_SOFTWARE, EPERM,
	    "%s: only in a worker, in serve: allow is called in the master",
	    name);
}

/* Each stream has a descriptor of its own, since fclose(3) closes it. */
static FILE *
conn_stream(int fd, const char *mode, const char *name)
{
	FILE	*stream;

	stream = NULL;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd != -1)
		stream = fdopen(fd, mode);
	if (stream == NULL) {
		(void)error_system(error_last(), errno, "%s", name);
		fdio_close(&fd);
	}
	return stream;
}

static int
conn_stream_close(FILE **stream)
{
	int	failed;

	if (*stream == NULL)
		return 0;
	failed = fclose(*stream);
	*stream = NULL;
	return failed == 0 ? 0 : -1;
}
