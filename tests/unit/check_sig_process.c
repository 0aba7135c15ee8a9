/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of sig.c: dispositions and mask, of the process and of its
 * children, each part in a process of its own.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forked.h"
#include "sig.h"
#include "unit.h"

/* glibc sets this one by itself. */
#define FLAGS	(~0x04000000)

static volatile sig_atomic_t	counted;

static void
count(int signal)
{
	counted += signal;
}

static void
dispose(int signal, void (*handler)(int), int flags)
{
	struct sigaction	action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = flags;
	(void)sigaddset(&action.sa_mask, SIGWINCH);
	(void)sigaction(signal, &action, NULL);
}

static void
(*handler_of(int signal))(int)
{
	struct sigaction	action;

	return sigaction(signal, NULL, &action) == -1 ? SIG_ERR :
	    action.sa_handler;
}

static bool
is_blocked(int signal)
{
	sigset_t	mask;

	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&mask, signal) == 1;
}

/* Dispositions and a mask as somebody else may have left them. */
static void
disturb(void)
{
	sigset_t	mask;

	dispose(SIGTERM, SIG_IGN, 0);
	dispose(SIGCHLD, SIG_IGN, SA_NOCLDWAIT);
	dispose(SIGUSR1, count, SA_NODEFER);
	dispose(SIGPIPE, count, SA_RESTART);
	dispose(SIGWINCH, SIG_IGN, 0);
	dispose(SIGTSTP, SIG_IGN, 0);
	dispose(SIGTTOU, SIG_DFL, 0);
	dispose(SIGALRM, count, SA_RESETHAND);
	dispose(SIGRTMIN, SIG_IGN, 0);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGINT);
	(void)sigaddset(&mask, SIGCHLD);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
}

static int
check_open(void *arg)
{
	struct sigaction	action;
	int			signal;

	(void)arg;
	disturb();
	(void)raise(SIGINT);		/* waits behind the mask */
	FORKED_CHECK(sig_open() != -1);
	for (signal = 1; signal < NSIG; signal++)
		FORKED_CHECK(!is_blocked(signal));
	FORKED_CHECK(sig_take(SIGINT));
	FORKED_CHECK(handler_of(SIGTERM) != SIG_IGN);
	FORKED_CHECK(handler_of(SIGPIPE) == SIG_IGN);
	FORKED_CHECK(handler_of(SIGXFSZ) == SIG_IGN);
	FORKED_CHECK(handler_of(SIGWINCH) == SIG_DFL);
	FORKED_CHECK(handler_of(SIGRTMIN) == SIG_DFL);
	FORKED_CHECK(handler_of(SIGTSTP) == SIG_IGN);	/* the terminal's */
	FORKED_CHECK(sigaction(SIGCHLD, NULL, &action) == 0);
	FORKED_CHECK((action.sa_flags & SA_NOCLDSTOP) != 0);
	FORKED_CHECK((action.sa_flags & SA_NOCLDWAIT) == 0);
	FORKED_CHECK((action.sa_flags & SA_RESTART) != 0);
	(void)raise(SIGTERM);
	FORKED_CHECK(sig_take(SIGTERM) && counted == 0);
	return 0;
}

/* Without a controlling terminal, or with *arg 1 with one. */
static int
check_terminal(void *arg)
{
	const int	with = *(int *)arg;
	const int	signals[] = { SIGTTIN, SIGTTOU };
	int		i, master;

	FORKED_CHECK(setsid() != -1);
	if (with == 1) {
		master = posix_openpt(O_RDWR | O_NOCTTY);
		FORKED_CHECK(master != -1 && unlockpt(master) == 0);
		FORKED_CHECK(open(ptsname(master), O_RDWR) != -1);
	}
	FORKED_CHECK(sig_open() != -1);
	for (i = 0; i < 2; i++) {
		FORKED_CHECK((handler_of(signals[i]) == SIG_IGN) ==
		    (with == 1));
		FORKED_CHECK(handler_of(signals[i]) != SIG_DFL);
		(void)raise(signals[i]);
		FORKED_CHECK(sig_take(signals[i]) == (with == 0));
	}
	sig_close();
	FORKED_CHECK(handler_of(SIGTTIN) == SIG_DFL);
	return 0;
}

static int
check_close(void *arg)
{
	static struct sigaction	before[NSIG], now;
	sigset_t		mask_before, mask_now;
	int			signal;

	(void)arg;
	disturb();
	for (signal = 1; signal < NSIG; signal++)
		(void)sigaction(signal, NULL, &before[signal]);
	(void)sigprocmask(SIG_SETMASK, NULL, &mask_before);
	FORKED_CHECK(sig_open() != -1);
	sig_close();
	for (signal = 1; signal < NSIG; signal++) {
		if (sigaction(signal, NULL, &now) == -1)
			continue;
		FORKED_CHECK(now.sa_handler == before[signal].sa_handler);
		FORKED_CHECK((now.sa_flags & FLAGS) ==
		    (before[signal].sa_flags & FLAGS));
		FORKED_CHECK(sigismember(&now.sa_mask, SIGWINCH) ==
		    sigismember(&before[signal].sa_mask, SIGWINCH));
	}
	(void)sigprocmask(SIG_SETMASK, NULL, &mask_now);
	for (signal = 1; signal < NSIG; signal++)
		FORKED_CHECK(sigismember(&mask_now, signal) ==
		    sigismember(&mask_before, signal));
	(void)raise(SIGUSR1);
	FORKED_CHECK(counted == SIGUSR1);
	return 0;
}

/* A handler's process, or with *arg 1 that of C functions. */
static int
check_child(void *arg)
{
	const int	library = *(int *)arg;
	sigset_t	mask;
	int		signal;
	bool		caught[NSIG], ignored;

	/* a sanitizer's handlers stay */
	for (signal = 1; signal < NSIG; signal++)
		caught[signal] = handler_of(signal) != SIG_DFL &&
		    handler_of(signal) != SIG_IGN;
	disturb();
	dispose(SIGALRM, SIG_DFL, 0);
	FORKED_CHECK(sig_open() != -1);
	sig_block(&mask);
	FORKED_CHECK(sig_child(library == 1, false) == 0);
	for (signal = 1; signal < NSIG; signal++) {
		FORKED_CHECK(!is_blocked(signal));
		if (caught[signal])
			continue;
		ignored = library == 1 && (signal == SIGPIPE ||
		    signal == SIGHUP || signal == SIGUSR1 ||
		    signal == SIGUSR2);
		FORKED_CHECK(handler_of(signal) ==
		    (ignored ? SIG_IGN : SIG_DFL));
	}
	return 0;
}

/* What the kernel has reset already is left, what is ignored is not. */
static int
check_unhandled(void *arg)
{
	sigset_t	mask;

	(void)arg;
	FORKED_CHECK(sig_open() != -1);
	sig_block(&mask);
	FORKED_CHECK(sig_child(false, true) == 0);
	FORKED_CHECK(handler_of(SIGPIPE) == SIG_DFL);
	FORKED_CHECK(handler_of(SIGXFSZ) == SIG_DFL);
	FORKED_CHECK(handler_of(SIGCHLD) != SIG_DFL);
	FORKED_CHECK(!is_blocked(SIGTERM));
	return 0;
}

/* The same without sig_open. */
static int
check_swept(void *arg)
{
	const int	library = *(int *)arg;
	sigset_t	mask;
	int		signal;
	bool		ignored;

	disturb();
	FORKED_CHECK(!sig_is_open());
	sig_block(&mask);
	FORKED_CHECK(sig_child(library == 1, false) == 0);
	for (signal = 1; signal < NSIG; signal++) {
		FORKED_CHECK(!is_blocked(signal));
		if (handler_of(signal) == SIG_ERR)
			continue;
		ignored = library == 1 && (signal == SIGPIPE ||
		    signal == SIGHUP || signal == SIGUSR1 ||
		    signal == SIGUSR2);
		FORKED_CHECK(handler_of(signal) ==
		    (ignored ? SIG_IGN : SIG_DFL));
	}
	return 0;
}

static int
put(int fd)
{
	struct sig_shield	shield;
	int			number;

	sig_shield(&shield);
	number = write(fd, "", 1) == -1 ? errno : 0;
	errno = EDOM;
	sig_unshield(&shield);
	return errno == EDOM ? number : -1;
}

/* A pipe that nobody reads, in a program that has done nothing about it. */
static int
check_shield(void *arg)
{
	sigset_t	pending;
	int		ends[2];

	(void)arg;
	dispose(SIGPIPE, count, 0);
	FORKED_CHECK(pipe(ends) == 0);
	FORKED_CHECK(put(ends[1]) == 0);
	(void)close(ends[0]);
	FORKED_CHECK(put(ends[1]) == EPIPE && put(ends[1]) == EPIPE);
	FORKED_CHECK(counted == 0 && !is_blocked(SIGPIPE) &&
	    !is_blocked(SIGXFSZ));
	/* one that the program has blocked waits for it still */
	(void)sigemptyset(&pending);
	(void)sigaddset(&pending, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &pending, NULL);
	FORKED_CHECK(put(ends[1]) == EPIPE);
	FORKED_CHECK(sigpending(&pending) == 0 &&
	    sigismember(&pending, SIGPIPE) == 0);
	(void)raise(SIGPIPE);
	FORKED_CHECK(put(ends[1]) == EPIPE);
	FORKED_CHECK(sigpending(&pending) == 0 &&
	    sigismember(&pending, SIGPIPE) == 1 && is_blocked(SIGPIPE));
	return 0;
}

START_TEST(open_and_close)
{
	ck_assert_int_eq(forked(check_open, NULL), 0);
	ck_assert_int_eq(forked(check_close, NULL), 0);
}
END_TEST

START_TEST(terminal)
{
	int	without = 0, with = 1;

	ck_assert_int_eq(forked(check_terminal, &without), 0);
	ck_assert_int_eq(forked(check_terminal, &with), 0);
}
END_TEST

START_TEST(children)
{
	int	handler = 0, library = 1;

	ck_assert_int_eq(forked(check_child, &handler), 0);
	ck_assert_int_eq(forked(check_child, &library), 0);
	ck_assert_int_eq(forked(check_unhandled, NULL), 0);
	ck_assert_int_eq(forked(check_swept, &handler), 0);
	ck_assert_int_eq(forked(check_swept, &library), 0);
}
END_TEST

START_TEST(shielded)
{
	ck_assert_int_eq(forked(check_shield, NULL), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("sig_process");
	TCase	*tc = tcase_create("sig_process");

	tcase_add_test(tc, open_and_close);
	tcase_add_test(tc, terminal);
	tcase_add_test(tc, children);
	tcase_add_test(tc, shielded);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
