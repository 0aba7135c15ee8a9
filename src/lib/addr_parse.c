/* SPDX-License-Identifier: ISC */
/*
 * Addresses as users type them: text becomes a spec.  Looks up the names of
 * services, and no other names.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "addr.h"
#include "error.h"

#define PORT_MAX	65535

static int	 addr_scheme(const char *, struct addr_spec *, const char **,
		    struct error *);
static int	 addr_host_port(const char *, const char *,
		    struct addr_spec *, struct error *);
static int	 addr_unix_name(const char *, const char *,
		    struct addr_spec *, struct error *);
static int	 addr_fd_name(const char *, const char *, struct addr_spec *,
		    struct error *);
static bool	 addr_is_literal(const char *, int);

static const struct {
	const char		*prefix;
	enum addr_scheme	 scheme;
} schemes[] = {
	{ "tcp://", ADDR_TCP }, { "tcp4://", ADDR_TCP4 },
	{ "tcp6://", ADDR_TCP6 }, { "unix://", ADDR_UNIX },
	{ "unix-seqpacket://", ADDR_UNIX_SEQPACKET }, { "fd://", ADDR_FD }
};

int
addr_parse(const char *text, struct addr_spec *spec, struct error *error)
{
	const char	*rest;

	rest = text;
	if (addr_scheme(text, spec, &rest, error) == -1)
		return -1;
	spec->port[0] = '\0';
	if (spec->scheme == ADDR_FD)
		return addr_fd_name(text, rest, spec, error);
	if (!addr_is_tcp(spec))
		return addr_unix_name(text, rest, spec, error);
	if (addr_host_port(text, rest, spec, error) == -1)
		return -1;
	if (addr_port_number(spec, error) == -1)
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: port \"%s\" is not 0 to 65535 or a service name",
		    text, spec->port);
	return 0;
}

bool
addr_is_tcp(const struct addr_spec *spec)
{
	return spec->scheme == ADDR_TCP || spec->scheme == ADDR_TCP4 ||
	    spec->scheme == ADDR_TCP6;
}

void
addr_restrict(struct addr_spec *spec, enum addr_scheme only)
{
	int	other;

	other = only == ADDR_TCP4 ? AF_INET6 : AF_INET;
	if (spec->scheme == ADDR_TCP && !addr_is_literal(spec->host, other))
		spec->scheme = only;
}

int
addr_port_number(const struct addr_spec *spec, struct error *error)
{
	const struct servent	*service;
	const char		*wrong;
	int			 port;

	/* strtonum(3) takes blanks and a sign */
	port = (int)strtonum(spec->port, 0, PORT_MAX, &wrong);
	if (wrong == NULL && isdigit((unsigned char)spec->port[0]))
		return port;
	service = getservbyname(spec->port, "tcp");
	if (service == NULL)
		return error_set(error, EX_USAGE, EINVAL,
		    "port %s: neither 0 to 65535 nor a service name",
		    spec->port);
	return ntohs((uint16_t)service->s_port);
}

/* The scheme, and where the rest of the text begins. */
static int
addr_scheme(const char *text, struct addr_spec *spec, const char **rest,
    struct error *error)
{
	size_t	i;

	if (strncmp(text, "udp://", strlen("udp://")) == 0)
		return error_set(error, EX_USAGE, ENOTSUP,
		    "%s: udp listeners are not there yet", text);
	for (i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strncmp(text, schemes[i].prefix,
		    strlen(schemes[i].prefix)) == 0) {
			spec->scheme = schemes[i].scheme;
			*rest = text + strlen(schemes[i].prefix);
			return 0;
		}
	if (strstr(text, "://") != NULL)
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: no such kind of address; tcp://host:port?", text);
	spec->scheme = text[0] == '/' || text[0] == '@' ? ADDR_UNIX : ADDR_TCP;
	*rest = text;
	return 0;
}

/* /path or @name; what the kernel would cut is refused */
static int
addr_unix_name(const char *text, const char *rest, struct addr_spec *spec,
    struct error *error)
{
	const size_t	most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (rest[0] != '/' && rest[0] != '@')
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: neither a path nor @name; unix:///run/x.sock?", text);
	if (rest[1] == '\0')
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: no name behind the \"%c\"", text, rest[0]);
	if (strlen(rest) > most)
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: too long for a unix socket: %zu bytes, and %zu is "
		    "the most", text, strlen(rest), most);
	(void)strlcpy(spec->host, rest, sizeof(spec->host));
	return 0;
}

/* Names are those of sd_listen_fds_with_names(3): no colon, up to 255. */
static int
addr_fd_name(const char *text, const char *rest, struct addr_spec *spec,
    struct error *error)
{
	if (rest[0] == '\0' || strchr(rest, ':') != NULL ||
	    strlcpy(spec->host, rest, sizeof(spec->host)) >=
	    sizeof(spec->host))
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: neither a descriptor nor a name of LISTEN_FDNAMES; "
		    "fd://3?", text);
	return 0;
}

/* port, host:port, [host]:port; an empty host is "*" */
static int
addr_host_port(const char *text, const char *rest, struct addr_spec *spec,
    struct error *error)
{
	const char	*end, *host, *port;
	size_t		 length;

	host = rest;
	if (rest[0] == '[') {
		host = rest + 1;
		end = strchr(host, ']');
		if (end == NULL || end[1] != ':')
			return error_set(error, EX_USAGE, EINVAL,
			    "%s: not of the form [address]:port", text);
		port = end + 2;
	} else {
		end = strchr(rest, ':');
		if (end != NULL && strchr(end + 1, ':') != NULL)
			return error_set(error, EX_USAGE, EINVAL,
			    "%s: put brackets round an IPv6 address: "
			    "[::1]:80", text);
		if (end == NULL && rest != text)
			return error_set(error, EX_USAGE, EINVAL,
			    "%s: no port; tcp://host:port?", text);
		port = end == NULL ? rest : end + 1;
		end = end == NULL ? rest : end;
	}
	length = (size_t)(end - host);
	if (length >= sizeof(spec->host) || strlen(port) >= sizeof(spec->port))
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: too long for host and port", text);
	memcpy(spec->host, host, length);
	spec->host[length] = '\0';
	if (length == 0)
		(void)strlcpy(spec->host, "*", sizeof(spec->host));
	(void)strlcpy(spec->port, port, sizeof(spec->port));
	return 0;
}

static bool
addr_is_literal(const char *host, int family)
{
	struct addrinfo	 hints, *found;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = family;
	hints.ai_flags = AI_NUMERICHOST;	/* asks no server */
	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return false;
	freeaddrinfo(found);
	return true;
}
