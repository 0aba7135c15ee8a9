/* SPDX-License-Identifier: ISC */
#ifndef FAULT_H
#define FAULT_H

#include <stddef.h>

#define FAULT_NONE	(-1)	/* fault_of: let the call through */

/*
 * fault_of: whether this call of `name' is to fail.  `argument' is what tells
 * its calls apart: a descriptor, a signal.  Returns FAULT_NONE, 0 (the call
 * is to say that it worked and to do nothing), or a number of errno(3).
 */
int		 fault_of(const char *name, int argument);

/* fault_junk: bytes that a test wants somebody to be sent. */
const void	*fault_junk(size_t *size);

#endif
