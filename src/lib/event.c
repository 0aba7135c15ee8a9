/* SPDX-License-Identifier: ISC */
/*
 * Events as lines of text for people.  Called by log.c alone; text from
 * outside passes through visible().  The form for machines is event_json.c.
 */
#include "config.h"

#include <sys/wait.h>

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "event.h"
#include "visible.h"

struct line {
	char	*text;
	size_t	 size, used;
};

static void	line_add(struct line *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
static void	line_address(struct line *, const char *, const struct addr *);
static void	line_reason(struct line *, const char *, const struct event *);
static void	line_bytes(struct line *, const char *, const char *, size_t);
static void	line_connection(struct line *, const struct event *);
static void	line_body(struct line *, const struct event *);
static void	line_seconds(struct line *, int64_t);

static const char	*names[EVENT_COUNT] = {
	"ready", "open", "close", "refuse", "full", "free", "accept-error",
	"setup-error", "handler-error", "throttle", "reload", "stop",
	"debug"
};

static const char	*levels[] = { "error", "warning", "info", "debug" };

void
event_init(struct event *event, enum event_kind kind,
    enum setting_log_level level, const char *service)
{
	memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->level = level;
	event->service = service;
	event->duration_ms = -1;
	event->workers = event->max_workers = -1;
}

const char *
event_name(enum event_kind kind)
{
	return names[kind];
}

const char *
event_level_name(enum setting_log_level level)
{
	return levels[level];
}

const char *
event_signal_name(int signal)
{
#ifdef HAVE_SIGABBREV_NP
	return sigabbrev_np(signal);
#else
	static const char	*some[] = {
		[SIGTERM] = "TERM", [SIGINT] = "INT", [SIGQUIT] = "QUIT",
		[SIGKILL] = "KILL", [SIGSEGV] = "SEGV", [SIGABRT] = "ABRT",
		[SIGPIPE] = "PIPE", [SIGHUP] = "HUP"
	};

	return signal > 0 && (size_t)signal < sizeof(some) / sizeof(*some) ?
	    some[signal] : NULL;
#endif
}

void
event_status_text(int status, char *text, size_t size)
{
	const char	*name;

	if (WIFEXITED(status)) {
		(void)snprintf(text, size, "status %d", WEXITSTATUS(status));
		return;
	}
	if (status == -1) {
		(void)snprintf(text, size, "status unknown");
		return;
	}
	if (!WIFSIGNALED(status)) {
		(void)snprintf(text, size, "wait status %d", status);
		return;
	}
	name = event_signal_name(WTERMSIG(status));
	(void)snprintf(text, size, "signal %d%s%s%s", WTERMSIG(status),
	    name == NULL ? "" : " ", name == NULL ? "" : name,
	    WCOREDUMP(status) ? " core dumped" : "");
}

size_t
event_text(const struct event *event, char *text, size_t size)
{
	struct line	line = { text, size, 0 };

	text[0] = '\0';
	line_add(&line, "%s", event->service == NULL ||
	    event->kind == EVENT_READY ? "forkd" : event->service);
	if (event->serial != 0)
		line_add(&line, "#%" PRIu64, event->serial);
	line_add(&line, ": ");
	line_body(&line, event);
	if (event->repeated > 0)
		line_add(&line, "; %" PRIu64 " more like this before",
		    event->repeated);
	return line.used;
}

static void
line_body(struct line *line, const struct event *event)
{
	switch (event->kind) {
	case EVENT_READY:
		if (event->reason == NULL)
			line_add(line, "listening on nothing");
		line_reason(line, "listening on ", event);
		break;
	case EVENT_OPEN:
	case EVENT_CLOSE:
		line_connection(line, event);
		break;
	case EVENT_FULL:
		line_add(line, "full: %" PRId64 " of %" PRId64 " workers busy,"
		    " new connections wait (max-workers)", event->workers,
		    event->max_workers);
		break;
	case EVENT_FREE:
		line_add(line, "free: was full for ");
		line_seconds(line, event->duration_ms);
		line_add(line, ", %" PRId64 "/%" PRId64, event->workers,
		    event->max_workers);
		break;
	default:
		line_add(line, "%s", event_name(event->kind));
		if (event->pid != 0)
			line_add(line, " pid %ld", (long)event->pid);
		line_address(line, " ", event->peer);
		line_reason(line, ": ", event);
	}
}

/* open and close */
static void
line_connection(struct line *line, const struct event *event)
{
	char	status[64];

	line_add(line, "%s pid %ld", event_name(event->kind),
	    (long)event->pid);
	if (event->kind == EVENT_OPEN) {
		line_address(line, " from ", event->peer);
		line_address(line, " to ", event->local);
		line_add(line, ", %" PRId64 "/%" PRId64, event->workers,
		    event->max_workers);
		return;
	}
	event_status_text(event->status, status, sizeof(status));
	line_add(line, " %s in ", status);
	line_seconds(line, event->duration_ms);
	line_reason(line, ": ", event);
}

/* Without floating point: some locales write a comma. */
static void
line_seconds(struct line *line, int64_t ms)
{
	line_add(line, "%" PRId64 ".%03ds", ms / 1000, (int)(ms % 1000));
}

static void
line_address(struct line *line, const char *before, const struct addr *addr)
{
	char	text[ADDR_TEXT_SIZE];

	if (addr == NULL)
		return;
	addr_text(addr, text, sizeof(text));
	line_bytes(line, before, text, strlen(text));
}

static void
line_reason(struct line *line, const char *before, const struct event *event)
{
	if (event->reason == NULL)
		return;
	line_bytes(line, before, event->reason, event->reason_length != 0 ?
	    event->reason_length : strlen(event->reason));
}

static void
line_bytes(struct line *line, const char *before, const char *bytes,
    size_t length)
{
	line_add(line, "%s", before);
	if (line->used < line->size)
		line->used += visible(line->text + line->used,
		    line->size - line->used, bytes, length);
}

/* Adds what fits. */
static void
line_add(struct line *line, const char *format, ...)
{
	va_list	args;
	int	n;

	va_start(args, format);
	n = vsnprintf(line->text + line->used, line->size - line->used,
	    format, args);
	va_end(args);
	if (n < 0)
		return;
	line->used += (size_t)n;
	if (line->used >= line->size)
		line->used = line->size - 1;
}
