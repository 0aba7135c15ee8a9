/* SPDX-License-Identifier: ISC */
/*
 * Who calls: a public function of the master's that is called in a worker, or
 * in a child that the program made by itself, is refused.  What it would
 * touch does not exist there (apart.h), or is only a copy.
 */
#include "config.h"

#include <errno.h>
#include <sysexits.h>
#include <unistd.h>

#include "caller.h"
#include "error.h"
#include "server.h"

int
caller_check(struct forkd *forkd, const char *function)
{
	if (forkd == NULL)
		return error_set(error_last(), EX_SOFTWARE, EINVAL,
		    "%s: forkd is NULL: no master", function);
	if (caller_is_child(forkd))
		return error_set(&forkd->error, EX_SOFTWARE, EPERM,
		    "%s: called in process %ld: only process %ld, which runs "
		    "the master, can do that", function, (long)getpid(),
		    (long)forkd->runner);
	return 0;
}

int
caller_is_child(const struct forkd *forkd)
{
	return forkd->running && forkd->runner != getpid();
}
