/* SPDX-License-Identifier: ISC */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "words.h"

struct error;
struct identity;
struct settings;

#define ENVIRONMENT_NAME_SIZE	256	/* of a host, RFC 1035 */

#define ENVIRONMENT_CELL_SIZE	80	/* the longest without a host name */
#define ENVIRONMENT_PATH_SIZE	124	/* the longest of a unix socket */
#define ENVIRONMENT_CELLS	10	/* variables without a host name */

/*
 * What a handler's environment is made of: the fixed part is made at start,
 * the connection's part before each fork, without allocating.
 */
struct environment {
	char	**variable;	/* owned; the fixed ones, then room */
	size_t	  fixed;
};

/* The texts of a connection's part.  On the stack, see environment_of. */
struct environment_room {
	char	cell[ENVIRONMENT_CELLS * ENVIRONMENT_CELL_SIZE];
};

/* What a connection says about itself. */
struct environment_facts {
	const char		*service;
	uint64_t		 serial;
	int			 slot;
	const struct addr	*peer, *local;	/* peer NULL: no connection */
	/* mode wait: how many, 0: a connection; LISTEN_FDNAMES= as a whole */
	int			 listeners;
	char			*listen_names;
	/* whole variables, TCPREMOTEHOST= and TCPLOCALHOST=, or NULL */
	char			*peer_name, *local_name;
};

/*
 * environment_make: the fixed part: what env-keep lets through of `inherited'
 * (an environ(7)), the user's, env, and a PATH.
 * Returns 0, or -1 with error: EINVAL (an env without NAME=, or
 * with a name that is forkd's own), ENOMEM.
 */
int	environment_make(struct environment *, const struct settings *,
	    const struct identity *, char *const inherited[],
	    struct error *);
void	environment_free(struct environment *);

/*
 * environment_pid: fills in LISTEN_PID, once it is known, in what
 * environment_of() returned for listeners.
 */
void	environment_pid(char **variables, pid_t);

/*
 * environment_of: the whole environment of one connection, until the next;
 * the room must last as long.  Each text has its place there, so that with the
 * same room only the room is written to: a page less to copy after each fork.
 */
char	**environment_of(struct environment *, struct environment_room *,
	    const struct environment_facts *) __attribute__((hot));

#endif
