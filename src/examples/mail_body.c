/* SPDX-License-Identifier: ISC */
/*
 * mail_body: the body of a message, from the last fields of its header on: the
 * text, encoded if it has to be; with attachments the first part of a
 * multipart/mixed, RFC 2046, section 5.1.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "cli.h"
#include "mail.h"
#include "mail_encode.h"

static void	put_text(FILE *, const struct mail *, int);
static void	put_base64_lines(FILE *, const char *, size_t);
static void	put_file(FILE *, const struct mail_file *);
static int	occurs(const struct mail *, const char *);

void
mail_body(FILE *out, const struct mail *mail, int eightbit)
{
	char		boundary[32];
	const char	*field;
	unsigned int	number;
	int		i;

	if (mail->files_count == 0) {
		put_text(out, mail, eightbit);
		return;
	}
	number = 0;
	do
		(void)snprintf(boundary, sizeof(boundary), "=_%u_forkd",
		    number++);
	while (occurs(mail, boundary));
	fprintf(out, "Content-Type: multipart/mixed; boundary=\"%s\"\n"
	    "Content-Transfer-Encoding: %s\n\n--%s\n", boundary,
	    mail->needs_8bit || (eightbit && mail->eightbit) ? "8bit" : "7bit",
	    boundary);
	for (field = mail->text; field < mail->text + mail->header;
	    field = mail_field_end(mail, field))
		if (strncasecmp(field, "content-", strlen("content-")) == 0)
			(void)fwrite(field, 1, (size_t)(mail_field_end(mail,
			    field) - field), out);
	put_text(out, mail, eightbit);
	for (i = 0; i < mail->files_count; i++) {
		fprintf(out, "\n--%s\n", boundary);
		put_file(out, &mail->files[i]);
	}
	fprintf(out, "\n--%s--\n", boundary);
}

/*
 * Only the text can have it.  Base64 has no `_', quoted-printable no `=' with a
 * `_' behind it, and no field begins with a `-'.
 */
static int
occurs(const struct mail *mail, const char *boundary)
{
	const char	*at, *end;
	size_t		 size;

	size = strlen(boundary);
	end = mail->text + mail->size;
	for (at = mail->text + mail->body; (size_t)(end - at) >= size; at++) {
		at = memchr(at, boundary[0], (size_t)(end - at) - size + 1);
		if (at == NULL)
			return 0;
		if (memcmp(at, boundary, size) == 0)
			return 1;
	}
	return 0;
}

/* 8bit if that is wanted and will do; else what becomes shorter. */
static void
put_text(FILE *out, const struct mail *mail, int eightbit)
{
	const char	*body, *encoding;
	size_t		 high, i, longest, run, size;

	body = mail->text + mail->body;
	size = mail->size - mail->body;
	high = longest = run = 0;
	for (i = 0; i < size; i++) {
		high += (body[i] & 0x80) != 0 || body[i] == '\0';
		run = body[i] == '\n' ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	encoding = longest <= MAIL_LINE && high == 0 ? "7bit" :
	    eightbit && mail->eightbit ? "8bit" :
	    high < size / 6 ? "quoted-printable" : "base64";
	if (!mail->own_type)
		fputs("Content-Type: text/plain; charset=UTF-8\n", out);
	if (!mail->encoded)
		fprintf(out, "Content-Transfer-Encoding: %s\n", encoding);
	putc('\n', out);
	if (mail->encoded || encoding[1] == 'b')	/* 7bit, 8bit */
		(void)fwrite(body, 1, size, out);
	else if (encoding[0] == 'q')
		mail_quoted(out, body, size);
	else
		put_base64_lines(out, body, size);
}

/* In base64 a text has CR LF: RFC 2045, section 6.8. */
static void
put_base64_lines(FILE *out, const char *text, size_t size)
{
	char	*lines;
	size_t	 from, to;

	lines = malloc(size * 2);
	if (lines == NULL)
		cli_fail(EX_OSERR, "the text: %s", strerror(errno));
	for (from = to = 0; from < size; from++) {
		if (text[from] == '\n')
			lines[to++] = '\r';
		lines[to++] = text[from];
	}
	mail_base64(out, lines, to);
	free(lines);
}

static void
put_file(FILE *out, const struct mail_file *file)
{
	fputs("Content-Type: application/octet-stream\n"
	    "Content-Transfer-Encoding: base64\n"
	    "Content-Disposition: attachment", out);
	mail_parameter(out, "filename", file->name);
	fputs("\n\n", out);
	mail_base64(out, file->data, file->size);
}
