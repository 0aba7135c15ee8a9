/* SPDX-License-Identifier: ISC */
/*
 * A log-linear histogram: buckets of width one up to 2 * HISTOGRAM_STEPS,
 * then HISTOGRAM_STEPS buckets of equal width for each doubling.  The load
 * generator counts latencies with it; it knows nothing of time or of units.
 */

#include "config.h"

#include "histogram.h"

static unsigned	bucket_of(uint64_t);
static uint64_t	greatest_in(unsigned);

void
histogram_add(struct histogram *histogram, uint64_t value)
{
	histogram->buckets[bucket_of(value)]++;
	histogram->count++;
	if (histogram->max < value)
		histogram->max = value;
}

uint64_t
histogram_quantile(const struct histogram *histogram, double part)
{
	uint64_t	below = 0, greatest;
	unsigned	n;

	for (n = 0; n < HISTOGRAM_BUCKETS; n++) {
		below += histogram->buckets[n];
		if (below > 0 &&
		    (double)below >= part * (double)histogram->count) {
			greatest = greatest_in(n);
			return greatest < histogram->max ?
			    greatest : histogram->max;
		}
	}
	return 0;
}

/* The highest HISTOGRAM_STEPS * 2 of the value, and how far it was shifted. */
static unsigned
bucket_of(uint64_t value)
{
	unsigned	shift = 0;

	while (value >> shift >= 2 * HISTOGRAM_STEPS)
		shift++;
	return shift * HISTOGRAM_STEPS + (unsigned)(value >> shift);
}

static uint64_t
greatest_in(unsigned bucket)
{
	unsigned	shift = 0;
	uint64_t	first = bucket;

	if (bucket >= 2 * HISTOGRAM_STEPS) {
		shift = bucket / HISTOGRAM_STEPS - 1;
		first = bucket - shift * HISTOGRAM_STEPS;
	}
	return ((first + 1) << shift) - 1;	/* the last wraps to all ones */
}
