/* SPDX-License-Identifier: ISC */
/* smtp_reply: see smtp_reply.h. */
#include <string.h>
#include <strings.h>

#include "smtp_reply.h"

#define CODE	3	/* digits in front of a line */

static const char	*take_byte(struct smtp_reply *, char);
static const char	*take_digit(struct smtp_reply *, char);
static const char	*take_mark(struct smtp_reply *, char);
static const char	*take_end(struct smtp_reply *);
static const char	*take_text(struct smtp_reply *, char);

void
smtp_reply_start(struct smtp_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
}

enum smtp_reply_state
smtp_reply_feed(struct smtp_reply *reply, const char *data, size_t size,
    size_t *used)
{
	size_t	i;

	for (i = 0; i < size && reply->state == SMTP_REPLY_MORE; i++) {
		reply->wrong = take_byte(reply, data[i]);
		if (reply->wrong != NULL)
			reply->state = SMTP_REPLY_WRONG;
	}
	*used = i;
	return reply->state;
}

/* Returns what is wrong with it, or NULL. */
static const char *
take_byte(struct smtp_reply *reply, char byte)
{
	const char	*wrong;

	if (byte == '\n')
		return take_end(reply);
	if (reply->cr) {	/* it was no part of a line's end */
		if (reply->column <= CODE)
			return "a line with no code of three digits";
		reply->cr = 0;
		wrong = take_text(reply, '\r');
		if (wrong != NULL)
			return wrong;
	}
	if (byte == '\r') {
		reply->cr = 1;
		return NULL;
	}
	if (reply->column > CODE)
		return take_text(reply, byte);
	wrong = reply->column < CODE ? take_digit(reply, byte) :
	    take_mark(reply, byte);
	if (wrong != NULL)
		return wrong;
	reply->column++;
	return take_text(reply, byte);
}

/* The first digit is 2 to 5, the second 0 to 5: section 4.2. */
static const char *
take_digit(struct smtp_reply *reply, char byte)
{
	char	least, most;

	least = reply->column == 0 ? '2' : '0';
	most = reply->column == CODE - 1 ? '9' : '5';
	if (byte < least || byte > most)
		return "a line with no code of three digits";
	reply->line_code = reply->line_code * 10 + (byte - '0');
	return NULL;
}

static const char *
take_mark(struct smtp_reply *reply, char byte)
{
	if (byte != ' ' && byte != '-')
		return "a code with neither a space nor a dash behind it";
	reply->last = byte == ' ';
	return NULL;
}

/*
 * A code alone is a last line, too: section 4.2.  Every server ends lines with
 * CR LF; LF alone is taken here, it cannot mean anything else.
 */
static const char *
take_end(struct smtp_reply *reply)
{
	if (reply->column < CODE)
		return "a line with no code of three digits";
	if (reply->column == CODE)
		reply->last = 1;
	if (reply->code != 0 && reply->code != reply->line_code)
		return "one reply with different codes";
	reply->code = reply->line_code;
	if (reply->last) {
		reply->state = SMTP_REPLY_WHOLE;
		return NULL;
	}
	if (reply->length == sizeof(reply->text) - 1)
		return "a reply without an end";
	reply->text[reply->length++] = '\n';
	reply->column = reply->line_code = reply->cr = 0;
	return NULL;
}

/* The text is for terminals: nothing that they would obey gets into it. */
static const char *
take_text(struct smtp_reply *reply, char byte)
{
	if (reply->length == sizeof(reply->text) - 1)
		return "a reply without an end";
	reply->text[reply->length++] = byte >= ' ' && byte <= '~' ? byte : '?';
	return NULL;
}

int
smtp_reply_has(const struct smtp_reply *reply, const char *word)
{
	const char	*line;
	size_t		 length;

	length = strlen(word);
	/* the first line is the name of the server */
	for (line = strchr(reply->text, '\n'); line != NULL;
	    line = strchr(line, '\n')) {
		line++;
		if (strlen(line) > CODE && strncasecmp(line + CODE + 1, word,
		    length) == 0 && (line[CODE + 1 + length] == '\0' ||
		    line[CODE + 1 + length] == '\n' ||
		    line[CODE + 1 + length] == ' '))
			return 1;
	}
	return 0;
}

void
smtp_reply_line(const struct smtp_reply *reply, char *line, size_t size)
{
	const char	*from;
	size_t		 length;

	from = reply->text;
	for (length = 0; *from != '\0' && length + 1 < size; from++) {
		if (*from == '\n') {
			/* the next line's code says nothing new */
			line[length++] = ' ';
			from += strlen(from) > CODE + 1 ? CODE + 1 :
			    strlen(from) - 1;
		} else
			line[length++] = *from;
	}
	if (size > 0)
		line[length] = '\0';
}
