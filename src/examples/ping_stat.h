/* SPDX-License-Identifier: ISC */
/* ping_stat: the least, mean and greatest of times, and how they scatter. */
#ifndef PING_STAT_H
#define PING_STAT_H

#include <stdint.h>

/* Zeroes are one without times.  All are in microseconds. */
struct ping_stat {
	int64_t	count;
	int64_t	min, max;
	double	mean;
	double	squares;	/* sum of the squares of distances to mean */
};

void	ping_stat_add(struct ping_stat *, int64_t time);

/* The standard deviation; 0 of no times. */
double	ping_stat_deviation(const struct ping_stat *);

#endif
