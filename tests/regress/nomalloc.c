/* SPDX-License-Identifier: ISC */
/*
 * nomalloc: an object for LD_PRELOAD that makes the nth allocation of a
 * process fail when a test says so; see fault.c, and nomalloc.h for programs
 * that say it themselves.  All ways to allocate count as "malloc", anonymous
 * maps among them; those that the C library makes inside of itself come past
 * here too, since it promises that malloc(3) can be replaced.
 */
#include "config.h"

#include <sys/mman.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "nomalloc.h"

#define EARLY_SIZE	16384

/* of the GNU C library only */
extern int	 __nss_configure_lookup(const char *, const char *)
		    __attribute__((weak));

static void	*next_of(const char *);
static void	*early(size_t);
static int	 is_early(const void *);
static int	 is_refused(void);
static int	 is_armed_one(void);

/* dlsym(3) may allocate before we know how to. */
static _Alignas(max_align_t) char	early_room[EARLY_SIZE];
static size_t				early_used;
static volatile int			searching;	/* it calls us back */

/* For programs that say it themselves: see nomalloc.h. */
static long	armed;		/* which allocation from now on fails; 0: none */
static int	has_failed;
static pid_t	armed_pid;
static long	live;		/* allocations that are not freed */

/* What finds no memory for a look into files must not ask the network. */
static void __attribute__((constructor))
files_only(void)
{
	if (__nss_configure_lookup != NULL &&
	    __nss_configure_lookup("hosts", "files") != 0)
		abort();
}

void *
malloc(size_t size)
{
	static void	*(*next)(size_t);

	if (searching)
		return early(size);
	if (next == NULL)
		*(void **)&next = next_of("malloc");
	if (is_refused())
		return NULL;
	live++;
	return next(size);
}

void *
calloc(size_t count, size_t size)
{
	static void	*(*next)(size_t, size_t);

	if (searching)
		return early(count * size);	/* never freed, so zero */
	if (next == NULL)
		*(void **)&next = next_of("calloc");
	if (is_refused())
		return NULL;
	live++;
	return next(count, size);
}

void *
realloc(void *old, size_t size)
{
	static void	*(*next)(void *, size_t);
	size_t		 left;
	void		*made;

	if (next == NULL)
		*(void **)&next = next_of("realloc");
	if (!is_early(old)) {
		if (is_refused())
			return NULL;
		live += old == NULL;
		return next(old, size);
	}
	made = malloc(size);
	if (made == NULL)
		return NULL;
	left = (size_t)(early_room + EARLY_SIZE - (char *)old);
	memcpy(made, old, size < left ? size : left);
	return made;
}

void
free(void *old)
{
	static void	(*next)(void *);

	if (old == NULL || is_early(old) || searching)
		return;		/* dlsym(3) frees an old message of its own */
	if (next == NULL)
		*(void **)&next = next_of("free");
	live--;
	next(old);
}

/* Those that the C library makes itself do not come past here. */
void *
mmap(void *address, size_t size, int protection, int flags, int fd,
    off_t offset)
{
	static void	*(*next)(void *, size_t, int, int, int, off_t);

	if (next == NULL)
		*(void **)&next = next_of("mmap");
	if ((flags & MAP_ANONYMOUS) != 0 && is_refused())
		return MAP_FAILED;
	return next(address, size, protection, flags, fd, offset);
}

void
nomalloc_arm(long nth)
{
	armed = nth;
	armed_pid = getpid();
	has_failed = 0;
}

int
nomalloc_disarm(void)
{
	armed = 0;
	return has_failed;
}

long
nomalloc_live(void)
{
	return live;
}

static void *
next_of(const char *name)
{
	void	*next;

	searching = 1;
	next = dlsym(RTLD_NEXT, name);
	searching = 0;
	if (next == NULL)
		abort();
	return next;
}

static void *
early(size_t size)
{
	void	*made;

	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (size > EARLY_SIZE - early_used)
		abort();
	made = early_room + early_used;
	early_used += size;
	return made;
}

static int
is_early(const void *memory)
{
	return (uintptr_t)memory >= (uintptr_t)early_room &&
	    (uintptr_t)memory < (uintptr_t)early_room + EARLY_SIZE;
}

/* fault_of() keeps errno: a call that works leaves it alone. */
static int
is_refused(void)
{
	if (!is_armed_one() && fault_of("malloc", -1) == FAULT_NONE)
		return 0;
	errno = ENOMEM;
	return 1;
}

/* Not in children, which have copied what was armed. */
static int
is_armed_one(void)
{
	if (armed == 0 || getpid() != armed_pid || --armed > 0)
		return 0;
	has_failed = 1;
	return 1;
}
