/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of daemon.c: what the starting process and the daemon are to each
 * other.  Each start in a process of its own; that ends as the start does.
 */
#include "config.h"

#include <sys/prctl.h>
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

#include "daemon.h"
#include "error.h"
#include "fdio.h"
#include "forkd.h"
#include "forked.h"
#include "unit.h"

/* What a start left: what it printed, how the two processes ended. */
struct outcome {
	char	out[256], err[256];
	int	starter, daemon;	/* exit codes, -1: a signal */
};

static struct error	error;

static int
code_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
take(int fd, char *text, size_t size)
{
	ssize_t	n;

	n = fdio_read(fd, text, size - 1);
	text[n < 0 ? 0 : n] = '\0';
}

/* Starts a daemon that does `part' and ends with what that returns. */
static int
start(int (*part)(void), struct outcome *outcome)
{
	int	err[2], out[2], status;
	pid_t	pid;

	FORKED_CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	FORKED_CHECK(pipe(out) == 0 && pipe(err) == 0);
	pid = fork();
	if (pid == 0) {
		(void)dup2(out[1], STDOUT_FILENO);
		(void)dup2(err[1], STDERR_FILENO);
		(void)close(out[1]);
		(void)close(err[1]);
		if (daemon_detach(&error) == -1)
			_exit(99);
		_exit(part());
	}
	(void)close(out[1]);
	(void)close(err[1]);
	take(out[0], outcome->out, sizeof(outcome->out));
	take(err[0], outcome->err, sizeof(outcome->err));
	FORKED_CHECK(waitpid(pid, &status, 0) == pid);
	outcome->starter = code_of(status);
	if (atoi(outcome->out) > 1)	/* a child of the daemon's */
		(void)kill(atoi(outcome->out), SIGKILL);
	FORKED_CHECK(waitpid(-1, &status, 0) > 0 || errno == ECHILD);
	outcome->daemon = code_of(status);
	return 0;
}

static int
becomes_ready(void)
{
	char	where[PATH_MAX];
	mode_t	mask;

	if (!daemon_is_awaited() || getsid(0) != getpid())
		return 1;
	if (daemon_detach(&error) != -1 || errno != EBUSY)
		return 2;
	if (daemon_ready(false, "it serves", &error) == -1)
		return 3;
	mask = umask(0);
	if (daemon_is_awaited() || (mask & 022) != 022)
		return 4;
	if (getcwd(where, sizeof(where)) == NULL || strcmp(where, "/") != 0)
		return 5;
	/* once more is nothing */
	return daemon_ready(false, "again", &error) == -1 ? 6 : 0;
}

static int
ready(void *arg)
{
	struct outcome	outcome;
	int		line;

	(void)arg;
	line = start(becomes_ready, &outcome);
	if (line != 0)
		return line;
	FORKED_CHECK(outcome.daemon == 0);
	FORKED_CHECK(outcome.starter == 0);
	FORKED_CHECK(strcmp(outcome.out, "it serves\n") == 0);
	FORKED_CHECK(outcome.err[0] == '\0');
	return 0;
}

static int
fails(void)
{
	return EX_CONFIG;
}

static int
says_status(void)
{
	if (forkd_ready(-1) != -1 || errno != EINVAL ||
	    forkd_ready(256) != -1 || errno != EINVAL)
		return 1;
	return forkd_ready(42) == -1 ? 2 : 0;
}

static int
is_killed(void)
{
	(void)kill(getpid(), SIGKILL);
	return 0;
}

/* Ends well, and has never said that it was ready. */
static int
leaves(void)
{
	return 0;
}

static int
fails_somehow(void *arg)
{
	struct outcome	outcome;
	int		line;

	(void)arg;
	line = start(fails, &outcome);
	FORKED_CHECK(line == 0 && outcome.starter == EX_CONFIG);
	FORKED_CHECK(outcome.err[0] == '\0');	/* it has said why itself */
	line = start(says_status, &outcome);
	FORKED_CHECK(line == 0 && outcome.starter == 42);
	FORKED_CHECK(outcome.daemon == 0);
	line = start(is_killed, &outcome);
	FORKED_CHECK(line == 0 && outcome.starter == EX_OSERR);
	FORKED_CHECK(strstr(outcome.err,
	    " was killed before it was ready: Killed\n") != NULL);
	line = start(leaves, &outcome);
	FORKED_CHECK(line == 0 && outcome.starter == EX_OSERR);
	FORKED_CHECK(strstr(outcome.err, " ended before it was ready\n") !=
	    NULL);
	return 0;
}

/* A child of the daemon does not keep whoever waits. */
static int
leaves_a_child(void)
{
	pid_t	pid;

	pid = fork();
	if (pid == 0) {
		daemon_close_in_child();
		(void)dprintf(STDOUT_FILENO, "%d", (int)getpid());
		(void)close(STDOUT_FILENO);
		(void)close(STDERR_FILENO);
		if (daemon_is_awaited())
			_exit(1);
		(void)alarm(60);
		for (;;)
			(void)pause();
	}
	return EX_CONFIG;
}

static int
child_waits(void *arg)
{
	struct outcome	outcome;
	int		line;

	(void)arg;
	line = start(leaves_a_child, &outcome);
	FORKED_CHECK(line == 0 && outcome.starter == EX_CONFIG);
	return 0;
}

static int
keeps_stderr(void)
{
	if (daemon_ready(true, NULL, &error) == -1)
		return 1;
	return fdio_write(STDERR_FILENO, "here\n", 5) == -1 ? 2 : 0;
}

static int
standard_error(void *arg)
{
	struct outcome	outcome;
	int		line;

	(void)arg;
	line = start(keeps_stderr, &outcome);
	FORKED_CHECK(line == 0 && outcome.starter == 0);
	FORKED_CHECK(outcome.out[0] == '\0');
	FORKED_CHECK(strcmp(outcome.err, "here\n") == 0);
	return 0;
}

START_TEST(nobody)
{
	ck_assert(!daemon_is_awaited());
	ck_assert_int_eq(daemon_ready(false, "nobody", &error), 0);
	ck_assert_int_eq(forkd_ready(0), 0);
	ck_assert_int_eq(forkd_ready(1), 0);
	daemon_close_in_child();
}
END_TEST

START_TEST(becomes)
{
	ck_assert_int_eq(forked(ready, NULL), 0);
	ck_assert_int_eq(forked(standard_error, NULL), 0);
}
END_TEST

START_TEST(failures)
{
	ck_assert_int_eq(forked(fails_somehow, NULL), 0);
}
END_TEST

START_TEST(children)
{
	ck_assert_int_eq(forked(child_waits, NULL), 0);
}
END_TEST

static Suite *
daemon_suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("daemon");
	tcase = tcase_create("start");
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, nobody);
	tcase_add_test(tcase, becomes);
	tcase_add_test(tcase, failures);
	tcase_add_test(tcase, children);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(daemon_suite());
}
