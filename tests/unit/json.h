/* SPDX-License-Identifier: ISC */
/*
 * json.h: whether a line is what event_json.c is to write.
 */
#ifndef JSON_H
#define JSON_H

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A string of RFC 8259, without the escapes that only others write. */
static inline const char *
json_after_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at != '"'; at++) {
		if ((unsigned char)*at < 0x20)
			return NULL;
		if (*at != '\\')
			continue;
		at++;
		if (*at == 'u' && strspn(at + 1, "0123456789abcdef") >= 4)
			at += 4;
		else if (*at != '"' && *at != '\\')
			return NULL;
	}
	return at + 1;
}

static inline const char *
json_after_value(const char *at)
{
	char	*end;
	double	 value;

	if (*at == '"')
		return json_after_string(at);
	if (!isdigit((unsigned char)*at))
		return NULL;
	value = strtod(at, &end);
	return value >= 0 ? end : NULL;
}

/* Whether it is one object of strings and numbers, and no more. */
static inline bool
json_is_object(const char *at)
{
	if (*at++ != '{')
		return false;
	for (;;) {
		at = json_after_string(at);
		if (at == NULL || *at++ != ':')
			return false;
		at = json_after_value(at);
		if (at == NULL)
			return false;
		if (*at != ',')
			return strcmp(at, "}") == 0;
		at++;
	}
}

#endif /* JSON_H */
