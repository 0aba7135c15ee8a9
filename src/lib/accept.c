/* SPDX-License-Identifier: ISC */
/*
 * From listener to connection.  Decides what an error of accept(2) means; the
 * server decides what to do about it.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "accept.h"
#include "conn.h"
#include "fdio.h"
#include "listen.h"

static enum accept_result	accept_failed(void);

enum accept_result
accept_conn(const struct listener *listener, struct forkd_conn *conn)
{
	memset(conn, 0, sizeof(*conn));
	conn->peer.length = sizeof(conn->peer.u);
	conn->fd = accept4(listener->watch.fd, &conn->peer.u.sa,
	    &conn->peer.length, SOCK_CLOEXEC);
	if (conn->fd == -1)
		return accept_failed();
	conn->service = listener->service;
	conn->local.length = sizeof(conn->local.u);
	if (getsockname(conn->fd, &conn->local.u.sa,
	    &conn->local.length) == -1) {
		fdio_close(&conn->fd);
		return errno == ENOBUFS || errno == ENOMEM ?
		    ACCEPT_LATER : ACCEPT_AGAIN;
	}
	return ACCEPT_CONN;
}

/* See accept(2): what happened to the peer first, then to us. */
static enum accept_result
accept_failed(void)
{
	switch (errno) {
	case EAGAIN:
#if EAGAIN != EWOULDBLOCK
	case EWOULDBLOCK:
#endif
		return ACCEPT_NONE;
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
