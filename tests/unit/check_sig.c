/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of sig.c: signals as events.  What it does to a process is
 * tested in check_sig_process.c.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "fdio.h"
#include "forked.h"
#include "sig.h"
#include "unit.h"

static const int	noted[] = {
	SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2
};
#define NOTED		(sizeof(noted) / sizeof(*noted))

static int	watched;	/* what sig_open() returned */

static void
fresh(void)
{
	watched = sig_open();
	ck_assert_int_ge(watched, 0);
}

static void
gone(void)
{
	sig_close();
}

static bool
is_told(void)
{
	struct pollfd	pollfd = { .fd = watched, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 1;
}

static bool
is_blocked(int signal)
{
	sigset_t	mask;

	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&mask, signal) == 1;
}

START_TEST(each_signal)
{
	size_t	i, j;

	for (i = 0; i < NOTED; i++) {
		ck_assert(!is_told());
		ck_assert_int_eq(raise(noted[i]), 0);
		ck_assert(is_told());
		sig_drain();
		ck_assert(!is_told());
		for (j = 0; j < NOTED; j++)
			ck_assert_int_eq(sig_take(noted[j]), i == j);
		ck_assert(!sig_take(noted[i]));		/* once */
	}
}
END_TEST

START_TEST(many_signals)
{
	int	i;

	for (i = 0; i < 1000; i++)
		ck_assert_int_eq(raise(i % 2 ? SIGTERM : SIGHUP), 0);
	sig_drain();
	ck_assert(!is_told());
	ck_assert(sig_take(SIGTERM));
	ck_assert(sig_take(SIGHUP));
	ck_assert(!sig_take(SIGTERM));
	ck_assert(!sig_take(SIGINT));
}
END_TEST

START_TEST(waking)
{
	int	i;

	errno = ERANGE;
	sig_wake();
	ck_assert(is_told());
	for (i = 0; i < 100000; i++)	/* a full pipe is told enough */
		sig_wake();
	ck_assert_int_eq(errno, ERANGE);
	sig_drain();
	ck_assert(!is_told());
	for (i = 0; i < (int)NOTED; i++)
		ck_assert(!sig_take(noted[i]));
}
END_TEST

/* What came before the last sig_close() is not told after the next open. */
START_TEST(opened_again)
{
	ck_assert_int_eq(raise(SIGTERM), 0);
	sig_close();
	ck_assert(!sig_is_pending());
	sig_wake();			/* nobody is there: nothing happens */
	fresh();
	ck_assert(!is_told());
	ck_assert(!sig_take(SIGTERM));
}
END_TEST

START_TEST(around_fork)
{
	sigset_t	mask, usr2;

	(void)sigemptyset(&usr2);
	(void)sigaddset(&usr2, SIGUSR2);
	(void)sigprocmask(SIG_SETMASK, &usr2, NULL);
	sig_block(&mask);
	ck_assert(is_blocked(SIGTERM) && is_blocked(SIGCHLD));
	ck_assert_int_eq(raise(SIGTERM), 0);
	ck_assert(!sig_take(SIGTERM));
	sig_unblock(&mask);
	ck_assert(sig_take(SIGTERM));
	ck_assert(is_blocked(SIGUSR2) && !is_blocked(SIGTERM));
}
END_TEST

/* Only the pipe is closed, and nothing is written where it was. */
static int
check_close_in_child(void *arg)
{
	int	ends[2];

	(void)arg;
	sig_close_in_child();
	FORKED_CHECK(fdio_pipe(ends) == 0);
	FORKED_CHECK(ends[0] <= watched);
	(void)raise(SIGHUP);
	sig_wake();
	FORKED_CHECK(poll(&(struct pollfd){ .fd = ends[0],
	    .events = POLLIN }, 1, 0) == 0);
	sig_close_in_child();
	FORKED_CHECK(write(ends[1], "x", 1) == 1);
	return 0;
}

START_TEST(closed_in_a_child)
{
	ck_assert_int_eq(forked(check_close_in_child, NULL), 0);
}
END_TEST

/* One that is not ours: it has the handler, and not what that writes to. */
static int
check_notes(void *arg)
{
	(void)arg;
	(void)raise(SIGHUP);
	return 0;
}

START_TEST(kept_apart)
{
	const struct rlimit	none = { 0, 0 };
	pid_t			pid;
	int			i, status;

	ck_assert_int_eq(forked(check_notes, NULL), 0);
	sig_drain();			/* the pipe is the same one */
	sig_close();
	sig_keep_apart();
	fresh();
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(raise(SIGHUP), 0);
		ck_assert(is_told() && sig_is_pending());
		sig_drain();
		ck_assert(sig_take(SIGHUP) && !sig_take(SIGHUP));
	}
	ck_assert_int_eq(forked(check_close_in_child, NULL), 0);
	pid = fork();
	if (pid == 0) {
		/* a sanitizer's handler would make an exit of it */
		(void)signal(SIGSEGV, SIG_DFL);
		(void)setrlimit(RLIMIT_CORE, &none);
		_exit(check_notes(NULL));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}
END_TEST

/* As many as there is room for; the others are found otherwise. */
START_TEST(deaths)
{
	pid_t	pids[100], told;
	int	i, known;

	ck_assert(!sig_take_child(&told));
	for (i = 0; i < 100; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(0);
		ck_assert_int_eq(waitpid(pids[i], NULL, 0), pids[i]);
	}
	ck_assert(sig_take(SIGCHLD));
	for (known = 0; sig_take_child(&told); known++)
		ck_assert_int_eq(told, pids[known]);
	ck_assert_int_eq(known, 64);
	pids[0] = fork();
	if (pids[0] == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pids[0], NULL, 0), pids[0]);
	ck_assert(sig_take_child(&told));
	ck_assert_int_eq(told, pids[0]);
	ck_assert(!sig_take_child(&told));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("sig");
	TCase	*tc = tcase_create("sig");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, each_signal);
	tcase_add_test(tc, many_signals);
	tcase_add_test(tc, waking);
	tcase_add_test(tc, opened_again);
	tcase_add_test(tc, around_fork);
	tcase_add_test(tc, closed_in_a_child);
	tcase_add_test(tc, kept_apart);
	tcase_add_test(tc, deaths);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
