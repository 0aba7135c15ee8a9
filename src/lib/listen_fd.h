/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_FD_H
#define LISTEN_FD_H

#include <stdbool.h>

struct addr_spec;
struct error;

/*
 * listen_fd_find: the descriptor that a spec of scheme fd means, the first one
 * of a name.  Returns it, or -1 with error: EINVAL, ENOENT (no such name), and
 * those of inherited_count.
 */
int	listen_fd_find(const struct addr_spec *, const char *text,
	    struct error *);

/*
 * listen_fd_check: is it a socket that listens, of a kind that is served?
 * Changes nothing.  Returns 0, or -1 with error: EBADF, ENOTSOCK, EINVAL (does
 * not listen), ENOTSUP.
 */
int	listen_fd_check(const char *text, int fd, struct error *);

/*
 * listen_fd_prepare: close-on-exec and, if the master is to accept there,
 * non-blocking, and nothing else.  Returns 0, or -1 with error.
 */
int	listen_fd_prepare(const char *text, int fd, bool accepts,
	    struct error *);

#endif
