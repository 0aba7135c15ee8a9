/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_GIVE_H
#define LISTEN_GIVE_H

struct service;

#define LISTEN_GIVE_FIRST	3	/* descriptor, see sd_listen_fds(3) */

/* listen_give_count: how many listeners a handler gets. */
int	listen_give_count(const struct service *);

/*
 * listen_give_names: makes service->listen_names.  Returns 0, or -1 with
 * ENOMEM.
 */
int	listen_give_names(struct service *);

/*
 * listen_give_block: makes those listeners blocking that are forkd's own,
 * whatever an earlier handler has made of them.
 */
void	listen_give_block(const struct service *);

/*
 * listen_give: in a child, makes the first listener the descriptors 0 and 1,
 * err 2, and all listeners those from LISTEN_GIVE_FIRST on, none of them
 * close-on-exec.  *keep becomes the one behind them, close-on-exec; every
 * other one is closed.  Returns 0, or -1 with errno; *keep is open then, too.
 */
int	listen_give(struct service *, int err, int *keep);

#endif
