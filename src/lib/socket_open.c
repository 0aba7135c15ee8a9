/* SPDX-License-Identifier: ISC */
/*
 * A socket's name and its peers: bound, listening, accepting, shut down.
 * Sockets are made in socket.c; connections that this side begins are in
 * socket_connect.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "fdio.h"
#include "socket.h"

typedef int	name_call(int, struct sockaddr *, socklen_t *);

static int	open_any(struct forkd_socket *, int, int);
static int	accept_one(struct forkd_socket *, struct forkd_socket *);
static int	accept_wait(struct forkd_socket *);
static int	accept_failed(struct forkd_socket *, int);
static int	name_of(struct forkd_socket *, const char *, name_call *,
		    char *, size_t, int *);

int
forkd_socket_bind(struct forkd_socket *sock, const char *address, int port)
{
	struct addr	addr;

	if (socket_check(sock, "forkd_socket_bind") == -1 ||
	    socket_address(sock, "forkd_socket_bind", address, port,
	    &addr) == -1)
		return -1;
	return socket_bind(sock, &addr);
}

int
socket_bind(struct forkd_socket *sock, const struct addr *addr)
{
	char	text[ADDR_TEXT_SIZE];
	int	number;

	if (bind(sock->fd, &addr->u.sa, addr->length) == 0)
		return 0;
	number = errno;
	addr_text(addr, text, sizeof(text));
	return socket_failed(sock, number, "bind %s", text);
}

int
forkd_socket_listen(struct forkd_socket *sock, int backlog)
{
	char	text[ADDR_TEXT_SIZE];
	int	number;

	if (socket_check(sock, "forkd_socket_listen") == -1)
		return -1;
	if (backlog < 0)
		return socket_wrong(sock, EINVAL,
		    "forkd_socket_listen: backlog %d: below 0", backlog);
	if (listen(sock->fd, backlog) == 0)
		return 0;
	number = errno;
	socket_local_text(sock, text, sizeof(text));
	return socket_failed(sock, number, "listen%s", text);
}

struct forkd_socket *
forkd_socket_create_listen(int port, int backlog)
{
	struct forkd_socket	*sock;

	if (port < 0 || port > 65535) {
		(void)socket_wrong(NULL, EINVAL, "forkd_socket_create_listen: "
		    "port %d: not 0 to 65535", port);
		return NULL;
	}
	if (backlog < 0) {
		(void)socket_wrong(NULL, EINVAL, "forkd_socket_create_listen: "
		    "backlog %d: below 0", backlog);
		return NULL;
	}
	sock = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	if (sock == NULL)
		return NULL;
	if (open_any(sock, port, backlog == 0 ? SOCKET_BACKLOG :
	    backlog) == -1) {
		forkd_socket_close(sock);
		return NULL;
	}
	return sock;
}

struct forkd_socket *
forkd_socket_accept(struct forkd_socket *sock)
{
	struct forkd_socket	*conn;

	if (socket_check(sock, "forkd_socket_accept") == -1)
		return NULL;
	/* first: without memory, the connection stays where it is */
	conn = socket_new(-1, sock->domain, sock->type);
	if (conn == NULL) {
		(void)accept_failed(sock, ENOMEM);
		return NULL;
	}
	if (accept_one(sock, conn) == -1) {
		forkd_socket_close(conn);
		return NULL;
	}
	return conn;
}

int
forkd_socket_shutdown(struct forkd_socket *sock, int how)
{
	if (socket_check(sock, "forkd_socket_shutdown") == -1)
		return -1;
	if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR)
		return socket_wrong(sock, EINVAL, "forkd_socket_shutdown: "
		    "how %d: not 0, 1 or 2", how);
	if (shutdown(sock->fd, how) == -1)
		return socket_failed(sock, errno, "shutdown of descriptor %d",
		    sock->fd);
	return 0;
}

int
forkd_socket_getsockname(struct forkd_socket *sock, char *address, size_t size,
    int *port)
{
	return name_of(sock, "forkd_socket_getsockname", getsockname, address,
	    size, port);
}

int
forkd_socket_getpeername(struct forkd_socket *sock, char *address, size_t size,
    int *port)
{
	return name_of(sock, "forkd_socket_getpeername", getpeername, address,
	    size, port);
}

void
socket_local_text(const struct forkd_socket *sock, char *text, size_t size)
{
	struct addr	addr;

	memset(&addr, 0, sizeof(addr));
	addr.length = sizeof(addr.u.storage);
	text[0] = '\0';
	if (size < 2 || !socket_has_text(sock->domain) ||
	    getsockname(sock->fd, &addr.u.sa, &addr.length) == -1)
		return;
	addr_text(&addr, text + 1, size - 1);
	if (text[1] != '\0')
		text[0] = ' ';
}

bool
socket_has_text(int domain)
{
	return domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX;
}

int
socket_reuse(struct forkd_socket *sock)
{
	const int	on = 1;

	if (setsockopt(sock->fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)) == -1)
		return socket_failed(sock, errno, "SO_REUSEADDR");
	return 0;
}

static int
open_any(struct forkd_socket *sock, int port, int backlog)
{
	struct addr	addr;

	addr_any(&addr, AF_INET, port);
	if (socket_reuse(sock) == -1 || socket_bind(sock, &addr) == -1)
		return -1;
	return forkd_socket_listen(sock, backlog);
}

static int
accept_one(struct forkd_socket *sock, struct forkd_socket *conn)
{
	int	number;

	number = accept_wait(sock);
	if (number != 0)
		return accept_failed(sock, number);
	conn->fd = accept4(sock->fd, NULL, NULL, SOCK_CLOEXEC);
	if (conn->fd == -1)
		return accept_failed(sock, socket_expired(sock, errno,
		    sock->receive_ms));
	/* Linux lets it inherit the time-out */
	if ((sock->receive_ms != -1 || sock->send_ms != -1) &&
	    forkd_socket_set_timeout(conn, -1) == -1)
		return accept_failed(sock, errno);
	return 0;
}

/*
 * Where accept(2) would wait, poll(2) does: it ends at every signal that is
 * handled, also with SA_RESTART, which signal(3) sets.  A socket that does not
 * listen is left to accept(2), as there might never be anything to wait for.
 * Returns 0 or an errno.
 */
static int
accept_wait(struct forkd_socket *sock)
{
	struct pollfd	pollfd = { .fd = sock->fd, .events = POLLIN };
	int		n;

	if (!sock->listens &&
	    fdio_option(sock->fd, SOL_SOCKET, SO_ACCEPTCONN) != 1)
		return 0;
	sock->listens = true;
	n = socket_nonblock(sock->fd);
	if (n != 0)
		return n == -1 ? errno : 0;
	n = poll(&pollfd, 1, sock->receive_ms);
	return n == -1 ? errno : n == 0 ? ETIMEDOUT : 0;
}

static int
accept_failed(struct forkd_socket *sock, int number)
{
	char	text[ADDR_TEXT_SIZE];

	socket_local_text(sock, text, sizeof(text));
	return socket_failed(sock, number, "accept%s", text);
}

static int
name_of(struct forkd_socket *sock, const char *function, name_call *call,
    char *address, size_t size, int *port)
{
	struct addr	addr;

	if (socket_check(sock, function) == -1)
		return -1;
	if (!socket_has_text(sock->domain))
		return socket_wrong(sock, EAFNOSUPPORT,
		    "%s: domain %d has no text addresses", function,
		    sock->domain);
	memset(&addr, 0, sizeof(addr));
	addr.length = sizeof(addr.u.storage);
	if (call(sock->fd, &addr.u.sa, &addr.length) == -1)
		return socket_failed(sock, errno, "%s of descriptor %d",
		    function, sock->fd);
	return socket_address_text(sock, function, &addr, address, size,
	    port);
}
