/* SPDX-License-Identifier: ISC */
/*
 * What handlers write to standard error, where the log is nothing that they
 * could write to: a pipe for each worker, cut into lines of the log.  Nothing
 * that a handler does with it makes the master wait, or work for it alone.
 */
#include "config.h"

#include <sys/queue.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apart.h"
#include "event.h"
#include "fdio.h"
#include "log.h"
#include "loop.h"
#include "service.h"
#include "stderr_pipe.h"
#include "worker.h"

#define REST_MS		2	/* of a pipe that filled a whole turn */
#define LAST_TURNS	16	/* of what is left at the end: 64 KiB */
#define WIDTH_MAX	2048	/* of a line as JSON, at most */
#define WIDTH_ESCAPED	6	/* of one byte: \u00ff */

struct stderr_pipe {
	TAILQ_ENTRY(stderr_pipe) link;		/* of those that rest */
	struct stderr_pipes	*pipes;
	struct worker		*worker;	/* NULL: there is no pipe */
	struct watch		 watch;
	bool			 rests;
	size_t			 used, width;	/* of line */
	char			 line[STDERR_LINE + 1];	/* begun, not ended */
};

/* Pipes that were full: they are read again when the timer says so. */
struct stderr_flow {
	struct timer		 timer;
	TAILQ_HEAD(, stderr_pipe) resting;
};

static int	stderr_pipe_make(struct stderr_pipe *);
static void	stderr_pipe_failed(struct stderr_pipes *, struct worker *);
static void	stderr_pipe_ready(struct watch *);
static ssize_t	stderr_pipe_read(struct stderr_pipe *);
static void	stderr_pipe_rest(struct stderr_pipe *);
static void	stderr_pipe_rested(struct timer *);
static void	stderr_pipe_take(struct stderr_pipe *, const char *, size_t);
static void	stderr_pipe_flush(struct stderr_pipe *);
static void	stderr_pipe_close(struct stderr_pipe *);

int
stderr_pipes_open(struct stderr_pipes *pipes, struct loop *loop,
    struct log *log, size_t room, int functions)
{
	size_t	i;

	memset(pipes, 0, sizeof(*pipes));
	pipes->loop = loop;
	pipes->log = log;
	pipes->pipe = apart_new(room, sizeof(*pipes->pipe));
	pipes->flow = apart_new(1, sizeof(*pipes->flow));
	if (functions)
		pipes->ends = reallocarray(NULL, room, sizeof(int));
	if (pipes->pipe == NULL || pipes->flow == NULL ||
	    (functions && pipes->ends == NULL)) {
		stderr_pipes_close(pipes);
		errno = ENOMEM;
		return -1;
	}
	for (i = 0; functions && i < room; i++)
		pipes->ends[i] = -1;
	TAILQ_INIT(&pipes->flow->resting);
	pipes->flow->timer.expired = stderr_pipe_rested;
	pipes->flow->timer.arg = pipes;
	pipes->room = room;
	return 0;
}

void
stderr_pipes_close(struct stderr_pipes *pipes)
{
	size_t	i;

	for (i = 0; i < pipes->room; i++)
		if (pipes->pipe[i].worker != NULL)
			stderr_pipe_close(&pipes->pipe[i]);
	if (pipes->room > 0)
		loop_timer_clear(pipes->loop, &pipes->flow->timer);
	apart_free(pipes->pipe);
	apart_free(pipes->flow);
	free(pipes->ends);
	memset(pipes, 0, sizeof(*pipes));
}

void
stderr_pipes_close_in_child(struct stderr_pipes *pipes)
{
	size_t	i;

	for (i = 0; pipes->ends != NULL && i < pipes->room; i++)
		fdio_close(&pipes->ends[i]);
	free(pipes->ends);
	memset(pipes, 0, sizeof(*pipes));
}

int
stderr_pipe_begin(struct stderr_pipes *pipes, struct worker *worker)
{
	struct stderr_pipe	*pipe;
	int			 end;

	if (pipes->room == 0 ||
	    worker->service->settings.standard_error != STDERR_LOG)
		return -1;
	pipe = &pipes->pipe[worker->slot];
	pipe->pipes = pipes;
	pipe->used = pipe->width = 0;
	end = stderr_pipe_make(pipe);
	if (end == -1) {
		stderr_pipe_failed(pipes, worker);
		return -1;
	}
	pipe->worker = worker;
	if (pipes->ends != NULL)
		pipes->ends[worker->slot] = pipe->watch.fd;
	return end;
}

void
stderr_pipe_end(struct stderr_pipes *pipes, struct worker *worker)
{
	struct stderr_pipe	*pipe;
	int			 turns;

	if (pipes->room == 0)
		return;
	pipe = &pipes->pipe[worker->slot];
	if (pipe->worker == NULL)
		return;		/* none was made, or the handler closed it */
	/* bounded: descendants may go on writing */
	for (turns = 0; turns < LAST_TURNS; turns++)
		if (stderr_pipe_read(pipe) <= 0)
			break;
	stderr_pipe_flush(pipe);
	stderr_pipe_close(pipe);
}

/*
 * Our end does not wait; the other one does, as programs expect of standard
 * error.  Returns the other one, or -1 with errno.
 */
static int
stderr_pipe_make(struct stderr_pipe *pipe)
{
	int	ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return -1;
	pipe->watch.fd = ends[0];
	pipe->watch.armed = false;
	pipe->watch.ready = stderr_pipe_ready;
	pipe->watch.arg = pipe;
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 &&
	    loop_watch(pipe->pipes->loop, &pipe->watch) == 0)
		return ends[1];
	fdio_close(&pipe->watch.fd);
	fdio_close(&ends[1]);
	return -1;
}

static void
stderr_pipe_failed(struct stderr_pipes *pipes, struct worker *worker)
{
	struct log_limit *limit;
	struct event	 event;
	char		 reason[128];

	(void)snprintf(reason, sizeof(reason),
	    "standard error of the handler leads nowhere: %s",
	    strerror(errno));
	event_init(&event, EVENT_SETUP_ERROR, LEVEL_WARNING,
	    worker->service->name);
	event.reason = reason;
	limit = &worker->service->state->pipe_limit;
	limit->burst = 1;	/* and another one in a second */
	event.limit = limit;
	log_event(pipes->log, &event, loop_now(pipes->loop));
}

/* A worker has written, or has closed its end. */
static void
stderr_pipe_ready(struct watch *watch)
{
	struct stderr_pipe	*pipe;
	ssize_t			 n;

	pipe = watch->arg;
	n = stderr_pipe_read(pipe);
	if (n == STDERR_TURN)
		stderr_pipe_rest(pipe);
	else if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
		stderr_pipe_flush(pipe);
		stderr_pipe_close(pipe);
	}
}

/* What read(2) returns; its bytes are taken. */
static ssize_t
stderr_pipe_read(struct stderr_pipe *pipe)
{
	char	bytes[STDERR_TURN];
	ssize_t	n;

	n = read(pipe->watch.fd, bytes, sizeof(bytes));
	if (n > 0)
		stderr_pipe_take(pipe, bytes, (size_t)n);
	return n;
}

/*
 * Who writes faster than we read waits for us, and not we for him: otherwise
 * a handler could keep the master busy for itself.
 */
static void
stderr_pipe_rest(struct stderr_pipe *pipe)
{
	struct stderr_pipes	*pipes;

	pipes = pipe->pipes;
	loop_unwatch(pipes->loop, &pipe->watch);
	pipe->rests = true;
	TAILQ_INSERT_TAIL(&pipes->flow->resting, pipe, link);
	if (pipes->flow->timer.place == 0)
		loop_timer_set(pipes->loop, &pipes->flow->timer, REST_MS);
}

static void
stderr_pipe_rested(struct timer *timer)
{
	struct stderr_pipes	*pipes;
	struct stderr_pipe	*pipe;

	pipes = timer->arg;
	while ((pipe = TAILQ_FIRST(&pipes->flow->resting)) != NULL) {
		if (loop_watch(pipes->loop, &pipe->watch) == -1) {
			loop_timer_set(pipes->loop, timer, REST_MS);
			return;		/* no memory: later */
		}
		TAILQ_REMOVE(&pipes->flow->resting, pipe, link);
		pipe->rests = false;
	}
}

/*
 * Bytes into lines.  One that is too long goes on in the next line; so does
 * one that would be too wide as JSON, so that none is cut there.
 */
static void
stderr_pipe_take(struct stderr_pipe *pipe, const char *bytes, size_t count)
{
	size_t	i, width;
	char	byte;

	for (i = 0; i < count; i++) {
		byte = bytes[i];
		if (byte == '\n') {
			stderr_pipe_flush(pipe);
			continue;
		}
		width = byte >= ' ' && byte < 0x7f && byte != '"' &&
		    byte != '\\' ? 1 : WIDTH_ESCAPED;
		if (pipe->used == STDERR_LINE ||
		    pipe->width + width > WIDTH_MAX)
			stderr_pipe_flush(pipe);
		pipe->line[pipe->used++] = byte;
		pipe->width += width;
	}
}

/* Logs the line that was begun; empty ones are not worth it. */
static void
stderr_pipe_flush(struct stderr_pipe *pipe)
{
	struct event	 event;
	struct log_limit *limit;
	struct worker	*worker;

	if (pipe->used == 0)
		return;
	worker = pipe->worker;
	pipe->line[pipe->used] = '\0';
	limit = &worker->service->state->stderr_limit;
	limit->burst = STDERR_BURST;
	limit->refill_ms = STDERR_REFILL_MS;
	event_init(&event, EVENT_HANDLER_ERROR, LEVEL_WARNING,
	    worker->service->name);
	event.serial = worker->serial;
	event.pid = worker->pid;
	event.reason = pipe->line;
	event.reason_length = pipe->used;
	event.limit = limit;
	log_event(pipe->pipes->log, &event, loop_now(pipe->pipes->loop));
	pipe->used = pipe->width = 0;
}

static void
stderr_pipe_close(struct stderr_pipe *pipe)
{
	struct stderr_pipes	*pipes;

	pipes = pipe->pipes;
	if (pipe->rests)
		TAILQ_REMOVE(&pipes->flow->resting, pipe, link);
	pipe->rests = false;
	loop_unwatch(pipes->loop, &pipe->watch);
	fdio_close(&pipe->watch.fd);
	if (pipes->ends != NULL)
		pipes->ends[pipe->worker->slot] = -1;
	pipe->worker = NULL;
}
