/* SPDX-License-Identifier: ISC */
/*
 * Names and addresses: what getaddrinfo(3) and getnameinfo(3) know, with their
 * sentences.  What is found is opened in socket_entry.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "socket.h"
#include "socket_url.h"

static int	failed(const char *, const char *, int);
static int	error_number(int);

struct addrinfo *
forkd_socket_lookup(const char *host, const char *service,
    const struct addrinfo *hints)
{
	struct addrinfo	*found;
	int		 code, saved;

	if (host == NULL && service == NULL) {
		(void)socket_wrong(NULL, EINVAL,
		    "forkd_socket_lookup: host and service: NULL");
		return NULL;
	}
	if (host != NULL && host[0] == '\0') {
		(void)socket_wrong(NULL, EINVAL,
		    "forkd_socket_lookup: host: empty");
		return NULL;
	}
	if (service != NULL && !socket_url_is_port(service)) {
		(void)socket_wrong(NULL, EINVAL, "forkd_socket_lookup: service "
		    "%.64s: not 0 to 65535 or a name", service);
		return NULL;
	}
	saved = errno;
	errno = 0;
	code = getaddrinfo(host, service, hints, &found);
	if (code == 0) {
		errno = saved;
		return found;
	}
	(void)failed(host, service, code);
	return NULL;
}

int
forkd_socket_lookup_address(const char *name, int domain, char *address,
    size_t size)
{
	const char	*function = "forkd_socket_lookup_address";
	struct addrinfo	 hints, *found;
	struct addr	 addr;
	int		 result;

	if (name == NULL || address == NULL)
		return socket_wrong(NULL, EINVAL, "%s: %s: NULL", function,
		    name == NULL ? "name" : "address");
	if (domain != AF_UNSPEC && domain != AF_INET && domain != AF_INET6)
		return socket_wrong(NULL, EAFNOSUPPORT, "%s: domain %d: not "
		    "AF_UNSPEC, AF_INET or AF_INET6", function, domain);
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = domain;
	hints.ai_socktype = SOCK_STREAM;	/* each address once */
	found = forkd_socket_lookup(name, NULL, &hints);
	if (found == NULL)
		return -1;
	result = socket_entry_address(function, found, &addr);
	if (result == 0)
		result = socket_address_text(NULL, function, &addr, address,
		    size, NULL);
	freeaddrinfo(found);
	return result;
}

int
forkd_socket_lookup_name(const char *address, char *name, size_t size)
{
	const char		*function = "forkd_socket_lookup_name";
	struct forkd_socket	 like = { .fd = -1, .domain = AF_INET };
	struct addr		 addr;
	char			 text[NI_MAXHOST];
	int			 code, saved;

	if (address == NULL || name == NULL)
		return socket_wrong(NULL, EINVAL, "%s: %s: NULL", function,
		    address == NULL ? "address" : "name");
	if (strchr(address, ':') != NULL)
		like.domain = AF_INET6;
	if (socket_address(&like, function, address, 0, &addr) == -1)
		return -1;
	saved = errno;
	errno = 0;
	code = getnameinfo(&addr.u.sa, addr.length, text, sizeof(text), NULL,
	    0, NI_NAMEREQD);
	if (code != 0)
		return failed(address, NULL, code);
	errno = saved;
	if (strlen(text) >= size)
		return socket_wrong(NULL, ERANGE,
		    "%s: name: %zu bytes are too few for %s", function, size,
		    text);
	(void)strlcpy(name, text, size);
	return 0;
}

static int
failed(const char *host, const char *service, int code)
{
	const char	*why;
	int		 number;

	number = error_number(code);
	why = code == EAI_SYSTEM || number == ENOMEM ? strerror(number) :
	    gai_strerror(code);
	if (service == NULL)
		return socket_wrong(NULL, number, "look-up of %.256s: %s",
		    host, why);
	return socket_wrong(NULL, number, "look-up of %.256s port %s: %s",
	    host == NULL ? "*" : host, service, why);
}

/*
 * Without memory, the GNU C library says that there is no such name; what gives
 * it away is errno, which was 0 before.
 */
static int
error_number(int code)
{
	if (errno == ENOMEM)
		return ENOMEM;
	switch (code) {
	case EAI_SYSTEM:
		return errno != 0 ? errno : EIO;
	case EAI_MEMORY:
		return ENOMEM;
	case EAI_AGAIN:
		return EAGAIN;
	case EAI_FAMILY:
		return EAFNOSUPPORT;
	case EAI_SOCKTYPE:
		return ESOCKTNOSUPPORT;
	case EAI_BADFLAGS:
	case EAI_SERVICE:
		return EINVAL;
	default:
		return EHOSTUNREACH;
	}
}
