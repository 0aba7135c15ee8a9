/* SPDX-License-Identifier: ISC */
/*
 * Control data of IPv4 and IPv6, see ip(7), ipv6(7) and RFC 3542: the address
 * and the interface of a datagram, its hop limit and its traffic class.
 */
#include "config.h"

#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "interface.h"
#include "socket.h"
#include "socket_control.h"

static int	check_domain(const struct forkd_message *, const char *, int);
static int	get_number(const struct forkd_message *, const char *,
		    const struct socket_kind [2]);
static int	add_number(struct forkd_message *, const char *, int, int,
		    const struct socket_kind [2], int);
static int	index_of(const char *, const char *, unsigned int *);
static int	read_pktinfo(const struct forkd_cmsg *, struct addr *,
		    unsigned int *);
static void	interface_text(unsigned int, char *, size_t);
static int	too_long(const char *, const char *, size_t);

static const struct socket_kind	pktinfos[2] = {
	{ IPPROTO_IP, IP_PKTINFO }, { IPPROTO_IPV6, IPV6_PKTINFO }
};
static const struct socket_kind	hop_limits[2] = {
	{ IPPROTO_IP, IP_TTL }, { IPPROTO_IPV6, IPV6_HOPLIMIT }
};
static const struct socket_kind	traffic_classes[2] = {
	{ IPPROTO_IP, IP_TOS }, { IPPROTO_IPV6, IPV6_TCLASS }
};

int
forkd_socket_cmsg_get_pktinfo(const struct forkd_message *message,
    char *address, size_t size, char *interface, size_t interface_size)
{
	char			host[FORKD_ADDRESS_SIZE], name[IF_NAMESIZE];
	struct forkd_cmsg	cmsg;
	struct addr		addr;
	unsigned int		index;

	index = 0;		/* compilers do not see that it is read */
	if (socket_control_find(message, "forkd_socket_cmsg_get_pktinfo",
	    pktinfos, &cmsg) == -1 ||
	    read_pktinfo(&cmsg, &addr, &index) == -1 ||
	    socket_address_text(NULL, "forkd_socket_cmsg_get_pktinfo", &addr,
	    host, sizeof(host), NULL) == -1)
		return -1;
	interface_text(index, name, sizeof(name));
	if (address != NULL && strlen(host) >= size)
		return too_long("address", host, size);
	if (interface != NULL && strlen(name) >= interface_size)
		return too_long("interface", name, interface_size);
	if (address != NULL)
		(void)strlcpy(address, host, size);
	if (interface != NULL)
		(void)strlcpy(interface, name, interface_size);
	return 0;
}

int
forkd_socket_cmsg_add_pktinfo(struct forkd_message *message, int domain,
    const char *address, const char *interface)
{
	static const char	*function = "forkd_socket_cmsg_add_pktinfo";
	struct forkd_socket	 family = { .fd = -1, .domain = domain };
	struct in6_pktinfo	 info6 = { .ipi6_ifindex = 0 };
	struct in_pktinfo	 info = { .ipi_ifindex = 0 };
	struct addr		 addr;
	unsigned int		 index;

	if (check_domain(message, function, domain) == -1 ||
	    index_of(function, interface, &index) == -1)
		return -1;
	memset(&addr, 0, sizeof(addr));
	/* only the thread will know of an error: `family' is no socket */
	if (address != NULL &&
	    socket_address(&family, function, address, 0, &addr) == -1)
		return -1;
	if (domain == AF_INET) {
		info.ipi_ifindex = (int)index;
		info.ipi_spec_dst = addr.u.in.sin_addr;
		return forkd_socket_cmsg_add(message, IPPROTO_IP, IP_PKTINFO,
		    &info, sizeof(info));
	}
	if (index != 0 && addr.u.in6.sin6_scope_id != 0 &&
	    addr.u.in6.sin6_scope_id != index)
		return socket_wrong(NULL, EINVAL,
		    "%s: interface %s: not that of %s", function, interface,
		    address);
	info6.ipi6_ifindex = index != 0 ? index : addr.u.in6.sin6_scope_id;
	info6.ipi6_addr = addr.u.in6.sin6_addr;
	return forkd_socket_cmsg_add(message, IPPROTO_IPV6, IPV6_PKTINFO,
	    &info6, sizeof(info6));
}

int
forkd_socket_cmsg_get_hop_limit(const struct forkd_message *message)
{
	return get_number(message, "forkd_socket_cmsg_get_hop_limit",
	    hop_limits);
}

int
forkd_socket_cmsg_add_hop_limit(struct forkd_message *message, int domain,
    int limit)
{
	return add_number(message, "forkd_socket_cmsg_add_hop_limit", domain,
	    limit, hop_limits, domain == AF_INET ? 1 : 0);
}

int
forkd_socket_cmsg_get_traffic_class(const struct forkd_message *message)
{
	return get_number(message, "forkd_socket_cmsg_get_traffic_class",
	    traffic_classes);
}

int
forkd_socket_cmsg_add_traffic_class(struct forkd_message *message, int domain,
    int value)
{
	return add_number(message, "forkd_socket_cmsg_add_traffic_class",
	    domain, value, traffic_classes, 0);
}

static int
check_domain(const struct forkd_message *message, const char *function,
    int domain)
{
	if (socket_control_check(message, function) == -1)
		return -1;
	if (domain == AF_INET || domain == AF_INET6)
		return 0;
	return socket_wrong(NULL, EAFNOSUPPORT,
	    "%s: domain %d: not AF_INET or AF_INET6", function, domain);
}

/* An int, but what comes with IP_RECVTOS is one byte. */
static int
get_number(const struct forkd_message *message, const char *function,
    const struct socket_kind kinds[2])
{
	struct forkd_cmsg	cmsg;
	unsigned char		byte;
	int			number;

	if (socket_control_find(message, function, kinds, &cmsg) == -1)
		return -1;
	number = -1;
	if (cmsg.size == sizeof(byte)) {
		memcpy(&byte, cmsg.data, sizeof(byte));
		number = byte;
	} else if (cmsg.size == sizeof(number))
		memcpy(&number, cmsg.data, sizeof(number));
	if (number < 0 || number > 255)
		return socket_wrong(NULL, EBADMSG,
		    "%s: not a number of 0 to 255", function);
	return number;
}

static int
add_number(struct forkd_message *message, const char *function, int domain,
    int number, const struct socket_kind kinds[2], int least)
{
	const struct socket_kind	*kind;

	if (check_domain(message, function, domain) == -1)
		return -1;
	if (number < least || number > 255)
		return socket_wrong(NULL, EINVAL, "%s: %d: not %d to 255",
		    function, number, least);
	kind = &kinds[domain == AF_INET ? 0 : 1];
	return forkd_socket_cmsg_add(message, kind->level, kind->type, &number,
	    sizeof(number));
}

/* The number of an interface; NULL is any, 0. */
static int
index_of(const char *function, const char *interface, unsigned int *index)
{
	int	found;

	*index = 0;
	if (interface == NULL)
		return 0;
	if (interface[0] == '\0')
		return socket_wrong(NULL, EINVAL, "%s: interface: empty",
		    function);
	found = interface_index(-1, interface);
	if (found == -1)
		return socket_failed(NULL, errno, "interface %s", interface);
	*index = (unsigned int)found;
	if (found != 0)
		return 0;
	return socket_failed(NULL, ENODEV, "%s: interface %s", function,
	    interface);
}

static int
read_pktinfo(const struct forkd_cmsg *cmsg, struct addr *addr,
    unsigned int *index)
{
	struct in6_pktinfo	info6;
	struct in_pktinfo	info;

	if (cmsg->size != (cmsg->level == IPPROTO_IP ? sizeof(info) :
	    sizeof(info6)))
		return socket_wrong(NULL, EBADMSG,
		    "forkd_socket_cmsg_get_pktinfo: %zu bytes are none",
		    cmsg->size);
	if (cmsg->level == IPPROTO_IP) {
		memcpy(&info, cmsg->data, sizeof(info));
		addr_any(addr, AF_INET, 0);
		addr->u.in.sin_addr = info.ipi_addr;
		*index = (unsigned int)info.ipi_ifindex;
		return 0;
	}
	memcpy(&info6, cmsg->data, sizeof(info6));
	addr_any(addr, AF_INET6, 0);
	addr->u.in6.sin6_addr = info6.ipi6_addr;
	*index = info6.ipi6_ifindex;
	/* without it, such an address could not be used */
	if (IN6_IS_ADDR_LINKLOCAL(&info6.ipi6_addr) ||
	    IN6_IS_ADDR_MC_LINKLOCAL(&info6.ipi6_addr))
		addr->u.in6.sin6_scope_id = *index;
	return 0;
}

/* Its name; of one that is gone, or another name space's, the number. */
static void
interface_text(unsigned int index, char *name, size_t size)
{
	int	saved;

	saved = errno;
	if (if_indextoname(index, name) == NULL)
		(void)snprintf(name, size, "%u", index);
	errno = saved;
}

static int
too_long(const char *what, const char *text, size_t size)
{
	return socket_wrong(NULL, ERANGE,
	    "forkd_socket_cmsg_get_pktinfo: %s: %zu bytes are too few for %s",
	    what, size, text);
}
