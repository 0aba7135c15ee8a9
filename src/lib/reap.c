/* SPDX-License-Identifier: ISC */
/*
 * The end of children: reaping them, and bringing their end about.  Who they
 * were is the server's to say.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>

#include "reap.h"

bool
reap_next(struct reaped *reaped, void (*peek)(pid_t, void *), void *arg)
{
	siginfo_t	info;
	pid_t		pid, wanted;
	int		n;

	wanted = -1;
	if (peek != NULL) {
		info.si_pid = 0;
		do
			n = waitid(P_ALL, 0, &info,
			    WEXITED | WNOHANG | WNOWAIT);
		while (n == -1 && errno == EINTR);
		if (n == -1 || info.si_pid == 0)
			return false;
		wanted = info.si_pid;
		peek(wanted, arg);
	}
	do
		pid = wait4(wanted, &reaped->status, WNOHANG, &reaped->usage);
	while (pid == -1 && errno == EINTR);
	reaped->pid = pid;
	return pid > 0;
}

/* The group number of a child that has not called setsid(2) is not its own. */
int
reap_signal(pid_t pid, int signal)
{
	if (kill(-pid, signal) == 0)
		return 0;
	return kill(pid, signal);	/* a zombie stays one */
}

void
reap_wait(pid_t pid)
{
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}
