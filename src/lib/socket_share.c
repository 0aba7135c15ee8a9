/* SPDX-License-Identifier: ISC */
/*
 * A socket for another process, over a unix socket: a message of one byte with
 * one descriptor.  Whoever receives it may not trust whoever sends.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "fdio.h"
#include "socket.h"
#include "socket_control.h"

#define SHARE_BYTE	'S'	/* tells it from what strays into the channel */

static int	check_via(struct forkd_socket *, const struct forkd_socket *,
		    const char *);
static int	receive_one(struct forkd_socket *);
static int	only_one(struct forkd_message *);
static bool	is_end(const struct forkd_socket *, ssize_t, int);

int
forkd_socket_share(struct forkd_socket *sock, struct forkd_socket *via)
{
	char		byte;
	int64_t		deadline;
	struct iovec	part;

	if (socket_check(sock, "forkd_socket_share") == -1 ||
	    check_via(sock, via, "forkd_socket_share") == -1)
		return -1;
	if (sock->ahead_at != sock->ahead_end)
		return socket_wrong(sock, EBUSY,
		    "forkd_socket_share: %zu bytes are read ahead",
		    sock->ahead_end - sock->ahead_at);
	if (sock->fd < 0)	/* to fdio_send() that is none to be sent */
		return socket_wrong(sock, EBADF,
		    "forkd_socket_share: the socket is closed");
	byte = SHARE_BYTE;
	part.iov_base = &byte;
	part.iov_len = sizeof(byte);
	deadline = -socket_deadline(via);
	while (fdio_send(via->fd, &part, 1, sock->fd, 0) == -1)
		if (!socket_again(via, POLLOUT, 0, &deadline))
			return socket_failed(sock, errno, "share of a socket");
	return 0;
}

struct forkd_socket *
forkd_socket_receive(struct forkd_socket *via)
{
	struct forkd_socket	*sock;
	int			 fd;

	if (check_via(via, via, "forkd_socket_receive") == -1)
		return NULL;
	if (via->ahead_at != via->ahead_end) {
		(void)socket_wrong(via, EBUSY,
		    "forkd_socket_receive: %zu bytes are read ahead",
		    via->ahead_end - via->ahead_at);
		return NULL;
	}
	fd = receive_one(via);
	if (fd == -1)
		return NULL;
	sock = forkd_socket_from_fd(fd);
	if (sock != NULL)
		return sock;
	(void)socket_failed(via, errno, "receive of a socket");
	fdio_close_foreign(&fd);
	return NULL;
}

static int
check_via(struct forkd_socket *sock, const struct forkd_socket *via,
    const char *function)
{
	if (via == NULL)
		return socket_wrong(sock, EINVAL, "%s: via: no socket",
		    function);
	if (via->domain != AF_UNIX)
		return socket_wrong(sock, EINVAL, "%s: via: no unix socket",
		    function);
	return 0;
}

/* The descriptor of the next message, if that is as it should be. */
static int
receive_one(struct forkd_socket *via)
{
	char			byte, control[SOCKET_CONTROL_ROOM];
	struct forkd_message	message;
	struct iovec		part;
	ssize_t			n;
	int			fd;

	part.iov_base = &byte;
	part.iov_len = sizeof(byte);
	memset(&message, 0, sizeof(message));
	message.parts = &part;
	message.parts_count = 1;
	message.control = control;
	message.control_size = sizeof(control);
	n = forkd_socket_recvmsg(via, &message, 0);
	if (n == -1 && errno != EMSGSIZE)
		return -1;
	fd = only_one(&message);
	if (n == 1 && byte == SHARE_BYTE && fd != -1)
		return fd;
	if (is_end(via, n, fd))
		return socket_failed(via, EPIPE, "receive of a socket");
	fdio_close_foreign(&fd);
	return socket_failed(via, EBADMSG, "receive of a socket");
}

/* The descriptor of a message; where there are several, none. */
static int
only_one(struct forkd_message *message)
{
	int	another, fd;

	fd = socket_control_take(message->control, message->control_length);
	another = socket_control_take(message->control,
	    message->control_length);
	if (another != -1) {
		fdio_close_foreign(&fd);
		fdio_close_foreign(&another);
	}
	forkd_socket_cmsg_close(message);
	return fd;
}

/* Datagrams may be empty. */
static bool
is_end(const struct forkd_socket *via, ssize_t n, int fd)
{
	return n == 0 && fd == -1 && via->type != SOCK_DGRAM;
}
