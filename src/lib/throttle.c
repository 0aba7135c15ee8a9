/* SPDX-License-Identifier: ISC */
/*
 * The throttle: how long a service is to accept nothing, because its workers
 * cannot be set up.  Pure: what happened and a clock go in, a time comes out.
 * What a handler does with its client never comes here, or a client could
 * close the service.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "service.h"
#include "throttle.h"

/*
 * EAGAIN is too many processes of the user (limit-nproc): clients can bring
 * that about, it ends with them, and the worker itself has waited for that.
 */
bool
throttle_counts(int number)
{
	return number != EAGAIN;
}

int64_t
throttle_failed(struct throttle *throttle, int64_t born_ms, int64_t now_ms,
    uint32_t chance)
{
	int64_t	delay_ms, last_ms;

	/* accepted before the pause: the trouble that it is there for */
	if (born_ms < throttle->until_ms)
		return 0;
	last_ms = throttle->born_ms > throttle->until_ms ?
	    throttle->born_ms : throttle->until_ms;
	if (now_ms - last_ms > THROTTLE_FORGET_MS)
		memset(throttle, 0, sizeof(*throttle));
	if (throttle->born_ms < born_ms)
		throttle->born_ms = born_ms;
	if (++throttle->failures < THROTTLE_AFTER)
		return 0;
	throttle->failures = THROTTLE_AFTER;
	delay_ms = throttle->delay_ms * 2;
	if (delay_ms == 0)
		delay_ms = THROTTLE_FIRST_MS;
	if (delay_ms > THROTTLE_LAST_MS)
		delay_ms = THROTTLE_LAST_MS;
	throttle->delay_ms = delay_ms;
	delay_ms = delay_ms * (100 - THROTTLE_JITTER +
	    (int64_t)(chance % (2 * THROTTLE_JITTER + 1))) / 100;
	throttle->until_ms = now_ms + delay_ms;
	return delay_ms;
}

void
throttle_worked(struct throttle *throttle, int64_t born_ms)
{
	/* an older one says nothing about how it is now */
	if (throttle->failures == 0 || born_ms < throttle->born_ms)
		return;
	throttle->failures = 0;
	throttle->delay_ms = 0;
}
