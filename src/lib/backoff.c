/* SPDX-License-Identifier: ISC */
/*
 * The wait after a failure that only time can cure: descriptors, memory or
 * processes have run out.  Pure; the loop's timers do the waiting.
 */
#include "config.h"

#include "backoff.h"

int64_t
backoff_failed(struct backoff *backoff)
{
	if (backoff->delay_ms == 0)
		backoff->delay_ms = BACKOFF_FIRST_MS;
	else if (backoff->delay_ms * 2 < BACKOFF_LAST_MS)
		backoff->delay_ms *= 2;
	else
		backoff->delay_ms = BACKOFF_LAST_MS;
	return backoff->delay_ms;
}

void
backoff_worked(struct backoff *backoff)
{
	backoff->delay_ms = 0;
}
