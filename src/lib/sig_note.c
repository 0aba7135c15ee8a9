/* SPDX-License-Identifier: ISC */
/*
 * Which signals have come: a handler sets a flag and writes to a pipe that is
 * in the wait set, so that a descriptor that is always ready cannot starve
 * them.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "apart.h"
#include "fdio.h"
#include "sig.h"

#define CHILDREN	64

static void	sig_note_forget(void);

/* Of the deaths that were told, the handler writes at `told'. */
struct sig_notes {
	volatile sig_atomic_t	arrived[NSIG];
	volatile pid_t		children[CHILDREN];
	volatile unsigned int	told;
	unsigned int		heard;
};

/* What the master listens to. */
static const int	noted[] = {
	SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2,
	SIGTTIN, SIGTTOU	/* without a terminal, see sig_prepare() */
};
#define NOTED	(sizeof(noted) / sizeof(*noted))

static struct sig_notes	 ordinary, *notes = &ordinary;
static bool		 keeps_apart;
static int		 ends[2] = { -1, -1 };

void
sig_keep_apart(void)
{
	keeps_apart = true;
}

int
sig_note_open(void)
{
	struct sig_notes	*apart;

	if (keeps_apart && notes == &ordinary) {
		apart = apart_new(1, sizeof(*apart));
		if (apart == NULL)
			return -1;
		notes = apart;
	}
	sig_note_forget();
	return fdio_pipe(ends) == -1 ? -1 : ends[0];
}

void
sig_note_close(void)
{
	sig_note_forget();		/* not for who asks later */
	sig_note_close_in_child();	/* the same for the rest */
}

/* From here on, the notes are not looked at: they may be apart. */
void
sig_note_close_in_child(void)
{
	fdio_close(&ends[1]);
	fdio_close(&ends[0]);
}

static void
sig_note_forget(void)
{
	size_t	i;

	for (i = 0; i < NOTED; i++)
		notes->arrived[noted[i]] = 0;
	notes->heard = notes->told;
}

bool
sig_is_noted(int signal)
{
	size_t	i;

	for (i = 0; i < NOTED; i++)
		if (noted[i] == signal)
			return true;
	return false;
}

void
sig_note(int signal)
{
	/* told already: whoever takes it acts after that */
	if (!sig_is_open() || notes->arrived[signal] != 0)
		return;
	notes->arrived[signal] = 1;
	sig_wake();
}

/* What does not fit is found without its number, see lifetime_reap_told(). */
void
sig_note_child(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (sig_is_open() && notes->told - notes->heard < CHILDREN) {
		notes->children[notes->told % CHILDREN] = info->si_pid;
		notes->told++;
	}
	sig_note(signal);
}

void
sig_wake(void)
{
	int	saved;

	saved = errno;
	/* a full pipe is readable already; sig_is_pending() is for the rest */
	if (ends[1] != -1 && write(ends[1], "", 1) == -1)
		errno = saved;	/* only then: it may be a page to copy */
}

bool
sig_is_open(void)
{
	return ends[1] != -1;
}

void
sig_drain(void)
{
	char	bytes[64];
	ssize_t	n;

	do
		n = read(ends[0], bytes, sizeof(bytes));
	while (n == (ssize_t)sizeof(bytes) || (n == -1 && errno == EINTR));
}

bool
sig_take(int signal)
{
	if (notes->arrived[signal] == 0)
		return false;
	notes->arrived[signal] = 0;
	return true;
}

bool
sig_take_child(pid_t *pid)
{
	if (notes->heard == notes->told)
		return false;
	*pid = notes->children[notes->heard % CHILDREN];
	notes->heard++;
	return true;
}

bool
sig_is_pending(void)
{
	size_t	i;

	for (i = 0; i < NOTED; i++)
		if (notes->arrived[noted[i]] != 0)
			return true;
	return false;
}
