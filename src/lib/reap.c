/* SPDX-License-Identifier: ISC */
/*
 * The end of children: reaping them, and bringing their end about.  Who they
 * were is the server's to say.
 */
#include "config.h"

#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "reap.h"

static long	reap_ask(pid_t, int, siginfo_t *, int, struct rusage *);

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

/* By pidfd where there is one: whoever reaps behind our back frees the number. */
static long
reap_ask(pid_t pid, int pidfd, siginfo_t *info, int flags,
    struct rusage *usage)
{
	long	n;

	memset(info, 0, sizeof(*info));
	do
		n = syscall(SYS_waitid, pidfd == -1 ? P_PID : P_PIDFD,
		    pidfd == -1 ? pid : pidfd, info, WEXITED | WNOHANG | flags,
		    usage);
	while (n == -1 && errno == EINTR);
	return n;
}

bool
reap_child(struct reaped *reaped, pid_t pid, int pidfd,
    void (*peek)(pid_t, void *), void *arg)
{
	siginfo_t	info;

	memset(reaped, 0, sizeof(*reaped));
	if (peek != NULL && reap_ask(pid, pidfd, &info, WNOWAIT, NULL) == 0 &&
	    info.si_pid != 0)
		peek(pid, arg);
	reaped->pid = pid;
	if (reap_ask(pid, pidfd, &info, 0, &reaped->usage) == -1) {
		reaped->status = REAP_UNKNOWN;
		return errno == ECHILD;
	}
	/* as wait(2) writes it */
	reaped->status = info.si_code == CLD_EXITED ?
	    (info.si_status & 0xff) << 8 : info.si_status;
	if (info.si_code == CLD_DUMPED)
		reaped->status |= 0x80;
	return info.si_pid != 0;
}

bool
reap_has(pid_t pid, int pidfd)
{
	siginfo_t	info;

	return reap_ask(pid, pidfd, &info, WNOWAIT, NULL) == 0 ||
	    errno != ECHILD;
}

int
reap_watch(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
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
