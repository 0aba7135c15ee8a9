/* SPDX-License-Identifier: ISC */
/*
 * Who may call what: the library's functions are called by programs that are
 * not ours, also in the wrong process, in the middle of a run, and without a
 * master.  All of these are errors, never crashes.
 */
#include "config.h"

#include <errno.h>
#include <sysexits.h>

#include "call.h"
#include "error.h"
#include "server.h"

int
call_check(const struct forkd *forkd, const char *name, enum call_when when)
{
	if (forkd == NULL)
		return error_set(error_last(), EX_SOFTWARE, EINVAL,
		    "%s: no master: it is NULL", name);
	if (when != CALL_ANYWHERE && call_is_in_worker(forkd))
		return error_set(forkd->error_of, EX_SOFTWARE, EPERM,
		    "%s: this is a worker: only the master may do that", name);
	if (when == CALL_BEFORE_RUN && forkd->running)
		return error_set(forkd->error_of, EX_SOFTWARE, EBUSY,
		    "%s: the master runs already", name);
	return 0;
}

struct error *
call_error(const struct forkd *forkd)
{
	return forkd == NULL ? error_last() : forkd->error_of;
}

bool
call_is_in_worker(const struct forkd *forkd)
{
	/* a master that runs has a loop, which its children do not have */
	return forkd->running && forkd->loop == NULL;
}

int
call_no_service(const struct forkd *forkd, const char *name)
{
	if (name != NULL)
		return error_set(forkd->error_of, EX_CONFIG, ENOENT,
		    "%s: no such service", name);
	return error_set(forkd->error_of, EX_CONFIG, ENOENT,
	    TAILQ_EMPTY(&forkd->services) ? "there is no service yet" :
	    "there are several services: name one");
}
