/* SPDX-License-Identifier: ISC */
/*
 * System calls of a child before exec, made by syscall(2) alone: of each other
 * part of the C library that a child calls, 16 pages have to be mapped.
 * They return what the calls of section 2 do, or -1 with errno.
 */
#ifndef DIRECT_H
#define DIRECT_H

#include <sys/types.h>
#include <sys/syscall.h>

#include <linux/sched.h>

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* fork(2); in the child no signal has a handler (Linux 5.5). */
static inline pid_t
direct_clone(void)
{
	struct clone_args	args;

	memset(&args, 0, sizeof(args));
	args.flags = CLONE_CLEAR_SIGHAND;
	args.exit_signal = SIGCHLD;
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static inline int
direct_setsid(void)
{
	return syscall(SYS_setsid) == -1 ? -1 : 0;
}

static inline int
direct_execve(const char *path, char *const argv[], char *const variables[])
{
	return (int)syscall(SYS_execve, path, argv, variables);
}

static inline int
direct_dup3(int from, int to, int flags)
{
	return (int)syscall(SYS_dup3, from, to, flags);
}

static inline int
direct_close_range(unsigned int first, unsigned int last)
{
	return (int)syscall(SYS_close_range, first, last, 0);
}

/* Of one thread only, unlike those of section 2: a child has no other one. */
static inline int
direct_setgroups(size_t count, const gid_t *groups)
{
	return (int)syscall(SYS_setgroups, count, groups);
}

static inline int
direct_setresgid(gid_t gid)
{
	return (int)syscall(SYS_setresgid, gid, gid, gid);
}

static inline int
direct_setresuid(uid_t uid)
{
	return (int)syscall(SYS_setresuid, uid, uid, uid);
}

static inline int
direct_getresgid(gid_t gids[3])
{
	return (int)syscall(SYS_getresgid, &gids[0], &gids[1], &gids[2]);
}

static inline int
direct_getresuid(uid_t uids[3])
{
	return (int)syscall(SYS_getresuid, &uids[0], &uids[1], &uids[2]);
}

static inline uid_t
direct_geteuid(void)
{
	return (uid_t)syscall(SYS_geteuid);
}

static inline void
direct_umask(mode_t mask)
{
	(void)syscall(SYS_umask, mask);
}

/* Soft and hard limit of a resource. */
static inline int
direct_limit(int resource, uint64_t value)
{
	const uint64_t	limit[2] = { value, value };	/* struct rlimit64 */

	return (int)syscall(SYS_prlimit64, 0, resource, limit, NULL);
}

static inline int
direct_prctl(int option, unsigned long value)
{
	return (int)syscall(SYS_prctl, option, value, 0UL, 0UL, 0UL);
}

static inline int
direct_capget(void *header, void *data)
{
	return (int)syscall(SYS_capget, header, data);
}

#endif
