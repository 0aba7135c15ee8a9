/* SPDX-License-Identifier: ISC */
/*
 * Who calls: the library's functions are called by programs that are not ours,
 * also without a master, in the middle of a run, in a worker, or in a child
 * that the program made by itself.  What they would touch does not exist there
 * (apart.h), or is only a copy.  All of this is an error, never a crash.
 */
#include "config.h"

#include <errno.h>
#include <sysexits.h>
#include <unistd.h>

#include "caller.h"
#include "error.h"
#include "server.h"

int
caller_check(const struct forkd *forkd, const char *function)
{
	if (caller_asks(forkd, function) == -1)
		return -1;
	if (caller_is_child(forkd))
		return error_set(forkd->error_of, EX_SOFTWARE, EPERM,
		    "%s: called in process %ld: only process %ld, which runs "
		    "the master, can do that", function, (long)getpid(),
		    (long)forkd->runner);
	return 0;
}

int
caller_changes(const struct forkd *forkd, const char *function)
{
	if (caller_check(forkd, function) == -1)
		return -1;
	if (forkd->running)
		return error_set(forkd->error_of, EX_SOFTWARE, EBUSY,
		    "%s: the master runs already", function);
	return 0;
}

int
caller_asks(const struct forkd *forkd, const char *function)
{
	if (forkd != NULL)
		return 0;
	return error_set(error_last(), EX_SOFTWARE, EINVAL,
	    "%s: forkd is NULL: no master", function);
}

bool
caller_is_child(const struct forkd *forkd)
{
	return forkd->running && forkd->runner != getpid();
}

int
caller_no_service(const struct forkd *forkd, const char *name)
{
	if (name != NULL)
		return error_set(forkd->error_of, EX_CONFIG, ENOENT,
		    "%s: no such service", name);
	return error_set(forkd->error_of, EX_CONFIG, ENOENT,
	    TAILQ_EMPTY(&forkd->services) ? "there is no service yet" :
	    "there are several services: name one");
}
