/* SPDX-License-Identifier: ISC */
/*
 * starve_options: the calls for options, multicast and integers without memory;
 * see starving.h.
 */
#include "config.h"

#include <sys/time.h>

#include <netinet/in.h>

#include <stdio.h>
#include <stdlib.h>

#include "forkd_socket.h"
#include "starving.h"

static const char	 group[] = "239.1.2.3", other[] = "239.1.2.4";
static const char	 source[] = "127.0.0.9", interface[] = "lo";

static struct forkd_socket	*sock;

static int
call_set_option(void)
{
	static const struct timeval	time = { .tv_sec = 1 };

	return forkd_socket_set_option(sock, SOL_SOCKET, SO_RCVTIMEO, &time,
	    sizeof(time));
}

static int
call_get_option(void)
{
	socklen_t	length;
	int		index;

	length = sizeof(index);
	return forkd_socket_get_option(sock, IPPROTO_IP, IP_MULTICAST_IF,
	    &index, &length);
}

/* Somebody else's address makes it look for the interface. */
static void
set_address(void)
{
	struct in_addr	loopback;

	loopback.s_addr = htonl(INADDR_LOOPBACK);
	if (setsockopt(forkd_socket_fd(sock), IPPROTO_IP, IP_MULTICAST_IF,
	    &loopback, sizeof(loopback)) == -1) {
		printf("Bail out! no address\n");
		exit(EXIT_FAILURE);
	}
}

static int
call_join_group(void)
{
	return forkd_socket_join_group(sock, group, interface);
}

static void
undo_join_group(void)
{
	(void)forkd_socket_leave_group(sock, group, interface);
}

static int
call_leave_group(void)
{
	if (forkd_socket_join_group(sock, other, interface) == -1)
		return -1;
	return forkd_socket_leave_group(sock, other, interface);
}

static void
step_join(void)
{
	if (call_join_group() == -1) {
		printf("Bail out! no group\n");
		exit(EXIT_FAILURE);
	}
}

static int
call_block_source(void)
{
	return forkd_socket_block_source(sock, group, source, interface);
}

static void
undo_block_source(void)
{
	(void)forkd_socket_unblock_source(sock, group, source, interface);
}

static int
call_unblock_source(void)
{
	if (call_block_source() == -1)
		return -1;
	return forkd_socket_unblock_source(sock, group, source, interface);
}

static int
call_join_source_group(void)
{
	return forkd_socket_join_source_group(sock, other, source, interface);
}

static void
undo_join_source_group(void)
{
	(void)forkd_socket_leave_source_group(sock, other, source, interface);
}

static int
call_leave_source_group(void)
{
	if (call_join_source_group() == -1)
		return -1;
	return forkd_socket_leave_source_group(sock, other, source,
	    interface);
}

static int
call_set_multicast_interface(void)
{
	return forkd_socket_set_multicast_interface(sock, interface);
}

static int
call_get_multicast_interface(void)
{
	return forkd_socket_get_multicast_interface(sock) == -1 ? -1 : 0;
}

static int
call_set_multicast_loop(void)
{
	return forkd_socket_set_multicast_loop(sock, 0);
}

static int
call_get_multicast_loop(void)
{
	return forkd_socket_get_multicast_loop(sock) == -1 ? -1 : 0;
}

static int
call_set_multicast_ttl(void)
{
	return forkd_socket_set_multicast_ttl(sock, 7);
}

static int
call_get_multicast_ttl(void)
{
	return forkd_socket_get_multicast_ttl(sock) == -1 ? -1 : 0;
}

static int
call_put_integer(void)
{
	unsigned char	bytes[2];

	return forkd_socket_put_integer(bytes, 2, FORKD_BIG_ENDIAN, 7);
}

static int
call_get_integer(void)
{
	uint64_t	number;

	return forkd_socket_get_integer("AA", 2, FORKD_BIG_ENDIAN, &number);
}

static int
call_put_signed(void)
{
	unsigned char	bytes[2];

	return forkd_socket_put_signed(bytes, 2, FORKD_BIG_ENDIAN, -7);
}

static int
call_get_signed(void)
{
	int64_t	number;

	return forkd_socket_get_signed("AA", 2, FORKD_BIG_ENDIAN, &number);
}

static const struct starving_step	steps[] = {
	{ "forkd_socket_set_option", call_set_option, NULL },
	{ NULL, NULL, set_address },
	{ "forkd_socket_get_option", call_get_option, NULL },
	{ "forkd_socket_get_multicast_interface",
	    call_get_multicast_interface, NULL },
	{ "forkd_socket_set_multicast_interface",
	    call_set_multicast_interface, NULL },
	{ "forkd_socket_set_multicast_loop", call_set_multicast_loop, NULL },
	{ "forkd_socket_get_multicast_loop", call_get_multicast_loop, NULL },
	{ "forkd_socket_set_multicast_ttl", call_set_multicast_ttl, NULL },
	{ "forkd_socket_get_multicast_ttl", call_get_multicast_ttl, NULL },
	{ "forkd_socket_join_group", call_join_group, undo_join_group },
	{ "forkd_socket_leave_group", call_leave_group, NULL },
	{ "forkd_socket_join_source_group", call_join_source_group,
	    undo_join_source_group },
	{ "forkd_socket_leave_source_group", call_leave_source_group, NULL },
	{ NULL, NULL, step_join },
	{ "forkd_socket_block_source", call_block_source, undo_block_source },
	{ "forkd_socket_unblock_source", call_unblock_source, NULL },
	{ "forkd_socket_put_integer", call_put_integer, NULL },
	{ "forkd_socket_get_integer", call_get_integer, NULL },
	{ "forkd_socket_put_signed", call_put_signed, NULL },
	{ "forkd_socket_get_signed", call_get_signed, NULL },
};

int
main(void)
{
	int	result;

	sock = forkd_socket_create(AF_INET, SOCK_DGRAM, 0);
	if (sock == NULL)
		return EXIT_FAILURE;
	result = starving(steps, sizeof(steps) / sizeof(*steps), NULL);
	forkd_socket_close(sock);
	return result;
}
