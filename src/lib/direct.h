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
direct_dup3(int from, int to, int flags)
{
	return (int)syscall(SYS_dup3, from, to, flags);
}

static inline int
direct_close_range(unsigned int first, unsigned int last)
{
	return (int)syscall(SYS_close_range, first, last, 0);
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
