/* SPDX-License-Identifier: ISC */
/*
 * Faults on demand: which calls of a process are to fail is said in a file
 * that a test and the process (with the children it forks) have mapped, so
 * that it can be changed at any time and shows what happened.  fault.py is
 * the other side.  Used by the objects for LD_PRELOAD: inject.c, nomalloc.c.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

#define FAULTS		64
#define JUNK_SIZE	4088

enum scope { SCOPE_ANY, SCOPE_MASTER, SCOPE_CHILD };

/* As fault.py writes it. */
struct fault {
	char	 name[20];	/* of the call; "": no more faults */
	int32_t	 scope;
	int32_t	 argument;	/* only calls with this one; -1: any */
	int32_t	 error;		/* of errno; 0: a lie; below: a signal */
	int64_t	 skip;		/* calls to let through first */
	int64_t	 left;		/* calls to fail then; -1: every one */
	uint64_t calls, failed;	/* so far */
};

struct page {
	struct fault	fault[FAULTS];
	uint64_t	junk_size;
	char		junk[JUNK_SIZE];
};

static bool	fault_is_meant(const struct fault *, const char *, int);
static bool	fault_is_due(struct fault *);

static struct page	*page;
static pid_t		 master;	/* who loaded this object */

static void __attribute__((constructor))
fault_open(void)
{
	const char	*path;
	void		*map;
	int		 fd;

	master = getpid();
	path = getenv("FORKD_FAULTS");
	if (path == NULL)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd == -1)
		_exit(99);
	map = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (map == MAP_FAILED)
		_exit(99);
	(void)close(fd);
	page = map;
}

int
fault_of(const char *name, int argument)
{
	struct fault	*fault;
	int		 i;

	if (page == NULL)
		return FAULT_NONE;
	for (i = 0; i < FAULTS && page->fault[i].name[0] != '\0'; i++) {
		fault = &page->fault[i];
		if (!fault_is_meant(fault, name, argument) ||
		    !fault_is_due(fault))
			continue;
		__atomic_fetch_add(&fault->failed, 1, __ATOMIC_SEQ_CST);
		if (fault->error >= 0)
			return fault->error;
		/* not kill(): it may be one of those that fail */
		(void)syscall(SYS_kill, getpid(), -fault->error);
	}
	return FAULT_NONE;
}

const void *
fault_junk(size_t *size)
{
	*size = page->junk_size;
	return page->junk;
}

static bool
fault_is_meant(const struct fault *fault, const char *name, int argument)
{
	if (strcmp(fault->name, name) != 0 ||
	    (fault->argument != -1 && fault->argument != argument))
		return false;
	return fault->scope == SCOPE_ANY ||
	    (fault->scope == SCOPE_MASTER) == (getpid() == master);
}

/* The master and its children may come here at once. */
static bool
fault_is_due(struct fault *fault)
{
	uint64_t	calls;
	int64_t		left;

	calls = __atomic_fetch_add(&fault->calls, 1, __ATOMIC_SEQ_CST);
	if (calls < (uint64_t)fault->skip)
		return false;
	left = __atomic_load_n(&fault->left, __ATOMIC_SEQ_CST);
	while (left > 0)
		if (__atomic_compare_exchange_n(&fault->left, &left, left - 1,
		    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	return left == -1;
}
