/* SPDX-License-Identifier: ISC */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include <stdbool.h>

struct identity;

/* privilege_drops: whether becoming that identity now gives up being root. */
bool	privilege_drops(const struct identity *) __attribute__((hot));

/*
 * privilege_become: in a worker: supplementary groups, group, user, in that
 * order, and the proof that there is no way back (setresuid(2)).
 * Returns 0, or -1 with errno; EPERM when the proof fails.  After a failure
 * the process must end.
 */
int	privilege_become(const struct identity *) __attribute__((hot));

/* privilege_no_more: prctl(PR_SET_NO_NEW_PRIVS); 0, or -1 with errno. */
int	privilege_no_more(void) __attribute__((hot));

#endif
