/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of reap.c: the end of children.  Each in a process of its own,
 * whose children are only those of the test.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "forked.h"
#include "reap.h"
#include "unit.h"

#define CHILDREN	5

/* What the peek saw. */
static struct {
	pid_t	pid[CHILDREN + 1];
	int	calls, zombies;
} seen;

static void
peek(pid_t pid, void *arg)
{
	siginfo_t	info;

	seen.pid[seen.calls++ % (CHILDREN + 1)] = pid;
	info.si_pid = 0;
	/* it can be waited for, and its number can be killed, still */
	if (arg == &seen && waitid(P_PID, (id_t)pid, &info,
	    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid &&
	    kill(pid, 0) == 0)
		seen.zombies++;
}

/* A child that ends with that status, or waits for a signal to end it. */
static pid_t
child(int status, int session)
{
	char	byte;
	pid_t	pid;
	int	ready[2];

	if (pipe(ready) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)alarm(60);	/* whatever goes wrong */
		if (session && setsid() == -1)
			_exit(99);
		if (session && fork() == 0)
			(void)alarm(60);
		if (write(ready[1], "", 1) == -1)
			_exit(99);
		while (status == -1)
			(void)pause();
		_exit(status);
	}
	(void)close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		pid = -1;
	(void)close(ready[0]);
	return pid;
}

/* Waits until a child has ended, and leaves it as it is. */
static int
await(pid_t pid)
{
	siginfo_t	info;

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
}

static int
none(void *arg)
{
	struct reaped	reaped;

	(void)arg;
	FORKED_CHECK(!reap_next(&reaped, NULL, NULL));
	FORKED_CHECK(!reap_next(&reaped, peek, &seen));
	FORKED_CHECK(seen.calls == 0);
	return 0;
}

/* One that lives, and one that is stopped, are not reaped. */
static int
alive(void *arg)
{
	struct reaped	reaped;
	siginfo_t	info;
	pid_t		pid;

	(void)arg;
	pid = child(-1, 0);
	FORKED_CHECK(pid > 0);
	FORKED_CHECK(!reap_next(&reaped, NULL, NULL));
	FORKED_CHECK(!reap_next(&reaped, peek, &seen));
	FORKED_CHECK(kill(pid, SIGSTOP) == 0);
	FORKED_CHECK(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT) == 0);
	FORKED_CHECK(!reap_next(&reaped, NULL, NULL));
	FORKED_CHECK(!reap_next(&reaped, peek, &seen));
	FORKED_CHECK(seen.calls == 0);
	FORKED_CHECK(kill(pid, SIGKILL) == 0 && await(pid) == 0);
	FORKED_CHECK(reap_next(&reaped, NULL, NULL) && reaped.pid == pid);
	return 0;
}

static int
status(void *arg)
{
	struct reaped	reaped;
	pid_t		pid;

	(void)arg;
	pid = child(7, 0);
	FORKED_CHECK(pid > 0 && await(pid) == 0);
	memset(&reaped, '#', sizeof(reaped));
	FORKED_CHECK(reap_next(&reaped, NULL, NULL));
	FORKED_CHECK(reaped.pid == pid);
	FORKED_CHECK(WIFEXITED(reaped.status));
	FORKED_CHECK(WEXITSTATUS(reaped.status) == 7);
	FORKED_CHECK(reaped.usage.ru_utime.tv_sec >= 0 &&
	    reaped.usage.ru_utime.tv_sec < 1000);
	FORKED_CHECK(!reap_next(&reaped, NULL, NULL));
	pid = child(-1, 0);
	FORKED_CHECK(pid > 0 && kill(pid, SIGUSR1) == 0 && await(pid) == 0);
	FORKED_CHECK(reap_next(&reaped, peek, &seen));
	FORKED_CHECK(reaped.pid == pid);
	FORKED_CHECK(WIFSIGNALED(reaped.status));
	FORKED_CHECK(WTERMSIG(reaped.status) == SIGUSR1);
	return 0;
}

/* Every one is shown once, dead but not reaped, before it is reaped. */
static int
shown(void *arg)
{
	struct reaped	reaped;
	pid_t		pid[CHILDREN];
	int		i;

	(void)arg;
	for (i = 0; i < CHILDREN; i++) {
		pid[i] = child(i, 0);
		FORKED_CHECK(pid[i] > 0 && await(pid[i]) == 0);
	}
	for (i = 0; i < CHILDREN; i++) {
		FORKED_CHECK(reap_next(&reaped, peek, &seen));
		FORKED_CHECK(seen.calls == i + 1);
		FORKED_CHECK(seen.zombies == i + 1);
		FORKED_CHECK(seen.pid[i] == reaped.pid);
		FORKED_CHECK(pid[WEXITSTATUS(reaped.status)] == reaped.pid);
		FORKED_CHECK(kill(reaped.pid, 0) == -1 && errno == ESRCH);
		pid[WEXITSTATUS(reaped.status)] = 0;
	}
	FORKED_CHECK(!reap_next(&reaped, peek, &seen));
	FORKED_CHECK(seen.calls == CHILDREN);
	return 0;
}

/* The child and its own child are in a session of theirs: both end. */
static int
group(void *arg)
{
	struct reaped	reaped;
	char		byte;
	int		hold[2];	/* open as long as a child lives */
	pid_t		pid;

	(void)arg;
	FORKED_CHECK(pipe(hold) == 0);
	pid = child(-1, 1);
	FORKED_CHECK(pid > 0);
	(void)close(hold[1]);
	FORKED_CHECK(reap_signal(pid, SIGTERM) == 0);
	FORKED_CHECK(read(hold[0], &byte, 1) == 0);	/* nobody is left */
	FORKED_CHECK(await(pid) == 0 && reap_next(&reaped, NULL, NULL));
	FORKED_CHECK(WTERMSIG(reaped.status) == SIGTERM);
	return 0;
}

/* Before setsid(2), the number is no group: the process alone is meant. */
static int
no_session(void *arg)
{
	struct reaped	reaped;
	pid_t		other, pid;

	(void)arg;
	FORKED_CHECK(setsid() != -1);
	other = child(-1, 0);
	pid = child(-1, 0);
	FORKED_CHECK(other > 0 && pid > 0);
	FORKED_CHECK(reap_signal(pid, SIGKILL) == 0);
	FORKED_CHECK(await(pid) == 0);
	FORKED_CHECK(reap_next(&reaped, NULL, NULL) && reaped.pid == pid);
	FORKED_CHECK(!reap_next(&reaped, NULL, NULL));
	FORKED_CHECK(reap_signal(other, SIGTERM) == 0);
	FORKED_CHECK(await(other) == 0 && reap_next(&reaped, NULL, NULL));
	FORKED_CHECK(WTERMSIG(reaped.status) == SIGTERM);
	errno = 0;
	FORKED_CHECK(reap_signal(other, SIGTERM) == -1 && errno == ESRCH);
	return 0;
}

/* Waits for one and leaves the others alone. */
static int
waiting(void *arg)
{
	struct reaped	reaped;
	pid_t		other, pid;

	(void)arg;
	other = child(3, 0);
	pid = child(4, 0);
	FORKED_CHECK(other > 0 && pid > 0);
	reap_wait(pid);
	FORKED_CHECK(kill(pid, 0) == -1 && errno == ESRCH);
	FORKED_CHECK(await(other) == 0);
	reap_wait(pid);			/* not a child any more */
	FORKED_CHECK(reap_next(&reaped, NULL, NULL) && reaped.pid == other);
	return 0;
}

/* By pid or by pidfd: that one alone, as wait(2) tells it. */
static int
one(void *arg)
{
	static const int	ends[] = { 0, 3, 255, SIGKILL, SIGTERM };
	struct reaped		reaped;
	pid_t			other, pid;
	int			fd, i;

	other = child(9, 0);
	for (i = 0; i < 5; i++) {
		pid = child(i < 3 ? ends[i] : -1, 0);
		FORKED_CHECK(pid > 0);
		fd = arg == NULL ? -1 : reap_watch(pid);
		FORKED_CHECK(arg == NULL || fd != -1);
		if (i >= 3) {
			FORKED_CHECK(!reap_child(&reaped, pid, fd, peek,
			    NULL));
			FORKED_CHECK(kill(pid, ends[i]) == 0);
		}
		FORKED_CHECK(await(pid) == 0 && reap_has(pid, fd));
		seen.calls = 0;
		FORKED_CHECK(reap_child(&reaped, pid, fd, peek, NULL));
		FORKED_CHECK(seen.calls == 1 && seen.pid[0] == pid);
		FORKED_CHECK(reaped.pid == pid);
		if (i < 3)
			FORKED_CHECK(WIFEXITED(reaped.status) &&
			    WEXITSTATUS(reaped.status) == ends[i]);
		else
			FORKED_CHECK(WIFSIGNALED(reaped.status) &&
			    WTERMSIG(reaped.status) == ends[i]);
		FORKED_CHECK(reaped.usage.ru_maxrss > 0);
		/* somebody else has it */
		FORKED_CHECK(!reap_has(pid, fd));
		FORKED_CHECK(reap_child(&reaped, pid, fd, peek, NULL));
		FORKED_CHECK(seen.calls == 1 && reaped.pid == pid);
		FORKED_CHECK(reaped.status == REAP_UNKNOWN);
	}
	FORKED_CHECK(await(other) == 0);
	return 0;
}

START_TEST(reaping)
{
	int	by_pidfd = 1;

	ck_assert_int_eq(forked(one, NULL), 0);
	if (!forked_is_watched())
		ck_assert_int_eq(forked(one, &by_pidfd), 0);
	ck_assert_int_eq(forked(none, NULL), 0);
	ck_assert_int_eq(forked(alive, NULL), 0);
	ck_assert_int_eq(forked(status, NULL), 0);
	ck_assert_int_eq(forked(shown, NULL), 0);
	ck_assert_int_eq(forked(waiting, NULL), 0);
}
END_TEST

START_TEST(signalling)
{
	ck_assert_int_eq(forked(group, NULL), 0);
	ck_assert_int_eq(forked(no_session, NULL), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("reap");
	TCase	*tc = tcase_create("reap");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, reaping);
	tcase_add_test(tc, signalling);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
