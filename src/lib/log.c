/* SPDX-License-Identifier: ISC */
/*
 * The log: lines of events to standard error or to the library's user.  No
 * destination can make the master wait: what would have to wait is lost, and
 * the loss is counted and told.  Never called in a signal handler.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "event.h"
#include "fdio.h"
#include "log.h"

#define LINE_SIZE	4096	/* PIPE_BUF: a write of a line is whole */
#define TIME_SIZE	32

static void	log_line(struct log *, const struct event *);
static void	log_adopt(struct log *, int);
static void	log_time(char *);
static void	log_put(struct log *, enum setting_log_level, const char *,
		    char *, size_t);
static bool	log_write(struct log *, const char *, size_t);
static void	log_tell_lost(struct log *);

static const int	priorities[] = {
	LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG
};

void
log_init(struct log *log)
{
	memset(log, 0, sizeof(*log));
	log->fd = -1;
	log->level = LEVEL_INFO;
}

int
log_open(struct log *log, const struct settings *settings,
    struct error *error)
{
	if (settings->log != NULL && strcmp(settings->log, "stderr") != 0)
		return error_set(error, EX_USAGE, ENOTSUP,
		    "log: %s: only stderr is there yet", settings->log);
	log->format = (enum setting_log_format)settings->log_format;
	log->level = (enum setting_log_level)settings->log_level;
	log_close(log);
	if (settings->log != NULL)
		log_adopt(log, STDERR_FILENO);
	return 0;
}

void
log_close(struct log *log)
{
	if (log->own)
		fdio_close(&log->fd);
	log->fd = -1;
	log->own = false;
}

bool
log_wants(const struct log *log, enum setting_log_level level)
{
	return level <= log->level && (log->fd != -1 || log->sink != NULL);
}

void
log_event(struct log *log, struct event *event, int64_t now_ms)
{
	if (!log_wants(log, event->level))
		return;
	if (event->limit != NULL &&
	    !log_limit_take(event->limit, now_ms, &event->repeated))
		return;
	log_line(log, event);
}

bool
log_limit_take(struct log_limit *limit, int64_t now_ms, uint64_t *left_out)
{
	int64_t	more;

	if (!limit->used) {
		limit->used = true;
		limit->lines = LOG_BURST;
		limit->last_ms = now_ms;
	}
	more = (now_ms - limit->last_ms) / LOG_REFILL_MS;
	if (more > 0) {
		limit->last_ms += more * LOG_REFILL_MS;
		limit->lines += more;
		if (limit->lines > LOG_BURST)
			limit->lines = LOG_BURST;
	}
	if (limit->lines == 0) {
		limit->left_out++;
		return false;
	}
	limit->lines--;
	*left_out = limit->left_out;
	limit->left_out = 0;
	return true;
}

/*
 * Apart from log_event, and not to be inlined there: a quiet log must not
 * touch the stack that a line takes, since after each fork every page that
 * the master touches is copied.
 */
static void __attribute__((noinline))
log_line(struct log *log, const struct event *event)
{
	char	line[LINE_SIZE], text[LINE_SIZE - TIME_SIZE - 16];
	char	time_text[TIME_SIZE];
	size_t	length;

	(void)event_text(event, text, sizeof(text));
	log_time(time_text);
	if (log->format == FORMAT_JSON)
		length = event_json(event, time_text, line, sizeof(line) - 1);
	else
		length = (size_t)snprintf(line, sizeof(line) - 1, "%s %s %s",
		    time_text, event_level_name(event->level), text);
	log_put(log, event->level, text, line, length);
}

/*
 * A pipe, a terminal or a file to append to is opened once more, to have a
 * description of our own: O_NONBLOCK on the inherited one would change it for
 * the shell, and a handler could change ours.
 */
static void
log_adopt(struct log *log, int fd)
{
	struct stat	st;
	int		flags;

	log->fd = fd;
	log->is_socket = log->may_block = false;
	if (fstat(fd, &st) == -1)
		return;
	log->is_socket = S_ISSOCK(st.st_mode);
	log->may_block = S_ISFIFO(st.st_mode) || isatty(fd);
	flags = fcntl(fd, F_GETFL);
	if (flags == -1 || (!log->may_block && (flags & O_APPEND) == 0))
		return;
	fd = fdio_again(fd, log->may_block ? O_NONBLOCK : O_APPEND);
	if (fd == -1)
		return;
	log->fd = fd;
	log->own = true;
	log->may_block = false;
}

/* RFC 3339, UTC, milliseconds. */
static void
log_time(char *text)
{
	struct timespec	now;
	struct tm	tm;
	size_t		length;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	length = strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(text + length, TIME_SIZE - length, ".%03ldZ",
	    now.tv_nsec / 1000000);
}

/* One line to both destinations; line has room for a new line. */
static void
log_put(struct log *log, enum setting_log_level level, const char *text,
    char *line, size_t length)
{
	if (log->sink != NULL)
		log->sink(priorities[level], text, log->sink_arg);
	if (log->fd == -1)
		return;
	log_tell_lost(log);
	if (length > LINE_SIZE - 2)
		length = LINE_SIZE - 2;
	line[length++] = '\n';
	if (!log_write(log, line, length))
		log->lost++;
}

static void
log_tell_lost(struct log *log)
{
	char	line[128], time_text[TIME_SIZE];
	int	length;

	if (log->lost == 0)
		return;
	log_time(time_text);
	length = snprintf(line, sizeof(line), log->format == FORMAT_JSON ?
	    "{\"time\":\"%s\",\"level\":\"warning\",\"event\":\"lost\","
	    "\"repeated\":%" PRIu64 "}\n" :
	    "%s warning forkd: %" PRIu64 " log lines lost\n",
	    time_text, log->lost);
	if (log_write(log, line, (size_t)length))
		log->lost = 0;
}

/* Whether it was written; what would block is not. */
static bool
log_write(struct log *log, const char *line, size_t length)
{
	ssize_t	n;
	int	flags, tries;

	/* no description of our own: borrow the shared one for a moment */
	flags = log->may_block ? fcntl(log->fd, F_GETFL) : -1;
	if (flags != -1)
		(void)fcntl(log->fd, F_SETFL, flags | O_NONBLOCK);
	for (tries = 0; tries < 3; tries++) {
		if (log->is_socket)
			n = send(log->fd, line, length,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			n = write(log->fd, line, length);
		if (n != -1 || errno != EINTR)
			break;
	}
	if (flags != -1)
		(void)fcntl(log->fd, F_SETFL, flags);
	return n == (ssize_t)length;
}
