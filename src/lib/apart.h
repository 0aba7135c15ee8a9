/* SPDX-License-Identifier: ISC */
#ifndef APART_H
#define APART_H

#include <stddef.h>

/*
 * Memory that is the master's alone.  After a fork, the first write to a page
 * of ordinary memory copies it, in the master too; this is not in the child at
 * all, so that what changes with every connection costs nothing there.  A
 * child that touches it dies of SIGSEGV.  See madvise(2), MADV_DONTFORK.
 *
 * apart_new: room for `count' things of `size' bytes, all zero.  Returns NULL
 * with errno of mmap(2), or ENOMEM when that is more than there can be.
 * apart_free: gives it back, in the master only; NULL is nothing.
 */
void	*apart_new(size_t count, size_t size);
void	 apart_free(void *);

#endif
