/* SPDX-License-Identifier: ISC */
#ifndef STARVING_H
#define STARVING_H

#include <stddef.h>

struct forkd;

/* A call, and how to undo it when it has worked.  No name: a step between. */
struct starving_step {
	const char	*name;		/* the function first */
	int		(*call)(void);	/* -1: it has failed */
	void		(*undo)(void);	/* or NULL */
};

/*
 * starving: each allocation of each call fails once.  Such a call returns -1
 * with ENOMEM and says so in forkd_error(), leaves no descriptor and no memory
 * behind, and works when it is called again.  A line of TAP for each call.
 * master: where the master is that forkd_error() is asked about, or NULL.
 * Needs nomalloc.so in LD_PRELOAD.  Returns what main() does.
 */
int	starving(const struct starving_step *, size_t count,
	    struct forkd *const *master);

#endif
