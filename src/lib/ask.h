/* SPDX-License-Identifier: ISC */
#ifndef ASK_H
#define ASK_H

#include <stddef.h>
#include <stdint.h>

struct error;

#define ASK_PATIENCE_MS	20000	/* a name service may be slow */

/* What a process of its own is to find out, and how it is told. */
struct question {
	const char	*who;		/* for messages: "x: the process" */
	int64_t		 patience_ms;
	/* in the child: writes to fd what it found; 0, or -1 if it could not */
	int		 (*answer)(void *arg, int fd);
	/* in the master: reads it, by then; 0, or -1 with errno */
	int		 (*hear)(void *arg, int fd, int64_t deadline_ms);
	void		*arg;
};

/*
 * ask_child: forks a child that answers; whatever it does meanwhile, stays in
 * it.  It is gone when this returns, and soon after that was to be if the
 * master is killed meanwhile; it keeps neither the pid file nor whoever waits
 * for a daemon.
 * Returns 0, or -1 with error, always EX_OSERR or what errno stands for: no
 * pipe, no process, or what hear() failed of: ETIMEDOUT, EIO.
 */
int	ask_child(const struct question *, struct error *);

/*
 * ask_read: for hear(): reads all of size.  Returns 0, or -1 with errno
 * ETIMEDOUT, EIO (there was less) or what read(2) says.
 */
int	ask_read(int fd, void *data, size_t size, int64_t deadline_ms);

#endif
