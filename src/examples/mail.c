/* SPDX-License-Identifier: ISC */
/* mail: see mail.h.  Reading what the user gives, and checking it. */
#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "mail.h"
#include "mail_encode.h"

#define READ_MOST	(64 << 20)	/* bytes of a file */

static FILE	*open_regular(const char *);
static size_t	header_size(const char *, size_t);
static void	check_body(struct mail *);
static void	make_id(struct mail *);

char *
mail_file_read(const char *path, size_t *size)
{
	const char	*name = path == NULL ? "standard input" : path;
	char		*data, *more;
	size_t		 n, room;
	FILE		*file;

	file = path == NULL ? stdin : open_regular(path);
	data = NULL;
	*size = room = 0;
	do {
		room = room * 2 + 4096;
		more = realloc(data, room);
		if (more == NULL)
			cli_fail(EX_OSERR, "%s: %s", name, strerror(errno));
		data = more;
		n = fread(data + *size, 1, room - *size, file);
		*size += n;
		if (*size > READ_MOST) {
			free(data);
			cli_fail(EX_DATAERR, "%s: more than %d bytes", name,
			    READ_MOST);
		}
	} while (n > 0);
	if (ferror(file)) {
		free(data);		/* it leaves errno as it is */
		cli_fail(EX_NOINPUT, "%s: %s", name, strerror(errno));
	}
	if (path != NULL)
		(void)fclose(file);	/* it was only read */
	return data;
}

/* A FIFO or a terminal may never end, and opening it may already wait. */
static FILE *
open_regular(const char *path)
{
	struct stat	status;
	FILE		*file;
	int		fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &status) == -1)
		cli_fail(EX_NOINPUT, "%s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		cli_fail(EX_NOINPUT, "%s: not a regular file", path);
	file = fdopen(fd, "r");
	if (file == NULL)
		cli_fail(EX_OSERR, "%s: %s", path, strerror(errno));
	return file;
}

/* RFC 5321, section 4.5.3.1: 254 bytes.  SMTPUTF8 is not spoken here. */
int
mail_is_address(const char *address)
{
	size_t	i;

	for (i = 0; address[i] != '\0'; i++)
		if (address[i] <= ' ' || address[i] > '~' ||
		    address[i] == '<' || address[i] == '>')
			return 0;
	return i > 0 && i <= 254;
}

int
mail_is_line(const char *text)
{
	return text[strcspn(text, "\r\n")] == '\0' &&
	    mail_is_utf8(text, strlen(text));
}

/* CR LF, LF and CR alone: each is one end of a line, and the last has one. */
void
mail_read(struct mail *mail, char *text, size_t size)
{
	size_t	from, to;

	mail->text = malloc(size + 2);
	if (mail->text == NULL)
		cli_fail(EX_OSERR, "%s", strerror(errno));
	for (from = to = 0; from < size; from++) {
		if (text[from] == '\n' && from > 0 && text[from - 1] == '\r')
			continue;
		mail->text[to++] = text[from] == '\r' ? '\n' : text[from];
	}
	if (to > 0 && mail->text[to - 1] != '\n')
		mail->text[to++] = '\n';
	mail->text[to] = '\0';
	mail->size = to;
	mail->header = mail->no_header ? 0 : header_size(mail->text, to);
	mail->body = mail->header > 0 ? mail->header + 1 : 0;
	free(text);
}

/*
 * Fields, each with what it is continued by, and an empty line.  Anything else
 * is no header: all of the text is the body then.  In old messages blanks may
 * stand before the colon, RFC 5322, section 4.5.
 */
static size_t
header_size(const char *text, size_t size)
{
	const char	*end, *line, *next;

	for (line = text; line < text + size; line = next + 1) {
		next = memchr(line, '\n', (size_t)(text + size - line));
		if (next == line)
			return (size_t)(line - text);
		if ((*line == ' ' || *line == '\t') && line > text)
			continue;
		for (end = line; *end > ' ' && *end <= '~' && *end != ':';)
			end++;
		if (end == line || end[strspn(end, " \t")] != ':')
			return 0;
	}
	return 0;
}

void
mail_check(struct mail *mail)
{
	time_t		now;
	struct tm	local;

	if (memchr(mail->text, '\0', mail->header) != NULL)
		cli_fail(EX_DATAERR, "the header has a NUL");
	check_body(mail);
	now = time(NULL);
	/* no locale has been set: the names are English */
	if (localtime_r(&now, &local) == NULL || strftime(mail->date,
	    sizeof(mail->date), "%a, %d %b %Y %H:%M:%S %z", &local) == 0)
		cli_fail(EX_OSERR, "the date: %s", strerror(errno));
	make_id(mail);
}

/*
 * A text is encoded if it has to be.  What has come encoded (it says so), and
 * what has parts, may not be: RFC 2045, section 6.4.
 */
static void
check_body(struct mail *mail)
{
	const char	*body, *line, *next, *type;
	size_t		 longest, size;
	int		 high;

	body = mail->text + mail->body;
	size = mail->size - mail->body;
	type = mail_field(mail, "content-type");
	mail->own_type = type != NULL;
	if (type != NULL) {
		type = strchr(type, ':') + 1;	/* every field has one */
		type += strspn(type, " \t\n");
	}
	mail->encoded = mail_field(mail, "content-transfer-encoding") != NULL ||
	    (type != NULL && (strncasecmp(type, "multipart/", 10) == 0 ||
	    strncasecmp(type, "message/", 8) == 0));
	high = mail_is_8bit(body, size);
	if (high && !mail->own_type && !mail_is_utf8(body, size))
		cli_fail(EX_DATAERR, "the text is not UTF-8, and no "
		    "Content-Type says what it is");
	longest = 0;
	for (line = body; line < body + size; line = next + 1) {
		next = memchr(line, '\n', (size_t)(body + size - line));
		if ((size_t)(next - line) > longest)
			longest = (size_t)(next - line);
	}
	mail->eightbit = longest <= MAIL_LINE &&
	    memchr(body, '\0', size) == NULL;
	if (mail->encoded && !mail->eightbit)
		cli_fail(EX_DATAERR, "the body has come encoded, and has %s",
		    longest > MAIL_LINE ? "a line of more than 998 bytes" :
		    "a NUL");
	mail->needs_8bit = mail->encoded && high;
	mail->eightbit = mail->eightbit && high;
}

/* Its domain is the sender's; nobody else makes the same number there. */
static void
make_id(struct mail *mail)
{
	const char	*domain;
	uint64_t	 number;

	if (getentropy(&number, sizeof(number)) == -1)
		cli_fail(EX_OSERR, "a random number: %s", strerror(errno));
	domain = strrchr(mail->sender, '@');
	(void)snprintf(mail->id, sizeof(mail->id), "<%jx.%016" PRIx64 "@%s>",
	    (uintmax_t)time(NULL), number,
	    domain == NULL ? "localhost" : domain + 1);
}

char *
mail_make(const struct mail *mail, int eightbit, size_t *size)
{
	const char	*line, *next;
	char		*text;
	FILE		*out;

	text = NULL;
	out = open_memstream(&text, size);
	if (out == NULL)
		cli_fail(EX_OSERR, "the message: %s", strerror(errno));
	mail_header(out, mail);
	mail_body(out, mail, eightbit);
	if (ferror(out) || fclose(out) == EOF)
		cli_fail(EX_OSERR, "the message: %s", strerror(errno));
	for (line = text; line < text + *size; line = next + 1) {
		next = memchr(line, '\n', (size_t)(text + *size - line));
		if (next == NULL || next - line > MAIL_LINE)
			cli_fail(EX_DATAERR, "the header has a line of more "
			    "than %d bytes", MAIL_LINE);
	}
	return text;
}
