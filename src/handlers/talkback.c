/* SPDX-License-Identifier: ISC */
/*
 * talkback: answers every line with "You said 'LINE'." and shows it, through
 * vis(3), on standard error.  Runs on a connection from forkd and ends at the
 * line "quit" or when the client ends its side.
 *
 * Memory does not grow with what a client sends: a line that fits the input
 * buffer is answered in one write, a longer one is passed on in pieces.
 */

#include "config.h"

#include <sys/param.h>

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* strnvis() differs between systems and is not used; libbsd warns anyway. */
#ifndef LIBBSD_OPENBSD_VIS
#define LIBBSD_OPENBSD_VIS
#endif
#include <vis.h>

#include "handler_io.h"

#define BEFORE		"You said '"
#define AFTER		"'.\n"
#define FRAME_BYTES	(sizeof(BEFORE AFTER) - 1)
#define INPUT_BYTES	16384

/*
 * A write of up to PIPE_BUF bytes is never mixed with those of other workers
 * on the same log.  A byte takes up to four in vis(3); the mark stands where a
 * line was cut.
 */
#define SHOWN_BYTES	1000
#define MARK		"... (%" PRIu64 " bytes)"
#define MARK_BYTES	sizeof("... (18446744073709551615 bytes)")
#define SHOWN_MAX	(SHOWN_BYTES * 4 + MARK_BYTES + 1)
_Static_assert(SHOWN_MAX <= PIPE_BUF, "a shown line fits one write");
_Static_assert(SHOWN_BYTES < INPUT_BYTES, "the first piece has it all");

enum talk { TALK_ON, TALK_OVER, TALK_FAILED };

static enum talk	take_lines(void);
static enum talk	take_piece(const char *, size_t);
static enum talk	take_rest(void);
static bool		is_quit(const char *, size_t);
static int		answer(const char *, size_t, bool);
static void		show(void);
static int		flush(void);

/* What the client sent and was not answered yet. */
static struct {
	char		data[INPUT_BYTES];
	size_t		used;		/* bytes in data */
	size_t		searched;	/* bytes of them known to have no LF */
} in;

/* The line that is being answered. */
static struct {
	char		head[SHOWN_BYTES];
	uint64_t	bytes;		/* of the line so far, in head or not */
	bool		open;		/* BEFORE was put out, AFTER was not */
} line;

/* What the client and the log get before the next read. */
static char	out[INPUT_BYTES + FRAME_BYTES];
static size_t	out_used;
static char	shown[PIPE_BUF];
static size_t	shown_used;

int
main(int argc, char *argv[])
{
	ssize_t		n;
	enum talk	talk;

	(void)argv;			/* handler_io_start wants none */
	handler_io_start("talkback", argc);
	do {
		n = handler_io_read(in.data + in.used,
		    sizeof(in.data) - in.used);
		if (n == -1)
			return handler_io_fail("read");
		in.used += (size_t)n;
		talk = n > 0 ? take_lines() : take_rest();
		if (talk == TALK_FAILED || flush() == -1)
			return handler_io_fail("write");
	} while (talk == TALK_ON);
	handler_io_finish();
	return EXIT_SUCCESS;
}

/* Answers the whole lines of the input and keeps what follows them. */
static enum talk
take_lines(void)
{
	const char	*next = in.data, *end = in.data + in.used, *lf;
	size_t		 len;

	lf = memchr(in.data + in.searched, '\n', in.used - in.searched);
	while (lf != NULL) {
		len = (size_t)(lf - next);
		if (len > 0 && next[len - 1] == '\r')
			len--;
		if (is_quit(next, len))
			return TALK_OVER;
		if (answer(next, len, true) == -1)
			return TALK_FAILED;
		next = lf + 1;
		lf = memchr(next, '\n', (size_t)(end - next));
	}
	return take_piece(next, (size_t)(end - next));
}

/*
 * The start of a line waits for the rest of it unless it fills the buffer; from
 * then on every piece goes out as it comes, but for a CR that may turn out to
 * belong to the end of the line.
 */
static enum talk
take_piece(const char *text, size_t len)
{
	size_t	gone;

	if (line.open || len == sizeof(in.data)) {
		gone = text[len - 1] == '\r' ? len - 1 : len;
		if (answer(text, gone, false) == -1)
			return TALK_FAILED;
		text += gone;
		len -= gone;
	}
	memmove(in.data, text, len);
	in.used = in.searched = len;
	return TALK_ON;
}

/* At the end of the input: a last line may have no LF. */
static enum talk
take_rest(void)
{
	if ((in.used == 0 && !line.open) || is_quit(in.data, in.used))
		return TALK_OVER;
	if (answer(in.data, in.used, true) == -1)
		return TALK_FAILED;
	return TALK_OVER;
}

static bool
is_quit(const char *text, size_t len)
{
	return !line.open && len == 4 && memcmp(text, "quit", 4) == 0;
}

/* Makes room for the frame too, so that it is never a write of its own. */
static int
answer(const char *text, size_t len, bool last)
{
	if (sizeof(out) - out_used < len + FRAME_BYTES && flush() == -1)
		return -1;
	if (!line.open) {
		memcpy(out + out_used, BEFORE, sizeof(BEFORE) - 1);
		out_used += sizeof(BEFORE) - 1;
		memcpy(line.head, text, MIN(len, SHOWN_BYTES));
		line.bytes = 0;
		line.open = true;
	}
	memcpy(out + out_used, text, len);
	out_used += len;
	line.bytes += len;
	if (last) {
		memcpy(out + out_used, AFTER, sizeof(AFTER) - 1);
		out_used += sizeof(AFTER) - 1;
		line.open = false;
		show();
	}
	return 0;
}

/* A log that cannot be written is no reason to stop serving the client. */
static void
show(void)
{
	char	text[SHOWN_MAX];
	int	len;

	len = strvisx(text, line.head, (size_t)MIN(line.bytes, SHOWN_BYTES),
	    VIS_CSTYLE | VIS_NL | VIS_TAB);
	if (line.bytes > SHOWN_BYTES)
		len += snprintf(text + len, sizeof(text) - (size_t)len, MARK,
		    line.bytes);
	text[len++] = '\n';
	if (sizeof(shown) - shown_used < (size_t)len) {
		(void)handler_io_write(STDERR_FILENO, shown, shown_used);
		shown_used = 0;
	}
	memcpy(shown + shown_used, text, (size_t)len);
	shown_used += (size_t)len;
}

/* The log first: what the client has the answer to, the log has. */
static int
flush(void)
{
	const size_t	len = out_used;

	(void)handler_io_write(STDERR_FILENO, shown, shown_used);
	shown_used = out_used = 0;
	return handler_io_write(STDOUT_FILENO, out, len);
}
