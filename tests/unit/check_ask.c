/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of ask.c: what becomes of a question, whatever the child that is
 * asked does.  Each in a process of its own, whose children are the test's.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "ask.h"
#include "error.h"
#include "fdio.h"
#include "forked.h"
#include "unit.h"

enum kind { RIGHT, SHORT, NOTHING, SILENT, STOPPED, KILLED, UNABLE };

static struct {
	enum kind	kind;
	pid_t		pid;	/* of the child; the answer */
	int		here;	/* what a child changes stays in it */
} asked;

static int	told = -1;	/* who is told the pid */

static int
answer(void *arg, int fd)
{
	asked.here = 1;
	asked.pid = getpid();
	switch (*(enum kind *)arg) {
	case RIGHT:
		return fdio_write(fd, &asked.pid, sizeof(asked.pid));
	case SHORT:
		return fdio_write(fd, &asked.pid, 1);
	case SILENT:
		if (told != -1)
			(void)fdio_write(told, &asked.pid, sizeof(asked.pid));
		(void)signal(SIGTERM, SIG_IGN);
		for (;;)
			(void)pause();
	case STOPPED:
		(void)kill(getpid(), SIGSTOP);
		return 0;
	case KILLED:
		(void)kill(getpid(), SIGKILL);
		return 0;
	case UNABLE:
		return -1;
	default:
		return 0;
	}
}

static int
hear(void *arg, int fd, int64_t deadline_ms)
{
	(void)arg;
	return ask_read(fd, &asked.pid, sizeof(asked.pid), deadline_ms);
}

static int
ask(enum kind kind, int64_t patience_ms, struct error *error)
{
	const struct question	question = {
		.who = "x: the process", .patience_ms = patience_ms,
		.answer = answer, .hear = hear, .arg = &kind
	};

	memset(&asked, 0, sizeof(asked));
	return ask_child(&question, error);
}

/* No child is left, and no descriptor. */
static int
clean(int lowest)
{
	int	fd;

	FORKED_CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	fd = dup(STDIN_FILENO);
	FORKED_CHECK(fd == lowest);
	FORKED_CHECK(close(fd) == 0);
	return 0;
}

static int
lowest_free(void)
{
	int	fd;

	fd = dup(STDIN_FILENO);
	(void)close(fd);
	return fd;
}

static int
right(void *arg)
{
	struct error	error;
	int		lowest;

	(void)arg;
	lowest = lowest_free();
	FORKED_CHECK(ask(RIGHT, 30000, &error) == 0);
	FORKED_CHECK(asked.pid > 0 && asked.pid != getpid());
	FORKED_CHECK(asked.here == 0);
	return clean(lowest);
}

static int
wrong(void *arg)
{
	static const enum kind	kinds[] = { SHORT, NOTHING, KILLED, UNABLE };
	struct error		error;
	size_t			i;
	int			line, lowest;

	(void)arg;
	lowest = lowest_free();
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		FORKED_CHECK(ask(kinds[i], 30000, &error) == -1);
		FORKED_CHECK(errno == EIO && error.number == EIO);
		FORKED_CHECK(error.exit_code == EX_OSERR);
		FORKED_CHECK(strcmp(error.text, "x: the process failed: "
		    "Input/output error") == 0);
		line = clean(lowest);
		if (line != 0)
			return line;
	}
	return 0;
}

/* It is not waited for longer, and ended whatever it is doing. */
static int
late(void *arg)
{
	static const enum kind	kinds[] = { SILENT, STOPPED };
	struct error		error;
	size_t			i;
	int			line, lowest;

	(void)arg;
	lowest = lowest_free();
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		FORKED_CHECK(ask(kinds[i], 100, &error) == -1);
		FORKED_CHECK(errno == ETIMEDOUT);
		FORKED_CHECK(error.exit_code == EX_OSERR);
		FORKED_CHECK(strcmp(error.text,
		    "x: the process failed: no answer in 0s") == 0);
		line = clean(lowest);
		if (line != 0)
			return line;
	}
	return 0;
}

/* Without room for a pipe, or for a process. */
static int
limits(void *arg)
{
	struct error	error;
	struct rlimit	limit = { 0, 0 };
	int		lowest;

	(void)arg;
	lowest = lowest_free();
	limit.rlim_cur = limit.rlim_max = (rlim_t)lowest + 1;
	FORKED_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	FORKED_CHECK(ask(RIGHT, 30000, &error) == -1);
	FORKED_CHECK(errno == EMFILE && error.exit_code == EX_OSERR);
	FORKED_CHECK(strncmp(error.text, "pipe: ", 6) == 0);
	return clean(lowest);
}

static int
no_process(void *arg)
{
	struct error	error;
	struct rlimit	limit = { 0, 0 };
	int		lowest;

	(void)arg;
	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 0;	/* root has no such limit */
	lowest = lowest_free();
	FORKED_CHECK(setrlimit(RLIMIT_NPROC, &limit) == 0);
	FORKED_CHECK(ask(RIGHT, 30000, &error) == -1);
	FORKED_CHECK(errno == EAGAIN && error.exit_code == EX_OSERR);
	FORKED_CHECK(strncmp(error.text, "fork: ", 6) == 0);
	return clean(lowest);
}

/* The master is killed while it waits. */
static int
orphan(void *arg)
{
	struct error	error;
	int		ends[2], status;
	pid_t		middle, pid;

	(void)arg;
	FORKED_CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	FORKED_CHECK(pipe(ends) == 0);
	middle = fork();
	if (middle == 0) {
		told = ends[1];
		_exit(ask(SILENT, 1000, &error));
	}
	FORKED_CHECK(read(ends[0], &pid, sizeof(pid)) == sizeof(pid));
	FORKED_CHECK(kill(middle, SIGKILL) == 0);
	FORKED_CHECK(waitpid(middle, &status, 0) == middle);
	FORKED_CHECK(waitpid(pid, &status, 0) == pid);
	FORKED_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
	return 0;
}

START_TEST(answers)
{
	ck_assert_int_eq(forked(right, NULL), 0);
}
END_TEST

START_TEST(no_answers)
{
	ck_assert_int_eq(forked(wrong, NULL), 0);
}
END_TEST

START_TEST(deadline)
{
	ck_assert_int_eq(forked(late, NULL), 0);
}
END_TEST

START_TEST(master_killed)
{
	ck_assert_int_eq(forked(orphan, NULL), 0);
}
END_TEST

START_TEST(resources)
{
	if (!forked_is_watched())
		ck_assert_int_eq(forked(limits, NULL), 0);
	ck_assert_int_eq(forked(no_process, NULL), 0);
}
END_TEST

static Suite *
ask_suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("ask");
	tcase = tcase_create("child");
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, answers);
	tcase_add_test(tcase, no_answers);
	tcase_add_test(tcase, deadline);
	tcase_add_test(tcase, master_killed);
	tcase_add_test(tcase, resources);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(ask_suite());
}
