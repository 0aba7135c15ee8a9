/* SPDX-License-Identifier: ISC */
/*
 * Socket addresses: a spec becomes socket addresses, socket addresses become
 * text.  What users type becomes a spec in addr_parse.c.  Opens no socket.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "addr.h"
#include "decimal.h"
#include "error.h"

static int	 addr_lookup_error(const struct addr_spec *, int,
		    struct error *);
static int	 addr_collect(const struct addrinfo *, struct addr_list *);
static void	 addr_in_text(const void *, char *, size_t)
		    __attribute__((hot));
static void	 addr_unix_text(const struct addr *, char *, size_t);

int
addr_resolve(const struct addr_spec *spec, struct addr_list *list,
    struct error *error)
{
	struct addrinfo	 hints, *found;
	int		 code, failed, port;
	size_t		 i;

	port = addr_port_number(spec, error);
	if (port == -1)
		return -1;
	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_PASSIVE;
	hints.ai_family = spec->scheme == ADDR_TCP4 ? AF_INET :
	    spec->scheme == ADDR_TCP6 ? AF_INET6 : AF_UNSPEC;
	code = getaddrinfo(spec->host, NULL, &hints, &found);
	if (code != 0)
		return addr_lookup_error(spec, code, error);
	failed = addr_collect(found, list);
	freeaddrinfo(found);
	if (failed == -1)
		return error_system(error, errno, "%s", spec->host);
	for (i = 0; i < list->count; i++)
		addr_set_port(&list->addr[i], port);
	return 0;
}

void
addr_list_free(struct addr_list *list)
{
	free(list->addr);
	list->addr = NULL;
	list->count = 0;
}

void
addr_unix(struct addr *addr, const struct addr_spec *spec)
{
	struct sockaddr_un	*name;
	size_t			 length;

	memset(addr, 0, sizeof(*addr));
	name = &addr->u.un.name;
	name->sun_family = AF_UNIX;
	length = strlcpy(name->sun_path, spec->host, sizeof(name->sun_path));
	/* a path has its NUL, an abstract name has its one in front */
	if (spec->host[0] == '@')
		name->sun_path[0] = '\0';
	else
		length++;
	addr->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    length);
}

void
addr_any(struct addr *addr, int family, int port)
{
	memset(addr, 0, sizeof(*addr));
	addr->u.sa.sa_family = (sa_family_t)family;
	if (family == AF_INET)
		addr->length = sizeof(addr->u.in);
	else
		addr->length = sizeof(addr->u.in6);
	addr_set_port(addr, port);
}

bool
addr_is_any(const struct addr *addr)
{
	if (addr->u.sa.sa_family == AF_INET)
		return addr->u.in.sin_addr.s_addr == htonl(INADDR_ANY);
	return addr->u.sa.sa_family == AF_INET6 &&
	    IN6_IS_ADDR_UNSPECIFIED(&addr->u.in6.sin6_addr);
}

int
addr_port(const struct addr *addr)
{
	if (addr->length == 0)
		return -1;
	switch (addr->u.sa.sa_family) {
	case AF_INET:
		return ntohs(addr->u.in.sin_port);
	case AF_INET6:
		return ntohs(addr->u.in6.sin6_port);
	default:
		return -1;
	}
}

void
addr_set_port(struct addr *addr, int port)
{
	if (addr->u.sa.sa_family == AF_INET)
		addr->u.in.sin_port = htons((uint16_t)port);
	else if (addr->u.sa.sa_family == AF_INET6)
		addr->u.in6.sin6_port = htons((uint16_t)port);
}

void
addr_unmap(struct addr *addr)
{
	struct sockaddr_in	in;

	if (addr->u.sa.sa_family != AF_INET6 ||
	    !IN6_IS_ADDR_V4MAPPED(&addr->u.in6.sin6_addr))
		return;
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_port = addr->u.in6.sin6_port;
	memcpy(&in.sin_addr, &addr->u.in6.sin6_addr.s6_addr[12],
	    sizeof(in.sin_addr));
	addr->u.in = in;
	addr->length = sizeof(in);
}

void
addr_host_text(const struct addr *addr, char *text, size_t size)
{
	const struct sockaddr_in6	*in6;
	char				 name[IF_NAMESIZE];

	text[0] = '\0';
	if (addr->length == 0)
		return;
	if (addr->u.sa.sa_family == AF_INET) {
		addr_in_text(&addr->u.in.sin_addr, text, size);
		return;
	}
	if (addr->u.sa.sa_family != AF_INET6) {
		addr_unix_text(addr, text, size);
		return;
	}
	in6 = &addr->u.in6;
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		addr_in_text(&in6->sin6_addr.s6_addr[12], text, size);
		return;
	}
	(void)inet_ntop(AF_INET6, &in6->sin6_addr, text, (socklen_t)size);
	if (in6->sin6_scope_id == 0)
		return;
	if (if_indextoname(in6->sin6_scope_id, name) == NULL)
		(void)snprintf(name, sizeof(name), "%u", in6->sin6_scope_id);
	(void)strlcat(text, "%", size);
	(void)strlcat(text, name, size);
}

void
addr_text(const struct addr *addr, char *text, size_t size)
{
	char	host[ADDR_TEXT_SIZE];
	int	port;

	addr_host_text(addr, host, sizeof(host));
	port = addr_port(addr);
	if (port == -1)
		(void)strlcpy(text, host, size);
	else
		(void)snprintf(text, size, strchr(host, ':') != NULL ?
		    "[%s]:%d" : "%s:%d", host, port);
}

static int
addr_lookup_error(const struct addr_spec *spec, int code, struct error *error)
{
	if (code == EAI_MEMORY)
		return error_system(error, ENOMEM, "%s", spec->host);
	if (code == EAI_SYSTEM && errno == ENOMEM)
		return error_system(error, errno, "%s", spec->host);
	return error_set(error, EX_NOHOST, EHOSTUNREACH, "%s: %s", spec->host,
	    gai_strerror(code));
}

/* The addresses without those that a resolver gives twice. */
static int
addr_collect(const struct addrinfo *found, struct addr_list *list)
{
	const struct addrinfo	*next;
	struct addr		*addr;
	size_t			 count, i;

	count = 0;
	for (next = found; next != NULL; next = next->ai_next)
		count++;
	list->count = 0;
	list->addr = calloc(count, sizeof(*list->addr));
	if (list->addr == NULL)
		return -1;
	for (next = found; next != NULL; next = next->ai_next) {
		if (next->ai_addrlen > sizeof(addr->u))
			continue;
		addr = &list->addr[list->count];
		memcpy(&addr->u, next->ai_addr, next->ai_addrlen);
		addr->length = next->ai_addrlen;
		addr_unmap(addr);	/* it cannot be bound as it stands */
		for (i = 0; i < list->count; i++)
			if (list->addr[i].length == addr->length &&
			    memcmp(&list->addr[i].u, &addr->u,
			    addr->length) == 0)
				break;
		if (i == list->count)
			list->count++;
	}
	return 0;
}

/* As inet_ntop(3), which takes a page of the stack: see decimal.c. */
static void
addr_in_text(const void *in, char *text, size_t size)
{
	const unsigned char	*byte = in;
	int			 i;

	if (size < INET_ADDRSTRLEN)
		return;
	for (i = 0; i < 4; i++) {
		text = decimal(text, byte[i]);
		if (i < 3)
			*text++ = '.';
	}
}

/* A path, or who it is; an abstract name begins with `@' for its NUL. */
static void
addr_unix_text(const struct addr *addr, char *text, size_t size)
{
	const char	*path;
	size_t		 length;

	path = addr->u.un.name.sun_path;
	if (addr->length <= offsetof(struct sockaddr_un, sun_path)) {
		if (addr->u.un.is_known)
			(void)snprintf(text, size, "pid=%ld,uid=%lu",
			    (long)addr->u.un.pid,
			    (unsigned long)addr->u.un.uid);
		return;
	}
	length = addr->length - offsetof(struct sockaddr_un, sun_path);
	if (path[0] != '\0')
		length = strnlen(path, length);
	(void)snprintf(text, size, "%.*s", (int)length, path);
	if (path[0] == '\0')
		(void)snprintf(text, size, "@%.*s", (int)length - 1, path + 1);
}
