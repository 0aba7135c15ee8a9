/* SPDX-License-Identifier: ISC */
/* smtp: see smtp.h. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <forkd.h>
#include <forkd_socket.h>

#include "cli.h"
#include "smtp.h"

#define QUIT_MS	5000	/* an answer to QUIT is not worth more */
#define CHUNK	65536	/* bytes of the message at a time */

static int	command(struct smtp *, int, const char *);
static int	early(struct smtp *);
static int	answer(struct smtp *, int);
static int	read_reply(struct smtp *);
static int	fill(struct smtp *, int);
static void	send_bytes(struct smtp *, const char *, size_t);
static void	send_text(struct smtp *, const char *, size_t);
static void	lost(const struct smtp *) __attribute__((noreturn));
static void	trace(const struct smtp *, const char *, const char *, size_t);

int
smtp_open(struct smtp *smtp, const char *host, const char *port, int64_t end,
    int tracing)
{
	char	url[512];

	memset(smtp, 0, sizeof(*smtp));
	smtp->end = end;
	smtp->trace = tracing;
	/* IPv6 addresses are in brackets there */
	if (snprintf(url, sizeof(url), strchr(host, ':') != NULL ?
	    "tcp://[%s]:%s" : "tcp://%s:%s", host, port) >= (int)sizeof(url))
		cli_fail(EX_USAGE, "the name of the server is too long");
	(void)snprintf(smtp->step, sizeof(smtp->step), "greeting");
	smtp->sock = cli_client(url, end);
	return answer(smtp, '2');
}

/*
 * An address of our own is as good as a name, and better than one that nobody
 * knows: RFC 5321, section 4.1.3.
 */
int
smtp_hello(struct smtp *smtp, const char *name, int old)
{
	char	address[FORKD_ADDRESS_SIZE], line[300], literal[200];

	if (name == NULL) {
		if (forkd_socket_getsockname(smtp->sock, address,
		    sizeof(address), NULL) == -1)
			cli_fail_errno();
		address[strcspn(address, "%")] = '\0';	/* fe80::1%eth0 */
		(void)snprintf(literal, sizeof(literal), "[%s%s]",
		    strchr(address, ':') != NULL ? "IPv6:" : "", address);
		name = literal;
	}
	if (!old) {
		(void)snprintf(line, sizeof(line), "EHLO %s", name);
		if (command(smtp, '2', line) == 0) {
			smtp->eightbit = smtp_reply_has(&smtp->reply,
			    "8BITMIME");
			return 0;
		}
		if (smtp->reply.code < 500)
			return -1;
	}
	(void)snprintf(line, sizeof(line), "HELO %s", name);
	return command(smtp, '2', line);
}

int
smtp_mail(struct smtp *smtp, const char *sender, int eightbit)
{
	char	line[300];

	(void)snprintf(line, sizeof(line), "MAIL FROM:<%s>%s", sender,
	    eightbit ? " BODY=8BITMIME" : "");
	return command(smtp, '2', line);
}

int
smtp_rcpt(struct smtp *smtp, const char *recipient)
{
	char	line[300];

	(void)snprintf(line, sizeof(line), "RCPT TO:<%s>", recipient);
	return command(smtp, '2', line);
}

/*
 * Once the dot is out, it is the server's message: without an answer nobody
 * knows whether it has it.
 */
int
smtp_data(struct smtp *smtp, const char *message, size_t size)
{
	if (command(smtp, '3', "DATA") == -1)
		return -1;
	(void)snprintf(smtp->step, sizeof(smtp->step), "message");
	if (early(smtp) == -1)
		return -1;
	send_text(smtp, message, size);
	return answer(smtp, '2');
}

int
smtp_quit(struct smtp *smtp)
{
	static const char	quit[] = "QUIT\r\n";
	int64_t			end;
	int			result;

	end = cli_after(QUIT_MS);
	if (end < smtp->end)
		smtp->end = end;
	(void)snprintf(smtp->step, sizeof(smtp->step), "QUIT");
	trace(smtp, ">> ", quit, strlen(quit) - 2);
	result = -1;
	if (cli_limit(smtp->sock, smtp->end) == 0 && forkd_socket_write_all(
	    smtp->sock, quit, strlen(quit)) == 0 && read_reply(smtp) == 0 &&
	    smtp->reply.code / 100 == 2)
		result = 0;
	forkd_socket_close(smtp->sock);
	smtp->sock = NULL;
	return result;
}

/* Sends a line, and returns its answer(). */
static int
command(struct smtp *smtp, int class, const char *line)
{
	(void)snprintf(smtp->step, sizeof(smtp->step), "%s", line);
	if (early(smtp) == -1)
		return -1;
	trace(smtp, ">> ", line, strlen(line));
	/* in one piece: the end would wait until the rest is acknowledged */
	if (cli_limit(smtp->sock, smtp->end) == -1 ||
	    forkd_socket_printf(smtp->sock, "%s\r\n", line) == -1)
		lost(smtp);
	return answer(smtp, class);
}

/*
 * What has come before we say something is no answer to it; but a server that
 * is about to end may say so at any time (421).
 */
static int
early(struct smtp *smtp)
{
	if (smtp->at == smtp->have && fill(smtp, MSG_DONTWAIT) == -1)
		return 0;
	if (answer(smtp, '2') == -1)
		return -1;
	cli_fail(EX_PROTOCOL, "%s: the server answers before it is asked",
	    smtp->step);
}

/*
 * The first digit decides: RFC 5321, section 4.2, wants codes that nobody has
 * heard of to be taken by it.  So 251 is as good as 250.
 */
static int
answer(struct smtp *smtp, int class)
{
	char	line[512];
	int	digit;

	if (read_reply(smtp) == -1)
		lost(smtp);
	digit = '0' + smtp->reply.code / 100;
	if (digit == class)
		return 0;
	if (digit == '4' || digit == '5')
		return -1;
	smtp_reply_line(&smtp->reply, line, sizeof(line));
	cli_fail(EX_PROTOCOL, "%s: `%s' is no answer to this%s", smtp->step,
	    line, smtp->sent ? "; the message may have been delivered" : "");
}

/* The next reply.  Returns 0, or -1: EPROTO: it is none; or as fill(). */
static int
read_reply(struct smtp *smtp)
{
	const char	*line, *next;
	size_t		 used;

	smtp_reply_start(&smtp->reply);
	do {
		if (smtp->at == smtp->have && fill(smtp, 0) == -1)
			return -1;
		(void)smtp_reply_feed(&smtp->reply, smtp->bytes + smtp->at,
		    smtp->have - smtp->at, &used);
		smtp->at += used;
	} while (smtp->reply.state == SMTP_REPLY_MORE);
	for (line = smtp->reply.text; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		trace(smtp, "<< ", line, (size_t)(next - line));
		next += *next == '\n';
	}
	if (smtp->reply.state == SMTP_REPLY_WHOLE)
		return 0;
	errno = EPROTO;
	return -1;
}

/* Receives what there is.  Returns 0, or -1: ECONNRESET: the end of file. */
static int
fill(struct smtp *smtp, int flags)
{
	ssize_t	n;

	if (cli_limit(smtp->sock, smtp->end) == -1)
		return -1;
	n = forkd_socket_recv(smtp->sock, smtp->bytes, sizeof(smtp->bytes),
	    flags);
	if (n == 0)
		errno = ECONNRESET;
	if (n <= 0)
		return -1;
	smtp->at = 0;
	smtp->have = (size_t)n;
	return 0;
}

static void
send_bytes(struct smtp *smtp, const char *bytes, size_t size)
{
	if (cli_limit(smtp->sock, smtp->end) == -1 ||
	    forkd_socket_write_all(smtp->sock, bytes, size) == -1)
		lost(smtp);
}

/*
 * Lines end with CR LF, one that begins with a dot has another in front of it,
 * and a dot alone is the end: RFC 5321, section 4.5.2.
 */
static void
send_text(struct smtp *smtp, const char *text, size_t size)
{
	char		chunk[CHUNK];
	const char	*line, *next;
	size_t		length, used;

	used = 0;
	for (line = text; line < text + size; line = next + 1) {
		next = memchr(line, '\n', (size_t)(text + size - line));
		if (next == NULL)
			next = text + size;
		length = (size_t)(next - line);
		assert(length <= SMTP_LINE);
		trace(smtp, ">> ", line, length);
		/* also for the dot behind the last */
		if (length + 6 > sizeof(chunk) - used) {
			send_bytes(smtp, chunk, used);
			used = 0;
		}
		if (*line == '.')
			chunk[used++] = '.';
		memcpy(chunk + used, line, length);
		used += length;
		chunk[used++] = '\r';
		chunk[used++] = '\n';
	}
	trace(smtp, ">> ", ".", 1);
	memcpy(chunk + used, ".\r\n", 3);
	smtp->sent = 1;
	send_bytes(smtp, chunk, used + 3);
}

/*
 * RFC 5321, section 3.8: a connection that is lost is to be treated like a 451,
 * so this is no peer that refuses.
 */
static void
lost(const struct smtp *smtp)
{
	int	number = errno;

	cli_fail(number == EPROTO ? EX_PROTOCOL : EX_TEMPFAIL, "%s: %s%s%s",
	    smtp->step, number == EPROTO ? "the server talks no SMTP: " :
	    number == ETIMEDOUT ? "no answer in time" : "connection lost: ",
	    number == EPROTO ? smtp->reply.wrong : number == ETIMEDOUT ? "" :
	    strerror(number),
	    smtp->sent ? "; the message may have been delivered" : "");
}

/* A line on standard error, nothing in it that a terminal would obey. */
static void
trace(const struct smtp *smtp, const char *mark, const char *line, size_t size)
{
	size_t	i;

	if (!smtp->trace)
		return;
	fputs(mark, stderr);
	for (i = 0; i < size; i++)
		if (line[i] >= ' ' && line[i] <= '~')
			putc(line[i], stderr);
		else
			fprintf(stderr, "\\%03o", (unsigned char)line[i]);
	putc('\n', stderr);
}
