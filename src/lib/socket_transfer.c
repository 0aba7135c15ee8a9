/* SPDX-License-Identifier: ISC */
/*
 * What all calls that move bytes share: their arguments, signals and time that
 * runs out, and the sentence of what failed.  Called by socket_read.c,
 * socket_write.c and their like; moves no byte itself.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "fdio.h"
#include "socket.h"

static int	timeout_of(const struct forkd_socket *, short);
static bool	has_not_waited(short, int);
static bool	name_text(int, int (*)(int, struct sockaddr *, socklen_t *),
		    char *, size_t);

int
socket_check_data(struct forkd_socket *sock, const char *function,
    const void *data, size_t size)
{
	if (socket_check(sock, function) == -1)
		return -1;
	if (size > SSIZE_MAX)
		return socket_wrong(sock, EINVAL,
		    "%s: size %zu: more than %zd", function, size,
		    (ssize_t)SSIZE_MAX);
	if (data == NULL && size > 0)
		return socket_wrong(sock, EINVAL, "%s: data: NULL", function);
	return 0;
}

int
socket_check_parts(struct forkd_socket *sock, const char *function,
    const struct iovec *parts, size_t count, size_t *size)
{
	size_t	i;

	*size = 0;
	for (i = 0; i < count; i++) {
		if (parts[i].iov_base == NULL && parts[i].iov_len > 0)
			return socket_wrong(sock, EINVAL,
			    "%s: part %zu: NULL", function, i);
		if (parts[i].iov_len > (size_t)SSIZE_MAX - *size)
			return socket_wrong(sock, EINVAL,
			    "%s: part %zu: %zu bytes are too many", function,
			    i, parts[i].iov_len);
		*size += parts[i].iov_len;
	}
	return 0;
}

int
socket_check_flags(struct forkd_socket *sock, const char *function, int flags,
    int known)
{
	if ((flags & ~known) == 0)
		return 0;
	return socket_wrong(sock, EINVAL,
	    "%s: flags 0x%x: 0x%x is not for this call", function,
	    (unsigned int)flags, (unsigned int)(flags & ~known));
}

int
socket_check_sendto(struct forkd_socket *sock, const struct addr *addr)
{
	struct addr	peer;
	char		text[ADDR_TEXT_SIZE];

	peer.length = sizeof(peer.u.storage);
	if ((sock->type != SOCK_STREAM && (sock->type != SOCK_SEQPACKET ||
	    sock->domain != AF_UNIX)) ||
	    getpeername(sock->fd, &peer.u.sa, &peer.length) == -1)
		return 0;
	addr_text(addr, text, sizeof(text));
	return socket_failed(sock, EISCONN, "send to %s", text);
}

bool
socket_again(struct forkd_socket *sock, short events, int flags,
    const int64_t *deadline)
{
	int64_t	until;

	if (errno != EINTR && errno != EAGAIN)
		return false;
	if (timeout_of(sock, events) == -1)
		return errno == EINTR;
	if (errno == EAGAIN) {
		if (has_not_waited(events, flags) ||
		    socket_nonblock(sock->fd) == 1) {
			errno = EAGAIN;
			return false;
		}
		if (*deadline <= 0) {	/* the kernel has waited */
			errno = ETIMEDOUT;
			return false;
		}
	}
	/* The kernel would begin to count anew after each signal. */
	until = *deadline < 0 ? -*deadline : *deadline;
	return !socket_is_late(until) &&
	    socket_wait(sock->fd, events, until) == 0;
}

bool
socket_is_late(int64_t deadline)
{
	if (deadline == 0 || fdio_clock() < deadline)
		return false;
	errno = ETIMEDOUT;
	return true;
}

int64_t
socket_deadline(const struct forkd_socket *sock, short events)
{
	int	ms;

	ms = timeout_of(sock, events);
	return ms == -1 ? 0 : fdio_clock() + ms;
}

int
socket_wait(int fd, short events, int64_t deadline)
{
	struct pollfd	pollfd = { .fd = fd, .events = events };
	int64_t		left_ms;
	int		ready;

	do {
		left_ms = -1;
		if (deadline != 0) {
			left_ms = deadline - fdio_clock();
			if (left_ms < 0)
				left_ms = 0;
		}
		ready = poll(&pollfd, 1, (int)left_ms);
	} while (ready == -1 && errno == EINTR);
	if (ready == 0)
		errno = ETIMEDOUT;
	return ready == 1 ? 0 : -1;
}

/*
 * A loop with non-blocking sockets comes here all the time with EAGAIN: to ask
 * for the names would be two system calls more.
 */
int
socket_transfer_failed(struct forkd_socket *sock, int number, const char *what)
{
	char	text[ADDR_TEXT_SIZE];

	if (number != EAGAIN) {
		if (name_text(sock->fd, getpeername, text, sizeof(text)))
			return socket_failed(sock, number, "%s %s", what,
			    text);
		if (name_text(sock->fd, getsockname, text, sizeof(text)))
			return socket_failed(sock, number, "%s peer of %s",
			    what, text);
	}
	return socket_failed(sock, number, "%s descriptor %d", what, sock->fd);
}

/* The kernel keeps one for each way, and each may be set alone. */
static int
timeout_of(const struct forkd_socket *sock, short events)
{
	return (events & POLLOUT) != 0 ? sock->send_ms : sock->receive_ms;
}

/* The kernel waits for neither the error queue nor a byte out of band. */
static bool
has_not_waited(short events, int flags)
{
	if ((flags & MSG_DONTWAIT) != 0)
		return true;
	return events == POLLIN && (flags & (MSG_ERRQUEUE | MSG_OOB)) != 0;
}

static bool
name_text(int fd, int (*name)(int, struct sockaddr *, socklen_t *), char *text,
    size_t size)
{
	struct addr	addr;

	memset(&addr, 0, sizeof(addr));
	addr.length = sizeof(addr.u.storage);
	if (name(fd, &addr.u.sa, &addr.length) == -1)
		return false;
	if (addr.u.sa.sa_family != AF_INET &&
	    addr.u.sa.sa_family != AF_INET6 && addr.u.sa.sa_family != AF_UNIX)
		return false;
	addr_text(&addr, text, size);
	return text[0] != '\0';
}
