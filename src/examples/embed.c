/* SPDX-License-Identifier: ISC */
/*
 * An example of forkd(3), which a test keeps the same: a program with a loop
 * of its own, which counts the lines of its standard input, and in it a server
 * that tells how many there have been.
 *
 *	cc -o embed embed.c $(pkg-config --cflags --libs forkd)
 */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <forkd.h>

static long	lines;

/* In a worker, which has the number as it was when the client came. */
static int
tell(struct forkd_conn *conn, void *arg)
{
	fprintf(forkd_conn_out(conn), "%ld lines\n", lines);
	return 0;
}

static int
set_up(struct forkd *forkd, const char *address)
{
	static const struct forkd_ops	ops = { .serve = tell };

	if (geteuid() == 0 &&
	    forkd_set(forkd, NULL, "user", "nobody") == -1)
		return -1;
	if (forkd_set(forkd, NULL, "log", "stderr") == -1 ||
	    forkd_service(forkd, "lines", &ops, NULL) == -1)
		return -1;
	return forkd_listen(forkd, "lines", address);
}

/* Returns whether there may be more. */
static int
count(void)
{
	char	bytes[4096];
	ssize_t	i, n;

	n = read(STDIN_FILENO, bytes, sizeof(bytes));
	for (i = 0; i < n; i++)
		lines += bytes[i] == '\n';
	return n > 0;
}

int
main(int argc, char *argv[])
{
	struct forkd	*forkd;
	struct pollfd	 fds[2] = { { STDIN_FILENO, POLLIN, 0 } };
	int		 more = 1;

	forkd = forkd_new();
	if (argc != 2 || forkd == NULL || set_up(forkd, argv[1]) == -1) {
		fprintf(stderr, "embed: %s\n", argc != 2 ?
		    "one address" : forkd_error(forkd));
		return 1;
	}
	fds[1].fd = forkd_fd(forkd);
	fds[1].events = POLLIN;
	if (fds[1].fd == -1)
		more = -1;
	while (more == 1 && poll(fds, 2, -1) != -1) {
		if (fds[0].revents != 0 && !count()) {
			forkd_stop(forkd, FORKD_STOP_GRACEFUL);
			fds[0].fd = -1;		/* poll(2) leaves it out */
		}
		if (fds[1].revents != 0)
			more = forkd_step(forkd, 0);
	}
	if (more == -1)
		fprintf(stderr, "embed: %s\n", forkd_error(forkd));
	forkd_free(forkd);
	return more == 0 ? 0 : 1;
}
