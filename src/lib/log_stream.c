/* SPDX-License-Identifier: ISC */
/*
 * Standard error or a log file: whole lines are written or lost, and nobody
 * waits.  Called by log.c alone, which counts.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "log_stream.h"
#include "sig.h"

#define FILE_MODE	0640
#define TRIES		3	/* when signals interrupt */

static bool	is_journal(const struct stat *);
static ssize_t	log_stream_put(const struct log_stream *, const char *,
		    size_t);

void
log_stream_init(struct log_stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	stream->fd = -1;
}

/*
 * A pipe, a terminal or a file to append to is opened once more, to have a
 * description of our own: O_NONBLOCK on the inherited one would change it for
 * the shell, and a handler could change ours.
 */
void
log_stream_stderr(struct log_stream *stream)
{
	struct stat	st;
	int		fd, flags;

	log_stream_close(stream);
	fd = stream->fd = STDERR_FILENO;
	if (fstat(fd, &st) == -1)
		return;
	stream->is_socket = S_ISSOCK(st.st_mode);
	stream->may_block = S_ISFIFO(st.st_mode) || isatty(fd);
	stream->is_journal = is_journal(&st);
	flags = fcntl(fd, F_GETFL);
	if (flags == -1 || (!stream->may_block && (flags & O_APPEND) == 0))
		return;
	fd = fdio_again(fd, stream->may_block ? O_NONBLOCK : O_APPEND);
	if (fd == -1)
		return;
	stream->fd = fd;
	stream->own = true;
	stream->may_block = false;
}

/*
 * O_NONBLOCK is for what only looks like a file: a pipe that nobody reads is
 * an error here, and not a wait.
 */
int
log_stream_file(struct log_stream *stream, const char *path)
{
	int	fd;

	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK, FILE_MODE);
	if (fd == -1)
		return -1;
	log_stream_close(stream);
	stream->fd = fd;
	stream->own = true;
	return 0;
}

void
log_stream_close(struct log_stream *stream)
{
	if (stream->own)
		fdio_close(&stream->fd);
	log_stream_init(stream);
}

/* A line that was cut is ended first, so that the next one stands alone. */
bool
log_stream_write(struct log_stream *stream, const char *line, size_t length)
{
	struct sig_shield	shield;
	ssize_t			n;
	int			flags;

	/* no description of our own: borrow the shared one for a moment */
	flags = stream->may_block ? fcntl(stream->fd, F_GETFL) : -1;
	if (flags != -1)
		(void)fcntl(stream->fd, F_SETFL, flags | O_NONBLOCK);
	sig_shield(&shield);	/* the program may not ignore SIGPIPE */
	if (stream->is_torn && log_stream_put(stream, "\n", 1) == 1)
		stream->is_torn = false;
	n = -1;
	if (!stream->is_torn)
		n = log_stream_put(stream, line, length);
	sig_unshield(&shield);
	if (flags != -1)
		(void)fcntl(stream->fd, F_SETFL, flags);
	if (n > 0 && (size_t)n < length)
		stream->is_torn = true;
	return n == (ssize_t)length;
}

static ssize_t
log_stream_put(const struct log_stream *stream, const char *data, size_t size)
{
	ssize_t	n;
	int	tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (stream->is_socket)
			n = send(stream->fd, data, size,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			n = write(stream->fd, data, size);
		if (n != -1 || errno != EINTR)
			break;
	}
	return n;
}

/* JOURNAL_STREAM names what the service manager made standard error. */
static bool
is_journal(const struct stat *st)
{
	const char	*text;
	char		 ours[64];

	text = getenv("JOURNAL_STREAM");
	if (text == NULL)
		return false;
	(void)snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st->st_dev,
	    (uintmax_t)st->st_ino);
	return strcmp(text, ours) == 0;
}
