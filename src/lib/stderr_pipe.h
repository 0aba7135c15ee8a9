/* SPDX-License-Identifier: ISC */
#ifndef STDERR_PIPE_H
#define STDERR_PIPE_H

#include <stddef.h>

struct log;
struct loop;
struct stderr_pipe;
struct stderr_flow;
struct worker;

#define STDERR_LINE	1024	/* bytes of a handler in a line of the log */
#define STDERR_TURN	4096	/* bytes that are read of a pipe in a turn */
#define STDERR_BURST	200	/* lines of a service at once */
#define STDERR_REFILL_MS 50	/* and one more in that time */

/* The pipes of all workers; nothing here changes while a server runs. */
struct stderr_pipes {
	struct loop		*loop;
	struct log		*log;
	size_t			 room;	/* pipes; 0: there are none */
	struct stderr_pipe	*pipe;	/* by slot; apart (apart.h), owned */
	struct stderr_flow	*flow;	/* the same */
	int			*ends;	/* what C functions must close, by slot;
					   owned; NULL: there are none */
};

/*
 * stderr_pipes_open: room for the pipes of so many workers; `functions': some
 * of these are C functions.  One timer of the loop must be reserved for it.
 * Returns 0, or -1 with ENOMEM.
 */
int	stderr_pipes_open(struct stderr_pipes *, struct loop *, struct log *,
	    size_t room, int functions);
void	stderr_pipes_close(struct stderr_pipes *);

/* stderr_pipes_close_in_child: in a C function. */
void	stderr_pipes_close_in_child(struct stderr_pipes *);

/*
 * stderr_pipe_begin: a pipe for a worker that is about to be forked.  Returns
 * the end to write to, which is the caller's, or -1: there are no pipes, or
 * none can be had, and the log says that.
 */
int	stderr_pipe_begin(struct stderr_pipes *, struct worker *);

/*
 * stderr_pipe_end: the worker was reaped, or could not be forked: logs what
 * is left in its pipe, up to a limit, and closes it.
 */
void	stderr_pipe_end(struct stderr_pipes *, struct worker *);

#endif
