/* SPDX-License-Identifier: ISC */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

struct throttle;

#define THROTTLE_AFTER		3	/* failures in a row */
#define THROTTLE_FIRST_MS	2000
#define THROTTLE_LAST_MS	60000
#define THROTTLE_JITTER		20	/* percent, more or less */
#define THROTTLE_FORGET_MS	60000	/* without a failure */
#define THROTTLE_PROOF_MS	6000	/* who lives that long was set up */

/* throttle_counts: whether a set-up failure with that errno counts. */
bool	throttle_counts(int number);

/*
 * throttle_failed: a worker could not be set up for a connection of the time
 * born_ms.  `chance' is any number, for the jitter.  Returns the milliseconds
 * for which to accept nothing from now on, 0: go on.
 */
int64_t	throttle_failed(struct throttle *, int64_t born_ms, int64_t now_ms,
	    uint32_t chance);

/* throttle_worked: one was set up; those before it count no more. */
void	throttle_worked(struct throttle *, int64_t born_ms);

#endif
