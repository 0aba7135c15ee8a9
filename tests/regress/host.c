/* SPDX-License-Identifier: ISC */
/*
 * host: a program with a loop of its own, poll, epoll or libevent, that embeds
 * masters.  It obeys orders, a line each, that come on the descriptor of its
 * first argument, and answers each one by a line; lines with a * say what
 * happened meanwhile.
 *
 *	new, use N		makes a master; makes one the current
 *	service NAME KIND	KIND: c, or - for ops NULL
 *	set SERVICE NAME VALUE, listen SERVICE ADDRESS, address SERVICE
 *	fd			forkd_fd(), and the loop waits for it from here on
 *	unwatch			and no longer
 *	step MS, run, stop HOW, free, error
 *	signals			of this process, as /proc has them
 *	signal N HOW		ignore, default, note, reap
 *	block N
 *	noted			how many signals were noted
 *	child HOW		forks; the child tries a step, and if that is not
 *				refused ends with 99; HOW: exit N, free
 *	wait PID
 *	mute			standard error is a pipe that nobody reads
 *	lowfd N			the limit of descriptors is what is open, and N
 *	threads N		beside this one, see host_threads.c
 *	quit
 */
#include "config.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forkd.h"
#include "host.h"
#include "report.h"

#define LINE	4096

static void	host_poll(void);
static void	host_epoll(void);
static void	obey(char *[]);
static void	obey_master(char *[]);
static void	obey_process(char *[]);
static void	signals(void);
static void	set_signal(int, const char *);
static void	child(char *[]);
static void	mute(void);
static void	low(int);
static void	answer(const char *, ...) __attribute__((format(printf, 1, 2)));
static void	result(int);
static int	serve(struct forkd_conn *, void *);
static void	reaped(struct forkd *, int, pid_t, int, const struct rusage *,
		    void *);
static void	note(int);
static void	reap(int);

int		 host_orders;
int		 host_fds[HOST_MASTERS] = { -1, -1, -1, -1 };
static struct forkd	*masters[HOST_MASTERS];
static int	 current = -1;
static volatile sig_atomic_t	noted;

int
main(int argc, char *argv[])
{
	if (argc != 3)
		return EXIT_FAILURE;
	host_orders = atoi(argv[1]);
	if (strcmp(argv[2], "libevent") == 0)
		host_libevent();
	else if (strcmp(argv[2], "epoll") == 0)
		host_epoll();
	else
		host_poll();
	for (current = 0; current < HOST_MASTERS; current++)
		forkd_free(masters[current]);
	return EXIT_SUCCESS;
}

static void
host_poll(void)
{
	struct pollfd	fds[HOST_MASTERS + 1];
	int		i;

	for (;;) {
		for (i = 0; i <= HOST_MASTERS; i++) {
			fds[i].fd = i == HOST_MASTERS ? host_orders :
			    host_fds[i];
			fds[i].events = POLLIN;
		}
		if (poll(fds, HOST_MASTERS + 1, -1) == -1)
			continue;
		for (i = 0; i < HOST_MASTERS; i++)
			if (fds[i].fd != -1 && fds[i].revents != 0)
				host_ready(i);
		if (fds[HOST_MASTERS].revents != 0 && !host_order())
			return;
	}
}

/* A set inside of a set. */
static void
host_epoll(void)
{
	struct epoll_event	event = { .events = EPOLLIN };
	int			fd, i;
	bool			more;

	for (more = true; more; ) {
		fd = epoll_create1(EPOLL_CLOEXEC);
		for (i = 0; i <= HOST_MASTERS; i++) {
			event.data.fd = i;
			(void)epoll_ctl(fd, EPOLL_CTL_ADD, i == HOST_MASTERS ?
			    host_orders : host_fds[i], &event);
		}
		i = epoll_wait(fd, &event, 1, -1);
		(void)close(fd);
		if (i == 1 && event.data.fd == HOST_MASTERS)
			more = host_order();
		else if (i == 1)
			host_ready(event.data.fd);
	}
}

void
host_ready(int master)
{
	int	n;

	n = forkd_step(masters[master], 0);
	if (n == 1)
		return;
	host_fds[master] = -1;
	answer("* step %d %d%s%s", master, n, n == -1 ? " " : "", n == -1 ?
	    forkd_error(masters[master]) : "");
}

bool
host_order(void)
{
	char	line[LINE], *word[8], *rest;
	size_t	i;

	for (i = 0; i < sizeof(line) - 1; i++)
		if (read(host_orders, &line[i], 1) != 1 || line[i] == '\n')
			break;
	line[i] = '\0';
	if (i == 0 || strcmp(line, "quit") == 0)
		return false;
	memset(word, 0, sizeof(word));
	rest = line;
	/* the last word is the rest of the line */
	for (i = 0; rest != NULL && i < 4; i++) {
		word[i] = rest;
		rest = i == 3 ? NULL : strchr(rest, ' ');
		if (rest != NULL)
			*rest++ = '\0';
	}
	obey(word);
	return true;
}

static void
obey(char *word[])
{
	static const char	*const of_process[] = {
		"signals", "signal", "block", "noted", "child", "wait", "mute",
		"lowfd", "threads"
	};
	size_t			 i;

	for (i = 0; i < sizeof(of_process) / sizeof(*of_process); i++)
		if (strcmp(word[0], of_process[i]) == 0) {
			obey_process(word);
			return;
		}
	obey_master(word);
}

static void
obey_master(char *word[])
{
	static const struct forkd_ops	 ops = {
		.serve = serve, .reaped = reaped
	};
	struct forkd			*forkd;
	const char			*name = word[0];
	char				 text[256];

	forkd = current == -1 ? NULL : masters[current];
	if (strcmp(name, "new") == 0) {
		masters[++current] = forkd_new();
		result(masters[current] == NULL ? -1 : 0);
	} else if (strcmp(name, "use") == 0)
		answer("%d", current = atoi(word[1]));
	else if (strcmp(name, "service") == 0)
		result(forkd_service(forkd, word[1], strcmp(word[2], "-") == 0 ?
		    NULL : &ops, &masters[current]));
	else if (strcmp(name, "set") == 0)
		result(forkd_set(forkd, strcmp(word[1], "-") == 0 ? NULL :
		    word[1], word[2], word[3]));
	else if (strcmp(name, "listen") == 0)
		result(forkd_listen(forkd, word[1], word[2]));
	else if (strcmp(name, "address") == 0)
		answer("%s", forkd_address(forkd, word[1], 0, text,
		    sizeof(text)) == 0 ? text : "-1");
	else if (strcmp(name, "fd") == 0 && current == -1)
		result(forkd_fd(NULL));
	else if (strcmp(name, "fd") == 0)
		result(host_fds[current] = forkd_fd(forkd));
	else if (strcmp(name, "unwatch") == 0)
		answer("%d", host_fds[current] = -1);
	else if (strcmp(name, "step") == 0)
		result(forkd_step(forkd, atoi(word[1])));
	else if (strcmp(name, "run") == 0)
		result(forkd_run(forkd));
	else if (strcmp(name, "stop") == 0) {
		forkd_stop(forkd, atoi(word[1]));
		answer("0");
	} else if (strcmp(name, "free") == 0) {
		forkd_free(forkd);
		masters[current] = NULL;
		answer("%d", host_fds[current] = -1);
	} else
		answer("%s", forkd_error(forkd));
}

static void
obey_process(char *word[])
{
	const char	*name = word[0];
	sigset_t	 set;
	int		 status;
	pid_t		 pid;

	if (strcmp(name, "signals") == 0)
		signals();
	else if (strcmp(name, "signal") == 0)
		set_signal(atoi(word[1]), word[2]);
	else if (strcmp(name, "block") == 0) {
		(void)sigemptyset(&set);
		(void)sigaddset(&set, atoi(word[1]));
		answer("%d", sigprocmask(SIG_BLOCK, &set, NULL));
	} else if (strcmp(name, "noted") == 0)
		answer("%d", (int)noted);
	else if (strcmp(name, "child") == 0)
		child(word);
	else if (strcmp(name, "mute") == 0)
		mute();
	else if (strcmp(name, "lowfd") == 0)
		low(atoi(word[1]));
	else if (strcmp(name, "threads") == 0)
		answer("%d", host_threads(atoi(word[1])));
	else {
		do
			pid = waitpid((pid_t)atol(word[1]), &status, 0);
		while (pid == -1 && errno == EINTR);
		if (pid == -1)
			result(-1);
		else
			answer("%ld %d", (long)pid, status);
	}
}

static void
signals(void)
{
	FILE	*file;
	char	 line[256], all[LINE] = "";

	file = fopen("/proc/self/status", "re");
	if (file == NULL)
		abort();
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "SigQ", 4) == 0 ||
		    (strncmp(line, "Sig", 3) != 0 &&
		    strncmp(line, "ShdPnd", 6) != 0))
			continue;
		line[strcspn(line, "\n")] = ' ';
		(void)strlcat(all, line, sizeof(all));
	}
	(void)fclose(file);
	answer("%s", all);
}

static void
set_signal(int number, const char *how)
{
	struct sigaction	action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = strcmp(how, "ignore") == 0 ? SIG_IGN :
	    strcmp(how, "note") == 0 ? note :
	    strcmp(how, "reap") == 0 ? reap : SIG_DFL;
	answer("%d", sigaction(number, &action, NULL));
}

/* A child of the program's, which is none of the master's. */
static void
child(char *word[])
{
	pid_t	pid;

	pid = fork();
	if (pid != 0) {
		answer("%ld", (long)pid);
		return;
	}
	if (forkd_step(masters[current], 0) != -1 || errno != EPERM ||
	    forkd_fd(masters[current]) != -1 || errno != EPERM)
		_exit(99);
	if (strcmp(word[1], "free") == 0) {
		forkd_free(masters[current]);
		_exit(0);
	}
	_exit(atoi(word[2]));
}

static void
mute(void)
{
	int	ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		abort();
	(void)dup2(ends[1], STDERR_FILENO);
	(void)close(ends[1]);
	(void)close(ends[0]);
	answer("0");
}

static void
low(int more)
{
	struct rlimit	limit;
	int		fd;

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	(void)close(fd);
	limit.rlim_cur = more == 0 ? limit.rlim_max : (rlim_t)(fd + more);
	answer("%d", setrlimit(RLIMIT_NOFILE, &limit));
}

static void
answer(const char *format, ...)
{
	char	line[LINE];
	va_list	args;
	int	n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	line[n++] = '\n';
	if (write(host_orders, line, (size_t)n) != n)
		abort();
}

static void
result(int n)
{
	if (n != -1)
		answer("%d", n);
	else
		answer("-1 %d %s", errno, current == -1 ||
		    masters[current] == NULL ? "" :
		    forkd_error(masters[current]));
}

/* In a worker: each line of the client is an order. */
static int
serve(struct forkd_conn *conn, void *arg)
{
	struct forkd	**master = arg;
	FILE		*out;
	char		*line = NULL;
	size_t		 size = 0;

	out = forkd_conn_out(conn);
	while (getline(&line, &size, forkd_conn_in(conn)) != -1) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "report") == 0)
			report(out);
		else if (strcmp(line, "step") == 0) {
			fprintf(out, "%d", forkd_step(*master, 0));
			fprintf(out, " %d", errno);
			fprintf(out, " %d", forkd_fd(*master));
			fprintf(out, " %d\n", errno);
		} else if (strcmp(line, "free") == 0) {
			forkd_stop(*master, FORKD_STOP_NOW);
			forkd_free(*master);
			fprintf(out, "freed\n");
		} else
			fprintf(out, "You said '%s'.\n", line);
		(void)fflush(out);
	}
	free(line);
	return 0;
}

/* In the master: it may not be called from here. */
static void
reaped(struct forkd *forkd, int slot, pid_t pid, int status,
    const struct rusage *usage, void *arg)
{
	int	busy;

	(void)arg;
	busy = forkd_step(forkd, 0) == -1 && errno == EBUSY;
	busy += forkd_run(forkd) == -1 && errno == EBUSY;
	forkd_free(forkd);		/* nothing happens */
	answer("* reaped %d %ld %d %d %d %d", slot, (long)pid, status,
	    usage->ru_maxrss > 0, busy, forkd_fd(forkd) != -1);
}

static void
note(int number)
{
	(void)number;
	noted++;
}

/* What some programs do: whatever ends is taken. */
static void
reap(int number)
{
	int	saved = errno;

	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		noted++;
	errno = saved;
}
