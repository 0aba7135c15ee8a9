/* SPDX-License-Identifier: ISC */
/*
 * Numbers as text on the way of a connection.  printf(3) would take a page of
 * the stack there, which the next fork makes the master copy.
 */
#include "config.h"

#include <string.h>

#include "decimal.h"

char *
decimal(char *text, uint64_t value)
{
	char	digits[DECIMAL_SIZE], *first;
	size_t	length;

	first = &digits[DECIMAL_SIZE - 1];
	do
		*--first = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	length = (size_t)(&digits[DECIMAL_SIZE - 1] - first);
	memcpy(text, first, length);
	text[length] = '\0';
	return text + length;
}
