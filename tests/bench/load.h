/* SPDX-License-Identifier: ISC */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dial.h"
#include "histogram.h"

/* What to do to the server. */
struct load_plan {
	struct target	 target;
	unsigned	 connections;	/* at once */
	unsigned	 idle;		/* more, that only stay open */
	uint64_t	 total;		/* start so many, UINT64_MAX: no end */
	uint64_t	 duration_us;	/* start them within this time */
	uint64_t	 deadline_us;	/* for one, from connect to its end */
	const char	*request;	/* what each sends; not owned */
	size_t		 request_len;
	bool		 half_close;	/* ... and then ends its side */
	bool		 complete;	/* at the end, wait for the others */
};

/* How a connection ended. */
enum load_end {
	LOAD_OK,		/* data, then the end */
	LOAD_REFUSED,
	LOAD_RESET,
	LOAD_TIMEOUT,		/* neither done nor failed at its deadline */
	LOAD_EMPTY,		/* the end without data */
	LOAD_OTHER,		/* load_result.other says what the first was */
	LOAD_IDLE_LOST,		/* one that should only stay open did not */
	LOAD_ENDS
};

struct load_result {
	uint64_t	ends[LOAD_ENDS];
	uint64_t	unfinished;	/* in flight at the end, given up */
	uint64_t	bytes;		/* received */
	uint64_t	elapsed_us;	/* from the first start to the end */
	int		other;		/* errno of a first LOAD_OTHER, or 0 */
	struct histogram latency;	/* us, connect to end, of LOAD_OK */
};

/*
 * Carries out the plan.  Returns 0 and the result, or -1 with errno if it could
 * not begin.  Each second it calls progress, unless that is NULL.
 */
int	load_run(const struct load_plan *, struct load_result *,
	    void (*progress)(const struct load_result *));

/* Ends a run early; async-signal-safe. */
void	load_stop(void);

#endif /* LOAD_H */
