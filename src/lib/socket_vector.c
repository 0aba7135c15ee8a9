/* SPDX-License-Identifier: ISC */
/*
 * Scatter and gather: one call of the kernel for bytes that lie in several
 * places, which the caller describes by struct iovec.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "socket.h"

static int	check(struct forkd_socket *, const char *,
		    const struct iovec *, int, size_t *);
static size_t	take(struct forkd_socket *, const struct iovec *, int);

ssize_t
forkd_socket_readv(struct forkd_socket *sock, const struct iovec *parts,
    int count)
{
	static const char	function[] = "forkd_socket_readv";
	int64_t			deadline;
	size_t			size;
	ssize_t			n;

	if (check(sock, function, parts, count, &size) == -1)
		return -1;
	if (size == 0 && sock->type == SOCK_STREAM)
		return socket_wrong(sock, EINVAL,
		    "%s: size 0: it would look like the end of file",
		    function);
	if (sock->ahead_at != sock->ahead_end)
		return (ssize_t)take(sock, parts, count);
	deadline = -socket_deadline(sock, POLLIN);
	do {
		n = sock->domain != AF_UNIX ?
		    readv(sock->fd, parts, count) :
		    socket_recv_parts(sock, parts, (size_t)count, 0, NULL);
	} while (n == -1 && socket_again(sock, POLLIN, 0, &deadline));
	return n != -1 ? n :
	    socket_transfer_failed(sock, errno, "read from");
}

/* Not writev(2), which would raise SIGPIPE. */
ssize_t
forkd_socket_writev(struct forkd_socket *sock, const struct iovec *parts,
    int count)
{
	struct msghdr	message;
	int64_t		deadline;
	size_t		size;
	ssize_t		n;

	if (check(sock, "forkd_socket_writev", parts, count, &size) == -1)
		return -1;
	memset(&message, 0, sizeof(message));
	memcpy(&message.msg_iov, &parts, sizeof(parts));  /* it is not const */
	message.msg_iovlen = (size_t)count;
	deadline = -socket_deadline(sock, POLLOUT);
	do {
		n = sendmsg(sock->fd, &message, MSG_NOSIGNAL);
	} while (n == -1 && socket_again(sock, POLLOUT, 0, &deadline));
	return n != -1 ? n :
	    socket_transfer_failed(sock, errno, "write to");
}

static int
check(struct forkd_socket *sock, const char *function,
    const struct iovec *parts, int count, size_t *size)
{
	if (socket_check(sock, function) == -1)
		return -1;
	if (count < 0 || count > IOV_MAX)
		return socket_wrong(sock, EINVAL,
		    "%s: count %d: not 0 to %d", function, count, IOV_MAX);
	if (parts == NULL && count > 0)
		return socket_wrong(sock, EINVAL, "%s: parts: NULL", function);
	return socket_check_parts(sock, function, parts, (size_t)count, size);
}

static size_t
take(struct forkd_socket *sock, const struct iovec *parts, int count)
{
	size_t	all;
	int	i;

	all = 0;
	for (i = 0; i < count; i++)
		all += socket_ahead_take(sock, parts[i].iov_base,
		    parts[i].iov_len, false);
	return all;
}
