/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "log.h"
#include "loop.h"
#include "notify.h"

struct forkd;

/* What STATUS says; sums over all services. */
struct supervise_counts {
	int64_t		workers, max_workers;
	uint64_t	served, refused;	/* connections */
};

/* What the supervisor knows.  Changes every few seconds at most. */
struct supervise {
	struct notify		 notify;
	struct timer		 report;	/* STATUS, and what is owed */
	struct timer		 watchdog;
	bool			 is_ready;	/* READY was said, or is owed */
	int			 stop;		/* enum stop_level, as told */
	unsigned int		 owed;		/* messages: what a new one
						   adds, and sending takes */
	int64_t			 reload_usec;	/* when the last one began */
	struct supervise_counts	 counts;	/* as told */
	struct log_limit	 log_limit;
	bool			 failing;	/* and the log says so */
};

/*
 * supervise_open: finds out who wants to be told.  Returns 0, or -1 with the
 * error of the master.  supervise_close: mirrors it, in a child too.
 */
int	supervise_open(struct forkd *);
void	supervise_close(struct forkd *);

/*
 * supervise_turn: once a turn of the loop: says READY at the first one, that
 * a stop has begun or gone further, and sees whether counts have changed.
 */
void	supervise_turn(struct forkd *);

/* supervise_reloading, supervise_reloaded: around a reload. */
void	supervise_reloading(struct forkd *);
void	supervise_reloaded(struct forkd *);

#endif
