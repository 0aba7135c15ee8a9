/* SPDX-License-Identifier: ISC */
/*
 * What became of the `non-blocking forking server', a note at socket_accept()
 * in the PHP manual.  It set the listening socket non-blocking, so that PHP
 * would see the SIGCHLD of its children, and slept when nobody was there.
 *
 *	cc -o forking forking.c $(pkg-config --cflags --libs forkd)
 *	./forking -d -l 127.0.0.1:1234 -u nobody
 *
 * What was wrong there, and what rules it out here:
 *  -	It woke up every 100 microseconds to ask whether a client had come.
 *	The loop sleeps until one has, or a signal, or a child has ended.
 *  -	One waitpid for each SIGCHLD: several children that end at once send
 *	one signal, and the others were zombies for good.  All are reaped.
 *  -	That waitpid could wait, and the server with it.
 *  -	Every error of accept looked like `nobody is there': without
 *	descriptors it turned for ever and said nothing.  Here it rests, says so
 *	once, and goes on when there are some.
 *  -	SIGTERM ended server and children at once, in the middle of an answer.
 *	Handlers finish, until drain-timeout.
 *  -	It died when one fork failed.
 *  -	A child that was done left the parent's loop by a variable and ran
 *	whatever stood behind it.  A worker returns from serve() and ends.
 *  -	The connection was non-blocking like the listening socket: reads
 *	returned nothing or a part, writes a part, and the rest was lost.
 *	Connections block here, and what stdio holds is written to the end.
 *  -	It detached before it bound its address: nobody saw that fail.
 *  -	It became another user before it bound, with the groups of root, and
 *	its children could signal it.  Here the master keeps its identity, and
 *	workers lose theirs.
 */
#include <stdio.h>
#include <stdlib.h>

#include <forkd.h>

static int
interact(struct forkd_conn *conn, void *arg)
{
	char	*line = NULL;
	size_t	 size = 0;
	ssize_t	 length;

	/* talk to your client: here, each line comes back reversed */
	while ((length = getline(&line, &size, forkd_conn_in(conn))) > 0) {
		if (line[length - 1] == '\n')
			length--;
		while (length > 0)
			putc(line[--length], forkd_conn_out(conn));
		putc('\n', forkd_conn_out(conn));
		fflush(forkd_conn_out(conn));
	}
	free(line);
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops	ops = { .serve = interact };

	return forkd_main(argc, argv, &ops, NULL);
}
