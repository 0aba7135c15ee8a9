/* SPDX-License-Identifier: ISC */
/*
 * Parent and child exchange two messages: what became of the example of
 * socket_create_pair() in the PHP manual, which makes a pair of sockets, forks,
 * and writes on one side what it reads on the other.
 *
 * What was wrong there, and is not possible here:
 *  -	The sockets were streams.  A read might return half a message, or two
 *	at once, and was compared with the whole text: then nothing was said.
 *	Messages of a channel come whole, one at a time, with a type.
 *  -	Both sides wrote first and then read, for as long as it took: with
 *	messages that fill the buffers, both would have waited for ever.
 *	forkd_send() never waits, and forkd_receive() only for so long.
 *  -	After an error, it went on with what it did not have.
 *  -	Nobody waited for the child.  Here every worker is reaped.
 *
 *	cc -o pair pair.c $(pkg-config --cflags --libs forkd)
 *	./pair -d -l 127.0.0.1:10000 -u nobody
 *
 * The child is the worker of a connection; it says there what it received,
 * the parent on standard output.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <forkd.h>

static void
parent(struct forkd *server, int slot, uint32_t type, const void *data,
    size_t size, int fd, void *arg)
{
	static const char	 message[] = "Message From Parent.";
	const char		*text = data;
	size_t			 i;

	if (fd != -1)
		close(fd);
	/* a worker may send what a terminal would obey: only what is text */
	printf("Received ");
	for (i = 0; i < size; i++)
		putchar(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	putchar('\n');
	fflush(stdout);
	forkd_send(server, slot, 0, message, strlen(message), -1);
}

static int
child(struct forkd_conn *conn, void *arg)
{
	static const char	 message[] = "Message From Child.";
	struct forkd		*server = forkd_conn_server(conn);
	char			 data[FORKD_MESSAGE_MAX];
	ssize_t			 n;

	if (forkd_send(server, FORKD_MASTER, 0, message, strlen(message),
	    -1) == -1)
		return -1;
	n = forkd_receive(server, NULL, data, sizeof(data), NULL, 5000);
	if (n == -1)
		return -1;
	fprintf(forkd_conn_out(conn), "Received %.*s\n", (int)n, data);
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops	ops = {
		.serve = child, .message = parent
	};

	return forkd_main(argc, argv, &ops, NULL);
}
