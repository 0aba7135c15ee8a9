/* SPDX-License-Identifier: ISC */
#ifndef LOG_SYSLOG_H
#define LOG_SYSLOG_H

#include <stdbool.h>

/* The system's log, as syslog(3) knows it. */
struct log_syslog {
	int	facility;	/* of syslog(3), -1: not used */
	int	fd;		/* of the socket, -1: not connected */
};

/* log_syslog_init: not used. */
void	log_syslog_init(struct log_syslog *);

/*
 * log_syslog_facility: the number of daemon, local0 and so on.  Returns -1
 * for what is none; *nearest is the name that may have been meant, or NULL.
 */
int	log_syslog_facility(const char *name, const char **nearest);

/* log_syslog_open: lines go there; connects when the first one comes. */
void	log_syslog_open(struct log_syslog *, int facility);

/* log_syslog_close: not used any more. */
void	log_syslog_close(struct log_syslog *);

/*
 * log_syslog_write: whether the line, without a new line, was sent.  Never
 * waits; a socket that is gone is looked for again, each time.
 */
bool	log_syslog_write(struct log_syslog *, int priority, const char *line);

#endif
