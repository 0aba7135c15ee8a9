/* SPDX-License-Identifier: ISC */
#ifndef INHERITED_H
#define INHERITED_H

#include <stddef.h>

struct error;

#define INHERITED_FIRST	3	/* descriptor, see sd_listen_fds(3) */

/*
 * inherited_count: how many sockets a service manager passes to this process,
 * from descriptor 3 on; 0: none, or they are for another process.
 * Returns -1 with error when what LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES
 * say is wrong: EINVAL, or EBADF (a descriptor of them is not open).
 */
int	inherited_count(struct error *);

/*
 * inherited_next: the first of them from descriptor `fd' on that has a name,
 * or -1.
 */
int	inherited_next(const char *name, int fd);

/*
 * inherited_name: what LISTEN_FDNAMES calls a descriptor, *length characters;
 * NULL: nothing.
 */
const char *inherited_name(int fd, size_t *length);

/*
 * inherited_why_none: why inherited_count() is 0, in a few words for messages:
 * ``LISTEN_FDS is not set''.
 */
const char *inherited_why_none(void);

/* inherited_guard: makes all of them close-on-exec. */
void	inherited_guard(void);

#endif
