/* SPDX-License-Identifier: ISC */
#ifndef BINDING_H
#define BINDING_H

#include <sys/queue.h>

#include <stdbool.h>

#include "addr.h"
#include "listen_unix.h"
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
	struct listen_file	 file;		/* of a unix socket of ours */
	struct addr		 local;		/* of its connections too, if
						   it is one TCP address */
	bool			 is_fixed;	/* it is */
	bool			 inherited;	/* others have it too */
	bool			 filtered;	/* no handshake begins any more */
	bool			 overflown;	/* handshakes may wait for room */
};

TAILQ_HEAD(listener_list, listener);

/* What one call of listen_open() is about. */
struct binding {
	struct service		*service;
	struct log		*log;
	const char		*text;		/* as the user wrote it */
	struct addr_spec	 spec;
	bool			 inherited;	/* of what is added */
	struct listener_list	 made;
};

/*
 * binding_add: a socket that listens becomes a listener; `any': every address
 * is shown as `*'; file NULL: none of its own.  Takes the descriptor and the
 * file over unless it fails.  Returns 0, or -1 with error.
 */
int	binding_add(struct binding *, int fd, bool any,
	    const struct listen_file *, struct error *);

/* binding_drop: closes and releases what was made; removes its files. */
void	binding_drop(struct listener_list *);

#endif
