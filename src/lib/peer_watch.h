/* SPDX-License-Identifier: ISC */
#ifndef PEER_WATCH_H
#define PEER_WATCH_H

#include <stddef.h>

struct forkd;
struct worker;

/*
 * peer_watch_open: makes forkd->peers for that many workers if a service has
 * set client-gone or idle-timeout; NULL otherwise.  Returns 0, or -1 with
 * ENOMEM.  peer_watch_close: mirrors it.
 */
int	peer_watch_open(struct forkd *, size_t workers);
void	peer_watch_close(struct forkd *);

/* peer_watch_close_in_child: closes the copies of all connections. */
void	peer_watch_close_in_child(struct forkd *);

/*
 * Call these only where forkd->peers is not NULL.
 * peer_watch_begin: keeps a copy of the worker's connection, which is fd, as
 * its service's settings have it; peer_watch_end: the worker was reaped.
 */
void	peer_watch_begin(struct worker *, int fd);
void	peer_watch_end(struct worker *);

#endif
