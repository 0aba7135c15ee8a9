/* SPDX-License-Identifier: ISC */
/*
 * smtp_reply.h: reads the replies of an SMTP server (RFC 5321, section 4.2),
 * bytes in, a code and a text out.  No I/O, no memory of its own.
 *
 *	250-mail.example.org greets you
 *	250-8BITMIME
 *	250 HELP
 *
 * It goes on from byte to byte, so that it does not matter in which pieces they
 * come, and takes none that is behind the reply.
 */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include <stddef.h>

/* Sixteen of the longest lines of RFC 5321; nobody needs more. */
#define SMTP_REPLY_SIZE	8192

enum smtp_reply_state {
	SMTP_REPLY_MORE,	/* it goes on */
	SMTP_REPLY_WHOLE,	/* code and text are there */
	SMTP_REPLY_WRONG	/* it is none: see wrong */
};

struct smtp_reply {
	int		 code;		/* 200 to 559 */
	char		 text[SMTP_REPLY_SIZE];	/* all lines, codes included,
					   LF between them; what is not
					   printable ASCII is a `?' */
	size_t		 length;	/* of text */
	const char	*wrong;		/* why it is no reply */

	/* where in a line it is */
	enum smtp_reply_state state;
	int		 column;	/* bytes of this line, up to 4 */
	int		 line_code;	/* of this line, as far as it came */
	int		 last;		/* no `-' behind the code */
	int		 cr;		/* CR came, and nothing since */
};

/* Begins a reply. */
void	smtp_reply_start(struct smtp_reply *);

/* Reads on, and says in `used' how many bytes belong to this reply. */
enum smtp_reply_state
	smtp_reply_feed(struct smtp_reply *, const char *data, size_t size,
	    size_t *used);

/*
 * Whether one line of a whole reply, behind its code, begins with a word, in
 * either case: 8BITMIME among the answers to EHLO.
 */
int	smtp_reply_has(const struct smtp_reply *, const char *word);

/* A whole reply in one line: its code, and the texts of its lines. */
void	smtp_reply_line(const struct smtp_reply *, char *line, size_t size);

#endif
