/* SPDX-License-Identifier: ISC */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "addr.h"

struct forkd;
struct forkd_socket;
struct service;

/* One accepted peer.  In the master it lives from accept to fork. */
struct forkd_conn {
	int		 fd;		/* owned */
	struct service	*service;
	struct addr	 peer, local;
	uint64_t	 serial;
	int64_t		 born_ms;	/* on the loop's clock */
	struct conn_view *view;		/* NULL for an executable */
};

/* What the user's code sees of it; see conn_prepare. */
struct conn_view {
	struct forkd	*server;
	FILE		*in, *out;	/* owned, each with its descriptor */
	struct forkd_socket *socket;	/* owned, but for its descriptor */
	bool		 in_master;	/* nobody would close them there */
	char		 peer_text[ADDR_TEXT_SIZE];
	char		 local_text[ADDR_TEXT_SIZE];
};

/* conn_prepare: before the user's code sees it; the view must last as long. */
void	conn_prepare(struct forkd_conn *, struct conn_view *, struct forkd *);

/*
 * conn_finish: in a worker, after the user's code: sends what is buffered and
 * closes.  Returns 0, or -1 with errno when output could not be sent.
 */
int	conn_finish(struct forkd_conn *);

#endif
