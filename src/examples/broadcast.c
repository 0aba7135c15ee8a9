/* SPDX-License-Identifier: ISC */
/*
 * Asks all hosts of a network at once, by a broadcast over UDP, and prints what
 * each of them answers; or is the one who answers.
 *
 *	cc -o broadcast broadcast.c datagrams.c interfaces.c cli.c $(pkg-config --cflags --libs forkd)
 *
 *	broadcast [-c count] [-i interface] [-p port] [-w seconds]
 *	    address|interface port [message]
 *	broadcast -l [-c count] [-w seconds] port [message]
 *
 *	broadcast -l 4711 'I am here' &
 *	broadcast 127.255.255.255 4711 'Who is there?'
 *
 * The first sends the message to a broadcast address, or to those of an
 * interface, and collects answers until the time is over or `count' have come:
 * a line for each, with the address and port of its sender.  The second answers
 * broadcasts to the port with the message.  Without a message, standard input
 * is it.  Exit: 0: there was an answer (-l: a broadcast); 1: none in time.
 *
 * The notes to the PHP manual show this several times.  What was wrong there,
 * and how it is here:
 *  -	recvfrom() without a time-out: who had no answer waited for ever; the
 *	loop that looked at the clock did so only between two answers, and when
 *	nobody could be asked it was busy until then.  Here one deadline holds
 *	for all that waits, and nothing spins.
 *  -	The option was set by the numbers 1 and 6, which mean something else on
 *	other systems; and in one note after connect(), which needs it: "the
 *	only workaround" for EACCES was to ask each address of the network by
 *	itself.  Here it is SO_BROADCAST, and set at once.  Nothing is
 *	connected: a connected socket would hear only whom it is connected to,
 *	and nobody has the address of a broadcast.
 *  -	Results were not looked at, or compared with what they never are
 *	(0 for an error, then -1, then false).  A broadcast that had not been
 *	sent was waited for all the same.
 *  -	Who had answered was received and not said, and an answer was printed
 *	in hexadecimal or as it came, whatever it does to the terminal.
 *  -	The addresses came from the output of ifconfig, cut into pieces.  The
 *	system has getifaddrs(3): see interfaces.c.
 *
 * An answer of the second form is never taken for a broadcast: only what was
 * sent to many is answered, and an answer goes to one, through a socket that may
 * not broadcast.  So two of them, or one and an echo server, never keep each
 * other talking, whoever invents senders.
 */
#include <sys/types.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include <forkd.h>

#include "cli.h"
#include "datagrams.h"
#include "interfaces.h"

#define WAIT_MS		3000	/* for answers, unless -w says otherwise */

struct broadcast {
	struct forkd_socket	*sock;
	const char		*interface;	/* NULL: as it is routed */
	const char		*message;
	size_t			 size;
	bool			 answers;	/* -l */
	int			 count;		/* so many, and it is done */
	int			 local_port;	/* 0: any */
	int			 port;
	int64_t			 end;
};

static void	usage(void) __attribute__((noreturn));
static void	options(struct broadcast *, int, char *[]);
static void	broadcast_send(struct broadcast *, const char *);
static void	send_by(const char *, const char *, void *);
static void	send_to(struct broadcast *, const char *);
static int	broadcast_collect(struct broadcast *);
static int	broadcast_answer(struct broadcast *);

int
main(int argc, char *argv[])
{
	struct broadcast	cast = {
		.count = INT_MAX, .end = DATAGRAM_NEVER
	};
	int			n;

	cli_start(argv[0]);
	options(&cast, argc, argv);
	argc -= optind;
	argv += optind;
	if (argc < (cast.answers ? 1 : 2) || argc > (cast.answers ? 2 : 3))
		usage();
	if (!cast.answers && cast.end == DATAGRAM_NEVER)
		cast.end = cli_after(WAIT_MS);
	cast.port = cli_number("port", argv[cast.answers ? 0 : 1], 1, 65535);
	cast.message = datagram_message(argv[cast.answers ? 1 : 2], cast.end,
	    &cast.size);
	cast.sock = datagram_socket(AF_INET);
	if (forkd_socket_bind(cast.sock, "0.0.0.0", cast.answers ? cast.port :
	    cast.local_port) == -1)
		cli_fail_errno();
	if (cast.answers)
		n = broadcast_answer(&cast);
	else {
		broadcast_send(&cast, argv[0]);
		n = broadcast_collect(&cast);
	}
	forkd_socket_close(cast.sock);
	return n > 0 ? 0 : 1;
}

static void
usage(void)
{
	fputs("usage: broadcast [-c count] [-i interface] [-p port] "
	    "[-w seconds]\n"
	    "                 address|interface port [message]\n"
	    "       broadcast -l [-c count] [-w seconds] port [message]\n",
	    stderr);
	exit(EX_USAGE);
}

static void
options(struct broadcast *cast, int argc, char *argv[])
{
	int	c;

	/* +: a message may look like an option */
	while ((c = getopt(argc, argv, "+c:i:lp:w:")) != -1)
		switch (c) {
		case 'c':
			cast->count = cli_number("-c", optarg, 1, INT_MAX);
			break;
		case 'i':
			cast->interface = optarg;
			break;
		case 'l':
			cast->answers = true;
			break;
		case 'p':
			cast->local_port = cli_number("-p", optarg, 1, 65535);
			break;
		case 'w':
			cast->end = cli_after(cli_seconds("-w", optarg));
			break;
		default:
			usage();
		}
	if (cast->answers && (cast->interface != NULL || cast->local_port != 0))
		usage();
}

/* To an address, or to each broadcast address of an interface. */
static void
broadcast_send(struct broadcast *cast, const char *to)
{
	static const int	on = 1;
	struct in_addr		address;

	if (forkd_socket_set_option(cast->sock, SOL_SOCKET, SO_BROADCAST, &on,
	    sizeof(on)) == -1)
		cli_fail_errno();
	if (inet_pton(AF_INET, to, &address) == 1) {
		send_to(cast, to);
		return;
	}
	if (if_nametoindex(to) == 0)
		cli_fail(EX_USAGE, "%s is neither an IPv4 address nor an "
		    "interface", to);
	if (cast->interface == NULL)
		cast->interface = to;
	switch (interface_broadcasts(to, send_by, cast)) {
	case -1:
		cli_fail_errno();
	case 0:
		cli_fail(EX_UNAVAILABLE, "%s has no broadcast address", to);
	}
}

/* By the interface that was chosen, which need not be the one that has it. */
static void
send_by(const char *owner, const char *address, void *arg)
{
	(void)owner;
	send_to(arg, address);
}

/*
 * The interface goes along with the datagram: as an option, SO_BINDTODEVICE, it
 * would also keep out answers that come another way.
 */
static void
send_to(struct broadcast *cast, const char *address)
{
	struct iovec		 part;
	unsigned char		 control[256];	/* more than PKTINFO takes */
	char			 to[FORKD_ADDRESS_SIZE];
	struct forkd_message	 message = {
		.parts = &part, .parts_count = 1, .address = to,
		.port = cast->port,
		.control = control, .control_size = sizeof(control)
	};

	part.iov_base = (char *)(uintptr_t)cast->message;	/* only read */
	part.iov_len = cast->size;
	snprintf(to, sizeof(to), "%s", address);
	if ((cast->interface != NULL && forkd_socket_cmsg_add_pktinfo(&message,
	    AF_INET, NULL, cast->interface) == -1) ||
	    cli_limit(cast->sock, cast->end) == -1 ||
	    forkd_socket_sendmsg(cast->sock, &message, 0) == -1)
		cli_fail_errno();
}

/* Prints answers; returns how many there were. */
static int
broadcast_collect(struct broadcast *cast)
{
	static struct datagram	answer;
	int			n, port;

	if (forkd_socket_getsockname(cast->sock, NULL, 0, &port) == -1)
		cli_fail_errno();
	for (n = 0; n < cast->count &&
	    datagram_receive(cast->sock, &answer, cast->end); ) {
		/* with -p, the own broadcast comes back, too */
		if (answer.port == port && interface_own(answer.from))
			continue;
		datagram_print(&answer);
		n++;
	}
	return n;
}

/* Answers broadcasts; returns how many there were. */
static int
broadcast_answer(struct broadcast *cast)
{
	static struct datagram	question;
	int			n;

	for (n = 0; n < cast->count &&
	    datagram_receive(cast->sock, &question, cast->end); ) {
		if (!question.to_many)
			continue;
		datagram_print(&question);
		n++;
		/* there may be no way to one: the next can be answered */
		if (forkd_socket_sendto(cast->sock, cast->message, cast->size,
		    0, question.from, question.port) == -1)
			cli_warn("%s", forkd_error(NULL));
	}
	return n;
}
