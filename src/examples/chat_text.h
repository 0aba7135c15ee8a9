/* SPDX-License-Identifier: ISC */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

#define PRINTABLE_MAX	4	/* bytes that one becomes, at most */

/*
 * What one client may do to the terminal of another: print.  Copies text,
 * with control characters as ^X, bytes that are no UTF-8 as M-x, and UTF-8
 * as it is.  to has room for PRINTABLE_MAX * length + 1.  Returns the length.
 */
size_t	printable(char *to, const char *text, size_t length);

#endif
