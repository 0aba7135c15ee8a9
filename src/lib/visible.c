/* SPDX-License-Identifier: ISC */
/*
 * Bytes from outside as one printable line.  vis(3) one character at a time:
 * the bounded calls of that family differ between the systems that have them.
 * It allocates memory where it comes from libbsd, so it is asked only about
 * what is not plain, and done without when there is none.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <vis.h>

#include "visible.h"

#define ONE_SIZE	5	/* \ooo and NUL */

static void	visible_one(char *, unsigned char, unsigned char);

size_t
visible(char *text, size_t size, const char *bytes, size_t length)
{
	char	one[ONE_SIZE];
	size_t	i, used, width;

	if (size == 0)
		return 0;
	used = 0;
	for (i = 0; i < length; i++) {
		visible_one(one, (unsigned char)bytes[i],
		    i + 1 < length ? (unsigned char)bytes[i + 1] : 0);
		width = strlen(one);
		if (used + width >= size)
			break;
		memcpy(text + used, one, width);
		used += width;
	}
	text[used] = '\0';
	return used;
}

static void
visible_one(char *one, unsigned char byte, unsigned char next)
{
	if (byte >= ' ' && byte < 0x7f && byte != '\\') {
		one[0] = (char)byte;
		one[1] = '\0';
	} else if (vis(one, byte, VIS_CSTYLE | VIS_NL | VIS_TAB, next) == NULL)
		(void)snprintf(one, ONE_SIZE, "\\%03o", byte);
}
