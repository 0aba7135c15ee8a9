/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

struct child;
struct worker_table;

/* How children that fail before their work tell the master. */
struct spawn {
	int	ends[2];	/* a pipe, close-on-exec; -1: none */
};

/* spawn_open: returns 0, or -1 with errno of pipe2(2). */
int	spawn_open(struct spawn *);
void	spawn_close(struct spawn *);

/* spawn_close_in_child: closes the master's end only. */
void	spawn_close_in_child(struct spawn *);

/*
 * spawn_fork: forks a worker with all signals blocked until it has sorted
 * itself.  Sets child->report_fd.  Returns its pid, or -1 with errno.
 */
pid_t	spawn_fork(const struct spawn *, struct child *);

/*
 * spawn_read_reports: what children have told is noted in their workers.
 * Call it before a reaped worker's end is judged: a child reports first.
 */
void	spawn_read_reports(const struct spawn *, struct worker_table *);

#endif
