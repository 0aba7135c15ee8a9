/* SPDX-License-Identifier: ISC */
/*
 * The log: lines of events to standard error, a file, the system's log or
 * the library's user.  No destination can make the master wait: what would
 * have to wait is lost, and the loss is counted and told.  Never called in a
 * signal handler.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <time.h>

#include "error.h"
#include "event.h"
#include "log.h"

#define LINE_SIZE	4096	/* PIPE_BUF: a write of a line is whole */
#define TIME_SIZE	32
#define SYSLOG		"syslog:"

static int	log_facility(const char *, struct error *);
static bool	log_is_stream(const struct log *, const char *);
static void	log_line(struct log *, const struct event *);
static void	log_time(char *);
static void	log_put(struct log *, const struct event *, const char *,
		    const char *);
static void	log_tell_lost(struct log *, const char *);
static bool	log_write(struct log *, enum setting_log_level, const char *,
		    const char *);

static const int	priorities[] = {
	LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG
};

void
log_init(struct log *log)
{
	memset(log, 0, sizeof(*log));
	log_stream_init(&log->stream);
	log_syslog_init(&log->syslog);
	log->level = LEVEL_INFO;
}

int
log_open(struct log *log, const struct settings *settings,
    struct error *error)
{
	const char	*where;
	char		*path;
	int		 facility;

	where = settings->log;
	path = NULL;
	facility = -1;
	if (where != NULL && strncmp(where, SYSLOG, strlen(SYSLOG)) == 0) {
		facility = log_facility(where, error);
		if (facility == -1)
			return -1;
	} else if (where != NULL && where[0] == '/') {
		path = strdup(where);
		if (path == NULL)
			return error_system(error, errno, "log");
	} else if (where != NULL && strcmp(where, "stderr") != 0)
		return error_set(error, EX_USAGE, EINVAL, "log: \"%s\" is not "
		    "stderr, syslog:daemon or the path of a file, from / on",
		    where);
	log->format = (enum setting_log_format)settings->log_format;
	log->level = (enum setting_log_level)settings->log_level;
	if (path != NULL && log_is_stream(log, path)) {
		free(path);
		return 0;
	}
	log_close(log);
	log->path = path;
	if (facility != -1)
		log_syslog_open(&log->syslog, facility);
	else if (where != NULL && path == NULL)
		log_stream_stderr(&log->stream);
	return 0;
}

int
log_start(struct log *log, struct error *error)
{
	if (log->path == NULL || log->stream.fd != -1 ||
	    log_reopen(log) == 0)
		return 0;
	return error_set(error, EX_CANTCREAT, errno, "log: %s: %s", log->path,
	    strerror(errno));
}

void
log_close(struct log *log)
{
	log_stream_close(&log->stream);
	log_syslog_close(&log->syslog);
	free(log->path);
	log->path = NULL;
}

int
log_reopen(struct log *log)
{
	if (log->path == NULL)
		return 0;
	return log_stream_file(&log->stream, log->path);
}

bool
log_is_elsewhere(const struct log *log)
{
	return log->path != NULL || log->syslog.facility != -1;
}

bool
log_wants(const struct log *log, enum setting_log_level level)
{
	return level <= log->level && (log->stream.fd != -1 ||
	    log->syslog.facility != -1 || log->sink != NULL);
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

void
log_tell_end(struct log *log)
{
	char	time_text[TIME_SIZE];

	if (log->lost == 0)
		return;
	log_time(time_text);
	log_tell_lost(log, time_text);
}

bool
log_limit_take(struct log_limit *limit, int64_t now_ms, uint64_t *left_out)
{
	int64_t	burst, more, refill_ms;

	burst = limit->burst == 0 ? LOG_BURST : limit->burst;
	refill_ms = limit->refill_ms == 0 ? LOG_REFILL_MS : limit->refill_ms;
	if (!limit->used) {
		limit->used = true;
		limit->lines = burst;
		limit->last_ms = now_ms;
	}
	more = (now_ms - limit->last_ms) / refill_ms;
	if (more > 0) {
		limit->last_ms += more * refill_ms;
		limit->lines += more;
		if (limit->lines > burst)
			limit->lines = burst;
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

/* The part behind `syslog:'. */
static int
log_facility(const char *where, struct error *error)
{
	const char	*nearest;
	int		 facility;

	facility = log_syslog_facility(where + strlen(SYSLOG), &nearest);
	if (facility != -1)
		return facility;
	return error_set(error, EX_USAGE, EINVAL,
	    "log: %s: no such facility; " SYSLOG "%s?", where,
	    nearest == NULL ? "daemon" : nearest);
}

/* Whether that file is open already. */
static bool
log_is_stream(const struct log *log, const char *path)
{
	return log->path != NULL && strcmp(log->path, path) == 0 &&
	    log->stream.fd != -1;
}

/*
 * Apart from log_event, and not to be inlined there: a quiet log must not
 * touch the stack that a line takes, since after each fork every page that
 * the master touches is copied.
 */
static void __attribute__((noinline))
log_line(struct log *log, const struct event *event)
{
	char	text[LINE_SIZE - TIME_SIZE - 16];
	char	time_text[TIME_SIZE];

	(void)event_text(event, text, sizeof(text));
	if (log->sink != NULL)
		log->sink(priorities[event->level], text, log->sink_arg);
	if (log->stream.fd == -1 && log->syslog.facility == -1)
		return;
	log_time(time_text);
	if (log->lost > 0)
		log_tell_lost(log, time_text);
	log_put(log, event, text, time_text);
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

static void
log_put(struct log *log, const struct event *event, const char *text,
    const char *time_text)
{
	char	json[LINE_SIZE - 8];

	if (log->format == FORMAT_JSON) {
		(void)event_json(event, time_text, json, sizeof(json));
		text = json;
	}
	if (!log_write(log, event->level, time_text, text))
		log->lost++;
}

static void
log_tell_lost(struct log *log, const char *time_text)
{
	char	line[128];

	if (log->format == FORMAT_JSON)
		(void)snprintf(line, sizeof(line), "{\"time\":\"%s\","
		    "\"level\":\"warning\",\"event\":\"lost\","
		    "\"repeated\":%" PRIu64 "}", time_text, log->lost);
	else
		(void)snprintf(line, sizeof(line),
		    "forkd: %" PRIu64 " log lines lost", log->lost);
	if (log_write(log, LEVEL_WARNING, time_text, line))
		log->lost = 0;
}

/* One line, with what its destination wants before it. */
static bool
log_write(struct log *log, enum setting_log_level level,
    const char *time_text, const char *text)
{
	char	line[LINE_SIZE];
	int	length;

	if (log->syslog.facility != -1)
		return log_syslog_write(&log->syslog, priorities[level], text);
	if (log->stream.is_journal)
		length = snprintf(line, sizeof(line), "<%d>%s\n",
		    priorities[level], text);
	else if (log->format == FORMAT_JSON)
		length = snprintf(line, sizeof(line), "%s\n", text);
	else
		length = snprintf(line, sizeof(line), "%s %s %s\n", time_text,
		    event_level_name(level), text);
	return log_stream_write(&log->stream, line, (size_t)length);
}
