/* SPDX-License-Identifier: ISC */
/*
 * daytime_tcp: the clients of daytime.c that come over TCP.
 *
 * A line fits into the buffer of a new connection, so that sending it does not
 * wait, whether the client reads or not.  But a connection cannot be closed
 * then: if the client has sent something that nobody has read, the kernel says
 * so by a reset, and the client loses the answer.  So its end is waited for, a
 * second at most, and what it sends is thrown away.  That takes a descriptor
 * for each: of more than LEAVING_MAX the oldest one has to go.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <forkd.h>

#include "cli.h"
#include "daytime.h"

#define LEAVE_MS	1000

static size_t	tell_time(char *, size_t);
static void	say(struct forkd_socket *, const char *);
static void	leave(struct forkd_socket *);
static int	has_left(struct forkd_socket *);
static void	forget(size_t);

/* The oldest first. */
static struct {
	struct forkd_socket	*conn;
	int64_t			 end;
} leaving[LEAVING_MAX];
static size_t	leaving_count;

int
tcp_answer(struct forkd_socket *listener, int verbose)
{
	struct forkd_socket	*conn;
	const char		*result = "answered";
	size_t			 length;
	char			 text[80];

	conn = forkd_socket_accept(listener);
	if (conn == NULL) {
		/* we lack something: a descriptor, and one can be had */
		if ((errno == EMFILE || errno == ENFILE) && leaving_count > 0) {
			forget(0);
			return 0;
		}
		return errno == EAGAIN || errno == EINTR ||
		    errno == ECONNABORTED ? 0 : -1;
	}
	length = tell_time(text, sizeof(text));
	if (forkd_socket_send(conn, text, length, MSG_DONTWAIT) !=
	    (ssize_t)length || forkd_socket_shutdown(conn, 1) == -1)
		result = forkd_error(NULL);
	if (verbose)
		say(conn, result);
	leave(conn);
	return 0;
}

/* As date("n/j/Y g:i a") has it. */
static size_t
tell_time(char *text, size_t size)
{
	struct tm	local;
	time_t		now = time(NULL);
	int		length;

	if (localtime_r(&now, &local) == NULL)
		memset(&local, 0, sizeof(local));
	length = snprintf(text, size,
	    "The local time is %d/%d/%d %d:%02d %s\n", local.tm_mon + 1,
	    local.tm_mday, local.tm_year + 1900,
	    local.tm_hour % 12 == 0 ? 12 : local.tm_hour % 12, local.tm_min,
	    local.tm_hour < 12 ? "am" : "pm");
	return length < 0 ? 0 : (size_t)length;
}

/* A number, never a name: that would be looked up, and be the client's. */
static void
say(struct forkd_socket *conn, const char *result)
{
	char	address[FORKD_ADDRESS_SIZE];
	int	port;

	if (forkd_socket_getpeername(conn, address, sizeof(address),
	    &port) == 0)
		printf("tcp %s port %d: %s\n", address, port, result);
}

static void
leave(struct forkd_socket *conn)
{
	if (leaving_count == LEAVING_MAX)
		forget(0);
	leaving[leaving_count].conn = conn;
	leaving[leaving_count++].end = cli_after(LEAVE_MS);
}

size_t
tcp_leaving(struct forkd_poll *polls)
{
	size_t	i;

	for (i = 0; i < leaving_count; i++) {
		polls[i].socket = leaving[i].conn;
		polls[i].want = FORKD_READ;
	}
	return leaving_count;
}

void
tcp_left(const struct forkd_poll *polls, size_t count)
{
	/* backwards, since those behind it move up */
	while (count-- > 0)
		if (cli_left(leaving[count].end) == 0 ||
		    (polls[count].ready != 0 && has_left(leaving[count].conn)))
			forget(count);
}

static int
has_left(struct forkd_socket *conn)
{
	char	unread[4096];
	ssize_t	n;

	n = forkd_socket_recv(conn, unread, sizeof(unread), MSG_DONTWAIT);
	return n == 0 || (n == -1 && errno != EAGAIN);
}

static void
forget(size_t place)
{
	forkd_socket_close(leaving[place].conn);
	leaving_count--;
	memmove(leaving + place, leaving + place + 1,
	    (leaving_count - place) * sizeof(leaving[0]));
}

int
tcp_wait(void)
{
	return leaving_count == 0 ? -1 : cli_left(leaving[0].end);
}
