/* SPDX-License-Identifier: ISC */
/*
 * Memory that children do not get.  It is taken at start, page by page, and
 * only for what is large or changes with every connection.
 */
#include "config.h"

#include <sys/mman.h>

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "apart.h"

#define HEAD	64	/* bytes before it: its size; a cache line */
#define PAGE	((size_t)sysconf(_SC_PAGESIZE))

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
