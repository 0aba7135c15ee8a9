/* SPDX-License-Identifier: ISC */
/*
 * The example of forkd(3), which a test keeps the same: a server that answers
 * every line with "You said 'LINE'." and ends a connection at "quit".
 *
 *	cc -o talkback talkback.c $(pkg-config --cflags --libs forkd)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <forkd.h>

static int
talkback(struct forkd_conn *conn, void *arg)
{
	char	*line = NULL;
	size_t	 size = 0;

	while (getline(&line, &size, forkd_conn_in(conn)) != -1) {
		line[strcspn(line, "\r\n")] = '\0';
		if (strcmp(line, "quit") == 0)
			break;
		fprintf(forkd_conn_out(conn), "You said '%s'.\n", line);
		fflush(forkd_conn_out(conn));
	}
	free(line);
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops ops = { .serve = talkback };

	/* ./talkback -d -l 127.0.0.1:10000 -m prefork */
	return forkd_main(argc, argv, &ops, NULL);
}
