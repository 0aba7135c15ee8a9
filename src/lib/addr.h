/* SPDX-License-Identifier: ISC */
#ifndef ADDR_H
#define ADDR_H

#include <sys/socket.h>

#include <netinet/in.h>
#include <stddef.h>

struct error;

#define ADDR_TEXT_SIZE	160	/* the longest address, a unix path */

/* A socket address. */
struct addr {
	union {
		struct sockaddr		sa;
		struct sockaddr_in	in;
		struct sockaddr_in6	in6;
		struct sockaddr_storage	storage;
	}		u;
	socklen_t	length;		/* bytes of u, 0: none */
};

enum addr_scheme { ADDR_TCP, ADDR_TCP4, ADDR_TCP6 };

/* What a user asked to listen on. */
struct addr_spec {
	enum addr_scheme	scheme;
	char			host[256];	/* "*": every address */
	char			port[64];	/* number or service name */
};

/* A list of addresses. */
struct addr_list {
	struct addr	*addr;		/* owned */
	size_t		 count;
};

/*
 * addr_parse: reads tcp://host:port, tcp4://, tcp6://, 10000, host:10000 and
 * [::1]:80.  Returns 0, or -1 with error: EINVAL, or ENOTSUP for the forms
 * that are not there yet (udp, unix, fd).
 */
int	addr_parse(const char *text, struct addr_spec *, struct error *);

/*
 * addr_restrict: scheme tcp becomes `only' (ADDR_TCP4, ADDR_TCP6), unless the
 * host is a literal of the other family, which stays what the user wrote.
 */
void	addr_restrict(struct addr_spec *, enum addr_scheme only);

/*
 * addr_resolve: the addresses of a spec whose host is not "*".
 * Returns 0, or -1 with error: EHOSTUNREACH, EINVAL (the port), ENOMEM.
 * The list is released by addr_list_free.
 */
int	addr_resolve(const struct addr_spec *, struct addr_list *,
	    struct error *);
void	addr_list_free(struct addr_list *);

/*
 * addr_port_number: the port of a spec as number.  Returns 0 to 65535, or -1
 * with error.
 */
int	addr_port_number(const struct addr_spec *, struct error *);

/* addr_any: every address of a family, AF_INET or AF_INET6. */
void	addr_any(struct addr *, int family, int port);

int	addr_port(const struct addr *);		/* -1: it has none */
void	addr_set_port(struct addr *, int port);

/* addr_unmap: an IPv4-mapped address becomes the IPv4 one that it stands for. */
void	addr_unmap(struct addr *);

/*
 * addr_host_text: without the port: 127.0.0.1, ::1, fe80::1%eth0;
 * IPv4-mapped addresses are shown as IPv4.
 */
void	addr_host_text(const struct addr *, char *text, size_t size);

/* addr_text: 127.0.0.1:53422, [::1]:80, a path. */
void	addr_text(const struct addr *, char *text, size_t size);

#endif
