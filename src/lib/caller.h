/* SPDX-License-Identifier: ISC */
#ifndef CALLER_H
#define CALLER_H

#include <stdbool.h>

struct error;
struct forkd;

/*
 * caller_check: whether a public function, named `function', is called with a
 * master, and, if that runs, by the process that runs it.  Returns 0, or -1
 * with a sentence: EINVAL (forkd is NULL, see error_last()), EPERM.
 * caller_changes: the same for a function that may not be called while the
 * master runs: EBUSY.
 * caller_asks: the same for one that may be called in any process.
 */
int	caller_check(const struct forkd *, const char *function);
int	caller_changes(const struct forkd *, const char *function);
int	caller_asks(const struct forkd *, const char *function);

/*
 * caller_is_child: a worker, or another child of the process that runs it,
 * calls: nothing of the master's may be touched.
 */
bool	caller_is_child(const struct forkd *);

/*
 * caller_no_service: service_find() has not found it; `service' may be NULL.
 * Returns -1 with a sentence, ENOENT.
 */
int	caller_no_service(const struct forkd *, const char *service);

#endif
