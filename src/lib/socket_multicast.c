/* SPDX-License-Identifier: ISC */
/*
 * Multicast: groups and their sources, by the protocol-independent calls of
 * RFC 3678, and how a socket sends to groups.  What is done to IPv4 and IPv6
 * alike has one function here; the interface is that of socket_interface.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "socket.h"

#define TTL_MAX	255

/* One of the calls for groups. */
struct action {
	const char	*function;
	const char	*verb;		/* for the sentence of a failure */
	int		 option;	/* MCAST_... */
	bool		 has_source;
};

static int	apply(struct forkd_socket *, const struct action *,
		    const char *, const char *, const char *);
static int	take_scope(struct forkd_socket *, const char *, const char *,
		    const struct addr *, unsigned int *);
static int	read_address(struct forkd_socket *, const char *, const char *,
		    const char *, struct addr *);
static int	ask(struct forkd_socket *, const struct action *,
		    unsigned int, const struct addr *, const struct addr *);
static int	check_kind(struct forkd_socket *, const char *);
static int	set(struct forkd_socket *, const char *, int, int, int);
static int	get(struct forkd_socket *, const char *, int, int);

int
forkd_socket_join_group(struct forkd_socket *sock, const char *group,
    const char *interface)
{
	static const struct action	join = {
		"forkd_socket_join_group", "join", MCAST_JOIN_GROUP, false
	};

	return apply(sock, &join, group, NULL, interface);
}

int
forkd_socket_leave_group(struct forkd_socket *sock, const char *group,
    const char *interface)
{
	static const struct action	leave = {
		"forkd_socket_leave_group", "leave", MCAST_LEAVE_GROUP, false
	};

	return apply(sock, &leave, group, NULL, interface);
}

int
forkd_socket_block_source(struct forkd_socket *sock, const char *group,
    const char *source, const char *interface)
{
	static const struct action	block = {
		"forkd_socket_block_source", "block", MCAST_BLOCK_SOURCE, true
	};

	return apply(sock, &block, group, source, interface);
}

int
forkd_socket_unblock_source(struct forkd_socket *sock, const char *group,
    const char *source, const char *interface)
{
	static const struct action	unblock = {
		"forkd_socket_unblock_source", "unblock",
		MCAST_UNBLOCK_SOURCE, true
	};

	return apply(sock, &unblock, group, source, interface);
}

int
forkd_socket_join_source_group(struct forkd_socket *sock, const char *group,
    const char *source, const char *interface)
{
	static const struct action	join = {
		"forkd_socket_join_source_group", "join",
		MCAST_JOIN_SOURCE_GROUP, true
	};

	return apply(sock, &join, group, source, interface);
}

int
forkd_socket_leave_source_group(struct forkd_socket *sock, const char *group,
    const char *source, const char *interface)
{
	static const struct action	leave = {
		"forkd_socket_leave_source_group", "leave",
		MCAST_LEAVE_SOURCE_GROUP, true
	};

	return apply(sock, &leave, group, source, interface);
}

int
forkd_socket_set_multicast_interface(struct forkd_socket *sock,
    const char *interface)
{
	static const char	function[] =
	    "forkd_socket_set_multicast_interface";
	unsigned int		index;

	if (check_kind(sock, function) == -1 ||
	    socket_interface(sock, function, interface, &index) == -1)
		return -1;
	return set(sock, function, IP_MULTICAST_IF, IPV6_MULTICAST_IF,
	    (int)index);
}

int
forkd_socket_get_multicast_interface(struct forkd_socket *sock)
{
	return get(sock, "forkd_socket_get_multicast_interface",
	    IP_MULTICAST_IF, IPV6_MULTICAST_IF);
}

int
forkd_socket_set_multicast_loop(struct forkd_socket *sock, int on)
{
	return set(sock, "forkd_socket_set_multicast_loop", IP_MULTICAST_LOOP,
	    IPV6_MULTICAST_LOOP, on);
}

int
forkd_socket_get_multicast_loop(struct forkd_socket *sock)
{
	return get(sock, "forkd_socket_get_multicast_loop", IP_MULTICAST_LOOP,
	    IPV6_MULTICAST_LOOP);
}

int
forkd_socket_set_multicast_ttl(struct forkd_socket *sock, int ttl)
{
	static const char	function[] = "forkd_socket_set_multicast_ttl";
	int			min;

	if (check_kind(sock, function) == -1)
		return -1;
	min = sock->domain == AF_INET ? 0 : -1;
	if (ttl < min || ttl > TTL_MAX)
		return socket_wrong(sock, EINVAL, "%s: ttl %d: not %d to %d",
		    function, ttl, min, TTL_MAX);
	return set(sock, function, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS,
	    ttl);
}

int
forkd_socket_get_multicast_ttl(struct forkd_socket *sock)
{
	return get(sock, "forkd_socket_get_multicast_ttl", IP_MULTICAST_TTL,
	    IPV6_MULTICAST_HOPS);
}

bool
socket_is_group(const struct sockaddr_storage *address)
{
	struct addr	addr;

	addr.u.storage = *address;
	if (address->ss_family == AF_INET)
		return IN_MULTICAST(ntohl(addr.u.in.sin_addr.s_addr));
	return IN6_IS_ADDR_MULTICAST(&addr.u.in6.sin6_addr);
}

bool
socket_is_host(const struct sockaddr_storage *address)
{
	struct addr	addr;

	if (socket_is_group(address))
		return false;
	addr.u.storage = *address;
	if (address->ss_family == AF_INET)
		return addr.u.in.sin_addr.s_addr != htonl(INADDR_ANY) &&
		    addr.u.in.sin_addr.s_addr != htonl(INADDR_BROADCAST);
	return !IN6_IS_ADDR_UNSPECIFIED(&addr.u.in6.sin6_addr);
}

static int
apply(struct forkd_socket *sock, const struct action *action,
    const char *group, const char *source, const char *interface)
{
	struct addr	group_addr, source_addr;
	unsigned int	index;

	if (check_kind(sock, action->function) == -1 ||
	    read_address(sock, action->function, "group", group,
	    &group_addr) == -1)
		return -1;
	if (!socket_is_group(&group_addr.u.storage))
		return socket_wrong(sock, EINVAL,
		    "%s: group %s: not a multicast address", action->function,
		    group);
	memset(&source_addr, 0, sizeof(source_addr));
	if (action->has_source && read_address(sock, action->function,
	    "source", source, &source_addr) == -1)
		return -1;
	if (action->has_source && !socket_is_host(&source_addr.u.storage))
		return socket_wrong(sock, EINVAL,
		    "%s: source %s: not the address of one host",
		    action->function, source);
	if (socket_interface(sock, action->function, interface,
	    &index) == -1 ||
	    take_scope(sock, action->function, group, &group_addr,
	    &index) == -1 ||
	    take_scope(sock, action->function, source, &source_addr,
	    &index) == -1)
		return -1;
	if (ask(sock, action, index, &group_addr, &source_addr) == 0)
		return 0;
	return socket_failed(sock, errno, "%s %s%s%s%s%s", action->verb, group,
	    action->has_source ? " from " : "",
	    action->has_source ? source : "",
	    interface != NULL ? " on " : "",
	    interface != NULL ? interface : "");
}

/* ff02::1%eth0 says which interface, too. */
static int
take_scope(struct forkd_socket *sock, const char *function, const char *text,
    const struct addr *addr, unsigned int *index)
{
	unsigned int	scope;

	scope = 0;
	if (addr->length != 0 && addr->u.sa.sa_family == AF_INET6)
		scope = addr->u.in6.sin6_scope_id;
	if (scope != 0 && *index != 0 && *index != scope)
		return socket_wrong(sock, EINVAL,
		    "%s: address %s: of another interface", function, text);
	if (scope != 0)
		*index = scope;
	return 0;
}

static int
read_address(struct forkd_socket *sock, const char *function, const char *what,
    const char *text, struct addr *addr)
{
	char	object[64];

	(void)snprintf(object, sizeof(object), "%s: %s", function, what);
	return socket_address(sock, object, text, 0, addr);
}

static int
ask(struct forkd_socket *sock, const struct action *action,
    unsigned int index, const struct addr *group, const struct addr *source)
{
	struct group_req	alone;
	struct group_source_req	both;
	int			level;

	level = sock->domain == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	if (!action->has_source) {
		memset(&alone, 0, sizeof(alone));
		alone.gr_interface = index;
		memcpy(&alone.gr_group, &group->u, group->length);
		return setsockopt(sock->fd, level, action->option, &alone,
		    sizeof(alone));
	}
	memset(&both, 0, sizeof(both));
	both.gsr_interface = index;
	memcpy(&both.gsr_group, &group->u, group->length);
	memcpy(&both.gsr_source, &source->u, source->length);
	return setsockopt(sock->fd, level, action->option, &both,
	    sizeof(both));
}

/* A stream socket can join, on Linux, and nothing comes of it. */
static int
check_kind(struct forkd_socket *sock, const char *function)
{
	if (socket_check(sock, function) == -1)
		return -1;
	if (sock->domain != AF_INET && sock->domain != AF_INET6)
		return socket_wrong(sock, EOPNOTSUPP,
		    "%s: socket: neither IPv4 nor IPv6", function);
	if (sock->type != SOCK_DGRAM && sock->type != SOCK_RAW)
		return socket_wrong(sock, EOPNOTSUPP,
		    "%s: socket: neither SOCK_DGRAM nor SOCK_RAW", function);
	return 0;
}

static int
set(struct forkd_socket *sock, const char *function, int four, int six,
    int value)
{
	if (check_kind(sock, function) == -1)
		return -1;
	if (sock->domain == AF_INET)
		return forkd_socket_set_option(sock, IPPROTO_IP, four, &value,
		    sizeof(value));
	return forkd_socket_set_option(sock, IPPROTO_IPV6, six, &value,
	    sizeof(value));
}

static int
get(struct forkd_socket *sock, const char *function, int four, int six)
{
	socklen_t	length;
	int		result, value;

	if (check_kind(sock, function) == -1)
		return -1;
	length = sizeof(value);
	if (sock->domain == AF_INET)
		result = forkd_socket_get_option(sock, IPPROTO_IP, four,
		    &value, &length);
	else
		result = forkd_socket_get_option(sock, IPPROTO_IPV6, six,
		    &value, &length);
	return result == -1 ? -1 : value;
}
