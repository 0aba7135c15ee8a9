/* SPDX-License-Identifier: ISC */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <stddef.h>

struct error;
struct service;

/*
 * lookup_handler: the absolute path of a service's handler: a name without a
 * slash is looked for in the handler directory, then in PATH, and a relative
 * path begins at `start'.  Call it with the identity and root of a worker.  Returns 0, or -1 with error: ENOENT
 * (EX_NOINPUT: missing), EACCES (EX_NOINPUT: not executable, EX_NOPERM: not
 * reachable), ENOEXEC, EISDIR, ENAMETOOLONG.
 */
int	lookup_handler(const struct service *, const char *start, char *path,
	    size_t size, struct error *);

#endif
