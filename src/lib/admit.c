/* SPDX-License-Identifier: ISC */
/*
 * Admission: whether a connection may be taken, and when to say that none
 * may.  Pure: counts and a clock go in, a decision comes out.
 */
#include "config.h"

#include "admit.h"
#include "service.h"

bool
admit_has_room(const struct load *load)
{
	return load->busy < load->limit;
}

bool
admit_taken(struct load *load, int64_t now_ms)
{
	load->busy++;
	if (load->busy < load->limit)
		return false;
	load->room_ms = 0;
	if (load->full)
		return false;
	load->full = true;
	load->full_ms = now_ms;
	return true;
}

bool
admit_released(struct load *load, int64_t now_ms)
{
	load->busy--;
	if (!load->full || load->room_ms != 0)
		return false;
	load->room_ms = now_ms;
	return true;
}

bool
admit_settled(struct load *load, int64_t now_ms, int64_t *full_ms)
{
	if (!load->full || load->room_ms == 0 ||
	    now_ms - load->room_ms < ADMIT_SETTLE_MS)
		return false;
	load->full = false;
	*full_ms = load->room_ms - load->full_ms;
	load->room_ms = 0;
	return true;
}
