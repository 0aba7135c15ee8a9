/* SPDX-License-Identifier: ISC */
/*
 * URLs of sockets: text becomes kind, host and port.  A pure function: names
 * are looked up by whoever opens the socket, in socket_server.c.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <net/if.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "socket_url.h"

#define DIGITS	"0123456789"
#define LETTERS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static int	parse_unix(const char *, struct socket_url *, const char **);
static int	parse_host(const char *, struct socket_url *, const char **);
static int	parse_brackets(const char *, struct socket_url *,
		    const char **, const char **);
static int	parse_port(const char *, struct socket_url *, const char **);
static bool	copy(char *, size_t, const char *, size_t);
static bool	is_short_ipv4(const char *);
static bool	is_ipv6(const char *, size_t);
static int	refuse(int, const char *, const char **);

static const struct {
	const char	*prefix;
	int		 domain, type;
} schemes[] = {
	{ "tcp://", AF_UNSPEC, SOCK_STREAM },
	{ "udp://", AF_UNSPEC, SOCK_DGRAM },
	{ "unix://", AF_UNIX, SOCK_STREAM },
	{ "udg://", AF_UNIX, SOCK_DGRAM }
};

int
socket_url_parse(const char *text, struct socket_url *url, const char **wrong)
{
	size_t	i, length;

	for (i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		length = strlen(schemes[i].prefix);
		if (strncmp(text, schemes[i].prefix, length) != 0)
			continue;
		memset(url, 0, sizeof(*url));
		url->domain = schemes[i].domain;
		url->type = schemes[i].type;
		return url->domain == AF_UNIX ?
		    parse_unix(text + length, url, wrong) :
		    parse_host(text + length, url, wrong);
	}
	return refuse(strstr(text, "://") == NULL ? EINVAL : EPROTONOSUPPORT,
	    "none of tcp://, udp://, unix:// and udg://", wrong);
}

bool
socket_url_is_port(const char *text)
{
	const char	*error;
	size_t		 length;

	length = strlen(text);
	if (length == 0 || length >= sizeof(((struct socket_url *)0)->port))
		return false;
	if (strspn(text, DIGITS) == length) {
		(void)strtonum(text, 0, 65535, &error);
		return error == NULL;
	}
	return strspn(text, DIGITS LETTERS) > 0 &&
	    strpbrk(text, LETTERS) != NULL &&
	    strspn(text, DIGITS LETTERS "-_+./") == length;
}

/* As the kernel takes it: nothing is cut, and a path is whole. */
static int
parse_unix(const char *rest, struct socket_url *url, const char **wrong)
{
	const size_t	room = sizeof(((struct sockaddr_un *)0)->sun_path);

	if (rest[0] != '/' && rest[0] != '@')
		return refuse(EINVAL, "neither /path nor @name behind the //",
		    wrong);
	if (rest[1] == '\0')
		return refuse(EINVAL, "no name behind the / or @", wrong);
	if (!copy(url->host, rest[0] == '@' ? room + 1 : room, rest,
	    strlen(rest)))
		return refuse(ENAMETOOLONG,
		    "longer than the name of a unix socket may be", wrong);
	return 0;
}

static int
parse_host(const char *rest, struct socket_url *url, const char **wrong)
{
	const char	*colon;
	int		 number;

	if (rest[0] == '[') {
		number = parse_brackets(rest, url, &colon, wrong);
		return number != 0 ? number : parse_port(colon, url, wrong);
	}
	colon = strchr(rest, ':');
	if (colon != NULL && strchr(colon + 1, ':') != NULL)
		return refuse(EINVAL,
		    "an IPv6 address needs brackets: tcp://[::1]:80", wrong);
	if (colon == NULL)
		return refuse(EINVAL, "no port", wrong);
	if (colon == rest)
		(void)strlcpy(url->host, "*", sizeof(url->host));
	else if (!copy(url->host, sizeof(url->host), rest,
	    (size_t)(colon - rest)))
		return refuse(ENAMETOOLONG, "the host is too long", wrong);
	if (strspn(url->host, DIGITS LETTERS "-_.") != strlen(url->host) &&
	    strcmp(url->host, "*") != 0)
		return refuse(EINVAL, "not a name or an address", wrong);
	if (is_short_ipv4(url->host))
		return refuse(EINVAL,
		    "an IPv4 address has four decimal numbers", wrong);
	return parse_port(colon, url, wrong);
}

/* *colon becomes where the port begins. */
static int
parse_brackets(const char *rest, struct socket_url *url, const char **colon,
    const char **wrong)
{
	const char	*end;
	size_t		 length;

	end = strchr(rest, ']');
	if (end == NULL || end[1] != ':')
		return refuse(EINVAL, "not of the form [address]:port", wrong);
	length = (size_t)(end - rest) - 1;
	if (!is_ipv6(rest + 1, length))
		return refuse(EINVAL, "no IPv6 address in the brackets",
		    wrong);
	(void)copy(url->host, sizeof(url->host), rest + 1, length);
	*colon = end + 1;
	return 0;
}

static int
parse_port(const char *colon, struct socket_url *url, const char **wrong)
{
	if (!socket_url_is_port(colon + 1))
		return refuse(EINVAL,
		    "the port is not 0 to 65535 or a service name", wrong);
	(void)strlcpy(url->port, colon + 1, sizeof(url->port));
	return 0;
}

/* False: it does not fit in, with its NUL. */
static bool
copy(char *to, size_t room, const char *from, size_t length)
{
	if (length >= room)
		return false;
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

/*
 * getaddrinfo(3) would take 0 for every address, 127.1 for 127.0.0.1, and
 * 010.0.0.1 for 8.0.0.1.
 */
static bool
is_short_ipv4(const char *text)
{
	struct in_addr	ignored;

	return inet_aton(text, &ignored) == 1 &&
	    inet_pton(AF_INET, text, &ignored) != 1;
}

/* With an interface or without: fe80::1%eth0. */
static bool
is_ipv6(const char *text, size_t length)
{
	char		 literal[INET6_ADDRSTRLEN + IF_NAMESIZE + 1], *percent;
	struct in6_addr	 ignored;

	if (!copy(literal, sizeof(literal), text, length))
		return false;
	percent = strchr(literal, '%');
	if (percent != NULL) {
		*percent = '\0';
		if (percent[1] == '\0' || strlen(percent + 1) >= IF_NAMESIZE)
			return false;
	}
	return inet_pton(AF_INET6, literal, &ignored) == 1;
}

static int
refuse(int number, const char *why, const char **wrong)
{
	*wrong = why;
	return number;
}
