/* SPDX-License-Identifier: ISC */
/*
 * Asks a time server for the time, over TCP or UDP: what became of the example
 * of stream_socket_client() that goes with the server of daytime.c.  It asks
 * any server of RFC 867, that of inetd(8) among them, and prints its line.
 *
 *	cc -o daytime_client daytime_client.c answer.c cli.c $(pkg-config --cflags --libs forkd)
 *	./daytime_client -w 2 udp://localhost:13
 *
 * -w is how many seconds it may take altogether, 5 unless told otherwise.
 *
 * What was wrong there, and how it is right here:
 *  -	The answer to a datagram was waited for without end.  Datagrams get
 *	lost: the question is asked again after half a second, then after twice
 *	that and so on, until the time is over.
 *  -	Whatever the first read returned was taken for the answer.  Of a
 *	stream that may be a part: here it is the first line that has text,
 *	and all of it.
 *  -	It printed what it got, also what a terminal obeys.
 *
 * An answer over UDP is only taken from the address that was asked: the socket
 * is connected.  So it is told, too, when nobody is there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "answer.h"
#include "cli.h"

#define WAIT_MS		5000
#define AGAIN_MS	500	/* then twice that, and so on */
#define LINES_MAX	3	/* some servers send an empty line first */

static void	usage(void) __attribute__((noreturn));
static void	ask_tcp(struct forkd_socket *, int64_t, char *);
static void	ask_udp(struct forkd_socket *, int64_t, char *);
static int	heard(struct forkd_socket *, int64_t, char *);

int
main(int argc, char *argv[])
{
	struct forkd_socket	*sock;
	const char		*url;
	char			 text[ANSWER_MAX];
	int64_t			 end;
	int			 option, udp, wait_ms = WAIT_MS;

	cli_start(argv[0]);
	while ((option = getopt(argc, argv, ":w:")) != -1) {
		if (option == 'w')
			wait_ms = cli_seconds("-w", optarg);
		else
			usage();
	}
	if (optind != argc - 1)
		usage();
	url = argv[optind];
	udp = strncmp(url, "udp://", 6) == 0;
	if (!udp && strncmp(url, "tcp://", 6) != 0)
		cli_fail(EX_USAGE, "%s: neither tcp:// nor udp://", url);
	end = cli_after(wait_ms);
	sock = cli_client(url, end);
	if (udp)
		ask_udp(sock, end, text);
	else
		ask_tcp(sock, end, text);
	forkd_socket_close(sock);
	puts(text);
	cli_flush();
	return 0;
}

static void
usage(void)
{
	cli_fail(EX_USAGE, "usage: daytime_client [-w seconds] "
	    "tcp://host:port | udp://host:port");
}

/* To connect is to ask. */
static void
ask_tcp(struct forkd_socket *sock, int64_t end, char *text)
{
	int	i;

	for (i = 0; i < LINES_MAX; i++) {
		if (!answer_line(sock, end, text))
			answer_missing();
		if (text[0] != '\0')
			return;
	}
	cli_fail(EX_PROTOCOL, "the server sends only empty lines");
}

/* The newline means nothing: any datagram is a question. */
static void
ask_udp(struct forkd_socket *sock, int64_t end, char *text)
{
	int64_t	again;
	int	again_ms = AGAIN_MS;

	for (;; again_ms *= 2) {
		if (cli_limit(sock, end) == -1 ||
		    forkd_socket_write(sock, "\n", 1) == -1)
			cli_fail_errno();
		again = cli_after(again_ms);
		if (heard(sock, again < end ? again : end, text))
			return;
	}
}

/* Whether there was an answer until then. */
static int
heard(struct forkd_socket *sock, int64_t until, char *text)
{
	ssize_t	n;

	if (cli_limit(sock, until) == -1 ||
	    (n = forkd_socket_recv(sock, text, ANSWER_MAX, MSG_TRUNC)) == -1) {
		if (errno != ETIMEDOUT)
			cli_fail_errno();
		return 0;
	}
	if (n > ANSWER_MAX)
		cli_fail(EX_PROTOCOL, "the server sends a datagram of %zd "
		    "bytes", n);
	answer_text(text, (size_t)n);
	if (text[0] == '\0')
		cli_fail(EX_PROTOCOL, "the server sends an empty datagram");
	return 1;
}
