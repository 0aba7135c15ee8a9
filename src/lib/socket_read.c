/* SPDX-License-Identifier: ISC */
/*
 * Receiving: what line mode has read ahead comes first, then the kernel, once,
 * into the caller's memory.  Lines are in socket_line.c, messages with
 * ancillary data in socket_message.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "socket.h"
#include "socket_control.h"

#define FLAGS	(MSG_OOB | MSG_PEEK | MSG_WAITALL | MSG_DONTWAIT | MSG_TRUNC)

static int	check(struct forkd_socket *, const char *, const void *,
		    size_t, int);
static ssize_t	receive(struct forkd_socket *, void *, size_t, int);
static ssize_t	receive_from(struct forkd_socket *, void *, size_t, int,
		    struct addr *);
static ssize_t	receive_all(struct forkd_socket *, char *, size_t, int);

ssize_t
forkd_socket_read(struct forkd_socket *sock, void *data, size_t size, int how)
{
	if (check(sock, "forkd_socket_read", data, size, 0) == -1)
		return -1;
	if (how == FORKD_READ_BINARY)
		return receive(sock, data, size, 0);
	if (how != FORKD_READ_LINE)
		return socket_wrong(sock, EINVAL,
		    "forkd_socket_read: how %d: not FORKD_READ_BINARY or "
		    "FORKD_READ_LINE", how);
	if (sock->type != SOCK_STREAM)
		return socket_wrong(sock, EOPNOTSUPP, "forkd_socket_read: "
		    "FORKD_READ_LINE: not a socket of type SOCK_STREAM");
	return socket_line(sock, data, size);
}

ssize_t
forkd_socket_recv(struct forkd_socket *sock, void *data, size_t size,
    int flags)
{
	if (check(sock, "forkd_socket_recv", data, size, flags) == -1)
		return -1;
	return receive(sock, data, size, flags);
}

ssize_t
forkd_socket_recvfrom(struct forkd_socket *sock, void *data, size_t size,
    int flags, char *address, size_t room, int *port)
{
	static const char	 function[] = "forkd_socket_recvfrom";
	struct addr		 addr;
	int64_t			 deadline;
	ssize_t			 n;

	if (check(sock, function, data, size, flags) == -1 ||
	    (address != NULL && socket_check_room(sock, function, room) == -1))
		return -1;
	memset(&addr, 0, sizeof(addr));
	if (sock->type == SOCK_STREAM) {
		n = receive(sock, data, size, flags);
	} else {
		deadline = -socket_deadline(sock, POLLIN);
		do {
			addr.length = sizeof(addr.u.storage);
			n = receive_from(sock, data, size, flags, &addr);
		} while (n == -1 &&
		    socket_again(sock, POLLIN, flags, &deadline));
		if (n == -1)
			return socket_transfer_failed(sock, errno,
			    "receive from");
	}
	if (addr.u.sa.sa_family != AF_INET &&
	    addr.u.sa.sa_family != AF_INET6 && addr.u.sa.sa_family != AF_UNIX)
		addr.length = 0;	/* without a name, or without text */
	return socket_address_text(sock, function, &addr, address, room,
	    port) == -1 ? -1 : n;
}

ssize_t
socket_recv(struct forkd_socket *sock, void *data, size_t size, int flags)
{
	struct iovec	part = { .iov_base = data, .iov_len = size };

	/* what is only looked at is not closed */
	if (sock->domain != AF_UNIX || (flags & MSG_PEEK) != 0)
		return recv(sock->fd, data, size, flags);
	return socket_recv_parts(sock, &part, 1, flags, NULL);
}

ssize_t
socket_recv_parts(struct forkd_socket *sock, const struct iovec *parts,
    size_t count, int flags, struct addr *from)
{
	char		control[SOCKET_CONTROL_ROOM];
	struct msghdr	header;
	ssize_t		n;

	memset(&header, 0, sizeof(header));
	memcpy(&header.msg_iov, &parts, sizeof(parts));	/* it is not const */
	header.msg_iovlen = count;
	header.msg_control = control;
	header.msg_controllen = sizeof(control);
	header.msg_name = from == NULL ? NULL : &from->u;
	header.msg_namelen = from == NULL ? 0 : from->length;
	n = recvmsg(sock->fd, &header, flags | MSG_CMSG_CLOEXEC);
	if (n != -1 && from != NULL)
		from->length = header.msg_namelen;
	if (n != -1)
		socket_control_close(control, header.msg_controllen);
	return n;
}

/* An end of file and a message without bytes are both 0. */
static int
check(struct forkd_socket *sock, const char *function, const void *data,
    size_t size, int flags)
{
	int	known;

	if (socket_check_data(sock, function, data, size) == -1)
		return -1;
	if (size == 0 && sock->type == SOCK_STREAM)
		return socket_wrong(sock, EINVAL,
		    "%s: size 0: it would look like the end of file",
		    function);
	known = sock->type == SOCK_STREAM ? FLAGS & ~MSG_TRUNC : FLAGS;
	return socket_check_flags(sock, function, flags, known);
}

static ssize_t
receive(struct forkd_socket *sock, void *data, size_t size, int flags)
{
	int64_t	deadline;
	ssize_t	n;

	if ((flags & MSG_WAITALL) != 0 && (flags & MSG_OOB) == 0 &&
	    sock->type == SOCK_STREAM)
		return receive_all(sock, data, size, flags);
	if (sock->ahead_at != sock->ahead_end && (flags & MSG_OOB) == 0)
		return (ssize_t)socket_ahead_take(sock, data, size,
		    (flags & MSG_PEEK) != 0);
	deadline = -socket_deadline(sock, POLLIN);
	do {
		n = socket_recv(sock, data, size, flags);
	} while (n == -1 && socket_again(sock, POLLIN, flags, &deadline));
	return n != -1 ? n :
	    socket_transfer_failed(sock, errno, "read from");
}

/* Its length is room, then the address's. */
static ssize_t
receive_from(struct forkd_socket *sock, void *data, size_t size, int flags,
    struct addr *addr)
{
	struct iovec	part = { .iov_base = data, .iov_len = size };

	if (sock->domain == AF_UNIX && (flags & MSG_PEEK) == 0)
		return socket_recv_parts(sock, &part, 1, flags, addr);
	return recvfrom(sock->fd, data, size, flags, &addr->u.sa,
	    &addr->length);
}

/*
 * MSG_WAITALL of a stream.  The kernel returns less after a signal, when time
 * is over and at the end: only the next call tells which it was.  When that
 * fails the bytes are not lost, but the error is noted.  A second look (with
 * MSG_PEEK) would see the same bytes again.
 */
static ssize_t
receive_all(struct forkd_socket *sock, char *data, size_t size, int flags)
{
	int64_t	deadline;
	size_t	have;
	ssize_t	n;
	int	how;

	have = socket_ahead_take(sock, data, size, (flags & MSG_PEEK) != 0);
	deadline = socket_deadline(sock, POLLIN);
	how = flags;
	n = 0;
	while (have < size) {
		n = socket_recv(sock, data + have, size - have, how);
		if (n > 0)
			have += (size_t)n;
		if (n == 0 || (n > 0 && (flags & MSG_PEEK) != 0))
			break;
		if ((n == -1 && !socket_again(sock, POLLIN, flags,
		    &deadline)) ||
		    (n > 0 && have < size && socket_is_late(deadline))) {
			(void)socket_transfer_failed(sock, errno, "read from");
			break;
		}
		if (deadline != 0)
			how |= MSG_DONTWAIT;
	}
	return have > 0 ? (ssize_t)have : n;
}
