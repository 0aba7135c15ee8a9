/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_H
#define LISTEN_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>

#include "addr.h"
#include "loop.h"

struct error;
struct log;
struct service;

#define LISTENER_TEXT_SIZE	(ADDR_TEXT_SIZE + 16)

/* A bound socket of a service. */
struct listener {
	TAILQ_ENTRY(listener)	 link;
	struct service		*service;
	struct watch		 watch;		/* owns the descriptor */
	char			 text[LISTENER_TEXT_SIZE]; /* as bound */
	bool			 inherited;	/* others have it too */
	bool			 filtered;	/* no handshake begins any more */
	bool			 overflown;	/* handshakes may wait for room */
};

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
 * listen_close: closes and releases every listener of a service;
 * listen_close_one: one of them.
 */
void	listen_close(struct service *);
void	listen_close_one(struct listener *);

/* listen_close_in_child: closes the descriptors only. */
void	listen_close_in_child(struct service *);

#endif
