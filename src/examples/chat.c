/* SPDX-License-Identifier: ISC */
/*
 * chat: what one client says is sent to all others.  One process for everybody,
 * which accepts for itself:
 *
 *	cc -o chat chat.c chat_room.c chat_text.c cli.c \
 *	    $(pkg-config --cflags --libs forkd)
 *	./chat [-t seconds] tcp://127.0.0.1:8888 unix:///tmp/chat
 *
 * It listens on each URL, and prints where.  Without one it takes the listeners
 * of LISTEN_FDS, or descriptor 0: then it is a handler for forkd's mode wait,
 * and installed as that.  When nobody has been there for so many seconds it
 * ends; 0: never, as it is when there are URLs; else 60.
 *
 * It is the `simple multi-client iterative server' of the PHP manual, and the
 * note on socket_accept() there that says what clients need: non-blocking.
 * What was wrong in them, and how it is here:
 *  -	The one wrote to each client in turn, and waited in that: who did not
 *	read stopped everybody.  The other made the listener non-blocking, but
 *	no client.  Here no call waits but forkd_socket_poll(): each client has
 *	a buffer, and is dropped when it is 64 kB behind.
 *  -	How much had been written was not looked at, and the rest was lost.
 *	Here it stays in the buffer until there is room again.
 *  -	The other asked for a client again and again, without a pause; so
 *	would the one as soon as there was no descriptor for the next.  Here
 *	poll tells, and a listener that cannot be served rests for 100 ms.
 *  -	Text was sent on as it came in, half a line or two and a half, at most
 *	2048 bytes: the speakers were mixed up.  Here lines are.
 *  -	Whoever spoke heard it, too, from `Resource id #4'.  Here the others
 *	do, and clients have numbers.
 *  -	Control characters went to the terminals of the others.
 *  -	An error of a client was told from its end by nothing but that FALSE
 *	and 0 compare as equal; an error of accept and of the other calls, by
 *	`< 0', which FALSE never is, was a client or a socket that is none.
 *  -	There were as many clients as wanted to be, and select(2) takes no
 *	descriptor above 1023.  Here there are 200; more wait in the backlog.
 *  -	Only a signal that kills it ended it.  TERM, INT and HUP end it with
 *	status 0, and then no file of a unix socket is left.
 */
#include <sys/socket.h>

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <forkd_socket.h>

#include "chat_room.h"
#include "cli.h"

#define LISTENERS	64
#define FIRST		3	/* descriptor, see sd_listen_fds(3) */
#define IDLE_SECONDS	60
#define IDLE_MAX	86400
#define REST_MS		100	/* when no client can be taken */
#define FIXED		(1 + LISTENERS)	/* entries that are no client */

static bool	is_by_hand(int, char *[]);
static int	by_hand(int, char *[]);
static int	by_forkd(int, char *[]);
static void	usage(const char *) __attribute__((noreturn));
static void	find_listeners(void);
static void	inherit(int);
static void	add_listener(struct forkd_socket *);
static void	open_listener(const char *);
static void	close_all(void);
static void	catch_signals(void);
static void	on_signal(int);
static void	serve(int);
static size_t	want(struct forkd_poll *, bool);
static bool	welcome(const struct forkd_poll *);
static bool	let_in(struct forkd_socket *);

static struct forkd_socket	*listeners[LISTENERS];
static size_t			 listener_count;
static bool			 is_own;	/* the listeners, and files */
static struct forkd_socket	*stop[2];	/* see catch_signals */
static int			 stop_fd;	/* of stop[1] */

int
main(int argc, char *argv[])
{
	int	idle;

	cli_start(argv[0]);
	catch_signals();
	(void)atexit(close_all);	/* cli_fail() ends there as well */
	idle = is_by_hand(argc, argv) ? by_hand(argc, argv) :
	    by_forkd(argc, argv);
	serve(idle * 1000);
	return EXIT_SUCCESS;
}

/* A handler has one number, or nothing, behind its name. */
static bool
is_by_hand(int argc, char *argv[])
{
	int	i;

	for (i = 1; i < argc; i++)
		if (strchr(argv[i], ':') != NULL || (argv[i][0] == '-' &&
		    !isdigit((unsigned char)argv[i][1])))
			return true;
	return false;
}

static int
by_hand(int argc, char *argv[])
{
	int	idle, option;

	idle = -1;
	opterr = 0;		/* usage() says it */
	while ((option = getopt(argc, argv, "+t:")) != -1) {
		if (option != 't')
			usage("[-t seconds] [url ...]");
		idle = cli_number("-t", optarg, 0, IDLE_MAX);
	}
	if (optind == argc) {
		find_listeners();
		return idle == -1 ? IDLE_SECONDS : idle;
	}
	is_own = true;
	for (; optind < argc; optind++)
		open_listener(argv[optind]);
	cli_flush();
	return idle == -1 ? 0 : idle;
}

static int
by_forkd(int argc, char *argv[])
{
	size_t	length;
	int	idle;

	idle = IDLE_SECONDS;
	if (argc == 2) {
		length = strlen(argv[1]);
		idle = length == 0 || length > 5 ||
		    strspn(argv[1], "0123456789") != length ? -1 :
		    (int)strtol(argv[1], NULL, 10);
	}
	if (argc > 2 || idle < 0 || idle > IDLE_MAX)
		usage("[seconds]");
	find_listeners();
	return idle;
}

static void
usage(const char *arguments)
{
	fprintf(stderr, "usage: chat %s\n", arguments);
	exit(EX_USAGE);
}

/* LISTEN_FDS may be meant for another process, which has started this one. */
static void
find_listeners(void)
{
	char		 own[32];
	const char	*count, *pid;
	int		 fd, fds;

	count = getenv("LISTEN_FDS");
	pid = getenv("LISTEN_PID");
	(void)snprintf(own, sizeof(own), "%ld", (long)getpid());
	if (count == NULL || pid == NULL || strcmp(pid, own) != 0) {
		inherit(STDIN_FILENO);
		return;
	}
	fds = cli_number("LISTEN_FDS", count, 1, LISTENERS);
	for (fd = FIRST; fd < FIRST + fds; fd++)
		inherit(fd);
}

static void
inherit(int fd)
{
	struct forkd_socket	*sock;
	socklen_t		 length;
	int			 listens;

	listens = 0;
	length = sizeof(listens);
	sock = forkd_socket_from_fd(fd);
	if (sock == NULL || forkd_socket_get_option(sock, SOL_SOCKET,
	    SO_ACCEPTCONN, &listens, &length) == -1 || listens == 0)
		cli_fail(EX_USAGE, "descriptor %d is not a socket that "
		    "listens: forkd -m wait?", fd);
	add_listener(sock);
}

/* Non-blocking: somebody else may have it, too, and take who woke us. */
static void
add_listener(struct forkd_socket *sock)
{
	listeners[listener_count++] = sock;
	if (forkd_socket_set_nonblock(sock) == -1)
		cli_fail_errno();
}

static void
open_listener(const char *url)
{
	char			 address[FORKD_ADDRESS_SIZE];
	struct forkd_socket	*sock;
	int			 port;

	if (listener_count == LISTENERS)
		cli_fail(EX_USAGE, "%s: more than %d", url, LISTENERS);
	sock = forkd_socket_server(url, FORKD_SERVER_BIND |
	    FORKD_SERVER_LISTEN);
	if (sock == NULL)
		cli_fail_errno();
	add_listener(sock);
	if (forkd_socket_getsockname(sock, address, sizeof(address),
	    &port) == -1)
		cli_fail_errno();
	if (port == -1)
		printf("listening on unix://%s\n", address);
	else
		printf(strchr(address, ':') == NULL ?
		    "listening on tcp://%s:%d\n" :
		    "listening on tcp://[%s]:%d\n", address, port);
}

/* The file of a unix socket outlives it; one without a name has none. */
static void
close_all(void)
{
	char	address[FORKD_ADDRESS_SIZE];
	int	port;

	chat_room_close();
	while (listener_count > 0) {
		listener_count--;
		if (is_own && forkd_socket_getsockname(
		    listeners[listener_count], address, sizeof(address),
		    &port) == 0 && port == -1 && address[0] != '@')
			(void)unlink(address);
		forkd_socket_close(listeners[listener_count]);
	}
}

/*
 * A signal has to end the wait, also one that comes just before it: then
 * forkd_socket_poll() could not know.  So the handler shuts down one side of a
 * pair of sockets, and the other is waited for like any client: from then on,
 * and for good, it is at its end.
 */
static void
catch_signals(void)
{
	struct sigaction	action, old;

	if (forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0, stop) == -1)
		cli_fail_errno();
	stop_fd = forkd_socket_fd(stop[1]);
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	(void)sigemptyset(&action.sa_mask);	/* none of these can fail */
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, NULL, &old);
	if (old.sa_handler != SIG_IGN)		/* as it is by nohup(1) */
		(void)sigaction(SIGHUP, &action, NULL);
}

/* No function of the library: shutdown(2) may be called here, these may not. */
static void
on_signal(int number)
{
	int	saved = errno;

	(void)number;
	(void)shutdown(stop_fd, SHUT_WR);
	errno = saved;
}

/* Until a signal, or until nobody has been there for that time. */
static void
serve(int idle_ms)
{
	static struct forkd_poll	polls[FIXED + CHAT_ROOM_CLIENTS];
	size_t				count, fixed;
	int				ms, n;
	bool				is_resting;

	is_resting = false;
	do {
		fixed = want(polls, is_resting);
		count = fixed + chat_room_want(polls + fixed);
		ms = is_resting ? REST_MS :
		    idle_ms > 0 && chat_room_count() == 0 ? idle_ms : -1;
		n = forkd_socket_poll(polls, count, ms);
		if (n == -1 && errno == EINTR)
			continue;	/* the next one sees stop[0] */
		if (n == -1)
			cli_fail_errno();
		if (n == 0 && !is_resting)
			return;
		chat_room_turn(polls + fixed, count - fixed);
		is_resting = !welcome(polls);
	} while (polls[0].ready == 0);
}

/* What is no client: the end, and whoever wants to come. */
static size_t
want(struct forkd_poll *polls, bool is_resting)
{
	size_t	i;

	polls[0].socket = stop[0];
	polls[0].want = FORKD_READ;
	for (i = 0; i < listener_count; i++) {
		polls[1 + i].socket = listeners[i];
		polls[1 + i].want = is_resting ||
		    chat_room_count() == CHAT_ROOM_CLIENTS ? 0 : FORKD_READ;
	}
	return 1 + listener_count;
}

/* Takes one client of each listener; false: there is no room for one. */
static bool
welcome(const struct forkd_poll *polls)
{
	bool	is_well;
	size_t	i;

	is_well = true;
	for (i = 0; i < listener_count; i++)
		if (polls[1 + i].ready != 0 &&
		    chat_room_count() < CHAT_ROOM_CLIENTS &&
		    !let_in(listeners[i]))
			is_well = false;
	return is_well;
}

/*
 * False: the listener had better be left alone for a while.  Whoever has made
 * it may have given it SO_LINGER, which clients have from it, and with which to
 * close one that does not read takes as long as that says.
 */
static bool
let_in(struct forkd_socket *listener)
{
	const struct linger	 none = { 0, 0 };
	struct forkd_socket	*sock;

	sock = forkd_socket_accept(listener);
	if (sock == NULL)	/* gone, or taken by somebody else? */
		return errno == EAGAIN || errno == EINTR ||
		    errno == ECONNABORTED;
	if (forkd_socket_set_nonblock(sock) == -1 ||
	    forkd_socket_set_option(sock, SOL_SOCKET, SO_LINGER, &none,
	    sizeof(none)) == -1)
		forkd_socket_close(sock);
	else
		chat_room_enter(sock);
	return true;
}
