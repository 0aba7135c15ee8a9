/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_UNIX_H
#define LISTEN_UNIX_H

#include <sys/types.h>

struct addr_spec;
struct error;
struct settings;

#define LISTEN_FILE_SIZE	108	/* sun_path of unix(7) */

/* The file of a unix socket, to be known again when it is removed. */
struct listen_file {
	char	path[LISTEN_FILE_SIZE];	/* empty: it has none */
	dev_t	dev;
	ino_t	ino;
};

/*
 * listen_unix: binds a socket as mode, owner and group of the settings have
 * it, and listens.  A file that nobody listens on any more is replaced.
 * Returns the descriptor, or -1 with error: EADDRINUSE (somebody listens
 * there, or the file is no socket), EACCES, ENOENT (of the directory, with
 * EX_UNAVAILABLE; of a user, with EX_NOUSER) and others.
 */
int	listen_unix(const struct addr_spec *, const struct settings *,
	    struct listen_file *, struct error *);

/*
 * listen_unix_check: the same as far as nothing is opened or changed: owner,
 * directory, and what is no socket in the place.  Returns 0, or -1 with error.
 */
int	listen_unix_check(const struct addr_spec *, const struct settings *,
	    struct error *);

/*
 * listen_unix_remove: removes the file, if there is one and it is still ours.
 * To be called before the socket is closed.
 */
void	listen_unix_remove(struct listen_file *);

#endif
