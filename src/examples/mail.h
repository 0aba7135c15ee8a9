/* SPDX-License-Identifier: ISC */
/*
 * mail.h: a message, RFC 5322: what the user gives, and what of a header, of
 * encodings and of attachments it needs to be one.
 *
 * What is wrong with it ends the program, as cli_fail() does, and all of that
 * is found before the first byte goes to a server.
 */
#ifndef MAIL_H
#define MAIL_H

#include <stddef.h>
#include <stdio.h>

#define MAIL_LINE	998	/* bytes without its end: RFC 5321, 4.5.3.1.6 */

struct mail_file {
	const char	*name;		/* without directories */
	char		*data;
	size_t		 size;
};

struct mail {
	/* what the user gives; the arrays are theirs */
	const char	*sender;	/* "": the null sender */
	const char	*name;		/* of the sender, or NULL */
	const char	*subject;	/* or NULL */
	char		**recipients;
	int		 recipients_count;
	struct mail_file *files;
	int		 files_count;
	int		 no_header;	/* the text is only a text */

	/* mail_read() */
	char		*text;		/* lines that end with LF alone */
	size_t		 size;
	size_t		 header;	/* bytes of it; the body is behind */
	size_t		 body;		/* where that begins */

	/* mail_check() */
	int		 own_type;	/* the header has a Content-Type */
	int		 encoded;	/* and the body is what it says */
	int		 eightbit;	/* 8BITMIME, if the server has it */
	int		 needs_8bit;	/* or not at all */
	char		 date[64];
	char		 id[400];	/* Message-ID */
};

/* Reads a file; NULL: standard input. */
char	*mail_file_read(const char *path, size_t *size);

/*
 * Whether it may stand between < and > on a line of SMTP, and whether it may
 * stand in a header: no line can be smuggled in.
 */
int	mail_is_address(const char *);
int	mail_is_line(const char *);

/* Takes the text over, finds its header, and what must be known about both. */
void	mail_read(struct mail *, char *text, size_t size);
void	mail_check(struct mail *);

/* The whole message, to be freed: lines that end with LF. */
char	*mail_make(const struct mail *, int eightbit, size_t *size);

/*
 * The parts of that: the field of a name (lower case) in the text's header,
 * its end, or NULL; the header; the body with its attachments.
 */
const char *mail_field(const struct mail *, const char *name);
const char *mail_field_end(const struct mail *, const char *field);
void	mail_header(FILE *, const struct mail *);
void	mail_body(FILE *, const struct mail *, int eightbit);

#endif
