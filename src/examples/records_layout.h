/* SPDX-License-Identifier: ISC */
/*
 * records_layout.h: what a record consists of, as text: `u2,s4l' is an unsigned
 * integer of two bytes and a signed one of four.  A letter, u or s; 1 to 8
 * bytes; and the order: b, or nothing, is network byte order, the highest byte
 * first, and l the lowest first.  No input or output of sockets here.
 */
#ifndef RECORDS_LAYOUT_H
#define RECORDS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#define LAYOUT_MAX	32	/* fields of a record */

struct field {
	bool	is_signed;
	size_t	size;
	int	order;		/* FORKD_BIG_ENDIAN, FORKD_LITTLE_ENDIAN */
};

struct layout {
	struct field	fields[LAYOUT_MAX];
	size_t		count;
	size_t		bytes;		/* of a record, at most 8 each */
};

/* Returns 0, or -1: it is none. */
int	layout_parse(struct layout *, const char *text);

/*
 * A number of decimal digits, with a `-' if it is below 0, as the bytes of a
 * field.  Returns 0, or -1 with errno: EINVAL, it is no number; ERANGE, the
 * field is too small for it.
 */
int	field_put(const struct field *, void *bytes, const char *number);

/* The bytes of a field as a number, to standard output. */
void	field_print(const struct field *, const void *bytes);

#endif
