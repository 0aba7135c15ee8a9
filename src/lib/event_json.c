/* SPDX-License-Identifier: ISC */
/*
 * Events as JSON objects (RFC 8259), one a line, for machines.  Called by
 * log.c alone.  A line that would not fit loses its reason, never its form.
 */
#include "config.h"

#include <sys/wait.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "event.h"

#define REASON_MAX	2048	/* bytes of a string, escapes included */

struct object {
	char	*text;
	size_t	 size, used;
};

static void	object_member(struct object *, const char *);
static void	object_number(struct object *, const char *, int64_t);
static void	object_seconds(struct object *, const char *, int64_t);
static int64_t	microseconds(const struct timeval *);
static void	object_string(struct object *, const char *, const char *);
static void	object_bytes(struct object *, const char *, const char *,
		    size_t);
static void	object_address(struct object *, const char *,
		    const struct addr *);
static void	object_status(struct object *, const struct event *);
static size_t	object_character(const char *, char *);
static size_t	utf8_length(const char *);
static void	object_put(struct object *, const char *, size_t);

size_t
event_json(const struct event *event, const char *time, char *text,
    size_t size)
{
	struct object	object = { text, size, 0 };

	object_put(&object, "{", 1);
	object_string(&object, "time", time);
	object_string(&object, "level", event_level_name(event->level));
	object_string(&object, "event", event_name(event->kind));
	object_string(&object, "service", event->service);
	if (event->serial != 0)
		object_number(&object, "connection", (int64_t)event->serial);
	if (event->pid != 0)
		object_number(&object, "pid", event->pid);
	object_address(&object, "peer", event->peer);
	object_address(&object, "local", event->local);
	if (event->kind == EVENT_CLOSE)
		object_status(&object, event);
	if (event->duration_ms >= 0)
		object_seconds(&object, "duration_s",
		    event->duration_ms * 1000);
	if (event->workers >= 0)
		object_number(&object, "workers", event->workers);
	if (event->max_workers >= 0)
		object_number(&object, "max_workers", event->max_workers);
	if (event->repeated > 0)
		object_number(&object, "repeated", (int64_t)event->repeated);
	if (event->reason != NULL)
		object_bytes(&object, "reason", event->reason,
		    event->reason_length != 0 ? event->reason_length :
		    strlen(event->reason));
	object_put(&object, "}", 1);
	text[object.used] = '\0';
	return object.used;
}

static void
object_status(struct object *object, const struct event *event)
{
	const struct rusage	*usage;

	if (WIFEXITED(event->status))
		object_number(object, "status", WEXITSTATUS(event->status));
	else if (WIFSIGNALED(event->status))
		object_number(object, "signal", WTERMSIG(event->status));
	usage = event->usage;
	if (usage == NULL)
		return;
	object_seconds(object, "user_s", microseconds(&usage->ru_utime));
	object_seconds(object, "system_s", microseconds(&usage->ru_stime));
	object_number(object, "maxrss_kb", usage->ru_maxrss);
}

static void
object_address(struct object *object, const char *name,
    const struct addr *addr)
{
	char	text[ADDR_TEXT_SIZE];

	if (addr == NULL)
		return;
	addr_text(addr, text, sizeof(text));
	object_string(object, name, text);
}

static void
object_member(struct object *object, const char *name)
{
	char	text[32];
	int	n;

	n = snprintf(text, sizeof(text), "%s\"%s\":",
	    object->used > 1 ? "," : "", name);
	object_put(object, text, (size_t)n);
}

static void
object_number(struct object *object, const char *name, int64_t value)
{
	char	text[32];
	int	n;

	object_member(object, name);
	n = snprintf(text, sizeof(text), "%" PRId64, value);
	object_put(object, text, (size_t)n);
}

/* Without floating point: some locales write a comma. */
static void
object_seconds(struct object *object, const char *name, int64_t us)
{
	char	text[32];
	int	n;

	object_member(object, name);
	n = snprintf(text, sizeof(text), "%" PRId64 ".%06d", us / 1000000,
	    (int)(us % 1000000));
	object_put(object, text, (size_t)n);
}

static int64_t
microseconds(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void
object_string(struct object *object, const char *name, const char *value)
{
	if (value != NULL)
		object_bytes(object, name, value, strlen(value));
}

/*
 * Strings are cut so that the object can always be closed.  Behind the bytes
 * stands a NUL.
 */
static void
object_bytes(struct object *object, const char *name, const char *value,
    size_t size)
{
	const char	*end;
	char		 one[8];
	size_t		 length, taken, used;

	end = value + size;
	object_member(object, name);
	object_put(object, "\"", 1);
	for (used = 0; value < end && used < REASON_MAX; used += length) {
		taken = utf8_length(value);
		if (taken > 1) {
			object_put(object, value, taken);
			length = taken;
		} else {
			length = object_character(value, one);
			object_put(object, one, length);
		}
		value += taken;
	}
	object_put(object, "\"", 1);
}

/* One byte as JSON wants it; returns how many characters that is. */
static size_t
object_character(const char *from, char *to)
{
	unsigned char	c;

	c = (unsigned char)*from;
	if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
		to[0] = (char)c;
		return 1;
	}
	if (c == '"' || c == '\\')
		return (size_t)sprintf(to, "\\%c", c);
	/* a byte that is not UTF-8 is shown as the character of its number */
	return (size_t)sprintf(to, "\\u%04x", c);
}

/*
 * The bytes of one well-formed UTF-8 character (RFC 3629), 1 for any other
 * byte.
 */
static size_t
utf8_length(const char *text)
{
	const unsigned char	*byte;
	size_t			 i, length;

	byte = (const unsigned char *)text;
	if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
		length = 2;
	else if (byte[0] >= 0xe0 && byte[0] <= 0xef)
		length = 3;
	else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
		length = 4;
	else
		return 1;
	for (i = 1; i < length; i++)
		if ((byte[i] & 0xc0) != 0x80)
			return 1;
	if ((byte[0] == 0xe0 && byte[1] < 0xa0) ||
	    (byte[0] == 0xed && byte[1] > 0x9f) ||
	    (byte[0] == 0xf0 && byte[1] < 0x90) ||
	    (byte[0] == 0xf4 && byte[1] > 0x8f))
		return 1;
	return length;
}

static void
object_put(struct object *object, const char *text, size_t length)
{
	if (object->used + length >= object->size)
		return;
	memcpy(object->text + object->used, text, length);
	object->used += length;
}
