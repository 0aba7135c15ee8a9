/* SPDX-License-Identifier: ISC */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

#define CHANNEL_DATA_MAX	16384	/* bytes of a message, without header */

enum channel_type {
	/* to the worker */
	CHANNEL_CONN = 1,	/* struct channel_conn, and the descriptor;
				   flags: of enum channel_conn_flags */
	CHANNEL_RETIRE,		/* answer CHANNEL_RETIRED, and leave */
	CHANNEL_DRAIN,		/* the server stops: finish soon */
	/* to the master */
	CHANNEL_READY,		/* set up, and idle from now on */
	CHANNEL_TAKEN,		/* an executable: it has the connection */
	CHANNEL_MISSED,		/* the descriptor did not arrive; idle again */
	CHANNEL_DONE,		/* served, flags: of enum channel_done */
	CHANNEL_RETIRED,	/* nothing more comes from it */
	/* both ways */
	CHANNEL_USER		/* of the program; flags: its type */
};

enum channel_conn_flags { CONN_CROWDED = 1 };	/* see serve_crowd() */

enum channel_done { DONE_SERVED, DONE_FAILED, DONE_LAST };

/* What CHANNEL_CONN says of the connection. */
struct channel_conn {
	uint64_t	serial;
	int64_t		born_ms;	/* on the loop's clock, which is one */
	struct addr	peer, local;
};

/* Every message begins with it. */
struct channel_header {
	uint32_t	type, length, flags;	/* length: of what follows */
	uint32_t	generation;		/* of the worker */
};

/*
 * channel_pair: ends[0] is the master's, ends[1] the worker's.  Returns 0, or
 * -1 with errno of socketpair(2).
 */
int	channel_pair(int ends[2]);

/*
 * channel_send: sends header->length bytes of data, and a copy of descriptor
 * `passed' unless it is -1.  Never waits.  Returns 0, or -1: EAGAIN (full),
 * EPIPE (nobody is left), EMSGSIZE, ETOOMANYREFS and others of sendmsg(2).
 */
int	channel_send(int fd, const struct channel_header *header,
	    const void *data, int passed)
	    __attribute__((hot));

/*
 * channel_send_widely: the same for what should get through a channel that is
 * full of the program's messages: doubles its room once, if need be.
 */
int	channel_send_widely(int fd, const struct channel_header *header,
	    const void *data, int passed);

/*
 * channel_receive: takes a message; *passed becomes the caller's, -1: none.
 * Returns 1; 0 at the end of the channel; or -1: EAGAIN (none is there, and
 * flags has MSG_DONTWAIT), EINTR, EBADMSG (nonsense: empty, too short or long,
 * not as long as it says, several descriptors), EMFILE (the message has come,
 * its descriptor was lost: see MSG_CTRUNC).  What is not returned is closed.
 */
int	channel_receive(int fd, struct channel_header *header, void *data,
	    size_t size, int *passed, int flags)
	    __attribute__((hot));

/*
 * channel_peek: what channel_receive() will find next, which stays; *passes:
 * a descriptor is with it.  Never waits.  Returns 1; 0 at the end, or if it is
 * too short to have a header; or -1: EAGAIN.
 */
int	channel_peek(int fd, struct channel_header *header, bool *passes);

/*
 * channel_discard: before the master closes its end: takes what is not read
 * yet, so that close(2) does not wait for a descriptor in it (SO_LINGER).
 */
void	channel_discard(int fd);

#endif
