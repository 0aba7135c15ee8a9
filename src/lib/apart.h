/* SPDX-License-Identifier: ISC */
#ifndef APART_H
#define APART_H

#include <stdbool.h>
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
 *
 * apart_page_new: a page, all zero, that a child may get and share with the
 * master: one that is forked between apart_page_share(page, true), which
 * returns 0, or -1 with errno, and apart_page_share(page, false).  Returns
 * NULL with errno.  apart_page_free: gives it back.
 */
void	*apart_new(size_t count, size_t size);
void	 apart_free(void *);

void	*apart_page_new(void);
void	 apart_page_free(void *);
int	 apart_page_share(void *, bool);

/*
 * The dynamic linker is five maps of some twenty, and nobody calls it between
 * fork and exec.  apart_find_linker: where it is, if that is certain: in a
 * program of our own, with the C library and nothing else loaded, that has
 * looked for all its functions at its start (-z now).  Returns whether nothing
 * else is loaded.
 * apart_linker: whether children get it; they must if they call fork(3), or any
 * part of the C library that loads something.
 */
bool	 apart_find_linker(void);
void	 apart_linker(bool);

#endif
