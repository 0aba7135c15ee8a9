/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_H
#define LISTEN_H

#include "addr.h"
#include "binding.h"

struct error;
struct log;
struct service;

/*
 * listen_open: binds what `text' asks for and adds the listeners to the
 * service, all or none; `only' restricts it to a family (ADDR_TCP4,
 * ADDR_TCP6, ADDR_TCP: no).  An address of a name that is not this machine's
 * is told to `log' and passed over.
 * Returns 0, or -1 with error: EINVAL, ENOTSUP, EHOSTUNREACH, EADDRINUSE,
 * EADDRNOTAVAIL, EACCES and others of socket(2), bind(2), listen(2).
 */
int	listen_open(struct service *, const char *text,
	    enum addr_scheme only, struct log *, struct error *);

/*
 * listen_check: what can be said about an address without opening it: names
 * of hosts and owners, descriptors, what is in the place of a socket file.
 * Returns 0, or -1 with error.
 */
int	listen_check(struct service *, const char *text,
	    enum addr_scheme only, struct error *);

/*
 * listen_close: closes and releases every listener of a service, and removes
 * the socket files that are its own; listen_close_one: one of them.
 */
void	listen_close(struct service *);
void	listen_close_one(struct listener *);

/* listen_close_in_child: closes the descriptors; files are the master's. */
void	listen_close_in_child(struct service *);

#endif
