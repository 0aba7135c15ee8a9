/* SPDX-License-Identifier: ISC */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct error;

/* Who the workers are: names resolved to numbers, in the master. */
struct identity {
	bool	 given;		/* false: as forkd was started */
	uid_t	 uid;
	gid_t	 gid;
	gid_t	*groups;	/* owned */
	int	 group_count;
	char	*user;		/* owned; NULL: a number without a name */
	char	*home, *shell;	/* owned; NULL: unknown */
};

/*
 * identity_resolve: looks up user (`name[:group]' or a number, NULL: none),
 * group (NULL: the user's) and groups (a list or `none', NULL: the user's
 * own).  Returns 0, or -1 with error: ENOENT with EX_NOUSER, EINVAL (they
 * contradict each other), ENOMEM, EIO and others of getpwnam_r(3).
 */
int	identity_resolve(struct identity *, const char *user,
	    const char *group, const char *groups, struct error *);

/*
 * identity_owner: whom a file is to belong to; names or numbers, NULL leaves
 * -1, which chown(2) takes for nobody else.  Returns 0, or -1 with error as
 * identity_resolve; its texts begin with what the settings are called.
 */
int	identity_owner(const char *owner, const char *group, uid_t *,
	    gid_t *, struct error *);

/*
 * identity_write, identity_read: from one process to another, over a pipe.
 * Both return 0, or -1 with errno; EIO when the pipe ended early, ETIMEDOUT at
 * deadline_ms (of fdio_clock; -1: none).
 */
int	identity_write(int fd, const struct identity *);
int	identity_read(int fd, struct identity *, int64_t deadline_ms);

/* identity_free: releases what identity_resolve allocated. */
void	identity_free(struct identity *);

#endif
