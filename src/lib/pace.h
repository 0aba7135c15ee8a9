/* SPDX-License-Identifier: ISC */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace;

#define PACE_QUICK_MS	1000	/* who has run for that long is no trouble */
#define PACE_FREE	10	/* ends in a row that may be nobody's fault */

/*
 * pace_ended: a handler of mode wait has ended after lived_ms.  fruitless: as
 * far as is known, it has done nothing.  `allowed' quick ends in a row make no
 * pause.  Returns the milliseconds for which to start no other one, 0: none.
 */
int64_t	pace_ended(struct pace *, int64_t lived_ms, bool fruitless,
	    int allowed);

#endif
