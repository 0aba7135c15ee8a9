/* SPDX-License-Identifier: ISC */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

/*
 * Counts of values, from which quantiles come.  Small values are counted
 * exactly, others within one thirty-second of themselves; the size is fixed
 * and nothing is allocated.  All zero bytes is an empty one.
 */
#define HISTOGRAM_STEPS		32	/* buckets for each doubling */
#define HISTOGRAM_BUCKETS	((64 - 5 + 1) * HISTOGRAM_STEPS)

struct histogram {
	uint64_t	count;		/* values added */
	uint64_t	max;		/* the greatest of them, exact */
	uint64_t	buckets[HISTOGRAM_BUCKETS];
};

void		histogram_add(struct histogram *, uint64_t value);

/*
 * The value that the given part (0 to 1) of all values does not exceed, never
 * too small and at most 1/32 too great.  0 if there are no values.
 */
uint64_t	histogram_quantile(const struct histogram *, double part);

#endif /* HISTOGRAM_H */
