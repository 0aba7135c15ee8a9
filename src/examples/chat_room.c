/* SPDX-License-Identifier: ISC */
/* chat_room: see chat_room.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "chat_room.h"
#include "chat_text.h"

#define LINE_BYTES	1000	/* a longer one is passed on in pieces */
#define NUMBER_BYTES	32	/* "18446744073709551615: " */
#define OUT_BYTES	65536	/* that a client may be behind */

struct client {
	struct forkd_socket	*sock;		/* owned; NULL: nobody */
	uint64_t		 number;
	char			 in[LINE_BYTES];
	size_t			 in_used;
	bool			 is_long;	/* a piece of its line is out */
	char			 out[OUT_BYTES];
	size_t			 out_used;
};

static void	hear(struct client *);
static bool	hear_lines(struct client *);
static bool	hear_line(struct client *, const char *, size_t);
static void	tell(const struct client *, const char *, size_t);
static void	send_some(struct client *);
static void	leave(struct client *);

static struct client	 clients[CHAT_ROOM_CLIENTS];
static size_t		 client_count;
static struct client	*polled[CHAT_ROOM_CLIENTS];
static uint64_t		 last_number;

size_t
chat_room_count(void)
{
	return client_count;
}

void
chat_room_enter(struct forkd_socket *sock)
{
	struct client	*client;

	for (client = clients; client->sock != NULL; client++)
		;
	client->sock = sock;
	client->number = ++last_number;
	client->in_used = client->out_used = 0;
	client->is_long = false;
	client_count++;
}

/* No more than there are: poll(2) takes no more than RLIMIT_NOFILE. */
size_t
chat_room_want(struct forkd_poll *polls)
{
	size_t	count, i;

	count = 0;
	for (i = 0; i < CHAT_ROOM_CLIENTS; i++) {
		if (clients[i].sock == NULL)
			continue;
		polls[count].socket = clients[i].sock;
		polls[count].want = FORKD_READ;
		if (clients[i].out_used > 0)
			polls[count].want |= FORKD_WRITE;
		polled[count++] = &clients[i];
	}
	return count;
}

void
chat_room_turn(const struct forkd_poll *polls, size_t count)
{
	size_t	i;

	for (i = 0; i < count; i++) {
		/* what was said to others may have made it leave */
		if (polled[i]->sock != NULL &&
		    (polls[i].ready & FORKD_WRITE) != 0)
			send_some(polled[i]);
		if (polled[i]->sock != NULL &&
		    (polls[i].ready & FORKD_READ) != 0)
			hear(polled[i]);
	}
}

void
chat_room_close(void)
{
	size_t	i;

	for (i = 0; i < CHAT_ROOM_CLIENTS; i++)
		if (clients[i].sock != NULL)
			leave(&clients[i]);
}

/*
 * A client has said something, or left.  Once a turn, and not until there is
 * no more: one that never pauses would be all that is heard.
 */
static void
hear(struct client *client)
{
	ssize_t	n;

	n = forkd_socket_read(client->sock, client->in + client->in_used,
	    sizeof(client->in) - client->in_used, FORKD_READ_BINARY);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n > 0) {
		client->in_used += (size_t)n;
		if (hear_lines(client))
			return;
	} else if (client->in_used > 0)
		tell(client, client->in, client->in_used);
	leave(client);
}

/* Passes lines on; false: one was `quit'. */
static bool
hear_lines(struct client *client)
{
	char	*end, *line;

	line = client->in;
	while ((end = memchr(line, '\n', client->in_used -
	    (size_t)(line - client->in))) != NULL) {
		if (!hear_line(client, line, (size_t)(end - line)))
			return false;
		line = end + 1;
	}
	client->in_used -= (size_t)(line - client->in);
	memmove(client->in, line, client->in_used);
	if (client->in_used == sizeof(client->in)) {
		tell(client, client->in, client->in_used);
		client->in_used = 0;
		client->is_long = true;
	}
	return true;
}

/* What is left of a long line is no `quit', and may be nothing at all. */
static bool
hear_line(struct client *client, const char *line, size_t length)
{
	bool	is_rest = client->is_long;

	client->is_long = false;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (is_rest && length == 0)
		return true;
	if (!is_rest && length == 4 && memcmp(line, "quit", 4) == 0)
		return false;
	tell(client, line, length);
	return true;
}

/* To all others; who is too far behind is dropped. */
static void
tell(const struct client *from, const char *text, size_t length)
{
	static char	line[NUMBER_BYTES + CHAT_TEXT_MAX * LINE_BYTES + 1];
	struct client	*to;
	size_t		 used;

	used = (size_t)snprintf(line, NUMBER_BYTES, "%" PRIu64 ": ",
	    from->number);
	used += chat_text(line + used, text, length);
	line[used++] = '\n';
	for (to = clients; to < clients + CHAT_ROOM_CLIENTS; to++) {
		if (to->sock == NULL || to == from)
			continue;
		if (used > sizeof(to->out) - to->out_used) {
			leave(to);
			continue;
		}
		memcpy(to->out + to->out_used, line, used);
		to->out_used += used;
		if (to->out_used == used)	/* else it is told when */
			send_some(to);
	}
}

/* As much as the kernel takes: what is left goes when there is room again. */
static void
send_some(struct client *client)
{
	ssize_t	n;

	n = forkd_socket_write(client->sock, client->out, client->out_used);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n == -1) {
		leave(client);
		return;
	}
	client->out_used -= (size_t)n;
	memmove(client->out, client->out + n, client->out_used);
}

static void
leave(struct client *client)
{
	forkd_socket_close(client->sock);
	client->sock = NULL;
	client_count--;
}
