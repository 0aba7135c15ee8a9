/* SPDX-License-Identifier: ISC */
/*
 * Text from one client made fit for another one's terminal, as vis(3) would,
 * which not every system has, and which would leave nothing of text that is
 * not ASCII.
 */
#include <stdbool.h>
#include <string.h>

#include "chat_text.h"

static size_t	character(const unsigned char *, size_t);
static bool	is_between(unsigned char, int, int);
static size_t	visible(char *, unsigned char);

size_t
chat_text(char *to, const char *text, size_t length)
{
	const unsigned char	*next = (const unsigned char *)text;
	char			*put = to;
	size_t			 n;

	while (length > 0) {
		n = character(next, length);
		if (n > 1) {
			memcpy(put, next, n);
			put += n;
		} else {
			n = 1;
			put += visible(put, *next);
		}
		next += n;
		length -= n;
	}
	return (size_t)(put - to);
}

/*
 * Bytes of the UTF-8 character of more than one byte that begins here; 0: none
 * does, or it is one of the 32 control characters that come after ASCII.
 */
static size_t
character(const unsigned char *text, size_t length)
{
	const unsigned char	first = text[0];
	size_t			i, n;
	int			least, most;

	least = 0x80;
	most = 0xbf;
	if (is_between(first, 0xc2, 0xdf))
		n = 2;
	else if (is_between(first, 0xe0, 0xef))
		n = 3;
	else if (is_between(first, 0xf0, 0xf4))
		n = 4;
	else
		return 0;
	if (first == 0xc2 || first == 0xe0)
		least = 0xa0;		/* control characters; too long */
	else if (first == 0xed)
		most = 0x9f;		/* halves of UTF-16 */
	else if (first == 0xf0)
		least = 0x90;
	else if (first == 0xf4)
		most = 0x8f;
	if (n > length || !is_between(text[1], least, most))
		return 0;
	for (i = 2; i < n; i++)
		if (!is_between(text[i], 0x80, 0xbf))
			return 0;
	return n;
}

static bool
is_between(unsigned char byte, int least, int most)
{
	return byte >= least && byte <= most;
}

/* One byte as one to four.  A tab stays; no line has a newline in it. */
static size_t
visible(char *to, unsigned char byte)
{
	const unsigned char	low = byte & 0x7f;
	size_t			n = 0;

	if (is_between(byte, ' ', '~') || byte == '\t') {
		to[0] = (char)byte;
		return 1;
	}
	if (byte == '\0' || low == ' ') {
		memcpy(to, byte == '\0' ? "\\000" : "\\240", 4);
		return 4;
	}
	if (byte != low)
		to[n++] = 'M';
	to[n++] = is_between(low, '!', '~') ? '-' : '^';
	to[n++] = (char)(low == 0x7f ? '?' : low < ' ' ? low + '@' : low);
	return n;
}
