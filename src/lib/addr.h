/* SPDX-License-Identifier: ISC */
#ifndef ADDR_H
#define ADDR_H

#include <sys/socket.h>

#include <sys/un.h>

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

#define ADDR_TEXT_SIZE	160	/* the longest address, a unix path */

/*
 * The address of a unix socket; of a peer that has no name, which is what most
 * clients are, the kernel's word on who it was when it connected.
 */
struct addr_unix {
	struct sockaddr_un	name;
	bool			is_known;	/* the rest is there */
	pid_t			pid;
	uid_t			uid;
	gid_t			gid;
};

/* A socket address. */
struct addr {
	union {
		struct sockaddr		sa;
		struct sockaddr_in	in;
		struct sockaddr_in6	in6;
		struct addr_unix	un;
		struct sockaddr_storage	storage;
	}		u;
	socklen_t	length;		/* of the address in u, 0: none */
};

enum addr_scheme {
	ADDR_TCP, ADDR_TCP4, ADDR_TCP6, ADDR_UNIX, ADDR_UNIX_SEQPACKET, ADDR_FD
};

/* What a user asked to listen on. */
struct addr_spec {
	enum addr_scheme	scheme;
	char			host[256];	/* "*": every address; unix: a
						   path or @name; fd: a number
						   or a name */
	char			port[64];	/* tcp: number or service name */
};

/* A list of addresses. */
struct addr_list {
	struct addr	*addr;		/* owned */
	size_t		 count;
};

/*
 * addr_parse: reads tcp://host:port, tcp4://, tcp6://, 10000, host:10000,
 * [::1]:80, unix:///path, unix://@name, unix-seqpacket://, /path, @name,
 * fd://3 and fd://NAME.  Returns 0, or -1 with error: EINVAL, or ENOTSUP for
 * what is not there yet (udp).
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

/* addr_is_tcp: the rest of a spec is a host and a port. */
bool	addr_is_tcp(const struct addr_spec *);

/* addr_unix: the address of a spec of scheme unix. */
void	addr_unix(struct addr *, const struct addr_spec *);

/* addr_any: every address of a family, AF_INET or AF_INET6. */
void	addr_any(struct addr *, int family, int port);

bool	addr_is_any(const struct addr *);	/* made by addr_any */
int	addr_port(const struct addr *)		/* -1: it has none */
	    __attribute__((hot));
void	addr_set_port(struct addr *, int port);

/* addr_unmap: an IPv4-mapped address becomes the IPv4 one that it stands for. */
void	addr_unmap(struct addr *);

/*
 * addr_host_text: without the port: 127.0.0.1, ::1, fe80::1%eth0;
 * IPv4-mapped addresses are shown as IPv4.  A unix socket's path or @name; of
 * one without, pid=4711,uid=1000 when that is known.
 */
void	addr_host_text(const struct addr *, char *text, size_t size)
	    __attribute__((hot));

/* addr_text: 127.0.0.1:53422, [::1]:80, a path. */
void	addr_text(const struct addr *, char *text, size_t size);

#endif
