/* SPDX-License-Identifier: ISC */
/*
 * A counter of visitors.  Workers are processes: what one of them counts, the
 * others do not see.  So the total is the master's: each worker asks for the
 * next number over its channel.
 *
 *	cc -o counter counter.c $(pkg-config --cflags --libs forkd)
 *	./counter -d -l 127.0.0.1:10000 -u nobody
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <forkd.h>

enum { NEXT, NUMBER };		/* types of messages, our own */

/*
 * An answer may come when its client has given up: the next one of the same
 * worker must not take it for its own.  So it says whose it is.
 */
struct answer {
	uint64_t	client, number;
};

/* In the master.  What a worker says is not to be trusted, so ask little. */
static void
count(struct forkd *server, int slot, uint32_t type, const void *data,
    size_t size, int fd, void *arg)
{
	struct answer	 answer;
	uint64_t	*total = arg;

	if (fd != -1)
		close(fd);	/* whatever is attached is ours to close */
	if (type != NEXT || size != sizeof(answer.client))
		return;
	memcpy(&answer.client, data, size);
	answer.number = ++*total;
	/* a worker that does not read misses its number; we never wait */
	forkd_send(server, slot, NUMBER, &answer, sizeof(answer), -1);
}

/* In a worker. */
static int
visit(struct forkd_conn *conn, void *arg)
{
	struct forkd	*server = forkd_conn_server(conn);
	struct answer	 answer;
	uint64_t	 client = forkd_conn_serial(conn);
	ssize_t		 n;

	n = forkd_send(server, FORKD_MASTER, NEXT, &client, sizeof(client), -1);
	while (n != -1) {
		n = forkd_receive(server, NULL, &answer, sizeof(answer), NULL,
		    5000);
		if (n == sizeof(answer) && answer.client == client) {
			fprintf(forkd_conn_out(conn), "You are visitor %ju.\n",
			    (uintmax_t)answer.number);
			return 0;
		}
	}
	fprintf(forkd_conn_out(conn), "The counter is out of order.\n");
	return -1;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops	ops = {
		.serve = visit, .message = count
	};
	uint64_t			total = 0;

	return forkd_main(argc, argv, &ops, &total);
}
