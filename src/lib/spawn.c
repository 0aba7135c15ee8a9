/* SPDX-License-Identifier: ISC */
/*
 * Fork, the parent's side, and the pipe on which children tell what failed.
 * One pipe serves all of them: a busy worker costs the master no descriptor.
 */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "child.h"
#include "fdio.h"
#include "service.h"
#include "sig.h"
#include "spawn.h"
#include "worker.h"

#define REPORTS_MAX	4096	/* what a pipe holds; more is a flood */

static pid_t	spawn_process(const struct child *);

int
spawn_open(struct spawn *spawn)
{
	return fdio_pipe(spawn->ends);
}

void
spawn_close(struct spawn *spawn)
{
	fdio_close(&spawn->ends[1]);
	fdio_close(&spawn->ends[0]);
}

void
spawn_close_in_child(struct spawn *spawn)
{
	fdio_close(&spawn->ends[0]);
}

pid_t
spawn_fork(const struct spawn *spawn, struct child *child)
{
	sigset_t	mask;
	pid_t		pid;
	int		saved;

	child->report_fd = spawn->ends[1];
	sig_block(&mask);
	pid = spawn_process(child);
	if (pid == 0)
		child_main(child);
	saved = errno;
	sig_unblock(&mask);
	errno = saved;
	return pid;
}

/* Gossip: a report that names no worker of ours is thrown away. */
void
spawn_read_reports(const struct spawn *spawn, struct worker_table *table)
{
	struct child_report	 report;
	struct worker		*worker;
	ssize_t			 n;
	int			 i;

	for (i = 0; i < REPORTS_MAX; i++) {
		n = read(spawn->ends[0], &report, sizeof(report));
		if (n == -1 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(report))
			return;
		worker = worker_by_name(table, report.slot,
		    report.generation);
		if (worker == NULL)
			continue;
		worker->failed_step = report.step;
		worker->failed_errno = report.number;
	}
}

/*
 * A handler's child calls nothing on its way to exec that needs more than
 * _Fork(3), which leaves out what fork(3) does for the C library's locks, and
 * the pages that this touches.
 */
static pid_t
spawn_process(const struct child *child)
{
#ifdef HAVE__FORK
	if (child->service->ops == NULL &&
	    child->service->settings.resolve == 0)
		return _Fork();
#endif
	return fork();
}
