/* SPDX-License-Identifier: ISC */
/*
 * Line mode of forkd_socket_read, and the bytes that it has read ahead: they
 * stay in order in one piece of memory, from ahead_at to ahead_end.  A line is
 * given out when it is complete, so that whatever fails before loses nothing.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "socket.h"

#define AHEAD_SIZE	16384	/* at first; a longer line makes it grow */

static size_t	line_length(struct forkd_socket *, size_t);
static ssize_t	fill(struct forkd_socket *, size_t, int, int64_t *);
static int	make_room(struct forkd_socket *, size_t);

size_t
forkd_socket_buffered(const struct forkd_socket *sock)
{
	if (socket_check(sock, "forkd_socket_buffered") == -1)
		return 0;
	return sock->ahead_end - sock->ahead_at;
}

size_t
socket_ahead_take(struct forkd_socket *sock, void *data, size_t size,
    bool peek)
{
	size_t	have;

	have = sock->ahead_end - sock->ahead_at;
	if (have == 0)
		return 0;
	if (have > size)
		have = size;
	if (have > 0)
		memcpy(data, sock->ahead + sock->ahead_at, have);
	if (peek)
		return have;
	sock->ahead_at += have;
	if (sock->ahead_seen > have)
		sock->ahead_seen -= have;
	else
		sock->ahead_seen = 0;
	return have;
}

/*
 * The first step waits in the kernel.  What comes in pieces is waited for until
 * one deadline: a peer that sends a byte now and then does not get more time.
 */
ssize_t
socket_line(struct forkd_socket *sock, char *line, size_t size)
{
	int64_t	deadline;
	size_t	length;
	ssize_t	n;
	int	flags;

	length = line_length(sock, size);
	if (length == 0) {
		flags = 0;
		deadline = socket_deadline(sock, POLLIN);
		do {
			n = fill(sock, size, flags, &deadline);
			if (n == -1)
				return -1;
			length = n > 0 ? line_length(sock, size) :
			    sock->ahead_end - sock->ahead_at;
			if (n > 0 && length == 0 && socket_is_late(deadline))
				return socket_transfer_failed(sock, errno,
				    "read line from");
			if (deadline != 0)
				flags = MSG_DONTWAIT;
		} while (n > 0 && length == 0);
	}
	return (ssize_t)socket_ahead_take(sock, line, length, false);
}

/* Of what is there and fits; 0: its end is still to come. */
static size_t
line_length(struct forkd_socket *sock, size_t size)
{
	const char	*start, *end;
	size_t		 have;

	have = sock->ahead_end - sock->ahead_at;
	if (have > size)
		have = size;
	if (sock->ahead_seen < have) {
		start = sock->ahead + sock->ahead_at;
		end = memchr(start + sock->ahead_seen, '\n',
		    have - sock->ahead_seen);
		if (end != NULL)
			return (size_t)(end - start) + 1;
		sock->ahead_seen = have;
	}
	return have == size ? size : 0;
}

/* Reads more behind what is there.  Returns 0 at the end of file, or -1. */
static ssize_t
fill(struct forkd_socket *sock, size_t size, int flags, int64_t *deadline)
{
	ssize_t	n;

	if (make_room(sock, size) == -1)
		return -1;
	do {
		n = socket_recv(sock, sock->ahead + sock->ahead_end,
		    sock->ahead_size - sock->ahead_end, flags);
	} while (n == -1 && socket_again(sock, POLLIN, 0, deadline));
	if (n == -1)
		return socket_transfer_failed(sock, errno, "read line from");
	sock->ahead_end += (size_t)n;
	return n;
}

/*
 * What is there is less than size and is no line: it moves to the front, and
 * where it fills all the room this grows, but not beyond what the caller has.
 */
static int
make_room(struct forkd_socket *sock, size_t size)
{
	char	*ahead;
	size_t	 have, room;

	have = sock->ahead_end - sock->ahead_at;
	if (sock->ahead_at > 0 && have > 0)
		memmove(sock->ahead, sock->ahead + sock->ahead_at, have);
	sock->ahead_at = 0;
	sock->ahead_end = have;
	if (have < sock->ahead_size)
		return 0;
	room = AHEAD_SIZE;
	if (have > 0)
		room = size / 2 < have ? size : have * 2;
	ahead = realloc(sock->ahead, room);
	if (ahead == NULL)
		return socket_failed(sock, ENOMEM, "read line of %zu bytes",
		    have);
	sock->ahead = ahead;
	sock->ahead_size = room;
	return 0;
}
