/* SPDX-License-Identifier: ISC */
/* answer: see answer.h. */
#include <string.h>
#include <sysexits.h>

#include "answer.h"
#include "cli.h"

int
answer_line(struct forkd_socket *sock, int64_t end, char *line)
{
	ssize_t	n;

	/* what has come of a line is kept until all of it is there, or the
	   time is over, however slowly it comes */
	if (cli_limit(sock, end) == -1 ||
	    (n = forkd_socket_read(sock, line, ANSWER_MAX,
	    FORKD_READ_LINE)) == -1)
		cli_fail_errno();
	if (n == 0)
		return 0;
	if (line[n - 1] != '\n' && n < ANSWER_MAX)
		cli_fail(EX_UNAVAILABLE, "the server closed in the middle of "
		    "a line");
	if (line[n - 1] != '\n')
		cli_fail(EX_PROTOCOL, "the server sends a line of more than "
		    "%d bytes", ANSWER_MAX);
	answer_text(line, (size_t)n);
	return 1;
}

void
answer_text(char *text, size_t length)
{
	size_t	i;

	if (length > 0 && text[length - 1] == '\n')
		length--;
	if (length > 0 && text[length - 1] == '\r')
		length--;
	for (i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			cli_fail(EX_PROTOCOL, "the server sends no text: byte "
			    "%zu is \\%03o", i + 1, (unsigned char)text[i]);
	if (length == ANSWER_MAX)
		cli_fail(EX_PROTOCOL, "the server sends more than %d bytes",
		    ANSWER_MAX);
	text[length] = '\0';
}

void
answer_missing(void)
{
	cli_fail(EX_UNAVAILABLE, "the server closed without an answer");
}
