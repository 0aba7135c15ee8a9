/* SPDX-License-Identifier: ISC */
/*
 * inject: an object for LD_PRELOAD that makes calls of the C library fail
 * when a test says so; see fault.c.  What the C library calls inside of
 * itself (the clone(2) of its fork(), the connections of its resolver) does
 * not come past here; fault_strace.t is for that.
 *
 * The headers that declare these calls are left out on purpose: they differ
 * between C libraries in attributes and unions, and some turn calls into
 * inline functions.
 */
#include <sys/types.h>
#include <sys/syscall.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "fault.h"

struct epoll_event;
struct itimerspec;
struct msghdr;
struct pollfd;
struct rusage;
struct rlimit;
struct sigaction;
struct sockaddr;
struct stat;

/* One call: of what type and name, by what its calls are told apart. */
#define WRAP(type, name, argument, parameters, arguments)		\
type name parameters;							\
type									\
name parameters								\
{									\
	static type	(*next) parameters;				\
	int		  error;					\
									\
	error = fault_of(#name, (int)(argument));			\
	if (error != FAULT_NONE)					\
		return error == 0 ? 0 : (errno = error, -1);		\
	if (next == NULL)						\
		*(void **)&next = dlsym(RTLD_NEXT, #name);		\
	return next arguments;						\
}

/* connections */
WRAP(int, socket, domain, (int domain, int kind, int protocol),
    (domain, kind, protocol))
WRAP(int, bind, fd, (int fd, const struct sockaddr *address,
    unsigned int length), (fd, address, length))
WRAP(int, listen, fd, (int fd, int backlog), (fd, backlog))
WRAP(int, setsockopt, name, (int fd, int level, int name, const void *value,
    unsigned int length), (fd, level, name, value, length))
WRAP(int, getsockname, fd, (int fd, struct sockaddr *address,
    unsigned int *length), (fd, address, length))
WRAP(int, accept4, fd, (int fd, struct sockaddr *address,
    unsigned int *length, int flags), (fd, address, length, flags))
WRAP(int, socketpair, domain, (int domain, int kind, int protocol,
    int ends[2]), (domain, kind, protocol, ends))
WRAP(ssize_t, sendmsg, fd, (int fd, const struct msghdr *message, int flags),
    (fd, message, flags))
WRAP(ssize_t, recvmsg, fd, (int fd, struct msghdr *message, int flags),
    (fd, message, flags))
WRAP(int, shutdown, fd, (int fd, int how), (fd, how))
WRAP(int, getsockopt, name, (int fd, int level, int name, void *value,
    unsigned int *length), (fd, level, name, value, length))
WRAP(ssize_t, send, fd, (int fd, const void *data, size_t size, int flags),
    (fd, data, size, flags))
WRAP(ssize_t, recv, fd, (int fd, void *data, size_t size, int flags),
    (fd, data, size, flags))
WRAP(ssize_t, sendto, fd, (int fd, const void *data, size_t size, int flags,
    const struct sockaddr *address, unsigned int length),
    (fd, data, size, flags, address, length))

/* descriptors */
WRAP(int, pipe2, flags, (int ends[2], int flags), (ends, flags))
WRAP(int, dup2, to, (int from, int to), (from, to))
WRAP(int, dup3, to, (int from, int to, int flags), (from, to, flags))
WRAP(int, close_range, first, (unsigned int first, unsigned int last,
    int flags), (first, last, flags))
WRAP(ssize_t, read, fd, (int fd, void *data, size_t size), (fd, data, size))
WRAP(int, fstat, fd, (int fd, struct stat *st), (fd, st))
WRAP(int, isatty, fd, (int fd), (fd))
WRAP(int, poll, timeout, (struct pollfd *fds, unsigned long count, int timeout),
    (fds, count, timeout))

/* the loop */
WRAP(int, epoll_create1, flags, (int flags), (flags))
WRAP(int, epoll_ctl, operation, (int fd, int operation, int of,
    struct epoll_event *event), (fd, operation, of, event))
WRAP(int, epoll_wait, fd, (int fd, struct epoll_event *events, int count,
    int timeout), (fd, events, count, timeout))
WRAP(int, eventfd, flags, (unsigned int count, int flags), (count, flags))
WRAP(int, timerfd_create, flags, (int clock, int flags), (clock, flags))
WRAP(int, timerfd_settime, flags, (int fd, int flags,
    const struct itimerspec *when, struct itimerspec *before),
    (fd, flags, when, before))
WRAP(int, sigaction, signal, (int signal, const struct sigaction *now,
    struct sigaction *before), (signal, now, before))
WRAP(int, sigprocmask, how, (int how, const void *now, void *before),
    (how, now, before))

/* processes */
WRAP(pid_t, wait4, pid, (pid_t pid, int *status, int flags,
    struct rusage *usage), (pid, status, flags, usage))
WRAP(pid_t, waitpid, pid, (pid_t pid, int *status, int flags),
    (pid, status, flags))
WRAP(int, waitid, type, (int type, id_t id, void *info, int flags),
    (type, id, info, flags))
WRAP(int, kill, signal, (pid_t pid, int signal), (pid, signal))
WRAP(pid_t, setsid, -1, (void), ())
WRAP(int, execve, -1, (const char *path, char *const argv[],
    char *const variables[]), (path, argv, variables))

/* what a worker gives up */
WRAP(int, getpriority, which, (int which, id_t who), (which, who))
WRAP(int, setpriority, priority, (int which, id_t who, int priority),
    (which, who, priority))
WRAP(int, setrlimit, which, (int which, const struct rlimit *limit),
    (which, limit))
WRAP(int, chroot, -1, (const char *path), (path))
WRAP(int, chdir, -1, (const char *path), (path))
WRAP(int, setgroups, -1, (size_t count, const gid_t *groups),
    (count, groups))
WRAP(int, setresgid, real, (gid_t real, gid_t effective, gid_t saved),
    (real, effective, saved))
WRAP(int, setresuid, real, (uid_t real, uid_t effective, uid_t saved),
    (real, effective, saved))
WRAP(int, getresgid, -1, (gid_t *real, gid_t *effective, gid_t *saved),
    (real, effective, saved))
WRAP(int, getresuid, -1, (uid_t *real, uid_t *effective, uid_t *saved),
    (real, effective, saved))
WRAP(int, setgid, gid, (gid_t gid), (gid))
WRAP(int, setuid, uid, (uid_t uid), (uid))

/* what a handler is looked at with */
WRAP(int, access, mode, (const char *path, int mode), (path, mode))
WRAP(int, stat, -1, (const char *path, struct stat *st), (path, st))

/* socket files */
WRAP(int, lstat, -1, (const char *path, struct stat *st), (path, st))
WRAP(int, flock, fd, (int fd, int how), (fd, how))
WRAP(int, unlink, -1, (const char *path), (path))
WRAP(int, lchown, -1, (const char *path, uid_t uid, gid_t gid),
    (path, uid, gid))

char	*getenv(const char *);
pid_t	fork(void);
pid_t	_Fork(void);
int	connect(int, const struct sockaddr *, unsigned int);
int	open(const char *, int, ...);
int	fcntl(int, int, ...);
int	prctl(int, ...);
ssize_t	write(int, const void *, size_t);

static pid_t	fork_as(const char *);

pid_t
fork(void)
{
	return fork_as("fork");
}

pid_t
_Fork(void)
{
	return fork_as("_Fork");
}

/* Both are "fork"; a C library that has no second one is not asked for it. */
static pid_t
fork_as(const char *name)
{
	pid_t	(*next)(void);
	int	error;

	error = fault_of("fork", -1);
	if (error != FAULT_NONE) {
		errno = error;
		return -1;
	}
	*(void **)&next = dlsym(RTLD_NEXT, name);
	return next();
}

#define DEV_LOG		"/dev/log"
#define UNIX_NAME	110	/* sizeof(struct sockaddr_un) */

/*
 * Besides failing: the system's log is where FORKD_TEST_LOG says, since the
 * real one is not for tests.
 */
int
connect(int fd, const struct sockaddr *address, unsigned int length)
{
	static int	(*next)(int, const struct sockaddr *, unsigned int);
	const char	 *instead;
	char		  name[UNIX_NAME];
	int		  error;

	error = fault_of("connect", fd);
	if (error != FAULT_NONE) {
		errno = error;
		return -1;
	}
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "connect");
	instead = getenv("FORKD_TEST_LOG");
	if (instead == NULL || length != sizeof(name) ||
	    strlen(instead) >= sizeof(name) - 2)
		return next(fd, address, length);
	memcpy(name, address, sizeof(name));
	if (strcmp(name + 2, DEV_LOG) != 0)
		return next(fd, address, length);
	memcpy(name + 2, instead, strlen(instead) + 1);
	return next(fd, (struct sockaddr *)(void *)name, length);
}

int
open(const char *path, int flags, ...)
{
	static int	(*next)(const char *, int, ...);
	va_list		  args;
	int		  error, mode;

	error = fault_of("open", -1);
	if (error != FAULT_NONE) {
		errno = error;
		return -1;
	}
	va_start(args, flags);
	mode = va_arg(args, int);	/* rubbish where there is none */
	va_end(args);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "open");
	return next(path, flags, mode);
}

int
fcntl(int fd, int command, ...)
{
	static int	(*next)(int, int, ...);
	va_list		  args;
	long		  argument;
	int		  error;

	error = fault_of("fcntl", command);
	if (error != FAULT_NONE) {
		errno = error;
		return -1;
	}
	va_start(args, command);
	argument = va_arg(args, long);
	va_end(args);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "fcntl");
	return next(fd, command, argument);
}

int
prctl(int option, ...)
{
	static int	(*next)(int, ...);
	unsigned long	  argument[4];
	va_list		  args;
	int		  error, i;

	error = fault_of("prctl", option);
	if (error != FAULT_NONE) {
		errno = error;
		return -1;
	}
	va_start(args, option);
	for (i = 0; i < 4; i++)
		argument[i] = va_arg(args, unsigned long);
	va_end(args);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "prctl");
	return next(option, argument[0], argument[1], argument[2],
	    argument[3]);
}

/*
 * Besides failing: "junk" writes something else, "flood" writes it for as
 * long as the test says.
 */
ssize_t
write(int fd, const void *data, size_t size)
{
	static ssize_t	(*next)(int, const void *, size_t);
	const void	 *junk;
	size_t		  junk_size;
	int		  error;

	error = fault_of("write", fd);
	if (error != FAULT_NONE)
		return error == 0 ? (ssize_t)size : (errno = error, -1);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "write");
	while (fault_of("flood", fd) != FAULT_NONE) {
		junk = fault_junk(&junk_size);
		(void)next(fd, junk, junk_size);
	}
	if (fault_of("junk", fd) != FAULT_NONE) {
		junk = fault_junk(&junk_size);
		(void)next(fd, junk, junk_size);
		return (ssize_t)size;
	}
	return next(fd, data, size);
}

long	syscall(long, ...);

/* By the names of the calls that forkd makes so. */
long
syscall(long number, ...)
{
	static long	(*next)(long, ...);
	static const struct { long number; int by; const char *name; } made[] = {
		{ SYS_rt_sigaction, 0, "rt_sigaction" },
		{ SYS_rt_sigprocmask, 0, "rt_sigprocmask" },
		{ SYS_clone3, 0, "fork" }, { SYS_dup3, 1, "dup3" },
		{ SYS_close_range, 0, "close_range" },
		{ SYS_prlimit64, 1, "setrlimit" },
		{ SYS_prctl, 0, "prctl" }, { SYS_capget, 0, "capget" },
		{ SYS_execve, 0, "execve" },
		{ SYS_setsid, 0, "setsid" }, { SYS_setgroups, 0, "setgroups" },
		{ SYS_getresgid, 0, "getresgid" },
		{ SYS_getresuid, 0, "getresuid" },
		{ SYS_setresgid, 0, "setresgid" },
		{ SYS_setresuid, 0, "setresuid" },
		{ SYS_pidfd_open, 0, "pidfd_open" }, { SYS_waitid, 0, "waitid" },
	};
	va_list		  args;
	long		  argument[6];
	size_t		  i;
	int		  error;

	va_start(args, number);
	for (i = 0; i < 6; i++)
		argument[i] = va_arg(args, long);
	va_end(args);
	error = FAULT_NONE;
	for (i = 0; i < sizeof(made) / sizeof(*made); i++)
		if (made[i].number == number)
			error = fault_of(made[i].name,
			    (int)argument[made[i].by]);
	if (error != FAULT_NONE)
		return error == 0 ? 0 : (errno = error, -1);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "syscall");
	return next(number, argument[0], argument[1], argument[2],
	    argument[3], argument[4], argument[5]);
}
