/* SPDX-License-Identifier: ISC */
#ifndef ADMIT_H
#define ADMIT_H

#include <stdbool.h>
#include <stdint.h>

struct load;

#define ADMIT_SETTLE_MS	1000	/* with room that long, `free' is said */

/* admit_has_room: whether one more connection may be taken now. */
bool	admit_has_room(const struct load *);

/* admit_taken: a worker more; whether `full' is to be said now. */
bool	admit_taken(struct load *, int64_t now_ms);

/*
 * admit_released: a worker less; whether admit_settled is to be asked in
 * ADMIT_SETTLE_MS.
 */
bool	admit_released(struct load *, int64_t now_ms);

/*
 * admit_settled: whether `free' is to be said now, and how long it was full.
 * A busy service that gets a slot and fills it again at once says nothing.
 */
bool	admit_settled(struct load *, int64_t now_ms, int64_t *full_ms);

#endif
