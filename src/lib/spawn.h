/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

#include <stdbool.h>

struct child;
struct worker_table;

/* What every child gets from the master; -1: not open. */
struct spawn {
	int	ends[2];	/* the report pipe: master's end, children's */
	int	null_fd;	/* /dev/null, if anyone needs it */
	int	error_fd;	/* standard error, for writing only; -1: what
				   has no pipe of its own gets null_fd */
	bool	threads;	/* this process may have some: fork(3) sees to
				   the C library's locks in the child */
};

/* spawn_init: nothing is open. */
void	spawn_init(struct spawn *);

/*
 * spawn_open: need_null: /dev/null, too.  Returns 0, or -1 with errno of
 * pipe2(2), open(2).
 */
int	spawn_open(struct spawn *, bool need_null);
void	spawn_close(struct spawn *);

/* spawn_renew_stderr: standard error of this process is another one now. */
void	spawn_renew_stderr(struct spawn *);
/*
 * spawn_mute: the log is not standard error, so that children whose 2 leads to
 * the log bring a pipe (child->pipe_fd) or get /dev/null, which must be open.
 */
void	spawn_mute(struct spawn *);

/* spawn_close_in_child: closes what a C function has no use for. */
void	spawn_close_in_child(struct spawn *);

/*
 * spawn_fork: forks a worker with all signals blocked until it has sorted
 * itself.  Sets the descriptors of child.  Returns its pid, or -1 with errno.
 */
pid_t	spawn_fork(const struct spawn *, struct child *) __attribute__((hot));

/*
 * spawn_read_reports: what children have told is noted in their workers.
 * Call it before a reaped worker's end is judged: a child reports first.
 */
void	spawn_read_reports(const struct spawn *, struct worker_table *);

#endif
