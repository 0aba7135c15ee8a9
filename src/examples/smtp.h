/* SPDX-License-Identifier: ISC */
/*
 * smtp.h: the client's side of SMTP, RFC 5321: one connection, one command and
 * its reply at a time.
 *
 * What a server may do, refuse, is a result: -1, and the reply says why, so
 * that the caller can go on or take its leave.  What it may not do ends the
 * program, as cli_fail() does: with 75 when the time was over or the connection
 * was lost, with 76 when what came was no SMTP.
 */
#ifndef SMTP_H
#define SMTP_H

#include <stddef.h>
#include <stdint.h>

#include "smtp_reply.h"

struct smtp {
	struct forkd_socket	*sock;
	int64_t			 end;	/* of the whole run, cli_after() */
	int			 trace;	/* >> and << on standard error */
	int			 eightbit; /* the server takes 8BITMIME */
	int			 sent;	/* the whole message went out */
	char			 step[300]; /* what was tried last */
	struct smtp_reply	 reply;	/* the last one */
	char			 bytes[4096]; /* received, not yet read */
	size_t			 at, have;
};

/* Connects within the time until `end', and waits for the greeting. */
int	smtp_open(struct smtp *, const char *host, const char *port,
	    int64_t end, int trace);

/*
 * Says who we are: EHLO, and HELO if the server does not know that; with old
 * HELO at once.  name: of this machine; NULL: the address of our side.
 */
int	smtp_hello(struct smtp *, const char *name, int old);

/* The envelope: addresses without < and >, which have been checked. */
int	smtp_mail(struct smtp *, const char *sender, int eightbit);
int	smtp_rcpt(struct smtp *, const char *recipient);

/* The message, in lines of at most SMTP_LINE bytes, which end with LF. */
#define SMTP_LINE	998
int	smtp_data(struct smtp *, const char *message, size_t size);

/*
 * Takes leave, and waits for a little while until the server does; then, and
 * whatever it says, the connection is closed.  -1: it said nothing, or no.
 */
int	smtp_quit(struct smtp *);

#endif
