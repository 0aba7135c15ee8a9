/* SPDX-License-Identifier: ISC */
/*
 * wol: wakes machines by magic packets, to all networks that this one is in or
 * to one address.
 *
 *	cc -o wol wol.c wol_packet.c interfaces.c cli.c $(pkg-config --cflags --libs forkd)
 *	./wol 00:11:22:aa:bb:cc
 *
 * It became of the four functions wake_on_lan(), wake() and WakeOnLan() in the
 * notes below PHP's manual.  What was wrong in them, and how it is here:
 *  -	They asked ifconfig, through grep and cut, for broadcast addresses, and
 *	got none where it prints another word than Bcast or is not there; then
 *	the loop ran over another variable.  getifaddrs(3) has them.
 *  -	One packet left by whatever interface the routing table says.  Here one
 *	leaves by each, also when two are in networks of the same number.
 *  -	The expression took any text that has something like an address in it;
 *	others took six bytes out of whatever they were given, of them one by
 *	`substr($mac, $i, $i + 2)', which is not two digits, and as decimal.
 *	Here an address that is not one in full is refused before anything is
 *	sent.
 *  -	Without SO_BROADCAST they ended in `permission denied', or sent to one
 *	address, which finds nobody whose machine is asleep: no neighbour answers
 *	for it.  One set the option by number, and looked for a result `< 0',
 *	which a false is not.
 *  -	They said `sent' and returned true, whatever sending returned; the first
 *	failure kept all others from being sent.
 */
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <forkd.h>

#include "cli.h"
#include "interfaces.h"
#include "wol_packet.h"

struct wol {
	struct forkd_socket	*socket;
	const char		*address;	/* NULL: all broadcast ones */
	unsigned char		 password[6];
	size_t			 password_size;	/* 0: none */
	int			 domain;	/* of the address */
	int			 port;
	int64_t			 end;
};

/* One of the packets to all networks. */
struct task {
	const struct wol	*wol;
	const unsigned char	*mac;
	bool			 sent;		/* so far, all of them */
};

static void	read_options(int, char *[], struct wol *);
static void	usage(void) __attribute__((noreturn));
static int	domain_of(const char *);
static void	open_socket(struct wol *);
static bool	wake(const struct wol *, const unsigned char *);
static bool	wake_all(const struct wol *, const unsigned char *);
static void	wake_one(const char *, const char *, void *);
static bool	send_packet(const struct wol *, const unsigned char *,
		    const char *, const char *);

int
main(int argc, char *argv[])
{
	unsigned char	mac[WOL_MAC];
	struct wol	wol;
	bool		sent;
	int		i;

	cli_start(argv[0]);
	read_options(argc, argv, &wol);
	for (i = optind; i < argc; i++)
		if (wol_mac(argv[i], mac) == -1)
			cli_fail(EX_USAGE, "%s is not a hardware address",
			    argv[i]);
	open_socket(&wol);
	sent = true;
	for (i = optind; i < argc; i++) {
		(void)wol_mac(argv[i], mac);
		if (!wake(&wol, mac))
			sent = false;
	}
	cli_flush();
	forkd_socket_close(wol.socket);
	return sent ? 0 : EX_UNAVAILABLE;
}

static void
read_options(int argc, char *argv[], struct wol *wol)
{
	int	option;

	memset(wol, 0, sizeof(*wol));
	wol->domain = AF_INET;
	wol->port = 9;
	wol->end = cli_after(10000);
	while ((option = getopt(argc, argv, "+a:P:p:w:")) != -1)
		switch (option) {
		case 'a':
			wol->address = optarg;
			wol->domain = domain_of(optarg);
			break;
		case 'P':
			if (wol_password(optarg, wol->password,
			    &wol->password_size) == -1)
				cli_fail(EX_USAGE, "-P: %s is not a password "
				    "of 6 or 4 bytes", optarg);
			break;
		case 'p':
			wol->port = cli_number("-p", optarg, 1, 65535);
			break;
		case 'w':
			wol->end = cli_after(cli_seconds("-w", optarg));
			break;
		default:
			usage();
		}
	if (optind == argc)
		usage();
}

static void
usage(void)
{
	fprintf(stderr, "usage: wol [-a address] [-P password] [-p port] "
	    "[-w seconds] mac ...\n");
	exit(EX_USAGE);
}

static int
domain_of(const char *address)
{
	struct addrinfo	*found, hints;
	int		 domain;

	memset(&hints, 0, sizeof(hints));
	hints.ai_flags = AI_NUMERICHOST;
	hints.ai_socktype = SOCK_DGRAM;
	found = forkd_socket_lookup(address, NULL, &hints);
	if (found == NULL)
		cli_fail(EX_USAGE, "-a: %s is not an address", address);
	domain = found->ai_family;
	freeaddrinfo(found);
	return domain;
}

static void
open_socket(struct wol *wol)
{
	int	on = 1;

	wol->socket = forkd_socket_create(wol->domain, SOCK_DGRAM, 0);
	if (wol->socket == NULL || forkd_socket_set_option(wol->socket,
	    SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) == -1)
		cli_fail_errno();
}

/* False: it has not been sent wherever it should. */
static bool
wake(const struct wol *wol, const unsigned char *mac)
{
	return wol->address == NULL ? wake_all(wol, mac) :
	    send_packet(wol, mac, wol->address, NULL);
}

/* To the networks of each interface, for each its own packet. */
static bool
wake_all(const struct wol *wol, const unsigned char *mac)
{
	struct task	task = { wol, mac, true };

	switch (interface_broadcasts(NULL, wake_one, &task)) {
	case -1:
		cli_fail(EX_OSERR, "interfaces: %s", strerror(errno));
	case 0:
		cli_fail(EX_UNAVAILABLE,
		    "no interface that is up can broadcast");
	}
	return task.sent;
}

static void
wake_one(const char *interface, const char *address, void *arg)
{
	struct task	*task = arg;

	if (!send_packet(task->wol, task->mac, address, interface))
		task->sent = false;
}

/* By an interface, or NULL: as the routing table says. */
static bool
send_packet(const struct wol *wol, const unsigned char *mac,
    const char *address, const char *interface)
{
	unsigned char		packet[WOL_MOST];
	char			control[64], copy[FORKD_ADDRESS_SIZE],
				text[WOL_TEXT];
	struct forkd_message	message;
	struct iovec		part;

	wol_text(mac, text);
	if (cli_limit(wol->socket, wol->end) == -1)
		cli_fail(EX_TEMPFAIL, "no time left to send for %s", text);
	(void)snprintf(copy, sizeof(copy), "%s", address);
	part.iov_base = packet;
	part.iov_len = wol_packet(packet, mac, wol->password,
	    wol->password_size);
	memset(&message, 0, sizeof(message));
	message.parts = &part;
	message.parts_count = 1;
	message.address = copy;
	message.port = wol->port;
	message.control = control;
	message.control_size = sizeof(control);
	if ((interface != NULL && forkd_socket_cmsg_add_pktinfo(&message,
	    AF_INET, NULL, interface) == -1) ||
	    forkd_socket_sendmsg(wol->socket, &message, 0) == -1) {
		cli_warn("%s: %s", text, forkd_error(NULL));
		return false;
	}
	printf("%s: sent to %s port %d%s%s\n", text, address, wol->port,
	    interface == NULL ? "" : " by ",
	    interface == NULL ? "" : interface);
	return true;
}
