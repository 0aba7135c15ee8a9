/* SPDX-License-Identifier: ISC */
/*
 * mail_address: the names in a list of addresses, such as
 *
 *	"Müller, Jörg" <joerg@example.org>, Zoë <zoe@example.org> (at home)
 *
 * become encoded words, RFC 2047, section 5; the rest stays.  An address itself
 * cannot be encoded.
 */
#include <stdlib.h>
#include <string.h>

#include "mail_encode.h"

#define SPECIALS	"()<>,;:\"@"

struct scan {
	FILE		*out;
	size_t		 column;
	const char	*at;		/* where the text goes on */
	const char	*spaces;	/* in front of that */
	size_t		 spaces_size;
	char		 before;	/* the last byte, 0: an encoded word */
};

static size_t	token_size(const char *);
static size_t	words_size(const char *, size_t);
static int	put_token(struct scan *, size_t);
static int	put_encoded(struct scan *, size_t);

int
mail_addresses(FILE *out, const char *text, size_t column)
{
	struct scan	scan;
	size_t		size;

	memset(&scan, 0, sizeof(scan));
	scan.out = out;
	scan.column = column;
	scan.at = text;
	scan.before = ',';
	while (*scan.at != '\0') {
		scan.spaces = scan.at;
		scan.spaces_size = strspn(scan.at, " \t");
		scan.at += scan.spaces_size;
		size = token_size(scan.at);
		if (size == 0)
			return *scan.at == '\0' ? 0 : -1;
		if ((mail_is_8bit(scan.at, size) ? put_encoded(&scan, size) :
		    put_token(&scan, size)) == -1)
			return -1;
		scan.at += size;
	}
	return 0;
}

/* A quoted string, an <address>, a special character, or words; 0: none. */
static size_t
token_size(const char *text)
{
	size_t	i;

	if (*text == '"') {
		for (i = 1; text[i] != '\0' && text[i] != '"'; i++)
			if (text[i] == '\\' && text[i + 1] != '\0')
				i++;
		return text[i] == '\0' ? 0 : i + 1;
	}
	if (*text == '<') {
		i = strcspn(text, ">");
		return text[i] == '\0' ? 0 : i + 1;
	}
	if (*text != '\0' && strchr(SPECIALS, *text) != NULL)
		return 1;
	i = strcspn(text, SPECIALS " \t");
	return mail_is_8bit(text, i) ? words_size(text, i) : i;
}

/* Words behind the first one that must be encoded, too: one piece with it. */
static size_t
words_size(const char *text, size_t first)
{
	size_t	begin, size, word;

	size = first;
	do {
		begin = size + strspn(text + size, " \t");
		word = strcspn(text + begin, SPECIALS " \t");
		if (!mail_is_8bit(text + begin, word))
			break;
		size = begin + word;
	} while (word > 0);
	return size;
}

static int
put_token(struct scan *scan, size_t size)
{
	/* an encoded word ends at a space, or where a list goes on */
	if (scan->before == '\0' && scan->spaces_size == 0 &&
	    strchr(",;:)", *scan->at) == NULL) {
		scan->spaces = " ";
		scan->spaces_size = 1;
	}
	scan->column = mail_piece(scan->out, scan->spaces, scan->spaces_size,
	    scan->at, size, scan->column);
	scan->before = scan->at[size - 1];
	return 0;
}

/*
 * Spaces between two encoded words are not shown: where there are some, they
 * are encoded, too.
 */
static int
put_encoded(struct scan *scan, size_t size)
{
	char	*text;
	size_t	 i, length;

	if (*scan->at == '<' || scan->at[size] == '@' || scan->before == '@')
		return -1;
	text = malloc(size + 1);
	if (text == NULL)
		return -1;
	length = 0;
	if (scan->before == '\0')
		text[length++] = ' ';
	for (i = 0; i < size; i++)
		if (*scan->at != '"')
			text[length++] = scan->at[i];
		else if (i > 0 && i + 1 < size) {
			i += scan->at[i] == '\\';
			text[length++] = scan->at[i];
		}
	if (scan->spaces_size == 0 && strchr("(", scan->before) == NULL) {
		scan->spaces = " ";
		scan->spaces_size = 1;
	}
	scan->column = mail_encoded(scan->out, scan->spaces,
	    scan->spaces_size, text, length, scan->column);
	scan->before = '\0';
	free(text);
	return 0;
}
