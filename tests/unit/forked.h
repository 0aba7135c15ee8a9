/* SPDX-License-Identifier: ISC */
/*
 * forked.h: a part of a test that needs a process of its own.
 *
 * What check asserts in a child of a test is lost, or told twice.  So a part
 * is a function that returns 0, or the line of what is wrong:
 *
 *	static int
 *	part(void *arg)
 *	{
 *		FORKED_CHECK(close(3) == 0);
 *		return 0;
 *	}
 *
 *	ck_assert_int_eq(forked(part, NULL), 0);
 */
#ifndef FORKED_H
#define FORKED_H

#include <sys/types.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define FORKED_CHECK(condition)						\
	do {								\
		if (!(condition))					\
			return __LINE__;				\
	} while (0)

/*
 * valgrind has limits of descriptors of its own, and does not know every call:
 * what needs these is not run under it (see check-valgrind in local.mk).
 */
static inline int
forked_is_watched(void)
{
	return getenv("FORKD_VALGRIND") != NULL;
}

/* What the part returned; below 0: the process could not tell. */
static inline int
forked(int (*part)(void *), void *arg)
{
	pid_t	 pid;
	int	*shared, line, status;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -1;
	*shared = -2;
	pid = fork();
	if (pid == 0) {
		/* check's handlers would end the test */
		(void)signal(SIGALRM, SIG_DFL);
		(void)signal(SIGINT, SIG_DFL);
		(void)signal(SIGTERM, SIG_DFL);
		*shared = part(arg);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	line = pid == -1 || status != 0 ? -3 : *shared;
	(void)munmap(shared, sizeof(*shared));
	return line;
}

/* From now on this process gets no descriptor. */
static inline int
forked_no_descriptors(void)
{
	struct rlimit	none;

	if (getrlimit(RLIMIT_NOFILE, &none) == -1)
		return -1;
	none.rlim_cur = 0;
	return setrlimit(RLIMIT_NOFILE, &none);
}

#endif /* FORKED_H */
