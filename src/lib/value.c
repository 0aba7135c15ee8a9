/* SPDX-License-Identifier: ISC */
/*
 * Text to numbers with units and back, as in settings.  Knows no setting; its
 * only caller that does is settings.c.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

#define WORD_MAX	64	/* longer words are not compared */

struct unit {
	const char	*name;
	int64_t		 factor;
};

static int	value_unit(const char *, const struct unit *, int64_t *);

/* Largest first: value_duration_text takes the first that divides. */
static const struct unit	 durations[] = {
	{ "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
	{ "", 1000 }, { NULL, 0 }
};
static const struct unit	 sizes[] = {
	{ "G", 1 << 30 }, { "M", 1 << 20 }, { "k", 1 << 10 },
	{ "g", 1 << 30 }, { "m", 1 << 20 }, { "K", 1 << 10 },
	{ "", 1 }, { NULL, 0 }
};
static const struct unit	 plain[] = { { "", 1 }, { NULL, 0 } };

int
value_number(const char *text, int64_t *value)
{
	int64_t	n;

	if (text[0] != '-')
		return value_unit(text, plain, value);
	if (value_unit(text + 1, plain, &n) == -1)
		return -1;
	*value = -n;
	return 0;
}

int
value_octal(const char *text, int64_t *value)
{
	size_t	length;

	length = strspn(text, "01234567");
	if (length == 0 || text[length] != '\0') {
		errno = EINVAL;
		return -1;
	}
	if (length > 20) {
		errno = ERANGE;
		return -1;
	}
	*value = (int64_t)strtoull(text, NULL, 8);
	return 0;
}

int
value_yes(const char *text, int64_t *value)
{
	if (strcmp(text, "yes") == 0)
		*value = 1;
	else if (strcmp(text, "no") == 0)
		*value = 0;
	else {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

int
value_duration(const char *text, int64_t *ms)
{
	return value_unit(text, durations, ms);
}

int
value_size(const char *text, int64_t *bytes)
{
	return value_unit(text, sizes, bytes);
}

void
value_duration_text(int64_t ms, char text[VALUE_TEXT_SIZE])
{
	const struct unit	*unit;

	for (unit = durations; unit->factor > 1; unit++)
		if (ms % unit->factor == 0 && ms >= unit->factor)
			break;
	(void)snprintf(text, VALUE_TEXT_SIZE, "%" PRId64 "%s",
	    ms / unit->factor, unit->name);
}

size_t
value_distance(const char *a, const char *b)
{
	size_t	row[WORD_MAX + 1];
	size_t	alen, blen, corner, i, j, least;

	alen = strlen(a);
	blen = strlen(b);
	if (alen > WORD_MAX || blen > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= blen; j++)
		row[j] = j;
	for (i = 1; i <= alen; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= blen; j++) {
			least = corner + (a[i - 1] != b[j - 1]);
			if (row[j] + 1 < least)
				least = row[j] + 1;
			if (row[j - 1] + 1 < least)
				least = row[j - 1] + 1;
			corner = row[j];
			row[j] = least;
		}
	}
	return row[blen];
}

/* Digits and one of the units; the unit is found by its whole name. */
static int
value_unit(const char *text, const struct unit *units, int64_t *value)
{
	unsigned long long	 n;
	char			*end;

	if (!isdigit((unsigned char)text[0])) {
		errno = EINVAL;
		return -1;
	}
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno != 0)
		return -1;
	while (units->name != NULL && strcmp(units->name, end) != 0)
		units++;
	if (units->name == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (n > (unsigned long long)(INT64_MAX / units->factor)) {
		errno = ERANGE;
		return -1;
	}
	*value = (int64_t)n * units->factor;
	return 0;
}
