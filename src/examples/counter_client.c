/* SPDX-License-Identifier: ISC */
/*
 * Counts with a server in turns: the client of counter_server.c, from the same
 * note in the PHP manual.
 *
 *	cc -o counter_client counter_client.c answer.c cli.c $(pkg-config --cflags --libs forkd)
 *	./counter_client -n 3 tcp://127.0.0.1:10000
 *
 * -n is how far to count, 10 unless told otherwise; -w how many seconds it may
 * take altogether, 10 unless told otherwise.
 *
 * What was wrong there, and how it is right here:
 *  -	The loop had no end, not even that of the server: then it said
 *	`Sending 4711 to server.' as fast as it could.
 *  -	Numbers had no end either, so that what one read brought was not what
 *	one write had sent.  Here each is a line.
 *  -	When it could not connect, it said so and went on.
 *  -	What the server said was printed, also what a terminal obeys, and not
 *	looked at.  Here it has to be the number that is due.
 *  -	A server that says nothing held it for ever.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "answer.h"
#include "cli.h"

#define TURNS		10
#define TURNS_MAX	1000000
#define WAIT_MS		10000

static void	usage(void) __attribute__((noreturn));
static void	turn(struct forkd_socket *, int64_t, int);
static void	part(struct forkd_socket *, int64_t);

int
main(int argc, char *argv[])
{
	struct forkd_socket	*sock;
	int64_t			 end;
	int			 i, option, turns = TURNS, wait_ms = WAIT_MS;

	cli_start(argv[0]);
	while ((option = getopt(argc, argv, ":n:w:")) != -1) {
		if (option == 'n')
			turns = cli_number("-n", optarg, 1, TURNS_MAX);
		else if (option == 'w')
			wait_ms = cli_seconds("-w", optarg);
		else
			usage();
	}
	if (optind != argc - 1)
		usage();
	end = cli_after(wait_ms);
	sock = cli_client(argv[optind], end);
	for (i = 1; i <= turns; i++)
		turn(sock, end, i);
	part(sock, end);
	forkd_socket_close(sock);
	cli_flush();
	return 0;
}

static void
usage(void)
{
	cli_fail(EX_USAGE, "usage: counter_client [-n turns] [-w seconds] "
	    "tcp://host:port");
}

static void
turn(struct forkd_socket *sock, int64_t end, int number)
{
	char	due[16], text[ANSWER_MAX];

	printf("Sending %d to server.\n", number);
	if (cli_limit(sock, end) == -1 ||
	    forkd_socket_printf(sock, "%d\n", number) == -1)
		cli_fail_errno();
	if (!answer_line(sock, end, text))
		answer_missing();
	(void)snprintf(due, sizeof(due), "%d", number);
	if (strcmp(text, due) != 0)
		cli_fail(EX_PROTOCOL, "the server says %s, not %d", text,
		    number);
	printf("Response from server is: %s\n", text);
	cli_flush();
}

/* It is over when the server knows that, too. */
static void
part(struct forkd_socket *sock, int64_t end)
{
	char	text[ANSWER_MAX];

	if (forkd_socket_shutdown(sock, 1) == -1)
		cli_fail_errno();
	if (answer_line(sock, end, text))
		cli_fail(EX_PROTOCOL, "the server goes on: %s", text);
}
