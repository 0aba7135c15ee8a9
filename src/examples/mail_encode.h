/* SPDX-License-Identifier: ISC */
/*
 * mail_encode.h: the encodings of MIME, RFC 2045, 2047 and 2231.  All write to
 * a stream, lines end with LF; whether that worked is seen at its end.
 */
#ifndef MAIL_ENCODE_H
#define MAIL_ENCODE_H

#include <stddef.h>
#include <stdio.h>

#define MAIL_COLUMNS	76	/* of a line that is made here */

/* Whether all of it is UTF-8; whether it has other bytes than ASCII. */
int	mail_is_utf8(const char *text, size_t size);
int	mail_is_8bit(const char *text, size_t size);

/* Whole lines of 76 columns. */
void	mail_base64(FILE *, const char *data, size_t size);

/* Text in lines; no line becomes longer than 76 columns. */
void	mail_quoted(FILE *, const char *text, size_t size);

/*
 * The value of a field in a header, behind so many columns of its line: folded
 * at spaces, as encoded words where it has to be.  Of a sentence; and of a list
 * of addresses, where only names can be encoded: -1: there is something else.
 * text ends with NUL.
 */
void	mail_words(FILE *, const char *text, size_t column);
int	mail_addresses(FILE *, const char *text, size_t column);

/*
 * One piece of such a value, with the spaces in front of it: as it is, in a new
 * line if it fits better there, or as encoded words, none of which ends inside
 * a character.  Both return the column behind it.
 */
size_t	mail_piece(FILE *, const char *spaces, size_t spaces_size,
	    const char *piece, size_t size, size_t column);
size_t	mail_encoded(FILE *, const char *spaces, size_t spaces_size,
	    const char *text, size_t size, size_t column);

/* A parameter of a field in lines of its own, `; name="value"'. */
void	mail_parameter(FILE *, const char *name, const char *value);

#endif
