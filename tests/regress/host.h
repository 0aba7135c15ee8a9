/* SPDX-License-Identifier: ISC */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>

#define HOST_MASTERS	4

/* What the program waits for: orders, and one descriptor of each master. */
extern int	host_orders;
extern int	host_fds[HOST_MASTERS];		/* -1: not waited for */

/* host_order: reads and obeys one; false: it was the last one. */
bool	host_order(void);

/* host_ready: the descriptor of that master is readable. */
void	host_ready(int master);

/* host_threads: so many, which use the C library until the end; 0 or -1. */
int	host_threads(int count);

/* host_libevent: the loop with libevent; returns after the last order. */
void	host_libevent(void);

#endif
