/* SPDX-License-Identifier: ISC */
#ifndef MESSAGES_H
#define MESSAGES_H

struct channel_header;
struct forkd;
struct worker;

#define MESSAGES_KEPT	64	/* between connections; one more is lost */

/*
 * messages_heard: in the master: a worker has sent CHANNEL_USER.  The
 * descriptor, -1 if there is none, becomes its own.  messages_missed: it has,
 * but the master had no room for the descriptor.
 */
void	messages_heard(struct worker *, const struct channel_header *,
	    const void *data, int fd);
void	messages_missed(struct worker *, const struct channel_header *);

/* messages_drain: in the master: a stop begins; tells a worker that is busy. */
void	messages_drain(struct worker *);

/*
 * messages_kept: in a worker that waits for a connection: the master has sent
 * CHANNEL_USER.  The same for the descriptor.  messages_lost: it has, but the
 * descriptor found no room.
 */
void	messages_kept(struct forkd *, const struct channel_header *,
	    const void *data, int fd);
void	messages_lost(void);

#endif
