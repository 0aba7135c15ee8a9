/* SPDX-License-Identifier: ISC */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdint.h>

#define BACKOFF_FIRST_MS	100
#define BACKOFF_LAST_MS		1000

/* How long to wait before the next try: 100 ms, doubling to 1 s. */
struct backoff {
	int64_t	delay_ms;	/* of the last failure, 0: none yet */
};

/* backoff_failed: returns the milliseconds to wait now. */
int64_t	backoff_failed(struct backoff *);

/* backoff_worked: the next failure starts with the shortest wait again. */
void	backoff_worked(struct backoff *);

#endif
