/* SPDX-License-Identifier: ISC */
/*
 * lines: how fast lines are read from a socket.
 *
 *	lines layer|getline|fgets [-u] [-l length] [-n lines]
 *
 * A child writes so many lines of so many bytes, newline included, to a
 * connection over the loopback (-u: a pair of unix sockets); this process reads
 * them, by forkd_socket_read() or by stdio.  One line of output: lines a
 * second, nanoseconds of processor time of the reader for each, and the sum of
 * the lengths, which shows that all of them were read.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "forkd.h"
#include "forkd_socket.h"

#define BLOCK	(1 << 18)	/* bytes that the writer hands over at once */
#define ROOM	65536		/* for a line */

static void	connection(bool, int[2]);
static void	write_lines(int, size_t, long);
static size_t	read_layer(int);
static size_t	read_getline(int);
static size_t	read_fgets(int);
static double	seconds(clockid_t);

int
main(int argc, char *argv[])
{
	size_t	 length, sum;
	double	 start, used, took;
	long	 count;
	int	 option, ends[2];
	bool	 is_unix;

	length = 1024;
	count = 1000000;
	is_unix = false;
	while ((option = getopt(argc, argv, "l:n:u")) != -1)
		if (option == 'l')
			length = strtoul(optarg, NULL, 10);
		else if (option == 'n')
			count = strtol(optarg, NULL, 10);
		else if (option == 'u')
			is_unix = true;
		else
			return 64;
	if (optind + 1 != argc || length < 1 || length > ROOM)
		errx(64, "usage: lines [-u] [-l length] [-n lines] "
		    "layer|getline|fgets");
	connection(is_unix, ends);
	if (fork() == 0) {
		close(ends[0]);
		write_lines(ends[1], length, count);
		_exit(0);
	}
	close(ends[1]);
	start = seconds(CLOCK_MONOTONIC);
	used = seconds(CLOCK_PROCESS_CPUTIME_ID);
	if (strcmp(argv[optind], "layer") == 0)
		sum = read_layer(ends[0]);
	else if (strcmp(argv[optind], "getline") == 0)
		sum = read_getline(ends[0]);
	else
		sum = read_fgets(ends[0]);
	took = seconds(CLOCK_MONOTONIC) - start;
	used = seconds(CLOCK_PROCESS_CPUTIME_ID) - used;
	(void)wait(NULL);
	printf("%.0f %.1f %zu\n", (double)count / took,
	    used * 1e9 / (double)count, sum);
	return sum == length * (size_t)count ? 0 : 1;
}

static void
connection(bool is_unix, int ends[2])
{
	struct sockaddr_in	at = { .sin_family = AF_INET };
	socklen_t		size = sizeof(at);
	int			listener;

	if (is_unix) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
			err(1, "socketpair");
		return;
	}
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ends[1] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (void *)&at, size) == -1 ||
	    listen(listener, 1) == -1 ||
	    getsockname(listener, (void *)&at, &size) == -1 ||
	    connect(ends[1], (void *)&at, size) == -1)
		err(1, "connection");
	ends[0] = accept(listener, NULL, NULL);
	if (ends[0] == -1)
		err(1, "accept");
	close(listener);
}

static void
write_lines(int fd, size_t length, long count)
{
	char	*block, *next;
	size_t	 each, size;
	ssize_t	 n;
	long	 i, fit;

	fit = (long)(BLOCK / length);
	block = malloc(BLOCK);
	if (block == NULL)
		err(1, NULL);
	memset(block, 'x', BLOCK);
	for (i = 1; i <= fit; i++)
		block[(size_t)i * length - 1] = '\n';
	for (; count > 0; count -= fit) {
		each = count < fit ? (size_t)count : (size_t)fit;
		next = block;
		for (size = each * length; size > 0; size -= (size_t)n) {
			n = send(fd, next, size, 0);
			if (n == -1)
				err(1, "send");
			next += n;
		}
	}
	free(block);
}

static size_t
read_layer(int fd)
{
	struct forkd_socket	*sock;
	size_t			 sum;
	ssize_t			 n;
	char			*line;

	sock = forkd_socket_from_fd(fd);
	line = malloc(ROOM);
	if (sock == NULL || line == NULL)
		errx(1, "%s", forkd_error(NULL));
	sum = 0;
	while ((n = forkd_socket_read(sock, line, ROOM,
	    FORKD_READ_LINE)) > 0)
		sum += (size_t)n;
	free(line);
	forkd_socket_close(sock);
	return n == 0 ? sum : 0;
}

static size_t
read_getline(int fd)
{
	size_t	 sum, room;
	ssize_t	 n;
	char	*line;
	FILE	*stream;

	stream = fdopen(fd, "r");
	if (stream == NULL)
		err(1, "fdopen");
	sum = room = 0;
	line = NULL;
	while ((n = getline(&line, &room, stream)) > 0)
		sum += (size_t)n;
	free(line);
	(void)fclose(stream);
	return sum;
}

static size_t
read_fgets(int fd)
{
	size_t	 sum;
	char	*line;
	FILE	*stream;

	stream = fdopen(fd, "r");
	line = malloc(ROOM);
	if (stream == NULL || line == NULL)
		err(1, "fdopen");
	sum = 0;
	while (fgets(line, ROOM, stream) != NULL)
		sum += strlen(line);
	free(line);
	(void)fclose(stream);
	return sum;
}

static double
seconds(clockid_t clock)
{
	struct timespec	now;

	(void)clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
