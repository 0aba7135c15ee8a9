/* SPDX-License-Identifier: ISC */
/*
 * A time server: what became of the two examples of stream_socket_server() in
 * the PHP manual, one over TCP, one over UDP.  It tells everybody the local
 * time in one line, and reads nothing.
 *
 *	cc -o daytime daytime.c daytime_tcp.c daytime_udp.c cli.c $(pkg-config --cflags --libs forkd)
 *	./daytime -u nobody tcp://:13 udp://:13
 *
 * Up to 16 URLs; tcp://:13 is every address, IPv4 and IPv6.  Its first lines
 * say where it listens.  -v says who was answered, as numbers; unasked that is
 * not said, since strangers would fill the disk.  -u is the user to become when
 * the addresses are bound, which root must give.
 *
 * What was wrong there, and how it is right here:
 *  -	One transport for each program.  Here all sockets are in one poll.
 *  -	It served one client after the other, and wrote to it until it was
 *	done.  Nobody is waited for here, see daytime_tcp.c.
 *  -	It accepted for 60 seconds and ended when nobody came.  SIGTERM and
 *	SIGINT end this one, with status 0.
 *  -	An error of one client, a datagram that could not be received, ended
 *	the server for all others, or was never looked at.
 *  -	It answered every datagram: two such servers, told that each other's
 *	address had asked, would answer one another for ever.  See
 *	daytime_udp.c, also for from where an answer comes.
 *  -	It stayed root.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <forkd.h>

#include "cli.h"
#include "daytime.h"

#define SOCKETS_MAX	16
#define REST_MS		100	/* without descriptors or memory */

struct server {
	struct forkd_socket	*sockets[SOCKETS_MAX];
	int			(*answer[SOCKETS_MAX])(struct forkd_socket *,
				    int);
	int64_t			 rest[SOCKETS_MAX];	/* not asked until then */
	size_t			 count;
	int			 verbose;
};

static void	 usage(void) __attribute__((noreturn));
static void	 stop_at(int);
static void	 stop(int);
static void	 server_open(struct server *, const char *);
static void	 become(const char *);
static int	 server_turn(struct server *);
static void	 server_answer(struct server *, const struct forkd_poll *);
static int	 server_wait(const struct server *);

/* The handler writes to one end, and poll sees it at the other. */
static struct forkd_socket	*stopped[2];
static int			 stop_fd;

int
main(int argc, char *argv[])
{
	static struct server	 server;
	const char		*user = NULL;
	int			 option;

	cli_start(argv[0]);
	while ((option = getopt(argc, argv, "+:u:v")) != -1) {
		if (option == 'u')
			user = optarg;
		else if (option == 'v')
			server.verbose = 1;
		else
			usage();
	}
	if (optind >= argc || argc - optind > SOCKETS_MAX)
		usage();
	for (; optind < argc; optind++)
		server_open(&server, argv[optind]);
	become(user);
	if (forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0, stopped) == -1 ||
	    forkd_socket_set_nonblock(stopped[1]) == -1)
		cli_fail_errno();
	stop_fd = forkd_socket_fd(stopped[1]);
	stop_at(SIGTERM);
	stop_at(SIGINT);
	(void)signal(SIGPIPE, SIG_IGN);		/* of who reads what -v says */
	cli_flush();
	while (server_turn(&server))
		continue;
	return 0;
}

static void
usage(void)
{
	cli_fail(EX_USAGE, "usage: daytime [-v] [-u user] tcp://host:port | "
	    "udp://host:port ...");
}

static void
stop_at(int number)
{
	struct sigaction	action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = stop;
	(void)sigemptyset(&action.sa_mask);
	if (sigaction(number, &action, NULL) == -1)
		cli_fail_errno();
}

/*
 * A flag alone would be seen late: a signal may come between the look at it
 * and the wait.
 */
static void
stop(int number)
{
	int	saved = errno;

	(void)number;
	if (write(stop_fd, "", 1) == -1)
		errno = EIO;	/* it is full of others */
	errno = saved;
}

/* Port 0 is one that is free: so what is said is what it came to. */
static void
server_open(struct server *server, const char *url)
{
	struct forkd_socket	*sock;
	char			 address[FORKD_ADDRESS_SIZE];
	int			 port, udp;

	udp = strncmp(url, "udp://", 6) == 0;
	if (!udp && strncmp(url, "tcp://", 6) != 0)
		cli_fail(EX_USAGE, "%s: neither tcp:// nor udp://", url);
	sock = forkd_socket_server(url, 0);
	if (sock == NULL || forkd_socket_set_nonblock(sock) == -1 ||
	    forkd_socket_getsockname(sock, address, sizeof(address),
	    &port) == -1 || (udp && udp_prepare(sock) == -1))
		cli_fail_errno();
	printf(strchr(address, ':') != NULL ? "listening on %s://[%s]:%d\n" :
	    "listening on %s://%s:%d\n", udp ? "udp" : "tcp", address, port);
	server->sockets[server->count] = sock;
	server->answer[server->count++] = udp ? udp_answer : tcp_answer;
}

static void
become(const char *user)
{
	if (user == NULL && geteuid() == 0)
		cli_fail(EX_USAGE, "-u: who is it to be instead of root?");
	if (user != NULL && forkd_drop_privileges(user, NULL, NULL) == -1)
		cli_fail(errno == ENOENT ? EX_NOUSER : errno == EPERM ?
		    EX_NOPERM : EX_OSERR, "%s", forkd_error(NULL));
}

/* Returns 0 when it was told to stop. */
static int
server_turn(struct server *server)
{
	struct forkd_poll	polls[1 + SOCKETS_MAX + LEAVING_MAX];
	size_t			i, leaving;

	polls[0].socket = stopped[0];
	polls[0].want = FORKD_READ;
	for (i = 0; i < server->count; i++) {
		polls[1 + i].socket = server->sockets[i];
		polls[1 + i].want = cli_left(server->rest[i]) > 0 ? 0 :
		    FORKD_READ;
	}
	leaving = tcp_leaving(polls + 1 + i);
	if (forkd_socket_poll(polls, 1 + i + leaving, server_wait(server)) ==
	    -1) {
		if (errno != EINTR)
			cli_fail_errno();
		return 1;	/* a signal: its byte is there at the next */
	}
	if (polls[0].ready != 0)
		return 0;
	/* first, since who is answered may need the room of who has left */
	tcp_left(polls + 1 + i, leaving);
	server_answer(server, polls + 1);
	return 1;
}

/* One client of each socket: no socket keeps the others waiting. */
static void
server_answer(struct server *server, const struct forkd_poll *polls)
{
	size_t	i;

	for (i = 0; i < server->count; i++) {
		if (polls[i].ready == 0 ||
		    server->answer[i](server->sockets[i], server->verbose) == 0)
			continue;
		/* the client still waits: to ask again at once would spin */
		server->rest[i] = cli_after(REST_MS);
		if (server->verbose)
			printf("%s\n", forkd_error(NULL));
	}
	(void)fflush(stdout);
}

/* Until something is due that no socket tells. */
static int
server_wait(const struct server *server)
{
	size_t	i;
	int	left, wait = tcp_wait();

	for (i = 0; i < server->count; i++) {
		left = cli_left(server->rest[i]);
		if (left > 0 && (wait == -1 || left < wait))
			wait = left;
	}
	return wait;
}
