/* SPDX-License-Identifier: ISC */
/*
 * Signals as events: dispositions and mask, and what of these a child must
 * undo.  What comes is noted in sig_note.c.
 */
#include "config.h"

#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "apart.h"
#include "direct.h"
#include "fdio.h"
#include "sig.h"

static bool	sig_has_terminal(void);
static int	sig_prepare(int, bool);
static int	sig_prepare_internal(int);
static int	sig_set(int, void (*)(int), struct sigaction *);
static int	sig_default(int) __attribute__((hot));
static int	sig_sweep(bool) __attribute__((cold));
static bool	sig_is_internal(int);

#define SET_SIZE	((NSIG - 1) / 8)	/* bytes of a kernel's sigset_t */

/* What the kernel calls struct sigaction: it differs from the C library's. */
struct kernel_action {
	void		(*handler)(int);
	unsigned long	 rest[15];	/* whatever a kernel has */
};

static struct sigaction		*before;	/* sig_open, for sig_close */
static bool			changed[NSIG];	/* by sig_open */
static bool			touched[NSIG];	/* not default in a child, */
static bool			ignored[NSIG];	/* but ignored */
static sigset_t			mask_before;
static bool			is_apart;	/* from any terminal */

int
sig_open(void)
{
	sigset_t	none;
	bool		terminal;
	int		saved, signal, watched;

	if (before != NULL) {
		errno = EBUSY;	/* dispositions are of the whole process */
		return -1;
	}
	(void)sigemptyset(&none);
	if (sigprocmask(SIG_BLOCK, &none, &mask_before) == -1)
		return -1;
	before = apart_new(NSIG, sizeof(*before));
	if (before == NULL)
		return -1;
	watched = sig_note_open();
	if (watched == -1)
		goto fail;
	for (signal = 1; signal < NSIG; signal++)
		changed[signal] = touched[signal] = ignored[signal] = false;
	terminal = sig_has_terminal();
	is_apart = !terminal;
	for (signal = 1; signal < NSIG; signal++)
		if (sig_prepare(signal, terminal) == -1)
			goto fail;
	if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
		goto fail;
	return watched;
fail:
	saved = errno;
	sig_close();
	errno = saved;
	return -1;
}

void
sig_close(void)
{
	int	signal;

	(void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
	for (signal = 1; signal < NSIG; signal++)
		if (changed[signal]) {
			(void)sigaction(signal, &before[signal], NULL);
			changed[signal] = false;
		}
	apart_free(before);
	before = NULL;
	sig_note_close();
}

bool
sig_is_apart(void)
{
	return sig_is_open() && is_apart;
}

/* A write raises these in its own thread, so that this one can take them. */
void
sig_shield(struct sig_shield *shield)
{
	sigset_t	set;
	int		saved;

	shield->on = !sig_is_open();
	if (!shield->on)
		return;
	saved = errno;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	(void)sigaddset(&set, SIGXFSZ);
	(void)sigpending(&shield->pending);
	(void)pthread_sigmask(SIG_BLOCK, &set, &shield->mask);
	errno = saved;
}

void
sig_unshield(const struct sig_shield *shield)
{
	static const struct timespec	none;
	sigset_t			set;
	int				saved;

	if (!shield->on)
		return;
	saved = errno;
	(void)sigemptyset(&set);
	if (sigismember(&shield->pending, SIGPIPE) != 1)
		(void)sigaddset(&set, SIGPIPE);
	if (sigismember(&shield->pending, SIGXFSZ) != 1)
		(void)sigaddset(&set, SIGXFSZ);
	/* none or both may have come */
	while (sigtimedwait(&set, NULL, &none) != -1)
		;
	(void)pthread_sigmask(SIG_SETMASK, &shield->mask, NULL);
	errno = saved;
}

void
sig_block(sigset_t *mask)
{
	sigset_t	all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, mask);
}

void
sig_unblock(const sigset_t *mask)
{
	(void)pthread_sigmask(SIG_SETMASK, mask, NULL);
}

void
sig_close_in_child(void)
{
	sig_note_close_in_child();
	before = NULL;		/* a child does not have it, see apart.h */
}

int
sig_child(bool library, bool unhandled)
{
	sigset_t	none;
	int		signal;

	if (before == NULL && sig_sweep(library) == -1)
		return -1;
	/* the others are default: a sweep of all 64 costs 20 us */
	for (signal = 1; before != NULL && signal < NSIG; signal++)
		if ((ignored[signal] || (touched[signal] && !unhandled)) &&
		    sig_default(signal) == -1)
			return -1;
	if (library)	/* what it remembers was the master's */
		before = NULL;
	if (library && (sig_set(SIGPIPE, SIG_IGN, NULL) == -1 ||
	    sig_set(SIGHUP, SIG_IGN, NULL) == -1 ||
	    sig_set(SIGUSR1, SIG_IGN, NULL) == -1 ||
	    sig_set(SIGUSR2, SIG_IGN, NULL) == -1))
		return -1;
	memset(&none, 0, sizeof(none));
	return (int)direct_call(SYS_rt_sigprocmask, SIG_SETMASK,
	    direct_pointer(&none), 0, SET_SIZE, 0, 0);
}

/*
 * Whether the process has a controlling terminal, or may have one: only ENXIO
 * is a clear answer, see tty(4).
 */
static bool
sig_has_terminal(void)
{
	int	fd;

	fd = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return errno != ENXIO;
	fdio_close(&fd);
	return true;
}

/*
 * What the master needs of one signal.  Writing to a peer that left, or more
 * to the log than a limit allows, is an error of write(2) and not our end; nor
 * must a terminal that another job has (tostop in termios(3), which a handler
 * can set) stop us when we write a line; where there is none, these two are
 * the administrator's.
 */
static int
sig_prepare(int signal, bool terminal)
{
	struct sigaction	now;
	void			(*handler)(int);

	if (terminal && (signal == SIGTTIN || signal == SIGTTOU))
		handler = SIG_IGN;
	else if (sig_is_noted(signal))
		handler = sig_note;
	else if (signal == SIGPIPE || signal == SIGXFSZ)
		handler = SIG_IGN;
	else {
		if (sigaction(signal, NULL, &now) == -1)
			return sig_prepare_internal(signal);
		touched[signal] = now.sa_handler != SIG_DFL;
		ignored[signal] = now.sa_handler == SIG_IGN;
		if (now.sa_handler != SIG_IGN || signal == SIGTSTP)
			return 0;
		handler = SIG_DFL;
	}
	if (sig_set(signal, handler, &before[signal]) == -1)
		return -1;
	changed[signal] = true;
	touched[signal] = handler != SIG_DFL;
	ignored[signal] = handler == SIG_IGN;
	return 0;
}

/*
 * The C library keeps a few signals to itself: sigaction(3) knows nothing of
 * them.  posix_spawn(3) of glibc, and so make(1), starts programs with these
 * ignored, and handlers would inherit that.
 */
static int
sig_prepare_internal(int signal)
{
	struct kernel_action	now;

	if (direct_call(SYS_rt_sigaction, signal, 0, (long)(intptr_t)&now,
	    SET_SIZE, 0, 0) == -1 || now.handler != SIG_IGN)
		return 0;
	return sig_default(signal);
}

/*
 * Not by sigaction(3), as the mask is not by sigprocmask(3): each part of the
 * C library that a child calls is some pages to map, 4 us and more.
 */
static int
sig_default(int signal)
{
	struct kernel_action	none;

	memset(&none, 0, sizeof(none));		/* SIG_DFL */
	return (int)direct_call(SYS_rt_sigaction, signal, direct_pointer(&none),
	    0, SET_SIZE, 0, 0);
}

/*
 * Whatever a program has made of its signals.  The C library's own are needed
 * by functions that make threads; they are reset only where they are ignored,
 * see sig_prepare_internal().
 */
static int
sig_sweep(bool library)
{
	int	failed, signal;

	for (signal = 1; signal < NSIG; signal++) {
		if (signal == SIGKILL || signal == SIGSTOP)
			continue;
		if (library && sig_is_internal(signal))
			failed = sig_prepare_internal(signal);
		else
			failed = sig_default(signal);
		if (failed == -1)
			return -1;
	}
	return 0;
}

static bool
sig_is_internal(int signal)
{
	return signal > SIGSYS && signal < SIGRTMIN;
}

/* SA_RESTART keeps EINTR away from code that does not expect it. */
static int
sig_set(int signal, void (*handler)(int), struct sigaction *old)
{
	struct sigaction	action = { .sa_handler = handler };

	(void)sigemptyset(&action.sa_mask);
	action.sa_flags = SA_RESTART;
	if (signal == SIGCHLD)
		action.sa_flags |= SA_NOCLDSTOP;
	if (signal == SIGCHLD && handler == sig_note) {
		action.sa_flags |= SA_SIGINFO;
		action.sa_sigaction = sig_note_child;
	}
	return sigaction(signal, &action, old);
}
