/* SPDX-License-Identifier: ISC */
/*
 * The socket options that the layer knows: what each takes, and whether it can
 * be read, set, or both.  Only data: socket_option.c checks against it.  The
 * manual's table in forkd_socket_set_option(3) is this one.
 */
#include "config.h"

#include <sys/time.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <limits.h>
#include <stddef.h>

#include "socket_option.h"

#define BOTH	(OPTION_GET | OPTION_SET)

/* Level and name, and the name as text. */
#define SOL(name)	SOL_SOCKET, name, #name
#define TCP(name)	IPPROTO_TCP, name, #name
#define IP4(name)	IPPROTO_IP, name, #name
#define IP6(name)	IPPROTO_IPV6, name, #name

static const struct socket_option options[] = {
	{ SOL(SO_DEBUG), OPTION_SWITCH, BOTH, 0, 0 },
	{ SOL(SO_BROADCAST), OPTION_SWITCH, BOTH, 0, 0 },
	{ SOL(SO_REUSEADDR), OPTION_SWITCH, BOTH, 0, 0 },
	{ SOL(SO_REUSEPORT), OPTION_SWITCH, BOTH, 0, 0 },
	{ SOL(SO_KEEPALIVE), OPTION_SWITCH, BOTH, 0, 0 },
	{ SOL(SO_LINGER), OPTION_LINGER, BOTH, 0, 0 },
	{ SOL(SO_OOBINLINE), OPTION_SWITCH, BOTH, 0, 0 },
	{ SOL(SO_SNDBUF), OPTION_NUMBER, BOTH, 0, INT_MAX },
	{ SOL(SO_RCVBUF), OPTION_NUMBER, BOTH, 0, INT_MAX },
	{ SOL(SO_ERROR), OPTION_NUMBER, OPTION_GET, 0, 0 },
	{ SOL(SO_TYPE), OPTION_NUMBER, OPTION_GET, 0, 0 },
	{ SOL(SO_DONTROUTE), OPTION_SWITCH, BOTH, 0, 0 },
	{ SOL(SO_RCVLOWAT), OPTION_NUMBER, BOTH, 1, INT_MAX },
	{ SOL(SO_SNDLOWAT), OPTION_NUMBER, BOTH, 1, INT_MAX },
	{ SOL(SO_RCVTIMEO), OPTION_TIME, BOTH, 0, 0 },
	{ SOL(SO_SNDTIMEO), OPTION_TIME, BOTH, 0, 0 },
	{ TCP(TCP_NODELAY), OPTION_SWITCH, BOTH, 0, 0 },
	{ IP4(MCAST_JOIN_GROUP), OPTION_GROUP, OPTION_SET, 0, 0 },
	{ IP4(MCAST_LEAVE_GROUP), OPTION_GROUP, OPTION_SET, 0, 0 },
	{ IP4(MCAST_BLOCK_SOURCE), OPTION_SOURCE, OPTION_SET, 0, 0 },
	{ IP4(MCAST_UNBLOCK_SOURCE), OPTION_SOURCE, OPTION_SET, 0, 0 },
	{ IP4(MCAST_JOIN_SOURCE_GROUP), OPTION_SOURCE, OPTION_SET, 0, 0 },
	{ IP4(MCAST_LEAVE_SOURCE_GROUP), OPTION_SOURCE, OPTION_SET, 0, 0 },
	{ IP4(IP_MULTICAST_IF), OPTION_INTERFACE, BOTH, 0, 0 },
	{ IP4(IP_MULTICAST_LOOP), OPTION_SWITCH, BOTH, 0, 0 },
	{ IP4(IP_MULTICAST_TTL), OPTION_NUMBER, BOTH, 0, 255 },
	{ IP6(MCAST_JOIN_GROUP), OPTION_GROUP, OPTION_SET, 0, 0 },
	{ IP6(MCAST_LEAVE_GROUP), OPTION_GROUP, OPTION_SET, 0, 0 },
	{ IP6(MCAST_BLOCK_SOURCE), OPTION_SOURCE, OPTION_SET, 0, 0 },
	{ IP6(MCAST_UNBLOCK_SOURCE), OPTION_SOURCE, OPTION_SET, 0, 0 },
	{ IP6(MCAST_JOIN_SOURCE_GROUP), OPTION_SOURCE, OPTION_SET, 0, 0 },
	{ IP6(MCAST_LEAVE_SOURCE_GROUP), OPTION_SOURCE, OPTION_SET, 0, 0 },
	{ IP6(IPV6_MULTICAST_IF), OPTION_INTERFACE, BOTH, 0, 0 },
	{ IP6(IPV6_MULTICAST_LOOP), OPTION_SWITCH, BOTH, 0, 0 },
	{ IP6(IPV6_MULTICAST_HOPS), OPTION_NUMBER, BOTH, -1, 255 },
};

const struct socket_option *
socket_option_find(int level, int name)
{
	size_t	i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].level == level && options[i].name == name)
			return &options[i];
	return NULL;
}

socklen_t
socket_option_size(const struct socket_option *option)
{
	switch (option->kind) {
	case OPTION_LINGER:
		return sizeof(struct linger);
	case OPTION_TIME:
		return sizeof(struct timeval);
	case OPTION_GROUP:
		return sizeof(struct group_req);
	case OPTION_SOURCE:
		return sizeof(struct group_source_req);
	default:
		return sizeof(int);
	}
}
