/* SPDX-License-Identifier: ISC */
/*
 * Bytes from outside as one printable line.  vis(3) one character at a time:
 * the bounded calls of that family differ between the systems that have them.
 */
#include "config.h"

#include <string.h>
#include <vis.h>

#include "visible.h"

size_t
visible(char *text, size_t size, const char *bytes, size_t length)
{
	char	one[5];		/* \ooo and NUL */
	size_t	i, used, width;

	if (size == 0)
		return 0;
	used = 0;
	for (i = 0; i < length; i++) {
		(void)vis(one, (unsigned char)bytes[i],
		    VIS_CSTYLE | VIS_NL | VIS_TAB,
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
