/* SPDX-License-Identifier: ISC */
/*
 * Fork, the parent's side, and the pipe on which children tell what failed.
 * One pipe serves all of them: a busy worker costs the master no descriptor.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "apart.h"
#include "child.h"
#include "direct.h"
#include "fdio.h"
#include "service.h"
#include "sig.h"
#include "spawn.h"
#include "worker.h"

#define REPORTS_MAX	4096	/* what a pipe holds; more is a flood */

static int	spawn_stderr(void);
static pid_t	spawn_process(const struct spawn *, struct child *)
		    __attribute__((hot));
static pid_t	spawn_blocked(void);
static bool	spawn_needs_fork(int);

static bool	has_no_clone3;

void
spawn_init(struct spawn *spawn)
{
	spawn->ends[0] = spawn->ends[1] = -1;
	spawn->null_fd = spawn->error_fd = -1;
	spawn->threads = false;
}

int
spawn_open(struct spawn *spawn, bool need_null)
{
	if (fdio_pipe(spawn->ends) == -1)
		return -1;
	if (need_null)
		spawn->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (need_null && spawn->null_fd == -1) {
		spawn_close(spawn);
		return -1;
	}
	spawn->error_fd = spawn_stderr();
	return 0;
}

void
spawn_mute(struct spawn *spawn)
{
	if (spawn->error_fd != STDERR_FILENO)
		fdio_close(&spawn->error_fd);
	spawn->error_fd = -1;
}

void
spawn_close(struct spawn *spawn)
{
	spawn_close_in_child(spawn);
	fdio_close(&spawn->ends[1]);
}

void
spawn_renew_stderr(struct spawn *spawn)
{
	if (spawn->error_fd == -1)
		return;		/* mute */
	if (spawn->error_fd != STDERR_FILENO)
		fdio_close(&spawn->error_fd);
	spawn->error_fd = spawn_stderr();
}

void
spawn_close_in_child(struct spawn *spawn)
{
	spawn_mute(spawn);
	fdio_close(&spawn->null_fd);
	fdio_close(&spawn->ends[0]);
}

pid_t
spawn_fork(const struct spawn *spawn, struct child *child)
{
	pid_t	pid;

	child->report_fd = spawn->ends[1];
	child->null_fd = spawn->null_fd;
	child->error_fd = child->pipe_fd;
	if (child->error_fd == -1)
		child->error_fd = spawn->error_fd != -1 ? spawn->error_fd :
		    spawn->null_fd;
	pid = spawn_process(spawn, child);
	if (pid == 0)
		child_main(child);
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
 * A handler's child calls nothing on its way to exec that needs more than the
 * system call: what fork(3) does for the C library's locks, and for its notes
 * of who it is, touches pages, and the kernel can reset signals by itself.
 * With threads, changing the user takes a lock that one of them may have had.
 */
static pid_t
spawn_process(const struct spawn *spawn, struct child *child)
{
	pid_t	pid;

	if (!has_no_clone3 && !spawn->threads && child->service->ops == NULL &&
	    child->service->settings.resolve == 0) {
		child->default_signals = true;
		apart_linker(false);
		pid = direct_clone();
		if (pid != -1 || !spawn_needs_fork(errno))
			return pid;
		has_no_clone3 = true;
	}
	child->default_signals = false;
	return spawn_blocked();
}

/* The child must not run the master's handlers of signals. */
static pid_t
spawn_blocked(void)
{
	sigset_t	mask;
	pid_t		pid;
	int		saved;

	sig_block(&mask);
	apart_linker(true);
	pid = fork();
	if (pid == 0)
		return 0;	/* sig_child() unblocks them */
	saved = errno;
	sig_unblock(&mask);
	errno = saved;
	return pid;
}

/* An old kernel, or a filter that does not know the call. */
static bool
spawn_needs_fork(int number)
{
	return number == ENOSYS || number == EINVAL || number == EPERM;
}

/*
 * Standard error for handlers.  The one of a terminal is open for reading,
 * too: with it, whoever the network talks to could read what the
 * administrator types.  Flags that a handler sets on a pipe, or the place to
 * which it moves in a log file, must not be the master's or the shell's.
 */
static int
spawn_stderr(void)
{
	struct stat	st;
	int		again;

	again = -1;
	if (isatty(STDERR_FILENO))
		again = fdio_again(STDERR_FILENO, 0);
	else if (fstat(STDERR_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		again = fdio_again(STDERR_FILENO, 0);
	else if ((fcntl(STDERR_FILENO, F_GETFL) & O_APPEND) != 0)
		again = fdio_again(STDERR_FILENO, O_APPEND);
	return again == -1 ? STDERR_FILENO : again;
}
