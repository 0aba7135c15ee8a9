/* SPDX-License-Identifier: ISC */
#ifndef VISIBLE_H
#define VISIBLE_H

#include <stddef.h>

/*
 * visible: copies `length` bytes to `text` of `size` bytes as vis(3) shows
 * them (VIS_CSTYLE, new lines and tabs too), cut between two characters where
 * it is full, NUL always.  Returns the length of the result.
 */
size_t	visible(char *text, size_t size, const char *bytes, size_t length);

#endif
