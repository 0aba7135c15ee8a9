/* SPDX-License-Identifier: ISC */
/*
 * Input and output of the handlers that come with forkd: complete or an
 * error, on descriptors that may be sockets, pipes or a terminal, blocking or
 * not.  Each of those programs calls it from its main(); it keeps no data of
 * the client and knows no protocol.
 */

#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "handler_io.h"

/* How long a client that is still sending may keep a finished handler. */
#define LINGER_MS	1000

static int64_t	now_ms(void);
static int	wait_for(int, short, int);

static const char *handler_name = "handler";

void
handler_io_start(const char *name, int argc)
{
	handler_name = name;
	if (argc > 1) {
		fprintf(stderr, "usage: %s\n", name);
		exit(EX_USAGE);
	}
	(void)signal(SIGPIPE, SIG_IGN);		/* cannot fail for PIPE */
}

ssize_t
handler_io_read(void *data, size_t size)
{
	ssize_t	n;

	while ((n = read(STDIN_FILENO, data, size)) == -1) {
		if (errno == EAGAIN) {
			if (wait_for(STDIN_FILENO, POLLIN, -1) == -1)
				return -1;
		} else if (errno != EINTR)
			return -1;
	}
	return n;
}

int
handler_io_write(int fd, const void *data, size_t len)
{
	const char	*next = data;
	ssize_t		 n;

	while (len > 0) {
		n = write(fd, next, len);
		if (n >= 0) {
			next += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			if (wait_for(fd, POLLOUT, -1) == -1)
				return -1;
		} else if (errno != EINTR)
			return -1;
	}
	return 0;
}

int
handler_io_fail(const char *what)
{
	if (errno == EPIPE || errno == ECONNRESET)
		return EXIT_SUCCESS;
	fprintf(stderr, "%s: %s: %s\n", handler_name, what, strerror(errno));
	return EXIT_FAILURE;
}

/*
 * Bytes that are never read turn close into a reset, and a reset makes the
 * client's system drop what it has not yet given to the client.  So the output
 * is ended first; a client that had sent something gets LINGER_MS to see that
 * and stop, one that was silent is not waited for.
 */
void
handler_io_finish(void)
{
	static char	sink[16384];
	const int64_t	deadline = now_ms() + LINGER_MS;
	int64_t		left;
	ssize_t		n;
	bool		sending = false;

	if (shutdown(STDOUT_FILENO, SHUT_WR) == -1)
		return;		/* no socket, or nobody there any more */
	while ((left = deadline - now_ms()) > 0) {
		n = recv(STDIN_FILENO, sink, sizeof(sink), MSG_DONTWAIT);
		if (n > 0)
			sending = true;
		else if (n == 0 || errno != EAGAIN || !sending)
			return;
		else if (wait_for(STDIN_FILENO, POLLIN, (int)left) == -1)
			return;
	}
}

static int64_t
now_ms(void)
{
	struct timespec	now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);	/* always there */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A signal or the end of the time is no error: the caller tries again. */
static int
wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd	pfd = { .fd = fd, .events = events };

	if (poll(&pfd, 1, timeout_ms) == -1 && errno != EINTR)
		return -1;
	return 0;
}
