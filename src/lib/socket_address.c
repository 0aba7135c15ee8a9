/* SPDX-License-Identifier: ISC */
/*
 * Addresses of the socket layer: from the text and the port that a caller
 * gives to what the kernel takes, and back.  No names are looked up here; see
 * socket_lookup.c.
 */
#include "config.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interface.h"
#include "socket.h"

static int	wrong(struct forkd_socket *, int, const char *, const char *,
		    const char *);
static int	unix_address(struct forkd_socket *, const char *, const char *,
		    struct addr *);
static void	unix_text(const struct addr *, char *, size_t);
static int	internet_address(struct forkd_socket *, const char *,
		    const char *, struct addr *);
static int	split_scope(int, const char *, char *, size_t,
		    unsigned int *);

int
socket_address(struct forkd_socket *sock, const char *function,
    const char *address, int port, struct addr *addr)
{
	if (address == NULL)
		return socket_wrong(sock, EINVAL, "%s: address: NULL",
		    function);
	memset(addr, 0, sizeof(*addr));
	if (sock->domain == AF_UNIX) {
		if (port != 0 && port != -1)
			return socket_wrong(sock, EINVAL,
			    "%s: port %d: a unix socket has none", function,
			    port);
		return unix_address(sock, function, address, addr);
	}
	if (port < 0 || port > 65535)
		return socket_wrong(sock, EINVAL,
		    "%s: port %d: not 0 to 65535", function, port);
	if (internet_address(sock, function, address, addr) == -1)
		return -1;
	addr_set_port(addr, port);
	return 0;
}

int
socket_address_text(struct forkd_socket *sock, const char *function,
    const struct addr *addr, char *address, size_t size, int *port)
{
	char	text[ADDR_TEXT_SIZE];

	text[0] = '\0';
	if (addr->length != 0 && addr->u.sa.sa_family == AF_UNIX)
		unix_text(addr, text, sizeof(text));
	else if (addr->length != 0 && addr->u.sa.sa_family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED(&addr->u.in6.sin6_addr))
		/* so that it can be given back to the same socket */
		(void)inet_ntop(AF_INET6, &addr->u.in6.sin6_addr, text,
		    sizeof(text));
	else
		addr_host_text(addr, text, sizeof(text));
	if (address != NULL && strlen(text) >= size)
		return socket_wrong(sock, ERANGE,
		    "%s: address: %zu bytes are too few for %s", function,
		    size, text);
	if (address != NULL)
		(void)strlcpy(address, text, size);
	if (port != NULL)
		*port = addr->length == 0 ? -1 : addr_port(addr);
	return 0;
}

int
socket_check_room(struct forkd_socket *sock, const char *function, size_t size)
{
	size_t	need;

	if (sock->type == SOCK_STREAM && sock->domain != AF_UNIX)
		need = sizeof("");	/* recv(2) tells none */
	else if (sock->domain == AF_INET)
		need = INET_ADDRSTRLEN;
	else if (sock->domain == AF_INET6)
		need = INET6_ADDRSTRLEN + IF_NAMESIZE;	/* with its scope */
	else
		need = SOCKET_UNIX_TEXT;
	if (size >= need)
		return 0;
	return socket_wrong(sock, ERANGE,
	    "%s: address: %zu bytes are too few, some take %zu", function, size,
	    need);
}

static int
wrong(struct forkd_socket *sock, int number, const char *function,
    const char *address, const char *why)
{
	return socket_wrong(sock, number, "%s: address %s: %s", function,
	    address, why);
}

static int
unix_address(struct forkd_socket *sock, const char *function,
    const char *address, struct addr *addr)
{
	struct sockaddr_un	*name;
	size_t			 length;

	name = &addr->u.un.name;
	length = strlen(address);
	if (length == 0)
		return socket_wrong(sock, EINVAL, "%s: address: empty",
		    function);
	/* the kernel may add the NUL of a path, and gives such ones out */
	if (length > sizeof(name->sun_path))
		return socket_wrong(sock, ENAMETOOLONG,
		    "%s: address %s: longer than %zu bytes", function, address,
		    sizeof(name->sun_path));
	if (address[0] == '@' && length == 1)
		return wrong(sock, EINVAL, function, address, "no name");
	name->sun_family = AF_UNIX;
	memcpy(name->sun_path, address, length);
	if (address[0] == '@')
		name->sun_path[0] = '\0';
	addr->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    length + (address[0] == '@' ||
	    length == sizeof(name->sun_path) ? 0 : 1));
	return 0;
}

/*
 * A peer chooses its name, and must not pass for another one: an abstract name
 * with a NUL has no text, which would end there, and neither has the empty one;
 * a path that begins with @ is the same file with ./ in front.
 */
static void
unix_text(const struct addr *addr, char *text, size_t size)
{
	const size_t	 start = offsetof(struct sockaddr_un, sun_path);
	const char	*path;
	size_t		 length;

	path = addr->u.un.name.sun_path;
	if (addr->length <= start)
		return;
	length = addr->length - start;
	if (length > sizeof(addr->u.un.name.sun_path))
		length = sizeof(addr->u.un.name.sun_path);	/* and a NUL */
	if (path[0] != '\0')
		(void)snprintf(text, size, "%s%.*s", path[0] == '@' ? "./" :
		    "", (int)length, path);
	else if (length > 1 && memchr(path + 1, '\0', length - 1) == NULL)
		(void)snprintf(text, size, "@%.*s", (int)length - 1, path + 1);
}

static int
internet_address(struct forkd_socket *sock, const char *function,
    const char *address, struct addr *addr)
{
	char		host[INET6_ADDRSTRLEN];
	unsigned int	scope;
	bool		is4, is6;
	int		number;
	struct in_addr	in;
	struct in6_addr	in6;

	if (address[0] == '\0')
		return socket_wrong(sock, EINVAL, "%s: address: empty",
		    function);
	scope = 0;
	is4 = inet_pton(AF_INET, address, &in) == 1;
	number = is4 ? EINVAL : split_scope(sock->fd, address, host,
	    sizeof(host), &scope);
	if (number != 0 && number != EINVAL)
		return wrong(sock, number, function, address, strerror(number));
	is6 = number == 0 && inet_pton(AF_INET6, host, &in6) == 1;
	if (!is4 && !is6)
		return wrong(sock, EINVAL, function, address,
		    "not an IPv4 or IPv6 address");
	if (sock->domain == AF_INET && is4) {
		addr->u.in.sin_family = AF_INET;
		addr->u.in.sin_addr = in;
		addr->length = sizeof(addr->u.in);
		return 0;
	}
	if (sock->domain == AF_INET6 && is6) {
		addr->u.in6.sin6_family = AF_INET6;
		addr->u.in6.sin6_addr = in6;
		addr->u.in6.sin6_scope_id = scope;
		addr->length = sizeof(addr->u.in6);
		return 0;
	}
	return wrong(sock, EAFNOSUPPORT, function, address,
	    "not of the socket's domain");
}

/* fe80::1%eth0 or fe80::1%2 is address and interface.  Returns 0 or an errno. */
static int
split_scope(int fd, const char *address, char *host, size_t size,
    unsigned int *scope)
{
	const char	*percent;
	size_t		 length;
	int		 index;

	percent = strchr(address, '%');
	length = percent == NULL ? strlen(address) :
	    (size_t)(percent - address);
	if (length >= size)
		return EINVAL;
	memcpy(host, address, length);
	host[length] = '\0';
	if (percent == NULL)
		return 0;
	index = interface_index(fd, percent + 1);
	if (index == -1)
		return errno;
	*scope = (unsigned int)index;
	return index == 0 ? EINVAL : 0;
}
