/* SPDX-License-Identifier: ISC */
#ifndef HAND_OVER_H
#define HAND_OVER_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "conn.h"

struct forkd;
struct forkd_conn;
struct service;
struct watch;
struct worker;

/* A connection that came back, since its worker died before it had it. */
struct returned {
	TAILQ_ENTRY(returned)	 link;		/* of its service, or the free */
	struct forkd_conn	 conn;
};

/* What is the master's alone. */
struct hand_over_table {
	TAILQ_HEAD(, returned)	 vacant;
	struct returned		*returned;	/* owned, a worker each and one */
	/* by slot, of C functions: a page that the worker writes the number of
	   its connection to when it begins; the master reads it when a worker
	   has died or is silent.  Nobody else has it. */
	uint64_t		**notes;
	/* of what was heard last; ops.message may read any type from it */
	_Alignas(max_align_t) char data[CHANNEL_DATA_MAX];
};

/* Channels and the connections that are on their way over them. */
struct hand_over {
	size_t			 room;	/* workers; 0: none has a channel */
	int			*fds;	/* owned; what C functions must close;
					   NULL: there are none */
	struct hand_over_table	*table;	/* owned; apart (apart.h) */
};

/*
 * hand_over_open: makes room for the channels of that many workers if a
 * service needs any.  Returns 0, or -1 with ENOMEM.  hand_over_close: mirrors
 * it; hand_over_close_in_child: closes what is the master's.
 */
int	hand_over_open(struct forkd *, size_t workers);
void	hand_over_close(struct forkd *);
void	hand_over_close_in_child(struct forkd *);

/*
 * hand_over_join: makes the channel of a worker that is about to be forked.
 * Returns the worker's end, which is the caller's, or -1 with errno.
 * hand_over_part: the worker was reaped, or could not be forked: hears what
 * it has sent, closes, and takes back a connection that it has not read.
 * hand_over_over: its connection is over, or its own alone: closes the copy.
 * hand_over_is_taken: whether it has begun to serve its connection;
 * hand_over_page: where it notes that, NULL: an executable.
 */
int	hand_over_join(struct worker *);
void	hand_over_part(struct worker *);
void	hand_over_over(struct worker *);
bool	hand_over_is_taken(struct worker *);
uint64_t *hand_over_page(const struct worker *);

/*
 * hand_over_conn: gives the connection, which is no longer the caller's, to an
 * idle worker; false: there is none, and it waits for the next one.
 * hand_over_next: those that wait go to idle workers, as far as these go;
 * hand_over_has_returned: whether there are any; hand_over_waits_ms: for how
 * long the first one has, -1: there is none; hand_over_abandon: refuses them.
 */
bool	hand_over_conn(struct forkd_conn *);
void	hand_over_next(struct service *);
bool	hand_over_has_returned(const struct service *);
int64_t	hand_over_waits_ms(const struct service *);
void	hand_over_abandon(struct service *, const char *why);

/*
 * hand_over_return: the connection waits for the next idle worker;
 * hand_over_note: where C functions look for what they must close.
 */
void	hand_over_return(struct forkd_conn *);
void	hand_over_note(struct forkd *, size_t place, int fd);

/*
 * Between the two halves.  hand_over_ready: a channel is readable;
 * hand_over_listen: hears one message.  Returns 1: there may be more, or, with
 * `all', one was heard; 0: not now; -1: the channel has ended.
 * hand_over_silence: closes it; the worker may live on; hand_over_begin: its
 * connection is its own; hand_over_take_back: it is somebody else's.
 */
void	hand_over_ready(struct watch *);
int	hand_over_listen(struct worker *, bool all);
void	hand_over_silence(struct worker *);
void	hand_over_begin(struct worker *);
void	hand_over_take_back(struct worker *);

/*
 * hand_over_tell: sends a message without data.  Returns 0, or -1: the worker
 * does not listen, and is dropped.
 */
int	hand_over_tell(struct worker *, unsigned int type);

#endif
