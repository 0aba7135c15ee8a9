/* SPDX-License-Identifier: ISC */
#ifndef SOCKET_CONTROL_H
#define SOCKET_CONTROL_H

#include <stddef.h>

#include "forkd_socket.h"

/* Descriptors of one message, at most: SCM_MAX_FD of the kernel. */
#define SOCKET_MOST_FDS		253

/*
 * More than a unix socket sends along: that many descriptors, credentials, a
 * pidfd, a time, and the label of a security module.  Descriptors that have
 * no room the kernel would close itself, and wait if SO_LINGER of one says so.
 */
#define SOCKET_CONTROL_ROOM	2048

/* A kind of control data. */
struct socket_kind {
	int	level;
	int	type;
};

/*
 * Control data; nothing is recorded.  socket_control_next: as
 * forkd_socket_cmsg_next(), but `cmsg' must be of these; -1: they are none.
 * socket_control_take: the next descriptor, its place becomes -1; -1: there is
 * no other.  socket_control_close: closes those that are left, and what else
 * may be a descriptor.
 */
int	socket_control_next(const void *control, size_t length,
	    struct forkd_cmsg *);
int	socket_control_take(void *control, size_t length);
void	socket_control_close(void *control, size_t length);

/*
 * socket_control_check: there is a message, and its control data are in their
 * buffer.  socket_control_find: the first piece of one of two kinds.  Both
 * return 0, or -1 with EINVAL, EBADMSG, ENOENT recorded for the thread.
 */
int	socket_control_check(const struct forkd_message *,
	    const char *function);
int	socket_control_find(const struct forkd_message *,
	    const char *function, const struct socket_kind kinds[2],
	    struct forkd_cmsg *);

#endif
