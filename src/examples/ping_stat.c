/* SPDX-License-Identifier: ISC */
/* ping_stat: see ping_stat.h. */
#include "ping_stat.h"

static double	root(double);

/*
 * Welford's way: a sum of squares alone would lose, with long times that are
 * nearly the same, all the digits that matter.
 */
void
ping_stat_add(struct ping_stat *stat, int64_t time)
{
	double	distance;

	if (stat->count == 0 || time < stat->min)
		stat->min = time;
	if (stat->count == 0 || time > stat->max)
		stat->max = time;
	stat->count++;
	distance = (double)time - stat->mean;
	stat->mean += distance / (double)stat->count;
	stat->squares += distance * ((double)time - stat->mean);
}

double
ping_stat_deviation(const struct ping_stat *stat)
{
	return stat->count == 0 ? 0 :
	    root(stat->squares / (double)stat->count);
}

/* Newton's square root comes down from above; sqrt(3) would need -lm. */
static double
root(double square)
{
	double	better, have;

	if (square <= 0)
		return 0;
	better = square > 1 ? square : 1;
	do {
		have = better;
		better = (have + square / have) / 2;
	} while (better < have);
	return have;
}
