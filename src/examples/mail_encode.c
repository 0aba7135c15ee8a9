/* SPDX-License-Identifier: ISC */
/* mail_encode: see mail_encode.h. */
#include <stdint.h>
#include <string.h>

#include "mail_encode.h"

#define WORD_MOST	75	/* columns of an encoded word: RFC 2047 */
#define WORD_FRAME	12	/* of these around what is encoded */
#define ATOM_MOST	200	/* an unbroken word that is left as it is */
#define VALUE_MOST	50	/* a parameter's value that is not cut */

static size_t	character(const char *, size_t);
static void	base64_bytes(FILE *, const char *, size_t);
static int	is_plain(const char *, size_t);

/* Bytes of the UTF-8 character at text; 0: it is none. */
static size_t
character(const char *text, size_t size)
{
	/* the least character that needs so many bytes; others have less */
	static const uint32_t	 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char	*byte = (const unsigned char *)text;
	uint32_t		 value;
	size_t			 i, length;

	if (size == 0)
		return 0;
	length = byte[0] < 0x80 ? 1 : byte[0] < 0xc0 ? 0 : byte[0] < 0xe0 ? 2 :
	    byte[0] < 0xf0 ? 3 : byte[0] < 0xf8 ? 4 : 0;
	if (length < 2)
		return length;
	if (length > size)
		return 0;
	value = byte[0] & (0x7fU >> length);
	for (i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (byte[i] & 0x3f);
	}
	return value < least[length] || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff) ? 0 : length;
}

int
mail_is_utf8(const char *text, size_t size)
{
	size_t	i, length;

	for (i = 0; i < size; i += length) {
		length = character(text + i, size - i);
		if (length == 0)
			return 0;
	}
	return 1;
}

int
mail_is_8bit(const char *text, size_t size)
{
	size_t	i;

	for (i = 0; i < size; i++)
		if ((text[i] & 0x80) != 0)
			return 1;
	return 0;
}

void
mail_base64(FILE *out, const char *data, size_t size)
{
	const size_t	most = MAIL_COLUMNS / 4 * 3;
	size_t		i, length;

	for (i = 0; i < size; i += length) {
		length = size - i < most ? size - i : most;
		base64_bytes(out, data + i, length);
		putc('\n', out);
	}
}

static void
base64_bytes(FILE *out, const char *data, size_t size)
{
	static const char	 digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char	*byte = (const unsigned char *)data;
	uint32_t		 bits;
	size_t			 i;

	for (i = 0; i < size; i += 3) {
		bits = (uint32_t)byte[i] << 16;
		if (i + 1 < size)
			bits |= (uint32_t)byte[i + 1] << 8;
		if (i + 2 < size)
			bits |= byte[i + 2];
		putc(digits[bits >> 18], out);
		putc(digits[bits >> 12 & 63], out);
		putc(i + 1 < size ? digits[bits >> 6 & 63] : '=', out);
		putc(i + 2 < size ? digits[bits & 63] : '=', out);
	}
}

/* A space at the end of a line would not arrive: RFC 2045, section 6.7. */
void
mail_quoted(FILE *out, const char *text, size_t size)
{
	size_t	column, i, length;
	int	at_end, plain;

	column = 0;
	for (i = 0; i < size; i++) {
		if (text[i] == '\n') {
			putc('\n', out);
			column = 0;
			continue;
		}
		at_end = i + 1 == size || text[i + 1] == '\n';
		plain = ((text[i] == ' ' || text[i] == '\t') && !at_end) ||
		    (text[i] > ' ' && text[i] <= '~' && text[i] != '=');
		length = plain ? 1 : 3;
		/* one column for the sign that the line goes on */
		if (column + length > MAIL_COLUMNS - !at_end) {
			fputs("=\n", out);
			column = 0;
		}
		if (plain)
			putc(text[i], out);
		else
			fprintf(out, "=%02X", (unsigned char)text[i]);
		column += length;
	}
}

void
mail_words(FILE *out, const char *text, size_t column)
{
	size_t	begin, end, i, size, spaces, word;

	/* from the first to the last word that must be encoded: one piece */
	begin = end = size = strlen(text);
	for (i = 0; i < size; i += word) {
		i += strspn(text + i, " \t");
		word = strcspn(text + i, " \t");
		if (is_plain(text + i, word))
			continue;
		begin = begin == size ? i : begin;
		end = i + word;
	}
	for (i = 0; i < size; i += spaces + word) {
		spaces = strspn(text + i, " \t");
		word = strcspn(text + i + spaces, " \t");
		if (i + spaces == begin && word > 0) {
			word = end - begin;
			column = mail_encoded(out, text + i, spaces,
			    text + begin, word, column);
		} else
			column = mail_piece(out, text + i, spaces,
			    text + i + spaces, word, column);
	}
}

/* What looks like an encoded word and is none must be encoded itself. */
static int
is_plain(const char *word, size_t size)
{
	size_t	i;

	if (size > ATOM_MOST)
		return 0;
	for (i = 0; i < size; i++)
		if (word[i] < ' ' || word[i] > '~' ||
		    (word[i] == '=' && i + 1 < size && word[i + 1] == '?'))
			return 0;
	return 1;
}

size_t
mail_piece(FILE *out, const char *spaces, size_t spaces_size,
    const char *piece, size_t size, size_t column)
{
	if (spaces_size > 0 && size > 0 &&
	    column + spaces_size + size > MAIL_COLUMNS) {
		putc('\n', out);
		column = 0;
	}
	(void)fwrite(spaces, 1, spaces_size, out);
	(void)fwrite(piece, 1, size, out);
	return column + spaces_size + size;
}

size_t
mail_encoded(FILE *out, const char *spaces, size_t spaces_size,
    const char *text, size_t size, size_t column)
{
	/* room for one character, whatever it is */
	const size_t	least = WORD_FRAME + 8;
	size_t		i, length, next, room, whole;

	/* one word is easier to read than two: some readers add a space */
	whole = WORD_FRAME + (size + 2) / 3 * 4;
	if (spaces_size > 0 && column + spaces_size + (spaces_size + whole <=
	    MAIL_COLUMNS ? whole : least) > MAIL_COLUMNS) {
		putc('\n', out);
		column = 0;
	}
	(void)fwrite(spaces, 1, spaces_size, out);
	column += spaces_size;
	for (i = 0; i < size; i += length) {
		if (i > 0) {
			fputs("\n ", out);
			column = 1;
		}
		room = column + least > MAIL_COLUMNS ? least :
		    MAIL_COLUMNS - column;
		room = (room > WORD_MOST ? WORD_MOST : room) - WORD_FRAME;
		for (length = 0; i + length < size; length += next) {
			next = character(text + i + length,
			    size - i - length);
			next = next == 0 ? 1 : next;
			if ((length + next + 2) / 3 * 4 > room)
				break;
		}
		fputs("=?UTF-8?B?", out);
		base64_bytes(out, text + i, length);
		fputs("?=", out);
		column += WORD_FRAME + (length + 2) / 3 * 4;
	}
	return column;
}

/* RFC 2231: bytes as %XX, and long ones in sections, filename*0*, *1* ... */
void
mail_parameter(FILE *out, const char *name, const char *value)
{
	const char	*from;
	size_t		 column;
	unsigned int	 section;

	if (strlen(value) <= VALUE_MOST && is_plain(value, strlen(value)) &&
	    strpbrk(value, "\"\\") == NULL) {
		fprintf(out, ";\n %s=\"%s\"", name, value);
		return;
	}
	section = 0;
	for (from = value; from == value || *from != '\0';) {
		fprintf(out, ";\n %s*%u*=%s", name, section,
		    section == 0 ? "UTF-8''" : "");
		section++;
		for (column = 0; column < VALUE_MOST && *from != '\0'; from++)
			if (strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789.-_") > 0) {
				putc(*from, out);
				column++;
			} else {
				fprintf(out, "%%%02X", (unsigned char)*from);
				column += 3;
			}
	}
}
