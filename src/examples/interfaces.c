/* SPDX-License-Identifier: ISC */
/* interfaces: see interfaces.h. */
#include <sys/types.h>
#include <sys/socket.h>
#include <net/if.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "interfaces.h"

static in_addr_t	broadcast_of(const struct ifaddrs *);
static bool		is_meant(const struct ifaddrs *, const char *);
static void		set_name(const struct ifaddrs *, char *);
static bool		seen(const struct ifaddrs *, const struct ifaddrs *,
			    const char *);
static in_addr_t	ipv4_of(const struct sockaddr *);

int
interface_broadcasts(const char *name,
    void (*function)(const char *name, const char *address, void *arg),
    void *arg)
{
	char		 own[IF_NAMESIZE], text[INET_ADDRSTRLEN];
	struct ifaddrs	*entry, *list;
	in_addr_t	 address;
	int		 count;

	if (getifaddrs(&list) == -1)
		return -1;
	count = 0;
	for (entry = list; entry != NULL; entry = entry->ifa_next) {
		set_name(entry, own);
		address = broadcast_of(entry);
		if (!is_meant(entry, name) || address == INADDR_ANY ||
		    seen(list, entry, own))
			continue;
		(void)inet_ntop(AF_INET, &address, text, sizeof(text));
		function(own, text, arg);
		count++;
	}
	freeifaddrs(list);
	return count;
}

/* The broadcast address of an entry, INADDR_ANY: it has none. */
static in_addr_t
broadcast_of(const struct ifaddrs *entry)
{
	in_addr_t	broadcast, host, own;

	if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != AF_INET ||
	    (entry->ifa_flags & IFF_BROADCAST) == 0)
		return INADDR_ANY;
	own = ipv4_of(entry->ifa_addr);
	broadcast = ipv4_of(entry->ifa_broadaddr);
	/* where nobody has set it, the C library may leave there, in a union,
	   the own address as that of the other end */
	if (broadcast != INADDR_ANY && broadcast != own)
		return broadcast;
	/* so it is the last address of the network, RFC 922; a network of one
	   or two addresses has none, RFC 3021 */
	host = ~ntohl(ipv4_of(entry->ifa_netmask));
	return host < 3 ? INADDR_ANY : own | htonl(host);
}

/* With a name, that interface in whatever state; else all that are of use. */
static bool
is_meant(const struct ifaddrs *entry, const char *name)
{
	char	own[IF_NAMESIZE];

	if (name == NULL)
		return (entry->ifa_flags & IFF_UP) != 0 &&
		    (entry->ifa_flags & IFF_LOOPBACK) == 0;
	set_name(entry, own);
	return strcmp(own, name) == 0;
}

/* An address may have a label, `eth0:1': it is still one of eth0. */
static void
set_name(const struct ifaddrs *entry, char *name)
{
	(void)snprintf(name, IF_NAMESIZE, "%.*s",
	    (int)strcspn(entry->ifa_name, ":"), entry->ifa_name);
}

/* Two addresses of one network have the same, on the same interface. */
static bool
seen(const struct ifaddrs *list, const struct ifaddrs *end, const char *name)
{
	char	other[IF_NAMESIZE];

	for (; list != end; list = list->ifa_next) {
		set_name(list, other);
		if (strcmp(other, name) == 0 &&
		    broadcast_of(list) == broadcast_of(end))
			return true;
	}
	return false;
}

bool
interface_own(const char *address)
{
	struct ifaddrs	*entry, *list;
	struct in_addr	 wanted;
	bool		 found = false;

	if (inet_pton(AF_INET, address, &wanted) != 1)
		return false;
	if (getifaddrs(&list) == -1)
		cli_fail_errno();
	for (entry = list; entry != NULL && !found; entry = entry->ifa_next)
		found = ipv4_of(entry->ifa_addr) == wanted.s_addr;
	freeifaddrs(list);
	return found;
}

/* The address in it; INADDR_ANY if there is none. */
static in_addr_t
ipv4_of(const struct sockaddr *address)
{
	struct sockaddr_in	in;

	if (address == NULL || address->sa_family != AF_INET)
		return INADDR_ANY;
	memcpy(&in, address, sizeof(in));
	return in.sin_addr.s_addr;
}
