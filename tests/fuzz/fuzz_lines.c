/* SPDX-License-Identifier: ISC */
/*
 * fuzz_lines: the input is a list of orders, one byte each and a size behind
 * it: send so many of its own bytes, read a line with so much room, read, look,
 * take out of band nothing.  A model, which keeps what is under way in one
 * piece of memory, says what each of these must return.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "forkd_socket.h"
#include "fuzz.h"

#define MOST	(1 << 16)	/* bytes of one input */

static struct forkd_socket	*pair[2];
static uint8_t			 way[MOST], got[MOST];	/* sent, received */
static size_t			 at, end;	/* of what is under way */
static size_t			 half;		/* end of what a read of a line
						   has left, when it failed */
static int			 closed;	/* nothing more will come */

static void
order_send(const uint8_t *data, size_t size)
{
	ssize_t	n;

	if (closed || size == 0 || size > MOST - end)
		return;
	n = forkd_socket_send(pair[1], data, size, MSG_DONTWAIT);
	FUZZ_CHECK(n > 0 || (n == -1 && errno == EAGAIN));
	if (n == -1)
		return;
	memcpy(way + end, data, (size_t)n);
	end += (size_t)n;
}

/* What a line of at most `size' bytes must be now; -1: it is not whole. */
static ssize_t
line_of_model(size_t size)
{
	const uint8_t	*newline;
	size_t		 have;

	have = end - at < size ? end - at : size;
	newline = memchr(way + at, '\n', have);
	if (newline != NULL)
		return newline - (way + at) + 1;
	return have == size || closed ? (ssize_t)have : -1;
}

static void
order_line(size_t size)
{
	ssize_t	n, want;

	want = line_of_model(size);
	n = forkd_socket_read(pair[0], got, size, FORKD_READ_LINE);
	FUZZ_CHECK(n == want);
	FUZZ_CHECK(n != -1 || errno == EAGAIN);
	if (n == -1)
		half = end;
	if (n <= 0)
		return;
	FUZZ_CHECK(memcmp(got, way + at, (size_t)n) == 0);
	at += (size_t)n;
}

static void
order_receive(size_t size, int flags)
{
	ssize_t	n;

	n = forkd_socket_recv(pair[0], got, size, flags);
	if (at == end) {
		FUZZ_CHECK(closed ? n == 0 : n == -1 && errno == EAGAIN);
		return;
	}
	FUZZ_CHECK(n > 0 && (size_t)n <= size && (size_t)n <= end - at);
	if ((flags & MSG_WAITALL) != 0)
		FUZZ_CHECK((size_t)n == (size < end - at ? size : end - at));
	FUZZ_CHECK(memcmp(got, way + at, (size_t)n) == 0);
	if ((flags & MSG_PEEK) == 0)
		at += (size_t)n;
}

static void
order_look(void)
{
	struct forkd_poll	one;

	one.socket = pair[0];
	one.want = FORKD_READ;
	FUZZ_CHECK(forkd_socket_buffered(pair[0]) <= end - at);
	FUZZ_CHECK(forkd_socket_poll(&one, 1, 0) ==
	    ((at < end && half < end) || closed));
}

static void
begin(void)
{
	at = end = half = 0;
	closed = 0;
	FUZZ_CHECK(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0,
	    pair) == 0);
	FUZZ_CHECK(fcntl(forkd_socket_fd(pair[0]), F_SETFL, O_NONBLOCK) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t	i, room;

	begin();
	for (i = 0; i + 2 < size; i += 3) {
		/* 1 to 65536 */
		room = ((size_t)data[i + 1] << 8 | data[i + 2]) + 1;
		switch (data[i] % 8) {
		case 0:
		case 1:
			order_send(data + i, room < size - i ? room :
			    size - i);
			break;
		case 2:
			order_line(room);
			break;
		case 3:
			order_line(data[i + 2] % 64 + 1);
			break;
		case 4:
			order_receive(room, data[i + 2] % 2 == 0 ? 0 :
			    MSG_PEEK);
			break;
		case 5:
			order_receive(room, MSG_WAITALL);
			break;
		case 6:
			order_look();
			break;
		default:
			if (data[i + 1] == 0 && !closed)
				closed = shutdown(forkd_socket_fd(pair[1]),
				    SHUT_WR) == 0;
			break;
		}
	}
	forkd_socket_close(pair[0]);
	forkd_socket_close(pair[1]);
	return 0;
}
