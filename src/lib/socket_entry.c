/* SPDX-License-Identifier: ISC */
/*
 * From an address that was looked up to a socket: bound to it, or connected.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "socket.h"

static int	set_v6only(struct forkd_socket *, int);

struct forkd_socket *
forkd_socket_lookup_bind(const struct addrinfo *entry)
{
	struct addr	addr;

	if (socket_entry_address("forkd_socket_lookup_bind", entry,
	    &addr) == -1)
		return NULL;
	/* an IPv4-mapped address cannot be bound by IPv6 alone */
	return socket_entry_bind(&addr, entry->ai_socktype, entry->ai_protocol,
	    addr.u.sa.sa_family != AF_INET6 ||
	    !IN6_IS_ADDR_V4MAPPED(&addr.u.in6.sin6_addr));
}

struct forkd_socket *
forkd_socket_lookup_connect(const struct addrinfo *entry, int timeout_ms)
{
	struct addr	addr;

	if (socket_entry_time("forkd_socket_lookup_connect",
	    timeout_ms) == -1 ||
	    socket_entry_address("forkd_socket_lookup_connect", entry,
	    &addr) == -1)
		return NULL;
	return socket_entry_connect(&addr, entry->ai_socktype,
	    entry->ai_protocol, timeout_ms);
}

int
forkd_socket_lookup_explain(const struct addrinfo *entry, char *address,
    size_t size, int *port)
{
	const char	*function = "forkd_socket_lookup_explain";
	struct addr	 addr;

	if (socket_entry_address(function, entry, &addr) == -1)
		return -1;
	return socket_address_text(NULL, function, &addr, address, size,
	    port);
}

/* Whoever made it by hand may have left something out. */
int
socket_entry_address(const char *function, const struct addrinfo *entry,
    struct addr *addr)
{
	size_t	size;

	if (entry == NULL || entry->ai_addr == NULL)
		return socket_wrong(NULL, EINVAL, "%s: entry: %s", function,
		    entry == NULL ? "NULL" : "it has no address");
	if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6)
		return socket_wrong(NULL, EAFNOSUPPORT, "%s: entry: family "
		    "%d: not AF_INET or AF_INET6", function, entry->ai_family);
	size = entry->ai_family == AF_INET ? sizeof(addr->u.in) :
	    sizeof(addr->u.in6);
	if (entry->ai_addrlen != size ||
	    entry->ai_addr->sa_family != entry->ai_family)
		return socket_wrong(NULL, EINVAL,
		    "%s: entry: its address is not of its family", function);
	memset(addr, 0, sizeof(*addr));
	memcpy(&addr->u, entry->ai_addr, size);
	addr->length = entry->ai_addrlen;
	return 0;
}

int
socket_entry_time(const char *function, int timeout_ms)
{
	if (timeout_ms > 0 || timeout_ms == -1)
		return 0;
	return socket_wrong(NULL, EINVAL,
	    "%s: timeout_ms %d: neither -1 nor above 0", function,
	    timeout_ms);
}

struct forkd_socket *
socket_entry_bind(const struct addr *addr, int type, int protocol, bool v6only)
{
	struct forkd_socket	*sock;

	sock = forkd_socket_create(addr->u.sa.sa_family, type, protocol);
	if (sock == NULL)
		return NULL;
	if ((type == SOCK_STREAM && sock->domain != AF_UNIX &&
	    socket_reuse(sock) == -1) ||
	    (sock->domain == AF_INET6 && set_v6only(sock, v6only) == -1) ||
	    socket_bind(sock, addr) == -1) {
		forkd_socket_close(sock);
		return NULL;
	}
	return sock;
}

struct forkd_socket *
socket_entry_connect(const struct addr *addr, int type, int protocol,
    int timeout_ms)
{
	struct forkd_socket	*sock;

	sock = forkd_socket_create(addr->u.sa.sa_family, type, protocol);
	if (sock == NULL)
		return NULL;
	if ((timeout_ms != -1 &&
	    forkd_socket_set_timeout(sock, timeout_ms) == -1) ||
	    socket_connect(sock, addr) == -1 ||
	    (timeout_ms != -1 && forkd_socket_set_timeout(sock, -1) == -1)) {
		forkd_socket_close(sock);
		return NULL;
	}
	return sock;
}

static int
set_v6only(struct forkd_socket *sock, int on)
{
	if (setsockopt(sock->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
	    sizeof(on)) == -1)
		return socket_failed(sock, errno, "IPV6_V6ONLY");
	return 0;
}
