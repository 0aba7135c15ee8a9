/* SPDX-License-Identifier: ISC */
/*
 * The client of the talkback server, which is a handler of forkd and also an
 * example here: sends it lines, and prints what it answers to each.
 *
 *	./talkback_client [-w seconds] url [line ...]
 *
 *	./talkback_client tcp://127.0.0.1:10000 hello 'how are you?'
 *
 * Without lines it reads standard input.  The line `quit', or the end of the
 * lines, ends the conversation.  -w is how long all of it may take, 60 seconds
 * unless told otherwise.
 *
 *	cc -o talkback_client talkback_client.c cli.c \
 *	    $(pkg-config --cflags --libs forkd)
 *
 * The PHP manual had the server, and telnet for a client; people wrote theirs
 * in the notes below it, `The Client', and what was wrong there is right here:
 *  -	`while (true)' went on for ever, also when the server was gone: read
 *	returned nothing, at once, again and again.  The end of the connection
 *	is an error here, and is noticed while nobody types.
 *  -	What one read returned was taken for the answer: half of it, or two at
 *	once.  An answer is a line here, and comes whole.
 *  -	What one write had taken was taken for all.
 *  -	A server that did not answer was waited for without end.
 *  -	Whatever came was believed, of any length, and went to the terminal.
 *	Here it must be the answer to what was said.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"

#define WAIT_MS		60000
#define LINE_SIZE	8192	/* of what is said, with its LF */
#define BEFORE		"You said '"
#define AFTER		"'.\n"

/* The lines of standard input, as far as they have been read. */
static struct {
	char	data[LINE_SIZE];
	size_t	used;
	size_t	taken;		/* the first of them are done with */
	bool	ended;
} input;

static struct forkd_socket	*sock;
static int64_t			 end;

static char	**start(int, char *[]);
static void	usage(void) __attribute__((noreturn));
static bool	say(const char *, size_t);
static void	hear(const char *, size_t);
static void	quit(void);
static bool	next_line(const char **, size_t *);
static void	fill(void);
static void	wait_input(void);

int
main(int argc, char *argv[])
{
	const char	*line;
	size_t		 length;

	cli_start(argv[0]);
	argv = start(argc, argv);
	if (*argv != NULL)
		while (*argv != NULL && say(*argv, strlen(*argv)))
			argv++;
	else
		while (next_line(&line, &length) && say(line, length))
			continue;
	quit();
	return EX_OK;
}

/* Options and connection; returns the lines, which are looked at before. */
static char **
start(int argc, char *argv[])
{
	const char	*url;
	int		 i, option, wait_ms = WAIT_MS;

	while ((option = getopt(argc, argv, "+w:")) != -1) {
		if (option != 'w')
			usage();
		wait_ms = cli_seconds("-w", optarg);
	}
	if (optind >= argc)
		usage();
	url = argv[optind++];
	cli_stream(url);
	for (i = optind; i < argc; i++)
		if (strpbrk(argv[i], "\r\n") != NULL ||
		    strlen(argv[i]) >= LINE_SIZE)
			cli_fail(EX_USAGE, "line %d is not one line of less "
			    "than %d bytes", i - optind + 1, LINE_SIZE);
	end = cli_after(wait_ms);
	sock = cli_client(url, end);
	return argv + optind;
}

static void
usage(void)
{
	fputs("usage: talkback_client [-w seconds] url [line ...]\n", stderr);
	exit(EX_USAGE);
}

/* One line and its answer; false: it is the last one, see quit(). */
static bool
say(const char *line, size_t length)
{
	if (length == 4 && memcmp(line, "quit", 4) == 0)
		return false;
	if (cli_limit(sock, end) == -1 || forkd_socket_printf(sock, "%.*s\n",
	    (int)length, line) == -1)
		cli_fail_errno();
	hear(line, length);
	return true;
}

/* One byte more than the answer may have would be too much. */
static void
hear(const char *line, size_t length)
{
	static char	answer[sizeof(BEFORE AFTER) + LINE_SIZE];
	const size_t	before = sizeof(BEFORE) - 1, after = sizeof(AFTER) - 1;
	ssize_t		n;

	if (cli_limit(sock, end) == -1 || (n = forkd_socket_read(sock, answer,
	    before + length + after + 1, FORKD_READ_LINE)) == -1)
		cli_fail_errno();
	if (n == 0 || (answer[n - 1] != '\n' &&
	    (size_t)n <= before + length + after))
		cli_fail(EX_UNAVAILABLE, "the server closed the connection "
		    "%s", n == 0 ? "without an answer" :
		    "in the middle of an answer");
	if ((size_t)n != before + length + after ||
	    memcmp(answer, BEFORE, before) != 0 ||
	    memcmp(answer + before, line, length) != 0 ||
	    memcmp(answer + before + length, AFTER, after) != 0)
		cli_fail(EX_PROTOCOL, "what came is not the answer to what "
		    "was said");
	cli_show(answer, (size_t)n - 1);
	putchar('\n');
	cli_flush();		/* somebody may be waiting for it */
}

/* The server answers by closing its side, and with nothing else. */
static void
quit(void)
{
	char	byte;
	ssize_t	n;

	if (cli_limit(sock, end) == -1 ||
	    forkd_socket_write_all(sock, "quit\n", 5) == -1 ||
	    cli_limit(sock, end) == -1 ||
	    (n = forkd_socket_read(sock, &byte, 1, FORKD_READ_BINARY)) == -1)
		cli_fail_errno();
	if (n != 0)
		cli_fail(EX_PROTOCOL, "the server goes on after quit");
	forkd_socket_close(sock);
}

/* The next line of standard input, which stays until the next call. */
static bool
next_line(const char **line, size_t *length)
{
	char	*at, *lf;
	size_t	 rest;

	for (;;) {
		at = input.data + input.taken;
		rest = input.used - input.taken;
		lf = memchr(at, '\n', rest);
		if (lf != NULL || input.ended)
			break;
		fill();
	}
	if (lf == NULL && rest == 0)
		return false;
	*line = at;
	*length = lf == NULL ? rest : (size_t)(lf - at);
	input.taken += lf == NULL ? rest : *length + 1;
	if (*length > 0 && at[*length - 1] == '\r')
		--*length;
	/* one server would cut the line there, another one would not */
	if (memchr(at, '\0', *length) != NULL ||
	    memchr(at, '\r', *length) != NULL)
		cli_fail(EX_DATAERR, "standard input: not lines of text");
	return true;
}

/* Waits for more behind what there is of a line. */
static void
fill(void)
{
	ssize_t	n;

	input.used -= input.taken;
	memmove(input.data, input.data + input.taken, input.used);
	input.taken = 0;
	if (input.used == LINE_SIZE)
		cli_fail(EX_DATAERR, "standard input: a line of %d bytes or "
		    "more", LINE_SIZE);
	wait_input();
	n = read(STDIN_FILENO, input.data + input.used,
	    LINE_SIZE - input.used);
	if (n == -1 && errno != EINTR && errno != EAGAIN)
		cli_fail(EX_IOERR, "standard input: %s", strerror(errno));
	if (n == 0)
		input.ended = true;
	if (n > 0)
		input.used += (size_t)n;
}

/* While nobody types, the server has nothing to say. */
static void
wait_input(void)
{
	struct pollfd	polls[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = forkd_socket_fd(sock), .events = POLLIN }
	};
	char		byte;
	ssize_t		n;

	do {
		if (poll(polls, 2, forkd_socket_buffered(sock) > 0 ? 0 :
		    cli_left(end)) == -1 && errno != EINTR)
			cli_fail(EX_OSERR, "poll: %s", strerror(errno));
		if (polls[0].revents == 0 && cli_left(end) == 0)
			cli_fail(EX_TEMPFAIL, "standard input: nothing in "
			    "time");
		if (polls[1].revents != 0 || forkd_socket_buffered(sock) > 0) {
			n = forkd_socket_read(sock, &byte, 1,
			    FORKD_READ_BINARY);
			if (n == -1)
				cli_fail_errno();
			cli_fail(n == 0 ? EX_UNAVAILABLE : EX_PROTOCOL,
			    n == 0 ? "the server closed the connection" :
			    "the server talks without being asked");
		}
	} while (polls[0].revents == 0);
}
