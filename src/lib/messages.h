/* SPDX-License-Identifier: ISC */
#ifndef MESSAGES_H
#define MESSAGES_H

struct channel_header;
struct forkd;
struct worker;

/*
 * messages_heard: in the master: a worker has sent CHANNEL_USER.  The
 * descriptor, -1 if there is none, becomes its own.
 */
void	messages_heard(struct worker *, const struct channel_header *,
	    const void *data, int fd);

/*
 * messages_kept: in a worker that waits for a connection: the master has sent
 * CHANNEL_USER.  The same for the descriptor.
 */
void	messages_kept(struct forkd *, const struct channel_header *,
	    const void *data, int fd);

#endif
