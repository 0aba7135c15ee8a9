/* SPDX-License-Identifier: ISC */
#ifndef DRAIN_H
#define DRAIN_H

#include <stdbool.h>

/*
 * drain_filter: from now on no handshake begins on this listener; those that
 * have begun go on.  Returns 1, 0 (not TCP: there is nothing to filter), or
 * -1 with errno of setsockopt(2), ENOTSUP on other systems.
 */
int	drain_filter(int fd);

/* drain_unfilter: an accepted connection gives back the filter it inherits. */
void	drain_unfilter(int fd);

/* drain_has_waiting: whether accept(2) would find a connection. */
bool	drain_has_waiting(int fd);

/*
 * drain_waiting: how many connections wait, -1 where nobody tells; *full, if
 * not NULL: whether the queue has no place left.
 */
int	drain_waiting(int fd, bool *full);

/*
 * drain_half_open: whether a handshake is under way.  Returns 1 or 0, or -1
 * with errno when the kernel does not say.
 */
int	drain_half_open(int fd);

#endif
