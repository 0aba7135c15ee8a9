/* SPDX-License-Identifier: ISC */
/*
 * Connections that this side begins.  An attempt that a signal or a deadline
 * has cut short is still under way in the kernel; the next call goes on with
 * it.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "socket.h"

static int	connect_at_most(struct forkd_socket *, const struct addr *);
static int	connect_begin(struct forkd_socket *, const struct addr *);
static int	connect_once(struct forkd_socket *, const struct addr *);
static bool	is_same(const struct addr *, const struct addr *);

int
forkd_socket_connect(struct forkd_socket *sock, const char *address, int port)
{
	struct addr	addr;

	if (socket_check(sock, "forkd_socket_connect") == -1 ||
	    socket_address(sock, "forkd_socket_connect", address, port,
	    &addr) == -1)
		return -1;
	return socket_connect(sock, &addr);
}

int
socket_connect(struct forkd_socket *sock, const struct addr *addr)
{
	char	text[ADDR_TEXT_SIZE];
	int	nonblock, number;

	/* the kernel would go on with the old one and say nothing */
	if (sock->attempt.length != 0 && !is_same(&sock->attempt, addr)) {
		addr_text(&sock->attempt, text, sizeof(text));
		return socket_wrong(sock, EALREADY, "forkd_socket_connect: "
		    "the attempt on %s has not ended: go on with that", text);
	}
	nonblock = sock->send_ms == -1 ? 0 : socket_nonblock(sock->fd);
	if (nonblock == -1)
		number = errno;
	else if (sock->send_ms == -1 || nonblock == 1)
		number = connect_once(sock, addr);
	else if (sock->domain == AF_UNIX)	/* SO_SNDTIMEO ends it */
		number = socket_expired(sock, connect_once(sock, addr),
		    sock->send_ms);
	else
		number = connect_at_most(sock, addr);
	if (number == 0)
		return 0;
	addr_text(addr, text, sizeof(text));
	return socket_failed(sock, number, "connect %s", text);
}

/* As long as the timeout.  Returns 0 or an errno, as the others below. */
static int
connect_at_most(struct forkd_socket *sock, const struct addr *addr)
{
	struct pollfd	pollfd = { .fd = sock->fd, .events = POLLOUT };
	int		n, number;

	number = connect_begin(sock, addr);
	if (number != EINPROGRESS && number != EALREADY)
		return number;
	n = poll(&pollfd, 1, sock->send_ms);
	if (n <= 0)
		return n == 0 ? ETIMEDOUT : errno;
	/* and not SO_ERROR: the kernel would not know that we know */
	number = connect_once(sock, addr);
	return number == EISCONN ? 0 : number;
}

static int
connect_begin(struct forkd_socket *sock, const struct addr *addr)
{
	int	number;

	if (socket_set_nonblock(sock->fd, true) == -1)
		return errno;
	number = connect_once(sock, addr);
	if (socket_set_nonblock(sock->fd, false) == -1)
		return errno;
	return number;
}

static int
connect_once(struct forkd_socket *sock, const struct addr *addr)
{
	int	number;

	number = connect(sock->fd, &addr->u.sa, addr->length) == -1 ?
	    errno : 0;
	sock->attempt.length = 0;
	if (sock->domain != AF_UNIX && (number == EINPROGRESS ||
	    number == EALREADY || number == EINTR))
		sock->attempt = *addr;
	return number;
}

static bool
is_same(const struct addr *one, const struct addr *other)
{
	return one->length == other->length &&
	    memcmp(&one->u, &other->u, one->length) == 0;
}
