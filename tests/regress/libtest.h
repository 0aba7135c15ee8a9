/* SPDX-License-Identifier: ISC */
#ifndef LIBTEST_H
#define LIBTEST_H

#include <stdbool.h>

#include "forkd.h"

/* What a service's functions do besides being there; the arg of all. */
struct hooks {
	struct forkd_ops ops;
	int		 start_errno;	/* start fails with it, 0: works */
	int		 reload_result;
	int		 stop_how;	/* forkd_stop() in ... */
	bool		 start_stops, start_crashes, start_ignores;
	bool		 start_fills, finish_stops;
	bool		 start_flag;	/* fails while libtest_flag is there */
	bool		 stop_allow, stop_reaped, stop_log;
	bool		 greets;	/* start and finish send messages */
};

extern const char	*libtest_flag;	/* a path */

/* The master of this program. */
extern struct forkd	*libtest_forkd;

/*
 * libtest_hooks: the functions that a list names: start, startfails, startstops,
 * startcrashes, startignores, startflag, finish,
 * startfills, finishstops,
 * allow, reload, reloadfails, reaped, log, allowstops, reapedstops, logstops,
 * message, greets, stats, noserve.
 */
struct hooks	*libtest_hooks(const char *list);

/*
 * libtest_messages.c: libtest_order: an order of the client that is about
 * messages, or not; libtest_message: a service's function for them.
 */
bool	libtest_order(FILE *, const char *name, char *words);
void	libtest_message(struct forkd *, int slot, uint32_t type,
	    const void *, size_t, int fd, void *arg);

/*
 * libtest_channel: sends to the master what no worker should: COUNT
 * DESCRIPTORS FILL HEX.  Returns how many messages went.
 */
int	libtest_channel(const char *words);

/* libtest_stats: a reload function that prints all numbers there are. */
int		 libtest_stats(struct forkd *, void *);

#endif
