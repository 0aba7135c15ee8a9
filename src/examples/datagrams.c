/* SPDX-License-Identifier: ISC */
/* datagrams: see datagrams.h. */
#include <sys/types.h>
#include <netinet/in.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"
#include "datagrams.h"

static ssize_t	receive_one(struct forkd_socket *, struct datagram *);
static bool	sent_to_many(const struct forkd_message *);
static bool	passes(int);
static size_t	read_input(char *, size_t, int64_t);

struct forkd_socket *
datagram_socket(int family)
{
	static const int	 on = 1;
	struct forkd_socket	*sock;
	bool			 six = family == AF_INET6;

	/* before it is bound: what comes earlier would not be told */
	if ((sock = forkd_socket_create(family, SOCK_DGRAM, 0)) == NULL ||
	    forkd_socket_set_option(sock, six ? IPPROTO_IPV6 : IPPROTO_IP,
	    six ? IPV6_RECVPKTINFO : IP_PKTINFO, &on, sizeof(on)) == -1 ||
	    (six && forkd_socket_set_option(sock, IPPROTO_IPV6, IPV6_V6ONLY,
	    &on, sizeof(on)) == -1))
		cli_fail_errno();
	return sock;
}

bool
datagram_receive(struct forkd_socket *sock, struct datagram *datagram,
    int64_t end)
{
	while (cli_left(end) > 0) {
		if (cli_limit(sock, end) == 0 &&
		    receive_one(sock, datagram) != -1)
			return true;
		if (!passes(errno))
			cli_fail_errno();
	}
	return false;
}

static ssize_t
receive_one(struct forkd_socket *sock, struct datagram *datagram)
{
	struct iovec		part = { datagram->data, DATAGRAM_MAX };
	unsigned char		control[256];	/* more than PKTINFO takes */
	struct forkd_message	message = {
		.parts = &part, .parts_count = 1,
		.address = datagram->from, .address_size = FORKD_ADDRESS_SIZE,
		.control = control, .control_size = sizeof(control)
	};
	ssize_t			n;

	n = forkd_socket_recvmsg(sock, &message, 0);
	if (n == -1 || forkd_socket_cmsg_get_pktinfo(&message, datagram->to,
	    sizeof(datagram->to), datagram->interface,
	    sizeof(datagram->interface)) == -1)
		return -1;
	datagram->to_many = sent_to_many(&message);
	datagram->port = message.port;
	datagram->size = (size_t)n;
	return n;
}

/*
 * Which address is a broadcast, only the kernel knows for certain: beside the
 * one that the datagram was sent to, it tells which of ours it was for.
 */
static bool
sent_to_many(const struct forkd_message *message)
{
	struct forkd_cmsg	cmsg = { .data = NULL };
	struct in_pktinfo	info;

	while (forkd_socket_cmsg_next(message, &cmsg) == 1) {
		if (cmsg.level != IPPROTO_IP || cmsg.type != IP_PKTINFO ||
		    cmsg.size != sizeof(info))
			continue;
		memcpy(&info, cmsg.data, sizeof(info));
		return info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
	}
	return false;
}

/*
 * What one host said of one datagram, or a moment without memory, is not the
 * end: others may still answer.  A time-out is, when all the time is over.
 */
static bool
passes(int number)
{
	return number == ETIMEDOUT || number == ECONNREFUSED ||
	    number == EHOSTUNREACH || number == ENETUNREACH ||
	    number == ENOMEM || number == ENOBUFS;
}

void
datagram_print(const struct datagram *datagram)
{
	bool	six = strchr(datagram->from, ':') != NULL;

	printf("%s%s%s:%d ", six ? "[" : "", datagram->from, six ? "]" : "",
	    datagram->port);
	cli_show(datagram->data, datagram->size);
	putchar('\n');
	cli_flush();
}

const char *
datagram_message(const char *text, int64_t end, size_t *size)
{
	static char	input[DATAGRAM_MAX];

	if (text != NULL) {
		*size = strlen(text);
		return text;
	}
	*size = read_input(input, sizeof(input), end);
	return input;
}

/* A datagram is sent whole or not at all: so it has to be there first. */
static size_t
read_input(char *input, size_t room, int64_t end)
{
	struct pollfd	pollfd = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t		size;
	ssize_t		n;

	for (size = 0; size < room; size += (size_t)n) {
		if (poll(&pollfd, 1, end == DATAGRAM_NEVER ? -1 :
		    cli_left(end)) == 0)
			cli_fail(EX_TEMPFAIL, "standard input has not ended "
			    "in time");
		n = read(STDIN_FILENO, input + size, room - size);
		if (n == -1 && errno != EINTR)
			cli_fail(EX_IOERR, "standard input: %s",
			    strerror(errno));
		if (n == 0)
			return size;
		if (n == -1)
			n = 0;
	}
	cli_fail(EX_DATAERR, "standard input is longer than a datagram");
}
