/* SPDX-License-Identifier: ISC */
#ifndef EVENT_H
#define EVENT_H

#include <sys/types.h>
#include <sys/resource.h>

#include <stddef.h>
#include <stdint.h>

#include "settings.h"

struct addr;
struct log_limit;

enum event_kind {
	EVENT_READY, EVENT_OPEN, EVENT_CLOSE, EVENT_REFUSE, EVENT_FULL,
	EVENT_FREE, EVENT_ACCEPT_ERROR, EVENT_SETUP_ERROR,
	EVENT_HANDLER_ERROR, EVENT_THROTTLE, EVENT_RELOAD, EVENT_STOP,
	EVENT_DEBUG, EVENT_COUNT
};

/* What happened: everything that a log line can say. */
struct event {
	enum event_kind		 kind;
	enum setting_log_level	 level;
	const char		*service;	/* NULL: the program itself */
	uint64_t		 serial;	/* of the connection, 0: none */
	pid_t			 pid;		/* 0: none */
	const struct addr	*peer, *local;	/* NULL: not said */
	int			 status;	/* of wait(2), or -1; EVENT_CLOSE */
	int64_t			 duration_ms;	/* -1: none */
	const struct rusage	*usage;		/* NULL: none */
	const char		*reason;	/* NULL: none; bytes of anyone */
	size_t			 reason_length;	/* 0: up to its NUL, which it
						   has in any case */
	int64_t			 workers, max_workers;	/* -1: none */
	struct log_limit	*limit;		/* NULL: always logged */
	uint64_t		 repeated;	/* lines left out before it */
};

/* event_init: an event that says nothing but its kind, level and service. */
void	event_init(struct event *, enum event_kind, enum setting_log_level,
	    const char *service);

/* event_name: as in the log: open, accept-error. */
const char *event_name(enum event_kind);

/* event_level_name: error, warning, info, debug. */
const char *event_level_name(enum setting_log_level);

/* event_signal_name: TERM, KILL; NULL: unknown. */
const char *event_signal_name(int signal);

/*
 * event_status_text: how a process ended, from the status of wait(2):
 * `status 0', `signal 11 SEGV', `signal 6 ABRT core dumped'; `status unknown'
 * for -1.
 */
void	event_status_text(int status, char *text, size_t size);

/*
 * event_text, event_json: the line without a new line at its end.  `time' is
 * the RFC 3339 text; event_text leaves time and level to its caller.  What
 * does not fit is cut; both return the length.
 */
size_t	event_text(const struct event *, char *text, size_t size);
size_t	event_json(const struct event *, const char *time, char *text,
	    size_t size);

#endif
