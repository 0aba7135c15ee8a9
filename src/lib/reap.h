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

#define REAP_UNKNOWN	(-1)	/* a status that somebody else has taken */

/*
 * reap_child: reaps this child and no other one, if it has ended; `pidfd' is a
 * pidfd_open(2) of it, or -1.  Otherwise as reap_next, but that a child which
 * is none any more, because somebody else has reaped it or SIGCHLD is ignored,
 * has ended with REAP_UNKNOWN, and is not shown.
 */
bool	reap_child(struct reaped *, pid_t, int pidfd,
	    void (*peek)(pid_t, void *), void *arg);

/* reap_has: whether it is our child still, dead or alive. */
bool	reap_has(pid_t, int pidfd);

/* reap_watch: a pidfd of it, close-on-exec, or -1 with errno. */
int	reap_watch(pid_t);

/*
 * reap_signal: sends a signal to a worker's group; until its session is known
 * to exist, to the process.  Returns 0, or -1 with errno of kill(2).
 */
int	reap_signal(pid_t, int signal);

/* reap_wait: waits for the end of a child that was killed, and reaps it. */
void	reap_wait(pid_t);

#endif
