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
	bool		 stop_allow, stop_reaped, stop_log;
};

/* The master of this program. */
extern struct forkd	*libtest_forkd;

/*
 * libtest_hooks: the functions that a list names: start, startfails, finish,
 * allow, reload, reloadfails, reaped, log, allowstops, reapedstops, logstops,
 * stats, noserve.
 */
struct hooks	*libtest_hooks(const char *list);

/* libtest_stats: a reload function that prints all numbers there are. */
int		 libtest_stats(struct forkd *, void *);

#endif
