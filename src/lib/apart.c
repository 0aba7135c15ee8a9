/* SPDX-License-Identifier: ISC */
/*
 * Memory that children do not get.  It is taken at start, page by page, and
 * only for what is large or changes with every connection.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/auxv.h>

#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <unistd.h>

#include "apart.h"

#define HEAD	64	/* bytes before it: its size; a cache line */
#define PAGE	((size_t)sysconf(_SC_PAGESIZE))
#define OBJECTS	3	/* the program, the C library, its linker */

static int	apart_look_at(struct dl_phdr_info *, size_t, void *);
static bool	apart_is_bound(const struct dl_phdr_info *);

static char	*linker;		/* NULL: not known */
static size_t	 linker_size;
static int	 objects;
static bool	 is_bound;		/* the program */
static bool	 linker_is_apart;

void *
apart_new(size_t count, size_t size)
{
	size_t	 bytes;
	void	*memory;

	if (size != 0 && count > (SIZE_MAX / 2 - HEAD) / size) {
		errno = ENOMEM;
		return NULL;
	}
	bytes = HEAD + count * size;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	/* without it, all works, only slower */
	(void)madvise(memory, bytes, MADV_DONTFORK);
	*(size_t *)memory = bytes;
	return (char *)memory + HEAD;
}

/* Without a head: whoever shares it could change that. */
void *
apart_page_new(void)
{
	void	*page;

	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return NULL;
	(void)madvise(page, PAGE, MADV_DONTFORK);
	return page;
}

void
apart_page_free(void *page)
{
	if (page != NULL)
		(void)munmap(page, PAGE);
}

int
apart_page_share(void *page, bool on)
{
	return madvise(page, PAGE, on ? MADV_DOFORK : MADV_DONTFORK);
}

void
apart_free(void *memory)
{
	char	*start;

	if (memory == NULL)
		return;
	start = (char *)memory - HEAD;
	(void)munmap(start, *(size_t *)(void *)start);
}

bool
apart_find_linker(void)
{
	linker = NULL;
	objects = 0;
	(void)dl_iterate_phdr(apart_look_at, NULL);
	/* what is preloaded may call anything */
	if (objects > OBJECTS || !is_bound)
		linker = NULL;
	return objects <= OBJECTS;
}

void
apart_linker(bool shared)
{
	if (linker == NULL || linker_is_apart == !shared)
		return;
	if (madvise(linker, linker_size, shared ? MADV_DOFORK :
	    MADV_DONTFORK) == 0)
		linker_is_apart = !shared;
}

static int
apart_look_at(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t	end, page;
	size_t		i;

	(void)size;
	(void)arg;
	if (objects++ == 0)	/* the program is the first */
		is_bound = apart_is_bound(info);
	else if (info->dlpi_addr == getauxval(AT_SYSINFO_EHDR))
		objects--;	/* the kernel's, if it has one: vdso(7) */
	if (info->dlpi_addr == 0 || info->dlpi_addr != getauxval(AT_BASE))
		return 0;
	end = 0;
	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD)
			end = info->dlpi_phdr[i].p_vaddr +
			    info->dlpi_phdr[i].p_memsz;
	page = PAGE;
	end = (info->dlpi_addr + end + page - 1) / page * page;
	/* musl's is the C library itself: one object less */
	if ((uintptr_t)&syscall >= info->dlpi_addr &&
	    (uintptr_t)&syscall < end) {
		objects++;
		return 0;
	}
	/* NOLINTNEXTLINE: as the linker has told */
	linker = (char *)info->dlpi_addr;
	linker_size = end - info->dlpi_addr;
	return 0;
}

/* Otherwise the first call of each function needs the linker. */
static bool
apart_is_bound(const struct dl_phdr_info *info)
{
	const ElfW(Dyn)	*entry;
	size_t		 i;

	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			break;
	if (i == info->dlpi_phnum)
		return true;	/* a static one */
	/* NOLINTNEXTLINE: as the linker has told */
	entry = (const ElfW(Dyn) *)(info->dlpi_addr +
	    info->dlpi_phdr[i].p_vaddr);
	for (; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_BIND_NOW ||
		    (entry->d_tag == DT_FLAGS &&
		    (entry->d_un.d_val & DF_BIND_NOW) != 0) ||
		    (entry->d_tag == DT_FLAGS_1 &&
		    (entry->d_un.d_val & DF_1_NOW) != 0))
			return true;
	return false;
}
