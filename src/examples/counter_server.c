/* SPDX-License-Identifier: ISC */
/*
 * Counts with each of its clients in turns: what became of the server of the
 * `simple script for sending messages back and forth', a note in the PHP
 * manual.  (counter.c is another one: it counts its visitors.)
 *
 *	cc -o counter_server counter_server.c $(pkg-config --cflags --libs forkd)
 *	./counter_server -d -l 127.0.0.1:10000 -u nobody
 *
 * The options are those of forkd(8).  A client says 1, the server says 1; 2, 2;
 * and so on, each a line, until the client ends its side.  One that says
 * something else is told what was due, and one that says nothing for ten
 * seconds, or reads nothing, is left.  Its client is counter_client.c.
 *
 * What was wrong there, and how it is right here:
 *  -	One client, and the others waited for ever.
 *  -	The loop had no end: when the client had left, reads returned nothing,
 *	writes failed, and it went on `counting' as fast as it could.
 *  -	Numbers were sent one behind the other without a mark: 1 and 2 that
 *	came together were 12.  A read may also bring half of one.  Here each
 *	is a line, and read as such.
 *  -	The length was taken of the number, not of its text, which works in
 *	PHP alone; what was read was cut at 2048 bytes, wherever that was.
 *  -	Both wrote first and read then, and nobody looked at what came.  Here
 *	the client begins, and what it says has to be what is due.
 *  -	No result was looked at, from the first call on.
 */
#include <stdio.h>
#include <string.h>

#include <forkd.h>
#include <forkd_socket.h>

#define WAIT_MS		10000	/* for one line, all of it */
#define TURNS_MAX	1000000

static int
is_number(const char *line, size_t length, int number)
{
	char	due[16];
	int	n;

	if (length > 0 && line[length - 1] == '\n')
		length--;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	n = snprintf(due, sizeof(due), "%d", number);
	return length == (size_t)n && memcmp(line, due, length) == 0;
}

/* In a worker.  What it says on standard error comes into the log. */
static int
count(struct forkd_conn *conn, void *arg)
{
	struct forkd_socket	*sock = forkd_conn_socket(conn);
	ssize_t			 n;
	char			 line[64];
	int			 i;

	if (sock == NULL || forkd_socket_set_timeout(sock, WAIT_MS) == -1)
		return -1;
	for (i = 1; i <= TURNS_MAX; i++) {
		n = forkd_socket_read(sock, line, sizeof(line),
		    FORKD_READ_LINE);
		if (n == 0)
			break;
		if (n != -1 && (line[n - 1] != '\n' ||
		    !is_number(line, (size_t)n, i))) {
			/* what it was might be the terminal's, or endless */
			fprintf(stderr, "%s did not say %d\n",
			    forkd_conn_peer(conn), i);
			(void)forkd_socket_printf(sock, "Say %d.\n", i);
			return -1;
		}
		if (n == -1 || forkd_socket_printf(sock, "%d\n", i) == -1) {
			fprintf(stderr, "%s\n", forkd_error(NULL));
			return -1;
		}
	}
	fprintf(stderr, "%s has counted to %d\n", forkd_conn_peer(conn),
	    i - 1);
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops	ops = { .serve = count };

	return forkd_main(argc, argv, &ops, NULL);
}
