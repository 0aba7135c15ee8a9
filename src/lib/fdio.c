/* SPDX-License-Identifier: ISC */
/*
 * Descriptors: born close-on-exec, read and written completely or not at all,
 * moved into place for a handler.  The one place that knows short reads,
 * short writes and interrupted calls.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "fdio.h"

#define KEEP_FD		3
#define FINISH_MAX	(1 << 20)	/* bytes thrown away at most */

static int	fdio_wait(int, short);
static int	fdio_duplicate(int, int);

int
fdio_standard(void)
{
	int	fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd == -1)
			return -1;
		/* 0 to 2 stay open over exec: they are what stands there. */
		if (fd <= STDERR_FILENO && fcntl(fd, F_SETFD, 0) == -1)
			return -1;
	} while (fd <= STDERR_FILENO);
	(void)close(fd);
	return 0;
}

int
fdio_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0)
		return 0;
	ends[0] = ends[1] = -1;
	return -1;
}

void
fdio_close(int *fd)
{
	int	saved;

	if (*fd == -1)
		return;
	saved = errno;
	(void)close(*fd);	/* the descriptor is gone in any case */
	*fd = -1;
	errno = saved;
}

ssize_t
fdio_read(int fd, void *data, size_t size)
{
	size_t	got;
	ssize_t	n;

	for (got = 0; got < size; got += (size_t)n) {
		n = read(fd, (char *)data + got, size - got);
		if (n == 0)
			break;
		if (n == -1) {
			if (fdio_wait(fd, POLLIN) == -1)
				return -1;
			n = 0;
		}
	}
	return (ssize_t)got;
}

int
fdio_write(int fd, const void *data, size_t size)
{
	size_t	done;
	ssize_t	n;

	for (done = 0; done < size; done += (size_t)n) {
		n = write(fd, (const char *)data + done, size - done);
		if (n == -1) {
			if (fdio_wait(fd, POLLOUT) == -1)
				return -1;
			n = 0;
		}
	}
	return 0;
}

void
fdio_finish(int fd)
{
	char	bytes[4096];
	ssize_t	n;
	size_t	total;

	if (shutdown(fd, SHUT_WR) == -1)
		return;		/* not a socket, or the peer is gone */
	for (total = 0; total < FINISH_MAX; total += (size_t)n) {
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n <= 0)
			break;
	}
}

int
fdio_arrange(int in, int out, int err, int keep)
{
	if (fdio_duplicate(in, STDIN_FILENO) == -1 ||
	    fdio_duplicate(out, STDOUT_FILENO) == -1)
		return -1;
	if (err != STDERR_FILENO && fdio_duplicate(err, STDERR_FILENO) == -1)
		return -1;
	if (keep != KEEP_FD) {
		while (dup3(keep, KEEP_FD, O_CLOEXEC) == -1)
			if (errno != EINTR && errno != EBUSY)
				return -1;
	}
	return close_range(KEEP_FD + 1, UINT_MAX, 0);
}

/* The copy stays open over exec. */
static int
fdio_duplicate(int from, int to)
{
	int	n;

	do
		n = dup2(from, to);
	while (n == -1 && (errno == EINTR || errno == EBUSY));
	return n == -1 ? -1 : 0;
}

/* After a failed transfer: 0 when it may be tried again. */
static int
fdio_wait(int fd, short events)
{
	struct pollfd	pollfd = { .fd = fd, .events = events };

	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN)	/* what POSIX calls EWOULDBLOCK, too */
		return -1;
	if (poll(&pollfd, 1, -1) == -1 && errno != EINTR)
		return -1;
	return 0;
}
