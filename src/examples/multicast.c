/* SPDX-License-Identifier: ISC */
/*
 * Sends datagrams to a group of hosts, or receives what is sent to one, over
 * IPv4 or IPv6.
 *
 *	cc -o multicast multicast.c datagrams.c cli.c $(pkg-config --cflags --libs forkd)
 *
 *	multicast send [-L] [-i interface] [-t ttl] [-w seconds]
 *	    group port [message ...]
 *	multicast receive [-b source] [-c count] [-i interface] [-s source]
 *	    [-w seconds] group port
 *
 *	multicast receive -i eth0 239.1.2.3 4711 &
 *	multicast send -i eth0 239.1.2.3 4711 'Hello World!'
 *
 * The first sends each message as one datagram; without a message, standard
 * input is it.  It goes over -t ttl hops, 1 if not told otherwise, and not to
 * receivers on this host with -L.  The second joins the group and prints what
 * comes, a line for each datagram, with the address and port of its sender:
 * from every source, from those of -s alone, or from all but those of -b, either
 * up to 10 times; until -c datagrams have come, or -w seconds are over.
 * Exit: 0: sent, or something has come; 1: nothing has come in time.
 *
 * "A multicast server can be written badly as follows", says a note to the PHP
 * manual.  What was bad about it, and how it is here:
 *  -	It set the options by numbers, 1 and 6: that is SO_BROADCAST, which a
 *	group does not need.  What it does need was left to chance: by which
 *	interface, over how many hops, and whether this host hears it, too.
 *  -	Nobody could have received it: there is no word of joining a group.  To
 *	bind the port is not enough, and a host has several interfaces: here
 *	membership is of one, by its name, and given up at the end.
 *  -	A port is not a group.  What others send to this host alone comes to
 *	the same socket, and on Linux what other programs here have joined.
 *	Here each datagram says where it was sent to, and that is looked at.
 *  -	One program per port: the second one got EADDRINUSE.  Here it is shared.
 *  -	No result was checked: "needed", says the note, and leaves it at that.
 */
#include <sys/types.h>
#include <netinet/in.h>

#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"
#include "datagrams.h"

#define SEND_MS		10000	/* for sending, unless -w says otherwise */
#define SOURCES_MAX	10	/* as many as Linux allows at first */

struct multicast {
	struct forkd_socket	*sock;
	int			 family;
	char			 group[FORKD_ADDRESS_SIZE];
	int			 port;
	const char		*interface;	/* NULL: the group's, or as it
						   is routed */
	const char		*sources[SOURCES_MAX];	/* -s or -b, which: */
	int			 filter;	/* 's', 'b'; 0: neither */
	int			 sources_count;
	int			 count;
	int			 ttl;
	bool			 loop;
	int64_t			 end;
};

static void	usage(void) __attribute__((noreturn));
static void	options(struct multicast *, int, char *[], const char *);
static void	add_source(struct multicast *, int, const char *);
static void	set_group(struct multicast *, const char *);
static int	multicast_send(struct multicast *, char *[]);
static int	multicast_receive(struct multicast *);
static void	bind_group(struct multicast *);
static void	only_own(struct multicast *);
static void	join(struct multicast *);
static void	leave(struct multicast *);
static bool	belongs(const struct multicast *, const struct datagram *);

int
main(int argc, char *argv[])
{
	struct multicast	cast = {
		.count = INT_MAX, .ttl = 1, .loop = true,
		.end = DATAGRAM_NEVER
	};
	bool			receives;

	cli_start(argv[0]);
	if (argc < 2)
		usage();
	receives = strcmp(argv[1], "receive") == 0;
	if (!receives && strcmp(argv[1], "send") != 0)
		usage();
	argv[1] = argv[0];	/* the name that getopt(3) says */
	argc--;
	argv++;
	/* +: a message may look like an option */
	options(&cast, argc, argv, receives ? "+b:c:i:s:w:" : "+Li:t:w:");
	argc -= optind;
	argv += optind;
	if (argc < 2 || (receives && argc > 2))
		usage();
	set_group(&cast, argv[0]);
	cast.port = cli_number("port", argv[1], 1, 65535);
	cast.sock = datagram_socket(cast.family);
	return receives ? multicast_receive(&cast) :
	    multicast_send(&cast, argv + 2);
}

static void
usage(void)
{
	fputs("usage: multicast send [-L] [-i interface] [-t ttl] "
	    "[-w seconds]\n"
	    "                      group port [message ...]\n"
	    "       multicast receive [-b source] [-c count] [-i interface] "
	    "[-s source]\n"
	    "                         [-w seconds] group port\n", stderr);
	exit(EX_USAGE);
}

static void
options(struct multicast *cast, int argc, char *argv[], const char *known)
{
	int	c;

	while ((c = getopt(argc, argv, known)) != -1)
		switch (c) {
		case 'L':
			cast->loop = false;
			break;
		case 'b':
		case 's':
			add_source(cast, c, optarg);
			break;
		case 'c':
			cast->count = cli_number("-c", optarg, 1, INT_MAX);
			break;
		case 'i':
			if (if_nametoindex(optarg) == 0)
				cli_fail(EX_UNAVAILABLE, "%s: no such "
				    "interface", optarg);
			cast->interface = optarg;
			break;
		case 't':
			cast->ttl = cli_number("-t", optarg, 0, 255);
			break;
		case 'w':
			cast->end = cli_after(cli_seconds("-w", optarg));
			break;
		default:
			usage();
		}
}

static void
add_source(struct multicast *cast, int filter, const char *source)
{
	if (cast->filter != 0 && cast->filter != filter)
		cli_fail(EX_USAGE, "-b and -s exclude each other");
	if (cast->sources_count == SOURCES_MAX)
		cli_fail(EX_USAGE, "more than %d sources", SOURCES_MAX);
	cast->filter = filter;
	cast->sources[cast->sources_count++] = source;
}

/* The group says which family it is; its text as all others of addresses. */
static void
set_group(struct multicast *cast, const char *text)
{
	static const struct addrinfo	 hints = {
		.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM
	};
	struct addrinfo			*entry;
	struct sockaddr_in		 in;
	struct sockaddr_in6		 in6;

	entry = forkd_socket_lookup(text, NULL, &hints);
	if (entry == NULL)
		cli_fail(EX_USAGE, "%s is not an address", text);
	cast->family = entry->ai_family;
	if (cast->family == AF_INET) {
		memcpy(&in, entry->ai_addr, sizeof(in));
		if (!IN_MULTICAST(ntohl(in.sin_addr.s_addr)))
			cli_fail(EX_USAGE, "%s is not a group", text);
	} else {
		memcpy(&in6, entry->ai_addr, sizeof(in6));
		if (!IN6_IS_ADDR_MULTICAST(&in6.sin6_addr))
			cli_fail(EX_USAGE, "%s is not a group", text);
	}
	if (forkd_socket_lookup_explain(entry, cast->group,
	    sizeof(cast->group), NULL) == -1)
		cli_fail_errno();
	freeaddrinfo(entry);
}

static int
multicast_send(struct multicast *cast, char *messages[])
{
	struct forkd_socket	*sock = cast->sock;
	const char		*data;
	size_t			 size;

	if (cast->end == DATAGRAM_NEVER)
		cast->end = cli_after(SEND_MS);
	if ((cast->interface != NULL && forkd_socket_set_multicast_interface(
	    sock, cast->interface) == -1) ||
	    forkd_socket_set_multicast_ttl(sock, cast->ttl) == -1 ||
	    forkd_socket_set_multicast_loop(sock, cast->loop) == -1)
		cli_fail_errno();
	do {
		data = datagram_message(*messages, cast->end, &size);
		if (cli_limit(sock, cast->end) == -1 || forkd_socket_sendto(
		    sock, data, size, 0, cast->group, cast->port) == -1)
			cli_fail_errno();
	} while (*messages != NULL && *++messages != NULL);
	forkd_socket_close(sock);
	return 0;
}

static int
multicast_receive(struct multicast *cast)
{
	static struct datagram	datagram;
	int			n;

	bind_group(cast);
	join(cast);
	for (n = 0; n < cast->count &&
	    datagram_receive(cast->sock, &datagram, cast->end); ) {
		if (!belongs(cast, &datagram))
			continue;
		datagram_print(&datagram);
		n++;
	}
	leave(cast);
	forkd_socket_close(cast->sock);
	return n > 0 ? 0 : 1;
}

/* All receivers of a group have its port: each gets every datagram. */
static void
bind_group(struct multicast *cast)
{
	static const int	on = 1;

	only_own(cast);
	if (forkd_socket_set_option(cast->sock, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)) == -1 || forkd_socket_bind(cast->sock,
	    cast->family == AF_INET ? "0.0.0.0" : "::", cast->port) == -1)
		cli_fail_errno();
}

/*
 * Not what other programs have joined, which Linux also gives to whoever has
 * the port: it would come from sources that nobody has asked for here.  Where
 * there is no such option, there is no such thing, or belongs() sees to it.
 */
static void
only_own(struct multicast *cast)
{
#if defined(IP_MULTICAST_ALL) && defined(IPV6_MULTICAST_ALL)
	static const int	off = 0;
	bool			six = cast->family == AF_INET6;

	(void)forkd_socket_set_option(cast->sock,
	    six ? IPPROTO_IPV6 : IPPROTO_IP,
	    six ? IPV6_MULTICAST_ALL : IP_MULTICAST_ALL, &off, sizeof(off));
#endif
}

static void
join(struct multicast *cast)
{
	int	i, result;

	result = cast->filter == 's' ? 0 : forkd_socket_join_group(cast->sock,
	    cast->group, cast->interface);
	for (i = 0; i < cast->sources_count && result == 0; i++)
		result = cast->filter == 's' ?
		    forkd_socket_join_source_group(cast->sock, cast->group,
		    cast->sources[i], cast->interface) :
		    forkd_socket_block_source(cast->sock, cast->group,
		    cast->sources[i], cast->interface);
	if (result == -1)
		cli_fail_errno();
}

/*
 * The kernel does so for who is killed.  It fails when the interface has gone,
 * and the membership with it: what has come has come all the same.
 */
static void
leave(struct multicast *cast)
{
	int	i;

	if (cast->filter != 's')
		(void)forkd_socket_leave_group(cast->sock, cast->group,
		    cast->interface);
	else
		for (i = 0; i < cast->sources_count; i++)
			(void)forkd_socket_leave_source_group(cast->sock,
			    cast->group, cast->sources[i], cast->interface);
}

/* It was sent to the group, and came by the interface. */
static bool
belongs(const struct multicast *cast, const struct datagram *datagram)
{
	size_t	length;

	/* an address of the link has its interface behind it: %eth0 */
	length = strcspn(cast->group, "%");
	if (strcspn(datagram->to, "%") != length ||
	    strncmp(datagram->to, cast->group, length) != 0)
		return false;
	if (cast->interface != NULL)
		return strcmp(datagram->interface, cast->interface) == 0;
	return cast->group[length] == '\0' ||
	    strcmp(datagram->interface, cast->group + length + 1) == 0;
}
