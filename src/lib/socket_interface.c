/* SPDX-License-Identifier: ISC */
/*
 * Interfaces of multicast: those that a caller names, and the one that a
 * socket sends by.  Linux takes an index for IPv4, too, but tells only the
 * address that was set beside it: so the index is remembered, and no address is
 * set, which could be another one by the time of the next packet.
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <string.h>

#include "interface.h"
#include "socket.h"

static int	by_address(struct forkd_socket *, struct in_addr);
static int	index_of(const struct ifaddrs *, struct in_addr);

int
socket_interface(struct forkd_socket *sock, const char *function,
    const char *text, unsigned int *index)
{
	int	found;

	*index = 0;
	if (text == NULL || strcmp(text, "0") == 0)
		return 0;
	if (text[0] == '\0')
		return socket_wrong(sock, EINVAL, "%s: interface: empty",
		    function);
	found = interface_index(sock->fd, text);
	if (found > 0)		/* a number may be anything */
		found = interface_known(sock->fd, found);
	if (found == -1)
		return socket_failed(sock, errno, "interface %s", text);
	if (found == 0)
		return socket_wrong(sock, ENODEV,
		    "%s: interface %s: there is none", function, text);
	*index = (unsigned int)found;
	return 0;
}

int
socket_interface_set(struct forkd_socket *sock, int index)
{
	struct ip_mreqn	request;

	memset(&request, 0, sizeof(request));
	request.imr_ifindex = index;
	if (setsockopt(sock->fd, IPPROTO_IP, IP_MULTICAST_IF, &request,
	    sizeof(request)) == -1)
		/* as for IPv6: EADDRNOTAVAIL would speak of no address */
		return socket_failed(sock,
		    errno == EADDRNOTAVAIL ? ENODEV : errno,
		    "set IP_MULTICAST_IF to %d", index);
	sock->multicast_index = index;
	return 0;
}

int
socket_interface_get(struct forkd_socket *sock)
{
	struct in_addr	address;
	socklen_t	length;

	length = sizeof(address);
	if (getsockopt(sock->fd, IPPROTO_IP, IP_MULTICAST_IF, &address,
	    &length) == -1)
		return socket_failed(sock, errno, "get IP_MULTICAST_IF");
	if (address.s_addr != htonl(INADDR_ANY))
		return by_address(sock, address);
	return sock->multicast_index;
}

/* Somebody has set an address: not through this layer. */
static int
by_address(struct forkd_socket *sock, struct in_addr address)
{
	char		 text[INET_ADDRSTRLEN];
	struct ifaddrs	*all;
	int		 index;

	(void)inet_ntop(AF_INET, &address, text, sizeof(text));
	if (getifaddrs(&all) == -1)
		return socket_failed(sock, errno,
		    "get IP_MULTICAST_IF: %s", text);
	index = index_of(all, address);
	freeifaddrs(all);
	if (index == 0)
		return socket_failed(sock, ENODEV,
		    "get IP_MULTICAST_IF: %s", text);
	return index;
}

/* 0: it is of none. */
static int
index_of(const struct ifaddrs *all, struct in_addr address)
{
	struct sockaddr_in	in;

	for (; all != NULL; all = all->ifa_next) {
		if (all->ifa_addr == NULL ||
		    all->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&in, all->ifa_addr, sizeof(in));
		if (in.sin_addr.s_addr == address.s_addr)
			return (int)if_nametoindex(all->ifa_name);
	}
	return 0;
}
