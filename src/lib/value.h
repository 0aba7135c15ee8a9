/* SPDX-License-Identifier: ISC */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VALUE_TEXT_SIZE	32

/*
 * Values as users write them.  Each returns 0, or -1 with EINVAL (it is not
 * one) or ERANGE (it does not fit); *value is set only on success.
 */
int	value_number(const char *text, int64_t *value);
int	value_octal(const char *text, int64_t *value);
int	value_yes(const char *text, int64_t *value);	/* yes, no: 1, 0 */
/* 500ms 30s 5m 2h, a bare number is seconds; in milliseconds */
int	value_duration(const char *text, int64_t *ms);
/* 4096 64k 16M 1G; in bytes */
int	value_size(const char *text, int64_t *bytes);

/* value_duration_text: as value_duration reads it, in the largest unit. */
void	value_duration_text(int64_t ms, char text[VALUE_TEXT_SIZE]);

/* value_distance: how many letters apart two words are (Levenshtein). */
size_t	value_distance(const char *, const char *);

#endif
