/* SPDX-License-Identifier: ISC */
/*
 * ping: whether a host answers, and how fast: ICMP echo, IPv4 and IPv6.
 *
 *	cc -o ping ping.c ping_loop.c ping_packet.c ping_socket.c ping_stat.c cli.c $(pkg-config --cflags --libs forkd)
 *	./ping -c 3 localhost
 *
 * It became of the class Net_Ping in the notes below PHP's manual, and of the
 * two checksum functions there.  What was wrong in them, and how it is here:
 *  -	It had to run as root, for the raw socket, and stayed root.  Here the
 *	kernel's ICMP socket for everybody is tried first; a raw one is the first
 *	thing that is opened, and then all privileges are gone.
 *  -	Identifier and sequence number were 0, and whatever arrived first, to
 *	whichever program, from any host, was the reply; on the loopback interface
 *	the request itself was.  Here identifier, number, checksum and each byte
 *	of the data are compared, and eight of them cannot be guessed.
 *  -	256 bytes were read, and nobody looked at them: an ICMP error, which
 *	says what is the matter, counted as an answer.
 *  -	The checksums read one byte past the end of data of odd length, and took
 *	a digit 0 in an odd place for the end; or they joined a byte to the
 *	data itself, which then was sent or not.  See ping_checksum().
 *  -	The time-out was for one read: other hosts' packets prolong it.  Here
 *	each reply has its time, and -w is for all.
 *  -	The time was made into text, with two digits, and by the clock that
 *	people set.  0.00 was an error and no answer.
 *  -	The result of sending was not looked at.
 *
 * The exit status is 0 if there was a reply, 1 if none, as with ping(8), or of
 * sysexits(3).
 */
#include <netinet/in.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <forkd.h>

#include "cli.h"
#include "ping_loop.h"

struct options {
	const char	*host;
	int		 family;	/* AF_UNSPEC: either */
	int		 hops;		/* 0: the system's */
	bool		 raw;
};

static void	read_options(int, char *[], struct options *,
		    struct ping_plan *);
static void	take_option(int, struct options *, struct ping_plan *);
static void	usage(void) __attribute__((noreturn));
static struct ping_socket *choose(const struct options *,
		    struct ping_socket [2], struct ping_plan *);
static void	set_address(const struct addrinfo *, struct ping_plan *);
static void	summary(const char *, const struct ping_account *);
static void	extra(int64_t, const char *);

int
main(int argc, char *argv[])
{
	struct ping_socket	 pings[2] = { { .family = AF_INET },
				    { .family = AF_INET6 } };
	struct ping_socket	*ping;
	struct ping_account	 account;
	struct ping_plan	 plan;
	struct options		 options;
	int			 i;

	cli_start(argv[0]);
	read_options(argc, argv, &options, &plan);
	/* whether one of them is missed is known when the name is looked up */
	for (i = 0; i < 2; i++)
		if (options.family == AF_UNSPEC ||
		    options.family == pings[i].family)
			(void)ping_socket_open(&pings[i], pings[i].family,
			    options.raw, options.hops);
	if (ping_socket_drop() == -1)
		cli_fail(EX_OSERR, "cannot drop privileges: %s",
		    strerror(errno));
	ping = choose(&options, pings, &plan);
	printf("%s (%s): %zu bytes of data\n", options.host, plan.host,
	    plan.size);
	cli_flush();
	if (ping_loop(ping, &plan, &account) == -1)
		cli_fail_errno();
	summary(plan.host, &account);
	cli_flush();
	for (i = 0; i < 2; i++)
		forkd_socket_close(pings[i].socket);
	return account.received > 0 ? 0 : 1;
}

static void
read_options(int argc, char *argv[], struct options *options,
    struct ping_plan *plan)
{
	int	option;

	memset(options, 0, sizeof(*options));
	memset(plan, 0, sizeof(*plan));
	options->family = AF_UNSPEC;
	plan->size = 56;
	plan->interval_us = 1000000;
	plan->patience_us = 5000000;
	while ((option = getopt(argc, argv, "+46c:i:rs:t:W:w:")) != -1)
		take_option(option, options, plan);
	if (argc - optind != 1)
		usage();
	options->host = argv[optind];
}

static void
take_option(int option, struct options *options, struct ping_plan *plan)
{
	switch (option) {
	case '4':
		options->family = AF_INET;
		break;
	case '6':
		options->family = AF_INET6;
		break;
	case 'c':
		plan->count = cli_number("-c", optarg, 1, INT_MAX);
		break;
	case 'i':
		plan->interval_us = cli_seconds("-i", optarg) *
		    INT64_C(1000);
		break;
	case 'r':
		options->raw = true;
		break;
	case 's':
		plan->size = (size_t)cli_number("-s", optarg, 0,
		    PING_MOST6);
		break;
	case 't':
		options->hops = cli_number("-t", optarg, 1, 255);
		break;
	case 'W':
		plan->patience_us = cli_seconds("-W", optarg) *
		    INT64_C(1000);
		break;
	case 'w':
		plan->end_us = ping_clock() +
		    cli_seconds("-w", optarg) * INT64_C(1000);
		break;
	default:
		usage();
	}
}

static void
usage(void)
{
	fprintf(stderr, "usage: ping [-46r] [-c count] [-i seconds] "
	    "[-s size] [-t hops]\n            [-W seconds] [-w seconds] "
	    "host\n");
	exit(EX_USAGE);
}

/* The first address of the host that there is a socket for. */
static struct ping_socket *
choose(const struct options *options, struct ping_socket pings[2],
    struct ping_plan *plan)
{
	struct addrinfo		*entry, *found, hints;
	struct ping_socket	*ping;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = options->family;
	hints.ai_socktype = SOCK_DGRAM;
	found = cli_lookup(options->host, &hints, plan->end_us == 0 ?
	    INT64_MAX : plan->end_us / 1000);
	for (entry = found; entry != NULL; entry = entry->ai_next)
		if (pings[entry->ai_family == AF_INET6].socket != NULL)
			break;
	if (entry == NULL)
		entry = found;
	ping = &pings[entry->ai_family == AF_INET6];
	/* it failed before, and says so again */
	if (ping->socket == NULL && ping_socket_open(ping, ping->family,
	    options->raw, options->hops) == -1)
		cli_fail_errno();
	set_address(entry, plan);
	freeaddrinfo(found);
	if (ping->family == AF_INET && plan->size > PING_MOST4)
		cli_fail(EX_USAGE, "-s: %zu is not a number of 0 to %d",
		    plan->size, PING_MOST4);
	return ping;
}

static void
set_address(const struct addrinfo *entry, struct ping_plan *plan)
{
	const struct sockaddr_in6	*six = (const void *)entry->ai_addr;
	const struct sockaddr_in	*four = (const void *)entry->ai_addr;

	if (forkd_socket_lookup_explain(entry, plan->host, sizeof(plan->host),
	    NULL) == -1)
		cli_fail_errno();
	if (entry->ai_family == AF_INET)
		memcpy(plan->address, &four->sin_addr, 4);
	else
		memcpy(plan->address, &six->sin6_addr, 16);
}

static void
summary(const char *host, const struct ping_account *account)
{
	const struct ping_stat	*times = &account->times;
	int64_t			 lost;

	lost = account->sent - account->received;
	printf("--- %s ---\n%" PRId64 " sent, %" PRId64 " received", host,
	    account->sent, account->received);
	extra(account->duplicates, "duplicate");
	extra(account->late, "late");
	extra(account->wrong, "wrong");
	extra(account->errors, "errors");
	printf(", %" PRId64 "%% lost\n", account->sent == 0 ? 0 :
	    lost * 100 / account->sent);
	if (times->count > 0)
		printf("min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms\n",
		    (double)times->min / 1000, times->mean / 1000,
		    (double)times->max / 1000,
		    ping_stat_deviation(times) / 1000);
}

static void
extra(int64_t count, const char *what)
{
	if (count > 0)
		printf(", %" PRId64 " %s", count, what);
}
