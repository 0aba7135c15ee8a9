/* SPDX-License-Identifier: ISC */
/* records_layout: see records_layout.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <forkd_socket.h>

#include "records_layout.h"

static const char	*field_parse(struct field *, const char *);

int
layout_parse(struct layout *layout, const char *text)
{
	layout->count = layout->bytes = 0;
	for (;;) {
		if (layout->count == LAYOUT_MAX)
			return -1;
		text = field_parse(&layout->fields[layout->count], text);
		if (text == NULL)
			return -1;
		layout->bytes += layout->fields[layout->count++].size;
		if (*text == '\0')
			return 0;
		if (*text++ != ',')
			return -1;
	}
}

/* Returns what follows, or NULL. */
static const char *
field_parse(struct field *field, const char *text)
{
	if (*text != 'u' && *text != 's')
		return NULL;
	field->is_signed = *text++ == 's';
	if (*text < '1' || *text > '8')
		return NULL;
	field->size = (size_t)(*text++ - '0');
	field->order = *text == 'l' ? FORKD_LITTLE_ENDIAN : FORKD_BIG_ENDIAN;
	return *text == 'l' || *text == 'b' ? text + 1 : text;
}

/* strtoumax(3) would take blanks, a plus, and turn -1 into a large number. */
int
field_put(const struct field *field, void *bytes, const char *number)
{
	const char	*digits;
	intmax_t	 below;
	uintmax_t	 above;

	digits = number + (field->is_signed && *number == '-');
	if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits)) {
		errno = EINVAL;
		return -1;
	}
	errno = 0;
	if (field->is_signed) {
		below = strtoimax(number, NULL, 10);
		return errno != 0 ? -1 : forkd_socket_put_signed(bytes,
		    field->size, field->order, below);
	}
	above = strtoumax(number, NULL, 10);
	return errno != 0 ? -1 : forkd_socket_put_integer(bytes, field->size,
	    field->order, above);
}

/* No call fails: layout_parse() has seen size and order. */
void
field_print(const struct field *field, const void *bytes)
{
	uint64_t	above = 0;
	int64_t		below = 0;

	if (field->is_signed) {
		(void)forkd_socket_get_signed(bytes, field->size,
		    field->order, &below);
		printf("%" PRId64, below);
	} else {
		(void)forkd_socket_get_integer(bytes, field->size,
		    field->order, &above);
		printf("%" PRIu64, above);
	}
}
