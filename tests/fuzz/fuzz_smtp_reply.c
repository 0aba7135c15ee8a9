/* SPDX-License-Identifier: ISC */
/*
 * fuzz_smtp_reply: any bytes as what an SMTP server sends.  The replies in it
 * are the same whether the bytes come all at once, one by one, or in the pieces
 * that the bytes themselves say; a slow and simple reader says which they are.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "fuzz.h"
#include "smtp_reply.h"

enum pieces { ALL, SINGLE, OWN };

static size_t	read_pieces(struct smtp_reply *, const char *, size_t,
		    enum pieces);
static void	compare(const struct smtp_reply *, const struct smtp_reply *);
static void	check_whole(const struct smtp_reply *, const char *, size_t);
static int	is_last(const char *, const char *);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct smtp_reply	other, reply;
	const char			*data;
	char				*memory;
	size_t				 at, used;
	enum pieces			 pieces;

	/* no room behind it: a byte too many is seen by a sanitizer */
	memory = malloc(size > 0 ? size : 1);
	FUZZ_CHECK(memory != NULL);
	memcpy(memory, bytes, size);
	for (at = 0; at < size; at += used) {
		data = memory + at;
		used = read_pieces(&reply, data, size - at, ALL);
		FUZZ_CHECK(used <= size - at && used > 0);
		for (pieces = SINGLE; pieces <= OWN; pieces++) {
			FUZZ_CHECK(read_pieces(&other, data, size - at,
			    pieces) == used);
			compare(&reply, &other);
		}
		if (reply.state != SMTP_REPLY_WHOLE)
			break;
		check_whole(&reply, data, used);
	}
	free(memory);
	return 0;
}

/* Returns the bytes that belong to one reply. */
static size_t
read_pieces(struct smtp_reply *reply, const char *data, size_t size,
    enum pieces pieces)
{
	enum smtp_reply_state	state;
	size_t			at, length, used;

	smtp_reply_start(reply);
	state = SMTP_REPLY_MORE;
	for (at = 0; at < size && state == SMTP_REPLY_MORE; at += used) {
		length = pieces == ALL ? size : pieces == SINGLE ? 1 :
		    (size_t)(data[at] & 15) + 1;
		if (length > size - at)
			length = size - at;
		state = smtp_reply_feed(reply, data + at, length, &used);
		FUZZ_CHECK(used <= length);
		FUZZ_CHECK(used == length || state != SMTP_REPLY_MORE);
	}
	FUZZ_CHECK(state == reply->state);
	FUZZ_CHECK((state == SMTP_REPLY_WRONG) == (reply->wrong != NULL));
	/* it stays as it is, whatever comes */
	if (state != SMTP_REPLY_MORE) {
		FUZZ_CHECK(smtp_reply_feed(reply, "250 x\n", 6, &used) ==
		    state);
		FUZZ_CHECK(used == 0);
	}
	return at;
}

static void
compare(const struct smtp_reply *one, const struct smtp_reply *two)
{
	FUZZ_CHECK(one->state == two->state && one->code == two->code &&
	    one->wrong == two->wrong && one->length == two->length);
	FUZZ_CHECK(memcmp(one->text, two->text, sizeof(one->text)) == 0);
}

/* Line by line, as section 4.2 of RFC 5321 has it. */
static void
check_whole(const struct smtp_reply *reply, const char *data, size_t size)
{
	const char	*end, *line, *newline, *text;
	char		 one[SMTP_REPLY_SIZE], small[8];
	size_t		 i, length;

	FUZZ_CHECK(reply->code >= 200 && reply->code <= 559);
	FUZZ_CHECK(strlen(reply->text) == reply->length);
	FUZZ_CHECK(data[size - 1] == '\n');
	text = reply->text;
	for (line = data; line < data + size; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(data + size - line));
		end = newline > line && newline[-1] == '\r' ? newline - 1 :
		    newline;
		length = (size_t)(end - line);
		FUZZ_CHECK(length >= 3 && strtol(line, NULL, 10) ==
		    reply->code);
		for (i = 0; i < length; i++, text++)
			FUZZ_CHECK(isprint((unsigned char)line[i]) ?
			    *text == line[i] : *text == '?');
		FUZZ_CHECK(is_last(line, end) == (newline == data + size - 1));
		FUZZ_CHECK(*text++ == (is_last(line, end) ? '\0' : '\n'));
	}
	smtp_reply_line(reply, one, sizeof(one));
	FUZZ_CHECK(strtol(one, NULL, 10) == reply->code);
	FUZZ_CHECK(strchr(one, '\n') == NULL);
	smtp_reply_line(reply, small, sizeof(small));
	FUZZ_CHECK(strncmp(one, small, sizeof(small) - 1) == 0);
	(void)smtp_reply_has(reply, "8BITMIME");
}

static int
is_last(const char *line, const char *end)
{
	return end - line == 3 || line[3] == ' ';
}
