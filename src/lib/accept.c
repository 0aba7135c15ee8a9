/* SPDX-License-Identifier: ISC */
/*
 * From listener to connection.  Decides what an error of accept(2) means; the
 * server decides what to do about it.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "accept.h"
#include "conn.h"
#include "direct.h"
#include "fdio.h"
#include "listen.h"

static void			accept_who(int, struct addr_unix *);
static enum accept_result	accept_failed(int);

enum accept_result
accept_conn(const struct listener *listener, struct forkd_conn *conn)
{
	int	accepted;

	memset(conn, 0, sizeof(*conn));
	conn->fd = -1;
	conn->peer.length = sizeof(conn->peer.u);
	accepted = direct_accept(listener->watch.fd, &conn->peer.u.sa,
	    &conn->peer.length);
	if (accepted < 0)
		return accept_failed(-accepted);
	conn->fd = accepted;
	conn->service = listener->service;
	if (listener->is_fixed) {
		conn->local = listener->local;
		return ACCEPT_CONN;
	}
	conn->local.length = sizeof(conn->local.u);
	if (getsockname(conn->fd, &conn->local.u.sa,
	    &conn->local.length) == -1) {
		fdio_close(&conn->fd);
		return errno == ENOBUFS || errno == ENOMEM ?
		    ACCEPT_LATER : ACCEPT_AGAIN;
	}
	if (conn->local.u.sa.sa_family == AF_UNIX)
		accept_who(conn->fd, &conn->peer.u.un);
	return ACCEPT_CONN;
}

/* Who connected; a system that cannot say leaves it unknown. */
static void
accept_who(int fd, struct addr_unix *peer)
{
	struct ucred	cred;
	socklen_t	length;

	length = sizeof(cred);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &length) == -1)
		return;
	peer->pid = cred.pid;
	peer->uid = cred.uid;
	peer->gid = cred.gid;
	peer->is_known = true;
}

/* See accept(2): what happened to the peer first, then to us. */
static enum accept_result
accept_failed(int number)
{
	if (number == EAGAIN)	/* EWOULDBLOCK is the same */
		return ACCEPT_NONE;
	errno = number;
	switch (number) {
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
	case EPERM:		/* a firewall's word */
	case ENETDOWN:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case ENONET:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ENETUNREACH:
	case ETIMEDOUT:
	case ECONNRESET:
		return ACCEPT_AGAIN;
	default:
		return ACCEPT_LATER;
	}
}

bool
accept_is_dead(const struct listener *listener)
{
	struct pollfd	pollfd = { .fd = listener->watch.fd };

	if (poll(&pollfd, 1, 0) < 1 || (pollfd.revents & POLLHUP) == 0)
		return false;
	errno = EINVAL;		/* what accept(2) says on TCP */
	return true;
}
