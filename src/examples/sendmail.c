/* SPDX-License-Identifier: ISC */
/*
 * Sends a message from standard input to an SMTP server, with attachments:
 * what became of the class send_mail of 2001, which brought mail to web spaces
 * that had no mail() function.
 *
 *	sendmail [-otv] [-a file] [-h name] [-n name] [-p port] [-s subject]
 *	    [-w seconds] -f sender host recipient ...
 *
 *	printf 'Hello\n' | ./sendmail -f limodou@example.org -s 'test: 測試' \
 *	    -a report.pdf mail.example.org you@example.org
 *
 *	cc -o sendmail sendmail.c smtp.c smtp_reply.c mail.c mail_header.c \
 *	    mail_address.c mail_body.c mail_encode.c cli.c \
 *	    $(pkg-config --cflags --libs forkd)
 *
 * What was wrong there, and how it is here:
 *  -	Of a reply one line was read, fgets(512), and its first three bytes were
 *	compared: the second line of a reply was taken for the answer to the
 *	next command, and of a long line the rest.  smtp_reply.c reads whole
 *	replies, of any number of lines and in any pieces, of limited size.
 *  -	It waited for ever for a server that is silent.  -w is for all of it.
 *  -	Lines ended with LF.  SMTP's end with CR LF, and so do these.
 *  -	Addresses had no < and >, and whatever was in them went out: a line end
 *	in an address, in a name or in the subject was another command or
 *	another field.  They are refused.
 *  -	A line of the text that begins with a dot lost it; one with nothing but
 *	a dot ended the message, and the rest of the text was taken for
 *	commands; with such a line in it the real end was not even sent.  Such
 *	lines get another dot.
 *  -	The answer to the message was taken for that to QUIT: a message that the
 *	server refused was reported as sent.  250 was expected there; to QUIT
 *	the answer is 221.
 *  -	The name after HELO is not `whatever one likes', but the name of the
 *	machine, or its address.
 *  -	Whether a field was missing was decided by looking for the whole line,
 *	as a regular expression, in all of the message: another From, `subject:'
 *	in small letters, or one in the text, and it was wrong.  There was no
 *	empty line between the added fields and the text, and no Date.
 *  -	Subjects and names other than ASCII went out as they were.
 *  -	One recipient; the class stopped with no QUIT, and left the connection
 *	open when it was done or not even greeted.
 *
 * A recipient who is refused does not keep the message from the others.  Each
 * refusal is a line on standard error, and the status is 67 then, never 75:
 * who tries again because of that sends it to the others a second time.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <forkd_socket.h>

#include "cli.h"
#include "mail.h"
#include "smtp.h"

struct options {
	const char	*hello;		/* -h */
	const char	*port;		/* -p */
	int		 old;		/* -o */
	int		 trace;		/* -v */
	int		 ms;		/* -w */
};

static void	usage(void) __attribute__((noreturn));
static void	read_options(int, char *[], struct mail *, struct options *);
static void	take_option(int, struct mail *, struct options *);
static const char *take_line(const char *, const char *, size_t);
static void	take_sender(struct mail *, const char *);
static void	take_name(const char *, const char *);
static void	take_file(struct mail *, const char *);
static const char *own_name(void);
static int	deliver(struct smtp *, struct mail *, const struct options *);
static int	recipients(struct smtp *, const struct mail *, int *);
static int	refused(const struct smtp *, int);

static char	host_name[256];

int
main(int argc, char *argv[])
{
	static struct smtp	smtp;
	struct mail		mail;
	struct options		options;
	char			*text;
	size_t			size;
	int			status;

	cli_start(argv[0]);
	read_options(argc, argv, &mail, &options);
	argv += optind + 1;
	text = mail_file_read(NULL, &size);
	mail_read(&mail, text, size);
	mail_check(&mail);
	/* what is wrong with it shows before anything goes out */
	free(mail_make(&mail, 0, &size));
	/* reading, perhaps from a keyboard, does not count */
	status = smtp_open(&smtp, argv[-1], options.port,
	    cli_after(options.ms), options.trace) == -1 ? refused(&smtp,
	    EX_UNAVAILABLE) : deliver(&smtp, &mail, &options);
	if (smtp_quit(&smtp) == -1 && status == EX_OK)
		cli_warn("QUIT: no good answer; the message was taken before");
	cli_flush();
	while (mail.files_count > 0)
		free(mail.files[--mail.files_count].data);
	free(mail.files);
	free(mail.text);
	return status;
}

static void
usage(void)
{
	cli_fail(EX_USAGE, "usage: sendmail [-otv] [-a file] [-h name] "
	    "[-n name] [-p port] [-s subject] [-w seconds] -f sender host "
	    "recipient ...");
}

static void
read_options(int argc, char *argv[], struct mail *mail, struct options *options)
{
	int	i, option;

	memset(mail, 0, sizeof(*mail));
	memset(options, 0, sizeof(*options));
	options->port = "25";
	options->ms = 300 * 1000;
	while ((option = getopt(argc, argv, "+a:f:h:n:op:s:tvw:")) != -1)
		take_option(option, mail, options);
	if (mail->sender == NULL || argc - optind < 2)
		usage();
	mail->recipients = argv + optind + 1;
	mail->recipients_count = argc - optind - 1;
	for (i = 0; i < mail->recipients_count; i++)
		if (!mail_is_address(mail->recipients[i]))
			cli_fail(EX_USAGE, "recipient %d: not an address in "
			    "ASCII without spaces, < and >", i + 1);
	if (options->hello == NULL)
		options->hello = own_name();
}

static void
take_option(int option, struct mail *mail, struct options *options)
{
	switch (option) {
	case 'a':
		take_file(mail, optarg);
		break;
	case 'f':
		take_sender(mail, optarg);
		break;
	case 'h':
		take_name("-h", optarg);
		options->hello = optarg;
		break;
	case 'n':
		mail->name = take_line("-n: not a name", optarg, 200);
		break;
	case 'o':
		options->old = 1;
		break;
	case 'p':
		take_name("-p", optarg);
		options->port = optarg;
		break;
	case 's':
		mail->subject = take_line("-s: not a subject", optarg,
		    SIZE_MAX);
		break;
	case 't':
		mail->no_header = 1;
		break;
	case 'v':
		options->trace = 1;
		break;
	case 'w':
		options->ms = cli_seconds("-w", optarg);
		break;
	default:
		usage();
	}
}

/* Text of the header, of so many bytes at most. */
static const char *
take_line(const char *wrong, const char *text, size_t most)
{
	if (!mail_is_line(text) || strlen(text) > most)
		cli_fail(EX_USAGE, "%s in one line of UTF-8", wrong);
	return text;
}

/* The null sender, of messages that nobody is to answer: "" or "<>". */
static void
take_sender(struct mail *mail, const char *text)
{
	if (strcmp(text, "<>") == 0)
		text = "";
	if (*text != '\0' && !mail_is_address(text))
		cli_fail(EX_USAGE, "-f: not an address in ASCII without "
		    "spaces, < and >");
	mail->sender = text;
}

/* Of a machine or a service; [ and ] are around the address of one. */
static void
take_name(const char *what, const char *text)
{
	if (*text == '\0' || strlen(text) > 255 || strspn(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._:[]") != strlen(text))
		cli_fail(EX_USAGE, "%s: not a name", what);
}

static void
take_file(struct mail *mail, const char *path)
{
	struct mail_file	*files;
	const char		*slash;

	files = realloc(mail->files, ((size_t)mail->files_count + 1) *
	    sizeof(*files));
	if (files == NULL)
		cli_fail(EX_OSERR, "%s", strerror(errno));
	mail->files = files;
	files += mail->files_count++;
	slash = strrchr(path, '/');
	files->name = slash == NULL ? path : slash + 1;
	if (!mail_is_line(files->name))
		cli_fail(EX_USAGE, "-a: not a file name in one line of UTF-8");
	files->data = mail_file_read(path, &files->size);
}

/* A name without a domain says nothing to a server: NULL then. */
static const char *
own_name(void)
{
	if (gethostname(host_name, sizeof(host_name) - 1) == -1 ||
	    strchr(host_name, '.') == NULL)
		return NULL;
	take_name("host name", host_name);
	return host_name;
}

/* Returns the status; each refusal has been told. */
static int
deliver(struct smtp *smtp, struct mail *mail, const struct options *options)
{
	char	*message;
	size_t	 size;
	int	 eightbit, result, status;

	if (smtp_hello(smtp, options->hello, options->old) == -1)
		return refused(smtp, EX_UNAVAILABLE);
	eightbit = smtp->eightbit && (mail->eightbit || mail->needs_8bit);
	if (mail->needs_8bit && !eightbit) {
		cli_warn("the body has bytes above 127, is not to be encoded, "
		    "and the server takes no 8BITMIME");
		return EX_DATAERR;
	}
	if (smtp_mail(smtp, mail->sender, eightbit) == -1)
		return refused(smtp, EX_UNAVAILABLE);
	if (recipients(smtp, mail, &status) == 0)
		return status;
	message = mail_make(mail, eightbit, &size);
	result = smtp_data(smtp, message, size);
	free(message);
	if (result == -1)
		return refused(smtp, smtp->sent ? EX_DATAERR : EX_UNAVAILABLE);
	printf("%s\n", smtp->reply.text);
	return status;
}

/*
 * Returns how many are taken.  Some, not all: 67.  None: 75, if one of them
 * may be taken later, since nobody has the message yet.
 */
static int
recipients(struct smtp *smtp, const struct mail *mail, int *status)
{
	int	i, later, taken;

	later = taken = 0;
	for (i = 0; i < mail->recipients_count; i++)
		if (smtp_rcpt(smtp, mail->recipients[i]) == 0)
			taken++;
		else if (refused(smtp, EX_NOUSER) == EX_TEMPFAIL)
			later++;
	*status = taken == mail->recipients_count ? EX_OK :
	    taken == 0 && later > 0 ? EX_TEMPFAIL : EX_NOUSER;
	return taken;
}

/* Tells what the server has refused; returns the status for good or for now. */
static int
refused(const struct smtp *smtp, int status)
{
	char	line[512];

	smtp_reply_line(&smtp->reply, line, sizeof(line));
	cli_warn("%s: %s", smtp->step, line);
	return smtp->reply.code < 500 ? EX_TEMPFAIL : status;
}
