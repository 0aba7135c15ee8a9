/* SPDX-License-Identifier: ISC */
/*
 * The pace at which handlers of mode wait are started again.  Pure: how one
 * ended goes in, a time comes out.  Why it ended does not matter: one that
 * leaves at once with status 0, over and over, is as much of a spin as one
 * that crashes; and the pause stays short, since a client may be what makes
 * it end.
 */
#include "config.h"

#include "pace.h"
#include "service.h"

int64_t
pace_ended(struct pace *pace, int64_t lived_ms, bool fruitless, int allowed)
{
	if (lived_ms >= PACE_QUICK_MS || !fruitless) {
		pace->quick = 0;
		backoff_worked(&pace->backoff);
		return 0;
	}
	if (pace->quick < allowed) {
		pace->quick++;
		return 0;
	}
	return backoff_failed(&pace->backoff);
}
