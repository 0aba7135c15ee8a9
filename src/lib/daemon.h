/* SPDX-License-Identifier: ISC */
#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>

#define DAEMON_LINE_SIZE	2048	/* with the rest below PIPE_BUF */

struct error;

/*
 * daemon_detach: forks the daemon.  The process that called it waits inside
 * for readiness or for the daemon's end, and leaves by _exit(2); in the daemon,
 * which has a session of its own, this returns 0.  Returns -1 with error where
 * there is no daemon: EBUSY (it has been called), errno of pipe2(2), fork(2).
 */
int	daemon_detach(struct error *);

/* daemon_is_awaited: whether somebody waits for this process to be ready. */
bool	daemon_is_awaited(void);

/*
 * daemon_ready: leaves the starting terminal (directory /, standard
 * descriptors /dev/null, but for standard error with keep_stderr) and lets the
 * caller of daemon_detach go with 0, after it has printed `line', which may be
 * NULL.  Nothing to do if nobody waits.  Returns 0, or -1 with error: EPIPE
 * (whoever waited is gone), open(2), chdir(2), dup2(2); standard error is what
 * it was then, and somebody still waits for the exit code.
 */
int	daemon_ready(bool keep_stderr, const char *line, struct error *);

/* daemon_close_in_child: only the daemon's own end counts as its end. */
void	daemon_close_in_child(void);

#endif
