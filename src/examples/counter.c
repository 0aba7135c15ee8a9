/* SPDX-License-Identifier: ISC */
/*
 * A counter of visitors.  Workers are processes: what one of them counts, the
 * others do not see.  So the total is the master's: each worker asks for the
 * next number over its channel.
 *
 *	./counter -d -l 127.0.0.1:10000 -u nobody
 */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <forkd.h>

enum { NEXT, NUMBER };		/* types of messages, our own */

/* In the master.  What a worker says is not to be trusted, so ask little. */
static void
count(struct forkd *server, int slot, uint32_t type, const void *data,
    size_t size, int fd, void *arg)
{
	uint64_t	*total = arg;

	if (fd != -1)
		close(fd);	/* whatever is attached is ours to close */
	if (type != NEXT)
		return;
	++*total;
	/* a worker that does not read misses its number; we never wait */
	forkd_send(server, slot, NUMBER, total, sizeof(*total), -1);
}

/* In a worker. */
static int
visit(struct forkd_conn *conn, void *arg)
{
	struct forkd	*server = forkd_conn_server(conn);
	uint64_t	 number;
	uint32_t	 type;

	if (forkd_send(server, FORKD_MASTER, NEXT, NULL, 0, -1) == -1 ||
	    forkd_receive(server, &type, &number, sizeof(number), NULL,
	    5000) != sizeof(number)) {
		fprintf(forkd_conn_out(conn), "The counter is out of order.\n");
		return -1;
	}
	fprintf(forkd_conn_out(conn), "You are visitor %ju.\n",
	    (uintmax_t)number);
	return 0;
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
