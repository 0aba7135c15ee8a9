/* SPDX-License-Identifier: ISC */
#ifndef OWNER_H
#define OWNER_H

#include <sys/types.h>

struct error;
struct settings;

/* Whom socket files are to belong to; -1: whoever makes them. */
struct owner {
	uid_t	uid;
	gid_t	gid;
};

/*
 * owner_find: looks up socket-owner and socket-group, in a child (ask.c).
 * Returns 0, or -1 with error: ENOENT with EX_NOUSER, and others.
 */
int	owner_find(struct owner *, const struct settings *, struct error *);

#endif
