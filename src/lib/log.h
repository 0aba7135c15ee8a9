/* SPDX-License-Identifier: ISC */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "log_stream.h"
#include "log_syslog.h"
#include "settings.h"

struct error;
struct event;

#define LOG_BURST	20	/* lines of one kind at once */
#define LOG_REFILL_MS	1000	/* and one more in that time */

/* How many lines of one kind may still be written. */
struct log_limit {
	int64_t		burst, refill_ms;	/* 0: as above */
	int64_t		last_ms;	/* when lines were last added */
	int64_t		lines;
	bool		used;		/* false: lines is the burst */
	uint64_t	left_out;	/* since the last line */
};

/* Where lines go, and which ones. */
struct log {
	struct log_stream	 stream;
	struct log_syslog	 syslog;
	char			*path;		/* of a file, owned, or NULL */
	enum setting_log_format	 format;
	enum setting_log_level	 level;
	void			(*sink)(int, const char *, void *); /* or NULL */
	void			*sink_arg;
	uint64_t		 lost;		/* lines, since the last one */
};

/* log_init: a log that is silent. */
void	log_init(struct log *);

/*
 * log_open: follows the settings log, log-format and log-level.
 * Returns 0, or -1 with error: EINVAL (no such destination), ENOMEM, and the
 * log is what it was.  A file is not opened yet.
 */
int	log_open(struct log *, const struct settings *, struct error *);

/*
 * log_start: opens the log file, if there is one and it is not open.
 * Returns 0, or -1 with error: EX_CANTCREAT.
 */
int	log_start(struct log *, struct error *);

/* log_close: mirrors log_open; the log is silent again. */
void	log_close(struct log *);

/*
 * log_reopen: opens the log file by its name again; with another log, does
 * nothing.  Returns 0, or -1 with errno of open(2), and the old one stays.
 */
int	log_reopen(struct log *);

/*
 * log_is_elsewhere: whether lines go to a file or to the system's log, which
 * handlers cannot write to themselves.
 */
bool	log_is_elsewhere(const struct log *);

/* log_wants: whether a line of that level would go anywhere. */
bool	log_wants(const struct log *, enum setting_log_level);

/*
 * log_event: writes the line of an event, or counts it as lost where it would
 * have to wait.  now_ms is the loop's clock, for the limit.
 */
void	log_event(struct log *, struct event *, int64_t now_ms);

/*
 * log_tell_end: nothing more is to come for now: tells of lines that were
 * lost after the last one that was not, if that can be written.
 */
void	log_tell_end(struct log *);

/*
 * log_limit_take: whether one more line may be written; pure.  *left_out is
 * the number of lines that were not, since the last one that was.
 */
bool	log_limit_take(struct log_limit *, int64_t now_ms, uint64_t *left_out);

#endif
