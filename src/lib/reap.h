/* SPDX-License-Identifier: ISC */
#ifndef REAP_H
#define REAP_H

#include <sys/types.h>
#include <sys/resource.h>

#include <stdbool.h>

/* How a child ended. */
struct reaped {
	pid_t		pid;
	int		status;		/* of wait(2) */
	struct rusage	usage;
};

/*
 * reap_next: reaps one child that has ended.  While `peek' is not NULL, a
 * child is shown to it first, dead but not reaped, so that its number cannot
 * have been used again.  Returns true and fills in the result, or false when
 * there is none.
 */
bool	reap_next(struct reaped *, void (*peek)(pid_t, void *), void *arg);

/*
 * reap_signal: sends a signal to a worker's group; until its session is known
 * to exist, to the process.  Returns 0, or -1 with errno of kill(2).
 */
int	reap_signal(pid_t, int signal);

/* reap_wait: waits for the end of a child that was killed, and reaps it. */
void	reap_wait(pid_t);

#endif
