/* SPDX-License-Identifier: ISC */
#ifndef SOCKET_URL_H
#define SOCKET_URL_H

#include <stdbool.h>

/* What forkd_socket_server() and forkd_socket_client() are asked for. */
struct socket_url {
	int	domain;		/* AF_UNIX, or AF_UNSPEC: as the host is */
	int	type;		/* SOCK_STREAM, SOCK_DGRAM */
	char	host[256];	/* name or literal, "*": none was given;
				   unix: a path or @name */
	char	port[64];	/* number or name of a service; unix: "" */
};

/*
 * socket_url_parse: reads tcp:// and udp:// with host:port, [address]:port or
 * :port, and unix:// and udg:// with /path or @name.  Asks nobody and changes
 * nothing else.  Returns 0, or EINVAL, EPROTONOSUPPORT (another scheme) or
 * ENAMETOOLONG, with the reason in *wrong, which is static.
 */
int	socket_url_parse(const char *, struct socket_url *,
	    const char **wrong);

/*
 * socket_url_is_port: 0 to 65535, or what the name of a service may look like:
 * getaddrinfo(3) would take -1 and 65536 for other numbers.
 */
bool	socket_url_is_port(const char *);

#endif
