/* SPDX-License-Identifier: ISC */
/*
 * moves: the same bytes to and fro over a pair of unix sockets, by the bare
 * calls or by forkd_socket_read() and forkd_socket_write():
 *
 *	moves bare|layer|again count size
 *
 * again: reads only, by the layer, though there is nothing: EAGAIN.
 *
 * For valgrind --tool=callgrind (moves.sh), which counts what each costs in
 * user space, and strace -c (socket_calls.t), which counts what it asks for.
 */
#include "config.h"

#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forkd.h"
#include "forkd_socket.h"

static void	bare(int[2], char *, size_t, long);
static void	layer(struct forkd_socket *[2], char *, size_t, long);
static void	again(struct forkd_socket *, char *, size_t, long);

int
main(int argc, char *argv[])
{
	struct forkd_socket	*pair[2];
	size_t			 size;
	char			*data;
	long			 count;
	int			 fds[2];

	if (argc != 4)
		errx(64, "usage: moves bare|layer|again count size");
	count = strtol(argv[2], NULL, 10);
	size = strtoul(argv[3], NULL, 10);
	data = calloc(1, size);
	if (data == NULL || forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0,
	    pair) == -1)
		errx(1, "%s", forkd_error(NULL));
	fds[0] = forkd_socket_fd(pair[0]);
	fds[1] = forkd_socket_fd(pair[1]);
	if (strcmp(argv[1], "bare") == 0)
		bare(fds, data, size, count);
	else if (strcmp(argv[1], "layer") == 0)
		layer(pair, data, size, count);
	else
		again(pair[0], data, size, count);
	forkd_socket_close(pair[0]);
	forkd_socket_close(pair[1]);
	free(data);
	return 0;
}

static void
bare(int fds[2], char *data, size_t size, long count)
{
	long	i;

	for (i = 0; i < count; i++)
		if (send(fds[0], data, size, MSG_NOSIGNAL) != (ssize_t)size ||
		    recv(fds[1], data, size, 0) != (ssize_t)size)
			err(1, "bare");
}

static void
layer(struct forkd_socket *pair[2], char *data, size_t size, long count)
{
	long	i;

	for (i = 0; i < count; i++)
		if (forkd_socket_write(pair[0], data, size) !=
		    (ssize_t)size ||
		    forkd_socket_read(pair[1], data, size,
		    FORKD_READ_BINARY) != (ssize_t)size)
			errx(1, "%s", forkd_error(NULL));
}

static void
again(struct forkd_socket *sock, char *data, size_t size, long count)
{
	long	i;

	if (fcntl(forkd_socket_fd(sock), F_SETFL, O_NONBLOCK) == -1)
		err(1, "O_NONBLOCK");
	for (i = 0; i < count; i++)
		if (forkd_socket_read(sock, data, size,
		    FORKD_READ_BINARY) != -1 || errno != EAGAIN)
			errx(1, "it does not fail");
}
