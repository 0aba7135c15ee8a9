/* SPDX-License-Identifier: ISC */
/*
 * System calls without the C library: of each part of it that a child calls
 * before exec, 16 pages have to be mapped, and a call that fails writes errno,
 * which after fork is a page to copy.  direct_call() asks the kernel itself in
 * a program that has said direct_alone(); elsewhere, somebody may have put his
 * own functions in the place of the library's, and these are called.
 *
 * They return what the calls of section 2 do, or -1 with errno, if nothing
 * else is said.
 */
#ifndef DIRECT_H
#define DIRECT_H

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/sched.h>

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

struct epoll_event;

/* direct_alone: nothing is loaded that wants to see the calls, or it is. */
void	direct_alone(bool);

/* direct_call: any system call; arguments that it does not have are 0. */
long	direct_call(long number, long, long, long, long, long, long)
	    __attribute__((hot));

/* direct_sendmsg, direct_recvmsg: no points of cancellation, when alone. */
ssize_t	direct_sendmsg(int fd, const struct msghdr *, int flags)
	    __attribute__((hot));
ssize_t	direct_recvmsg(int fd, struct msghdr *, int flags)
	    __attribute__((hot));

/*
 * direct_accept, direct_wait: accept4(2) with SOCK_CLOEXEC, epoll_wait(2).
 * When nobody is there, and when a signal comes, is usual: instead of -1 they
 * return the error itself, as a negative number, and errno stays as it was.
 */
int	direct_accept(int fd, struct sockaddr *, socklen_t *);
int	direct_wait(int fd, struct epoll_event *, int count, int wait_ms);

/*
 * direct_put: copies a text to `to', before `end', as far as there is room, and
 * returns where its NUL is.  By hand: strlcpy(3) is a part of the C library.
 */
char	*direct_put(char *to, const char *end, const char *text)
	    __attribute__((hot));

static inline long
direct_pointer(const void *pointer)
{
	return (long)(intptr_t)pointer;
}

/* fork(2); in the child no signal has a handler (Linux 5.5). */
static inline pid_t
direct_clone(void)
{
	struct clone_args	args;

	memset(&args, 0, sizeof(args));
	args.flags = CLONE_CLEAR_SIGHAND;
	args.exit_signal = SIGCHLD;
	return (pid_t)direct_call(SYS_clone3, direct_pointer(&args),
	    sizeof(args), 0, 0, 0, 0);
}

static inline int
direct_setsid(void)
{
	return direct_call(SYS_setsid, 0, 0, 0, 0, 0, 0) == -1 ? -1 : 0;
}

static inline int
direct_execve(const char *path, char *const argv[], char *const variables[])
{
	return (int)direct_call(SYS_execve, direct_pointer(path),
	    direct_pointer(argv), direct_pointer(variables), 0, 0, 0);
}

static inline int
direct_dup3(int from, int to, int flags)
{
	return (int)direct_call(SYS_dup3, from, to, flags, 0, 0, 0);
}

static inline int
direct_close_range(unsigned int first, unsigned int last)
{
	return (int)direct_call(SYS_close_range, first, last, 0, 0, 0, 0);
}

/* Of one thread only, unlike those of section 2: a child has no other one. */
static inline int
direct_setgroups(size_t count, const gid_t *groups)
{
	return (int)direct_call(SYS_setgroups, (long)count,
	    direct_pointer(groups), 0, 0, 0, 0);
}

static inline int
direct_setresgid(gid_t gid)
{
	return (int)direct_call(SYS_setresgid, gid, gid, gid, 0, 0, 0);
}

static inline int
direct_setresuid(uid_t uid)
{
	return (int)direct_call(SYS_setresuid, uid, uid, uid, 0, 0, 0);
}

static inline int
direct_getresgid(gid_t gids[3])
{
	return (int)direct_call(SYS_getresgid, direct_pointer(&gids[0]),
	    direct_pointer(&gids[1]), direct_pointer(&gids[2]), 0, 0, 0);
}

static inline int
direct_getresuid(uid_t uids[3])
{
	return (int)direct_call(SYS_getresuid, direct_pointer(&uids[0]),
	    direct_pointer(&uids[1]), direct_pointer(&uids[2]), 0, 0, 0);
}

static inline uid_t
direct_geteuid(void)
{
	return (uid_t)direct_call(SYS_geteuid, 0, 0, 0, 0, 0, 0);
}

static inline void
direct_umask(mode_t mask)
{
	(void)direct_call(SYS_umask, mask, 0, 0, 0, 0, 0);
}

/* Soft and hard limit of a resource. */
static inline int
direct_limit(int resource, uint64_t value)
{
	const uint64_t	limit[2] = { value, value };	/* struct rlimit64 */

	return (int)direct_call(SYS_prlimit64, 0, resource,
	    direct_pointer(limit), 0, 0, 0);
}

static inline int
direct_prctl(int option, unsigned long value)
{
	return (int)direct_call(SYS_prctl, option, (long)value, 0, 0, 0, 0);
}

static inline int
direct_capget(void *header, void *data)
{
	return (int)direct_call(SYS_capget, direct_pointer(header),
	    direct_pointer(data), 0, 0, 0, 0);
}

#endif
