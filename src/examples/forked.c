/* SPDX-License-Identifier: ISC */
/*
 * What became of the `PHP forked daemon' of 2002, a note in the PHP manual: a
 * server that detaches, keeps a pid file, becomes another user, and forks a
 * child for each connection.  This is the long form, call by call; forking.c
 * has the short one.
 *
 *	cc -o forked forked.c $(pkg-config --cflags --libs forkd)
 *	./forked listen=127.0.0.1:10000 user=nobody pidfile=/run/forked.pid
 *
 * What was wrong there, and what rules it out here:
 *  -	Children were reaped by a signal handler that ran only when accept
 *	returned: zombies until the next client came.  Signals come through
 *	the loop, and every child is reaped at once.
 *  -	The whole server died when one fork failed.  The connection is kept,
 *	and forked for again; the others wait in the kernel's queue.
 *  -	As many children as there were clients.  max-workers is 128.
 *  -	A child that was done went on in the parent's code, up to a comparison
 *	of process ids.  A worker returns from serve() and ends.
 *  -	Children kept the listening socket and the pid file open.
 *  -	The pid file was stale when no process had the number in it, and a
 *	number is used again; between looking and writing another one could
 *	start.  Here it is locked for as long as the server lives.
 *  -	setgid and setuid, but the supplementary groups of root remained.
 *	Workers lose these, and prove that there is no way back.
 *  -	umask 0, so that everybody could write what it made.
 *  -	Its starter left before the daemon had become another user.
 *	forkd_detach() waits until it serves, and says why if it does not.
 *  -	Errors were compared with `< 0' where PHP returns false, and missed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <forkd.h>

static int
interact(struct forkd_conn *conn, void *arg)
{
	FILE	*out = forkd_conn_out(conn);
	char	 line[512];

	fprintf(out, "Process %ld serves %s.\n", (long)getpid(),
	    forkd_conn_peer(conn));
	fflush(out);
	/* complete lines, however they arrive */
	while (fgets(line, sizeof(line), forkd_conn_in(conn)) != NULL) {
		fputs(line, out);
		fflush(out);
	}
	return 0;
}

/* Whoever waits in forkd_detach() ends with the same status. */
static int
failed(struct forkd *server)
{
	fprintf(stderr, "forked: %s\n", forkd_error(server));
	return EXIT_FAILURE;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops	 ops = { .serve = interact };
	struct forkd			*server;
	char				*value;

	if (forkd_detach() == -1)
		return failed(NULL);
	server = forkd_new();
	if (server == NULL || forkd_service(server, "forked", &ops, NULL) == -1)
		return failed(server);
	for (argv++; *argv != NULL; argv++) {
		value = strchr(*argv, '=');
		if (value != NULL)
			*value++ = '\0';
		if (forkd_set(server, NULL, *argv, value) == -1)
			return failed(server);
	}
	if (forkd_run(server) == -1)
		return failed(server);
	forkd_free(server);
	return EXIT_SUCCESS;
}
