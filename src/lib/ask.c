/* SPDX-License-Identifier: ISC */
/*
 * Questions to a child: what it loads to find the answer does not stay in the
 * master, and who stops it or keeps it waiting does not stop the master.
 * Called before the server runs; this waits.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "apart.h"
#include "ask.h"
#include "daemon.h"
#include "error.h"
#include "fdio.h"
#include "pid_file.h"
#include "reap.h"

static void	ask_answer(const struct question *, int *)
		    __attribute__((noreturn));
static void	ask_limit(int64_t);
static int	ask_failed(const struct question *, struct error *);

int
ask_child(const struct question *question, struct error *error)
{
	int	ends[2], failed, saved;
	pid_t	pid;

	if (fdio_pipe(ends) == -1)
		return error_system(error, errno, "pipe");
	apart_linker(true);
	pid = fork();
	if (pid == 0)
		ask_answer(question, ends);
	saved = errno;
	fdio_close(&ends[1]);
	if (pid == -1) {
		fdio_close(&ends[0]);
		return error_system(error, saved, "fork");
	}
	failed = question->hear(question->arg, ends[0],
	    fdio_clock() + question->patience_ms);
	saved = errno;
	fdio_close(&ends[0]);
	/* it may wait for an answer of its own, or have been stopped by
	   whoever has the identity that it took */
	(void)kill(pid, SIGKILL);
	reap_wait(pid);
	errno = saved;
	return failed == -1 ? ask_failed(question, error) : 0;
}

int
ask_read(int fd, void *data, size_t size, int64_t deadline_ms)
{
	ssize_t	n;

	n = fdio_read_by(fd, data, size, deadline_ms);
	if (n == (ssize_t)size)
		return 0;
	if (n != -1)
		errno = EIO;
	return -1;
}

static void
ask_answer(const struct question *question, int *ends)
{
	/* should the master end now, that must not wait for us */
	pid_file_close_in_child();
	daemon_close_in_child();
	fdio_close(&ends[0]);
	ask_limit(question->patience_ms);
	_exit(question->answer(question->arg, ends[1]) == -1 ? 1 : 0);
}

/* Without a master that kills it, it ends soon after nobody waits for it. */
static void
ask_limit(int64_t patience_ms)
{
	sigset_t	set;

	(void)signal(SIGALRM, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGALRM);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)alarm((unsigned int)(patience_ms / 1000) + 1);
}

static int
ask_failed(const struct question *question, struct error *error)
{
	char	late[64];
	int	number;

	number = errno;
	(void)snprintf(late, sizeof(late), "no answer in %" PRId64 "s",
	    question->patience_ms / 1000);
	return error_set(error, EX_OSERR, number, "%s failed: %s",
	    question->who, number == ETIMEDOUT ? late : strerror(number));
}
