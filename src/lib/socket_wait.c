/* SPDX-License-Identifier: ISC */
/*
 * How long a socket's calls wait: not at all, as long as it takes, or up to a
 * time.  The time is kept by the kernel, so that no transfer needs another
 * system call for it.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>

#include "socket.h"

static int	set_mode(struct forkd_socket *, const char *, bool);
static int	set_time(int, int, int);

int
forkd_socket_set_timeout(struct forkd_socket *sock, int ms)
{
	int	number;

	if (socket_check(sock, "forkd_socket_set_timeout") == -1)
		return -1;
	if (ms == 0 || ms < -1)
		return socket_wrong(sock, EINVAL, "forkd_socket_set_timeout: "
		    "ms %d: neither -1 nor above 0", ms);
	if (set_time(sock->fd, SO_RCVTIMEO, ms) == -1 ||
	    set_time(sock->fd, SO_SNDTIMEO, ms) == -1) {
		number = errno;
		(void)set_time(sock->fd, SO_RCVTIMEO, sock->receive_ms);
		return socket_failed(sock, number, "timeout of %d ms", ms);
	}
	sock->receive_ms = sock->send_ms = ms;
	return 0;
}

int
forkd_socket_set_block(struct forkd_socket *sock)
{
	return set_mode(sock, "forkd_socket_set_block", false);
}

int
forkd_socket_set_nonblock(struct forkd_socket *sock)
{
	return set_mode(sock, "forkd_socket_set_nonblock", true);
}

int
socket_nonblock(int fd)
{
	int	flags;

	flags = fcntl(fd, F_GETFL);
	return flags == -1 ? -1 : (flags & O_NONBLOCK) != 0;
}

int
socket_set_nonblock(int fd, bool nonblock)
{
	int	flags, wanted;

	flags = fcntl(fd, F_GETFL);
	if (flags == -1)
		return -1;
	wanted = nonblock ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return flags == wanted ? 0 : fcntl(fd, F_SETFL, wanted);
}

int
socket_expired(const struct forkd_socket *sock, int number, int timeout_ms)
{
	if (number != EAGAIN || timeout_ms == -1)
		return number;
	return socket_nonblock(sock->fd) == 0 ? ETIMEDOUT : number;
}

static int
set_mode(struct forkd_socket *sock, const char *function, bool nonblock)
{
	if (socket_check(sock, function) == -1)
		return -1;
	if (socket_set_nonblock(sock->fd, nonblock) == -1)
		return socket_failed(sock, errno, "%s of descriptor %d",
		    nonblock ? "set_nonblock" : "set_block", sock->fd);
	return 0;
}

/* 0 is the kernel's word for ever. */
static int
set_time(int fd, int name, int ms)
{
	struct timeval	time;

	time.tv_sec = ms == -1 ? 0 : ms / 1000;
	time.tv_usec = ms == -1 ? 0 : ms % 1000 * 1000;
	return setsockopt(fd, SOL_SOCKET, name, &time, sizeof(time));
}
