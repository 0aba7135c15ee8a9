/* SPDX-License-Identifier: ISC */
/*
 * chat: what one client says is sent to all others.  One process that accepts
 * for itself, for forkd's mode wait: its listeners come by LISTEN_FDS, or it
 * is descriptor 0.
 *
 * Nobody is waited for: a client that does not read has a buffer, and is
 * dropped when that is full.
 */

#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "handler_io.h"
#include "printable.h"

#define LISTENERS	64
#define CLIENTS		200
#define LINE_BYTES	1000	/* a longer one is passed on in pieces */
#define OUT_BYTES	65536	/* that a client may be behind */
#define FIRST		3	/* descriptor, see sd_listen_fds(3) */
#define IDLE_SECONDS	60
#define IDLE_MAX	86400
#define REST_MS		100	/* when there is no descriptor left */

struct client {
	int		fd;		/* -1: nobody */
	uint64_t	number;
	char		in[LINE_BYTES];
	size_t		in_used;
	char		out[OUT_BYTES];
	size_t		out_used;
};

static void	usage(void) __attribute__((noreturn));
static void	find_listeners(void);
static void	add_listener(int);
static int	number_of(const char *, int);
static int	serve(int);
static bool	is_pending(int);
static nfds_t	want(struct pollfd *);
static void	turn(const struct pollfd *, nfds_t);
static void	welcome(int);
static void	hear(struct client *);
static bool	hear_lines(struct client *);
static void	tell(const struct client *, const char *, size_t);
static void	send_some(struct client *);
static void	leave(struct client *);
static void	on_term(int);

static int		listeners[LISTENERS];
static size_t		listener_count;
static struct client	clients[CLIENTS];
static size_t		client_count;
static struct client	*polled[CLIENTS];
static nfds_t		polled_count;
static uint64_t		last_number;
static bool		resting;	/* takes no client for REST_MS */
static volatile sig_atomic_t is_over;

int
main(int argc, char *argv[])
{
	struct sigaction	action = { .sa_handler = on_term };
	size_t			i;
	int			idle;

	handler_io_start("chat", 1);
	idle = argc == 2 ? number_of(argv[1], IDLE_MAX) : IDLE_SECONDS;
	if (argc > 2 || idle == -1)
		usage();
	find_listeners();
	for (i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	(void)sigaction(SIGTERM, &action, NULL);	/* cannot fail */
	return serve(idle);
}

static void
usage(void)
{
	fprintf(stderr, "usage: chat [seconds]\n");
	exit(EX_USAGE);
}

static void
find_listeners(void)
{
	const char	*count, *pid;
	int		 fd, fds;

	count = getenv("LISTEN_FDS");
	pid = getenv("LISTEN_PID");
	if (count == NULL || pid == NULL ||
	    number_of(pid, INT32_MAX) != getpid()) {
		add_listener(STDIN_FILENO);
		return;
	}
	fds = number_of(count, LISTENERS);
	if (fds < 1) {
		fprintf(stderr, "chat: LISTEN_FDS: %s is not a number of 1 to "
		    "%d\n", count, LISTENERS);
		exit(EX_USAGE);
	}
	for (fd = FIRST; fd < FIRST + fds; fd++)
		add_listener(fd);
}

/* Non-blocking: somebody else may have it, too, and take who woke us. */
static void
add_listener(int fd)
{
	socklen_t	length;
	int		flags, listens;

	listens = 0;
	length = sizeof(listens);
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens,
	    &length) == -1 || listens == 0 ||
	    (flags = fcntl(fd, F_GETFL)) == -1 ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1) {
		fprintf(stderr, "chat: descriptor %d is not a socket that "
		    "listens: forkd -m wait?\n", fd);
		exit(EX_USAGE);
	}
	listeners[listener_count++] = fd;
}

/* Digits alone, up to a number; -1: anything else. */
static int
number_of(const char *text, int most)
{
	const char	*wrong;
	int		 number;

	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
		return -1;
	number = (int)strtonum(text, 0, most, &wrong);
	return wrong == NULL ? number : -1;
}

/* Until TERM, or until nobody has been there for that many seconds. */
static int
serve(int idle)
{
	static struct pollfd	pollfds[LISTENERS + CLIENTS];
	struct timespec		limit = { 0, 0 };
	sigset_t		term, before;
	nfds_t			count;
	int			n;

	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &term, &before) == -1)
		return handler_io_fail("signals");
	/* ppoll(2) lets no signal in while a descriptor is ready at once */
	while (!is_over && !is_pending(SIGTERM)) {
		count = want(pollfds);
		limit.tv_sec = resting ? 0 : idle;
		limit.tv_nsec = resting ? REST_MS * 1000000L : 0;
		n = ppoll(pollfds, count, resting || (idle > 0 &&
		    client_count == 0) ? &limit : NULL, &before);
		if (n == -1 && errno != EINTR)
			return handler_io_fail("poll");
		if (n == 0 && !resting)
			break;
		resting = false;
		if (n > 0)
			turn(pollfds, count);
	}
	return EXIT_SUCCESS;
}

static bool
is_pending(int number)
{
	sigset_t	pending;

	return sigpending(&pending) == 0 && sigismember(&pending, number) == 1;
}

/*
 * The clients, whose places are in polled[], and then the listeners.  No more
 * than are open: poll(2) takes no more than RLIMIT_NOFILE.
 */
static nfds_t
want(struct pollfd *pollfds)
{
	size_t	i;
	nfds_t	count;

	count = 0;
	for (i = 0; i < CLIENTS; i++) {
		if (clients[i].fd == -1)
			continue;
		pollfds[count].fd = clients[i].fd;
		pollfds[count].events = POLLIN;
		if (clients[i].out_used > 0)
			pollfds[count].events |= POLLOUT;
		polled[count++] = &clients[i];
	}
	polled_count = count;
	if (resting || client_count == CLIENTS)
		return count;
	for (i = 0; i < listener_count; i++, count++) {
		pollfds[count].fd = listeners[i];
		pollfds[count].events = POLLIN;
	}
	return count;
}

static void
turn(const struct pollfd *pollfds, nfds_t count)
{
	nfds_t	i;

	for (i = 0; i < polled_count; i++) {
		/* what was said to others may have made it leave */
		if (polled[i]->fd != -1 && (pollfds[i].revents & POLLOUT) != 0)
			send_some(polled[i]);
		if (polled[i]->fd != -1 && (pollfds[i].revents & ~POLLOUT) != 0)
			hear(polled[i]);
	}
	for (i = polled_count; i < count; i++)
		if (pollfds[i].revents != 0)
			welcome(pollfds[i].fd);
}

static void
welcome(int listener)
{
	size_t	i;
	int	fd;

	for (i = 0; i < CLIENTS && clients[i].fd != -1; i++)
		;
	if (i == CLIENTS)
		return;
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1) {
		/* EINVAL: somebody has shut it down */
		resting = errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM || errno == EINVAL;
		return;
	}
	clients[i].fd = fd;
	clients[i].number = ++last_number;
	clients[i].in_used = clients[i].out_used = 0;
	client_count++;
}

/* A client has said something, or left. */
static void
hear(struct client *client)
{
	ssize_t	n;

	n = recv(client->fd, client->in + client->in_used,
	    sizeof(client->in) - client->in_used, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
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
	size_t	 length;

	line = client->in;
	while ((end = memchr(line, '\n', client->in_used -
	    (size_t)(line - client->in))) != NULL) {
		length = (size_t)(end - line);
		if (length > 0 && line[length - 1] == '\r')
			length--;
		if (length == 4 && memcmp(line, "quit", 4) == 0)
			return false;
		tell(client, line, length);
		line = end + 1;
	}
	client->in_used -= (size_t)(line - client->in);
	memmove(client->in, line, client->in_used);
	if (client->in_used == sizeof(client->in)) {
		tell(client, client->in, client->in_used);
		client->in_used = 0;
	}
	return true;
}

/* To all others; who is too far behind is dropped. */
static void
tell(const struct client *from, const char *text, size_t length)
{
	static char	line[32 + PRINTABLE_MAX * LINE_BYTES + 2];
	struct client	*to;
	size_t		 used;

	used = (size_t)snprintf(line, 32, "%" PRIu64 ": ", from->number);
	used += printable(line + used, text, length);
	line[used++] = '\n';
	for (to = clients; to < clients + CLIENTS; to++) {
		if (to->fd == -1 || to == from)
			continue;
		if (used > sizeof(to->out) - to->out_used) {
			leave(to);
			continue;
		}
		memcpy(to->out + to->out_used, line, used);
		to->out_used += used;
		if (to->out_used == used)	/* else poll(2) tells when */
			send_some(to);
	}
}

static void
send_some(struct client *client)
{
	ssize_t	n;

	n = send(client->fd, client->out, client->out_used, MSG_NOSIGNAL);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
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
	(void)close(client->fd);
	client->fd = -1;
	client_count--;
}

static void
on_term(int signal)
{
	(void)signal;
	is_over = 1;
}
