/* SPDX-License-Identifier: ISC */
/*
 * Prints what a server says first, a line: the client of hello.c, from the same
 * note at socket_accept() in the PHP manual.
 *
 *	cc -o hello_client hello_client.c answer.c cli.c $(pkg-config --cflags --libs forkd)
 *	./hello_client tcp://127.0.0.1:5000
 *
 * -w is how many seconds it may take altogether, 5 unless told otherwise.
 *
 * What was wrong there, and how it is right here:
 *  -	It read once, and took what had come by then for the whole.  Here that
 *	is a line, in however many parts it comes.
 *  -	It looked at no result: without a server, it printed its own words and
 *	nothing behind them, and ended with 0.
 *  -	A server that says nothing held it for ever.
 *  -	It printed what it got, also what a terminal obeys.
 */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "answer.h"
#include "cli.h"

#define WAIT_MS	5000

static void	usage(void) __attribute__((noreturn));

int
main(int argc, char *argv[])
{
	struct forkd_socket	*sock;
	char			 text[ANSWER_MAX];
	int64_t			 end;
	int			 option, wait_ms = WAIT_MS;

	cli_start(argv[0]);
	while ((option = getopt(argc, argv, ":w:")) != -1) {
		if (option == 'w')
			wait_ms = cli_seconds("-w", optarg);
		else
			usage();
	}
	if (optind != argc - 1)
		usage();
	end = cli_after(wait_ms);
	sock = cli_client(argv[optind], end);
	if (!answer_line(sock, end, text))
		answer_missing();
	forkd_socket_close(sock);
	printf("from simple-tcp-server:%s\n", text);
	cli_flush();
	return 0;
}

static void
usage(void)
{
	cli_fail(EX_USAGE, "usage: hello_client [-w seconds] tcp://host:port");
}
