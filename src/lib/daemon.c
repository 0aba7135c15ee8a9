/* SPDX-License-Identifier: ISC */
/*
 * Detaching: the process that was started forks the daemon and waits on a pipe
 * until that is ready, so that its exit code says whether there is a server.
 * Until then the daemon keeps the terminal for its messages; if it ends, the
 * starting process ends with the same code.
 *
 * There is no second fork: it would only keep the daemon from getting a
 * controlling terminal by opening one, and nothing here opens a path without
 * O_NOCTTY; and it would take from the starting process the status of its own
 * child, which tells how a start ended that had no time to say so.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "apart.h"
#include "daemon.h"
#include "error.h"
#include "fdio.h"
#include "forkd.h"

#define UMASK_AT_LEAST	022	/* others do not write what a daemon made */
#define STATUS_MAX	255	/* more would be cut, 256 to success */

/* What goes through the pipe, whole or not at all. */
struct readiness {
	int	status;
	char	line[DAEMON_LINE_SIZE];
};
_Static_assert(sizeof(struct readiness) <= PIPE_BUF, "not written at once");

static int	daemon_begin(int *, struct error *);
static void	daemon_wait(int, pid_t) __attribute__((noreturn));
static void	daemon_wait_end(pid_t, int) __attribute__((noreturn));
static int	daemon_leave_terminal(bool, struct error *);
static int	daemon_tell(int, const char *);

static int	awaited_fd = -1;	/* who waits reads its other end */

int
forkd_detach(void)
{
	return daemon_detach(error_last());
}

int
forkd_ready(int status)
{
	if (status < 0 || status > STATUS_MAX)
		return error_set(error_last(), EX_SOFTWARE, EINVAL,
		    "forkd_ready: %d: not a status: 0 to %d", status,
		    STATUS_MAX);
	if (status == 0)
		return daemon_ready(false, NULL, error_last());
	if (awaited_fd == -1)
		return 0;
	if (daemon_tell(status, NULL) == -1)
		return error_system(error_last(), errno, "forkd_ready");
	fdio_close(&awaited_fd);
	return 0;
}

int
daemon_detach(struct error *error)
{
	struct sigaction	action, before;
	pid_t			pid;
	int			ends[2], number;

	if (awaited_fd != -1)
		return error_set(error, EX_SOFTWARE, EBUSY,
		    "detach: it has been done already");
	if (pipe2(ends, O_CLOEXEC) == -1)
		return error_system(error, errno, "detach: pipe");
	/* what waits to be written is written once, and before the daemon's */
	(void)fflush(stdout);
	(void)fflush(stderr);
	/* ignored, it would take the exit code of a start that failed */
	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGCHLD, &action, &before);
	apart_linker(true);
	pid = fork();
	if (pid > 0) {
		fdio_close(&ends[1]);
		daemon_wait(ends[0], pid);
	}
	number = errno;
	(void)sigaction(SIGCHLD, &before, NULL);
	errno = number;
	if (pid == 0)
		return daemon_begin(ends, error);
	fdio_close(&ends[1]);
	fdio_close(&ends[0]);
	return error_system(error, number, "detach: fork");
}

bool
daemon_is_awaited(void)
{
	return awaited_fd != -1;
}

int
daemon_ready(bool keep_stderr, const char *line, struct error *error)
{
	int	saved_fd;

	if (awaited_fd == -1)
		return 0;
	(void)fflush(stdout);
	(void)fflush(stderr);
	saved_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	if (saved_fd == -1)
		return error_system(error, errno, "detach: standard error");
	if (daemon_leave_terminal(keep_stderr, error) == -1)
		goto fail;
	if (daemon_tell(0, line) == -1) {
		if (errno == EPIPE)
			(void)error_set(error, EX_OSERR, EPIPE,
			    "detach: the process that waited for it is gone");
		else
			(void)error_system(error, errno, "detach: readiness");
		goto fail;
	}
	fdio_close(&awaited_fd);
	fdio_close(&saved_fd);
	return 0;
fail:
	(void)dup2(saved_fd, STDERR_FILENO);	/* for the message */
	fdio_close(&saved_fd);
	errno = error->number;
	return -1;
}

void
daemon_close_in_child(void)
{
	fdio_close(&awaited_fd);
}

/* The daemon's first steps; whoever waits learns its end from wait(2). */
static int
daemon_begin(int *ends, struct error *error)
{
	mode_t	mask;

	fdio_close(&ends[0]);
	if (setsid() == -1) {
		(void)error_system(error, errno, "detach: setsid");
		(void)dprintf(STDERR_FILENO, "%s: %s\n", getprogname(),
		    error->text);
		_exit(error->exit_code);
	}
	mask = umask(UMASK_AT_LEAST);
	(void)umask(mask | UMASK_AT_LEAST);
	awaited_fd = ends[1];
	return 0;
}

static void
daemon_wait(int fd, pid_t pid)
{
	struct readiness	readiness;
	ssize_t			n;
	int			number;

	n = fdio_read(fd, &readiness, sizeof(readiness));
	if (n != (ssize_t)sizeof(readiness)) {
		number = n == -1 ? errno : 0;
		/* a daemon that lives must not go on, and it may have told */
		fdio_close(&fd);
		if (number != 0)
			(void)kill(pid, SIGTERM);
		daemon_wait_end(pid, number);
	}
	readiness.line[sizeof(readiness.line) - 1] = '\0';
	/* the server runs: that nobody may read this is no failure of it */
	if (readiness.line[0] != '\0' &&
	    dprintf(STDOUT_FILENO, "%s\n", readiness.line) < 0)
		(void)dprintf(STDERR_FILENO, "%s: standard output: %s\n",
		    getprogname(), strerror(errno));
	_exit(readiness.status);
}

/*
 * It has not become ready, or that could not be read: number.  If it failed by
 * itself, it has said why.
 */
static void
daemon_wait_end(pid_t pid, int number)
{
	pid_t	ended;
	int	status;

	do
		ended = waitpid(pid, &status, 0);
	while (ended == -1 && errno == EINTR);
	if (ended == pid && WIFEXITED(status) && WEXITSTATUS(status) != 0)
		_exit(WEXITSTATUS(status));
	if (number != 0)
		(void)dprintf(STDERR_FILENO, "%s: detach: process %ld was "
		    "stopped, for whether it is ready cannot be read: %s\n",
		    getprogname(), (long)pid, strerror(number));
	else if (ended == pid && WIFSIGNALED(status))
		(void)dprintf(STDERR_FILENO, "%s: detach: process %ld was "
		    "killed before it was ready: %s\n", getprogname(),
		    (long)pid, strsignal(WTERMSIG(status)));
	else
		(void)dprintf(STDERR_FILENO, "%s: detach: process %ld ended "
		    "before it was ready\n", getprogname(), (long)pid);
	_exit(EX_OSERR);
}

static int
daemon_leave_terminal(bool keep_stderr, struct error *error)
{
	int	fd, last, null_fd;

	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (null_fd == -1)
		return error_system(error, errno, "detach: /dev/null");
	if (chdir("/") == -1) {
		(void)error_system(error, errno, "detach: chdir /");
		goto fail;
	}
	last = keep_stderr ? STDOUT_FILENO : STDERR_FILENO;
	for (fd = STDIN_FILENO; fd <= last; fd++)
		if (dup2(null_fd, fd) == -1) {
			(void)error_system(error, errno, "detach: dup2");
			goto fail;
		}
	fdio_close(&null_fd);
	return 0;
fail:
	fdio_close(&null_fd);
	errno = error->number;
	return -1;
}

/* SIGPIPE may be at its default action: this is for any program. */
static int
daemon_tell(int status, const char *line)
{
	struct sigaction	before, ignore = { .sa_handler = SIG_IGN };
	struct readiness	readiness;
	int			failed, saved;

	memset(&readiness, 0, sizeof(readiness));
	readiness.status = status;
	if (line != NULL)
		(void)strlcpy(readiness.line, line, sizeof(readiness.line));
	(void)sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGPIPE, &ignore, &before);
	failed = fdio_write(awaited_fd, &readiness, sizeof(readiness));
	saved = errno;
	(void)sigaction(SIGPIPE, &before, NULL);
	errno = saved;
	return failed;
}
