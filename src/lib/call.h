/* SPDX-License-Identifier: ISC */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>

struct error;
struct forkd;

/* When a public function may be called. */
enum call_when {
	CALL_ANYWHERE,		/* in a worker as well */
	CALL_IN_MASTER,		/* whether it runs or not */
	CALL_BEFORE_RUN		/* in the master, while it does not run */
};

/*
 * call_check: whether the function `name' may be called now.  Returns 0, or -1
 * with an error of the master's: EINVAL (it is NULL: an error of this thread),
 * EPERM (in a worker), EBUSY (it runs).
 */
int	call_check(const struct forkd *, const char *name, enum call_when);

/*
 * call_no_service: service_find() has not found it; `service' may be NULL.
 * Returns -1 with an error of the master's, ENOENT.
 */
int	call_no_service(const struct forkd *, const char *service);

/* call_error: where an error goes; also of a master that is const or NULL. */
struct error *call_error(const struct forkd *);

/* call_is_in_worker: whether this is a worker's copy of a master. */
bool	call_is_in_worker(const struct forkd *);

#endif
