/* SPDX-License-Identifier: ISC */
/*
 * mail_header: the fields of the text's header, and those that it has not.
 * Names count in either case, and only in the header: a text about `Subject:'
 * has none.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "cli.h"
#include "mail.h"
#include "mail_encode.h"

static int	is_field(const char *, const char *);
static void	copy_field(FILE *, const struct mail *, const char *);
static int	is_one_of(const char *, const char *const *);
static void	add_from(FILE *, const struct mail *);
static void	add_to(FILE *, const struct mail *);

/* What has addresses in it, and what can have no encoded words. */
static const char *const	address_fields[] = { "from", "sender",
	"reply-to", "to", "cc", "resent-from", "resent-sender", "resent-to",
	"resent-cc", NULL };
static const char *const	plain_fields[] = { "date", "message-id",
	"in-reply-to", "references", "mime-version", "content-type",
	"content-transfer-encoding", "content-disposition", "content-id",
	"received", "return-path", "resent-date", "resent-message-id", NULL };

/* Blanks may stand before the colon, see mail.c. */
static int
is_field(const char *field, const char *name)
{
	size_t	length = strlen(name);

	return strncasecmp(field, name, length) == 0 &&
	    field[length + strspn(field + length, " \t")] == ':';
}

/* Lines that begin with a space belong to the one before. */
const char *
mail_field_end(const struct mail *mail, const char *field)
{
	const char	*end = mail->text + mail->header;

	do {
		field = memchr(field, '\n', (size_t)(end - field));
		field = field == NULL ? end : field + 1;
	} while (field < end && (*field == ' ' || *field == '\t'));
	return field;
}

const char *
mail_field(const struct mail *mail, const char *name)
{
	const char	*field;

	for (field = mail->text; field < mail->text + mail->header;
	    field = mail_field_end(mail, field))
		if (is_field(field, name))
			return field;
	return NULL;
}

/*
 * Bcc is not for those who read it.  With attachments what is said about the
 * content belongs to the first part: mail_body().
 */
void
mail_header(FILE *out, const struct mail *mail)
{
	const char	*field;

	if (mail_field(mail, "date") == NULL)
		fprintf(out, "Date: %s\n", mail->date);
	if (mail_field(mail, "from") == NULL)
		add_from(out, mail);
	if (mail_field(mail, "to") == NULL && mail_field(mail, "cc") == NULL &&
	    mail_field(mail, "bcc") == NULL)
		add_to(out, mail);
	if (mail_field(mail, "subject") == NULL && mail->subject != NULL) {
		fputs("Subject: ", out);
		mail_words(out, mail->subject, strlen("Subject: "));
		putc('\n', out);
	}
	if (mail_field(mail, "message-id") == NULL)
		fprintf(out, "Message-ID: %s\n", mail->id);
	if (mail_field(mail, "mime-version") == NULL)
		fputs("MIME-Version: 1.0\n", out);
	for (field = mail->text; field < mail->text + mail->header;
	    field = mail_field_end(mail, field))
		if (!is_field(field, "bcc") &&
		    !is_field(field, "resent-bcc") &&
		    (mail->files_count == 0 || strncasecmp(field,
		    "content-", strlen("content-")) != 0))
			copy_field(out, mail, field);
}

/* As it is, if it is ASCII; else in one line, which is folded anew. */
static void
copy_field(FILE *out, const struct mail *mail, const char *field)
{
	char	*text;
	size_t	 colon, i, length, size;

	size = (size_t)(mail_field_end(mail, field) - field);
	colon = strcspn(field, ":");
	if (!mail_is_8bit(field, size)) {
		(void)fwrite(field, 1, size, out);
		return;
	}
	text = malloc(size + 1);
	if (text == NULL)
		cli_fail(EX_OSERR, "%s", strerror(errno));
	for (i = colon + 1, length = 0; i < size; i++)
		if (field[i] != '\n')
			text[length++] = field[i];
	text[length] = '\0';
	if (!mail_is_utf8(text, length))
		cli_fail(EX_DATAERR, "%.*s: not UTF-8", (int)colon, field);
	(void)fwrite(field, 1, colon + 1, out);
	if (is_one_of(field, plain_fields) || (is_one_of(field,
	    address_fields) && mail_addresses(out, text, colon + 1) == -1))
		cli_fail(EX_DATAERR, "%.*s: only a text and a name can have "
		    "other characters than ASCII", (int)colon, field);
	if (!is_one_of(field, address_fields))
		mail_words(out, text, colon + 1);
	putc('\n', out);
	free(text);
}

static int
is_one_of(const char *field, const char *const *names)
{
	for (; *names != NULL; names++)
		if (is_field(field, *names))
			return 1;
	return 0;
}

/* The null sender is the mail system itself: RFC 3464, section 2. */
static void
add_from(FILE *out, const struct mail *mail)
{
	const char	*from;
	char		 text[1200];
	size_t		 length;

	length = 0;
	text[length++] = ' ';
	if (mail->name != NULL) {
		text[length++] = '"';
		for (from = mail->name; *from != '\0' &&
		    length < sizeof(text) / 2; from++) {
			if (*from == '"' || *from == '\\')
				text[length++] = '\\';
			text[length++] = *from;
		}
		text[length++] = '"';
		text[length++] = ' ';
	}
	(void)snprintf(text + length, sizeof(text) - length, "<%s>",
	    mail->sender[0] == '\0' ? "MAILER-DAEMON" : mail->sender);
	fputs("From:", out);
	(void)mail_addresses(out, text, strlen("From:"));
	putc('\n', out);
}

static void
add_to(FILE *out, const struct mail *mail)
{
	char	address[300];
	size_t	column;
	int	i;

	fputs("To:", out);
	column = strlen("To:");
	for (i = 0; i < mail->recipients_count; i++) {
		(void)snprintf(address, sizeof(address), "<%s>%s",
		    mail->recipients[i], i + 1 < mail->recipients_count ? "," :
		    "");
		column = mail_piece(out, " ", 1, address, strlen(address),
		    column);
	}
	putc('\n', out);
}
