/* SPDX-License-Identifier: ISC */
/*
 * Descriptors: born close-on-exec, read and written completely or not at all,
 * moved into place for a handler.  The one place that knows short reads,
 * short writes and interrupted calls.
 */
#include "config.h"

#include <sys/socket.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "direct.h"
#include "fdio.h"

#define FINISH_MAX	(1 << 20)	/* bytes thrown away at most */

static int	fdio_wait(int, short, int64_t);

int
fdio_standard(void)
{
	int	fd;

	/* the lowest free number is taken, so each hole is filled in turn;
	   they stay open over exec: they are what stands there */
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) == -1)
			return -1;
	return 0;
}

int64_t
fdio_clock(void)
{
	struct timespec	now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);	/* cannot fail here */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
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
fdio_close_inherited(bool (*keep)(int, const void *), const void *arg)
{
	DIR		*directory;
	struct dirent	*entry;
	int		 fd, flags;

	directory = opendir("/proc/self/fd");
	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		fd = atoi(entry->d_name);	/* 0 for `.' and `..' */
		if (fd <= STDERR_FILENO || fd == dirfd(directory))
			continue;
		flags = fcntl(fd, F_GETFD);
		if (flags != -1 && (flags & FD_CLOEXEC) == 0 && !keep(fd, arg))
			fdio_close(&fd);
	}
	(void)closedir(directory);
}

char *
fdio_absolute(const char *path)
{
	char	start[PATH_MAX], whole[PATH_MAX];

	if (path[0] == '/')
		return strdup(path);
	if (getcwd(start, sizeof(start)) == NULL)
		return NULL;
	if ((size_t)snprintf(whole, sizeof(whole), "%s/%s", start, path) >=
	    sizeof(whole)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return strdup(whole);
}

void
fdio_close(int *fd)
{
	int	saved;

	if (*fd == -1)
		return;
	saved = errno;
	if (close(*fd) == -1)	/* the descriptor is gone in any case */
		errno = saved;
	*fd = -1;
}

void
fdio_close_foreign(int *fd)
{
	struct linger	linger;
	socklen_t	length;
	int		saved;

	if (*fd == -1)
		return;
	saved = errno;
	length = sizeof(linger);
	if (getsockopt(*fd, SOL_SOCKET, SO_LINGER, &linger, &length) == 0 &&
	    linger.l_onoff != 0 && linger.l_linger > 0) {
		linger.l_onoff = 0;
		(void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &linger, length);
	}
	if (errno != saved)	/* not in vain: it may be a page to copy */
		errno = saved;
	fdio_close(fd);
}

/*
 * O_NONBLOCK keeps open(2) from waiting for a reader of a pipe; it is taken
 * back when it is not wanted.
 */
int
fdio_again(int fd, int flags)
{
	char	path[32];
	int	again;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY |
	    flags);
	if (again != -1 && (flags & O_NONBLOCK) == 0 &&
	    fcntl(again, F_SETFL, flags) == -1)
		fdio_close(&again);
	return again;
}

int
fdio_option(int fd, int level, int name)
{
	socklen_t	length;
	int		value;

	length = sizeof(value);
	if (getsockopt(fd, level, name, &value, &length) == -1)
		return -1;
	return value;
}

ssize_t
fdio_read(int fd, void *data, size_t size)
{
	return fdio_read_by(fd, data, size, -1);
}

ssize_t
fdio_read_by(int fd, void *data, size_t size, int64_t deadline_ms)
{
	size_t	got;
	ssize_t	n;

	for (got = 0; got < size; got += (size_t)n) {
		n = read(fd, (char *)data + got, size - got);
		if (n == 0)
			break;
		if (n == -1) {
			if (fdio_wait(fd, POLLIN, deadline_ms) == -1)
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
			if (fdio_wait(fd, POLLOUT, -1) == -1)
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
	if (fdio_duplicate(in, STDIN_FILENO, 0) == -1 ||
	    fdio_duplicate(out, STDOUT_FILENO, 0) == -1)
		return -1;
	if (err != STDERR_FILENO && fdio_duplicate(err, STDERR_FILENO, 0) == -1)
		return -1;
	if (keep != FDIO_KEPT &&
	    fdio_duplicate(keep, FDIO_KEPT, O_CLOEXEC) == -1)
		return -1;
	return direct_close_range(FDIO_KEPT + 1, UINT_MAX);
}

int
fdio_duplicate(int from, int to, int flags)
{
	int	n;

	if (from == to)
		return 0;
	do
		n = direct_dup3(from, to, flags);
	while (n == -1 && (errno == EINTR || errno == EBUSY));
	return n == -1 ? -1 : 0;
}

/* After a failed transfer: 0 when it may be tried again. */
static int
fdio_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd	pollfd = { .fd = fd, .events = events };
	int64_t		left_ms;

	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN)	/* what POSIX calls EWOULDBLOCK, too */
		return -1;
	left_ms = -1;
	if (deadline_ms != -1) {
		left_ms = deadline_ms - fdio_clock();
		if (left_ms <= 0) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	if (poll(&pollfd, 1, (int)left_ms) == -1 && errno != EINTR)
		return -1;
	return 0;
}
