/* SPDX-License-Identifier: ISC */
/*
 * Numbers as text on the way of a connection.  printf(3) would take a page of
 * the stack there, which the next fork makes the master copy; and a child has
 * to map each part of the C library that it calls.
 */
#include "config.h"

#include "decimal.h"

char *
decimal(char *text, uint64_t value)
{
	uint64_t	 left;
	char		*end, *next;

	end = text + 1;
	for (left = value; left >= 10; left /= 10)
		end++;
	*end = '\0';
	next = end;
	do
		*--next = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	return end;
}
