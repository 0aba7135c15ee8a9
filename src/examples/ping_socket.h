/* SPDX-License-Identifier: ISC */
/* ping_socket: a socket for ICMP, with or without privileges. */
#ifndef PING_SOCKET_H
#define PING_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include <forkd_socket.h>

#include "ping_packet.h"

struct ping_socket {
	struct forkd_socket	*socket;	/* NULL: none */
	int			 family;	/* AF_INET or AF_INET6 */
	bool			 raw;		/* it sees what others are
						   sent, and needs privileges */
	uint16_t		 id;		/* of the requests */
};

/* Something that has come. */
struct ping_event {
	char			from[FORKD_ADDRESS_SIZE];	/* "": unknown */
	int			hops;	/* that it had left; -1: unknown */
	int64_t			at_us;	/* when, see ping_clock() */
	struct ping_packet	packet;	/* valid until the next one comes */
};

/* CLOCK_MONOTONIC, in microseconds. */
int64_t	ping_clock(void);

/*
 * ping_socket_open: an ICMP socket, as net.ipv4.ping_group_range allows it, or
 * where it does not, a raw one; with raw, that alone.  hops: the time to live
 * of what is sent, 0: the system's.  Returns 0, or -1 with errno of
 * forkd_socket_create() and forkd_socket_set_option(): EPERM, EACCES.
 */
int	ping_socket_open(struct ping_socket *, int family, bool raw, int hops);

/* Gives up, for good, all that a set-user-ID bit or capabilities have given.
 * Returns 0, or -1 with errno. */
int	ping_socket_drop(void);

/*
 * ping_socket_receive: what has come, errors first; it never waits.
 * ping_socket_receive_error: only what comes beside the replies, in the error
 * queue of ip(7), which a raw socket does not have here.
 * Return 1, 0 (nothing there), or -1 with errno.
 */
int	ping_socket_receive(struct ping_socket *, struct ping_event *);
int	ping_socket_receive_error(struct ping_socket *, struct ping_event *);

#endif
