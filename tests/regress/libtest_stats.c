/* SPDX-License-Identifier: ISC */
/*
 * The numbers of a libtest: on HUP, every field of every service and worker,
 * a line each, on standard error.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "forkd.h"
#include "libtest.h"

#define SLOTS	8	/* that are looked at */

static const char *const	service_fields[] = {
	"workers", "busy", "idle", "starting", "retiring", "max-workers",
	"slots",
	"accepted", "served", "refused", "failed", "crashed", "killed",
	"full", "setup-failures", "throttled"
};
static const char *const	worker_fields[] = {
	"pid", "generation", "state", "busy", "served", "connection", "age",
	"time-in-state"
};

int
libtest_stats(struct forkd *forkd, void *arg)
{
	int64_t	value;
	size_t	i;
	int	slot;

	(void)arg;
	for (i = 0; i < sizeof(service_fields) / sizeof(char *); i++)
		if (forkd_stat(forkd, NULL, service_fields[i], &value) == 0)
			(void)dprintf(STDERR_FILENO, "stat %s %" PRId64 "\n",
			    service_fields[i], value);
	for (slot = 0; slot < SLOTS; slot++)
		for (i = 0; i < sizeof(worker_fields) / sizeof(char *); i++)
			if (forkd_worker_stat(forkd, slot, worker_fields[i],
			    &value) == 0)
				(void)dprintf(STDERR_FILENO,
				    "worker %d %s %" PRId64 "\n", slot,
				    worker_fields[i], value);
	(void)dprintf(STDERR_FILENO, "stat end\n");
	return 0;
}
