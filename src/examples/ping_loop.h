/* SPDX-License-Identifier: ISC */
/* ping_loop: requests out, replies in, and an account of them. */
#ifndef PING_LOOP_H
#define PING_LOOP_H

#include <stddef.h>
#include <stdint.h>

#include "ping_socket.h"
#include "ping_stat.h"

struct ping_plan {
	char		 host[FORKD_ADDRESS_SIZE];	/* its address */
	unsigned char	 address[16];	/* the same: 4 or 16 bytes */
	int		 count;		/* of requests; 0: no end */
	size_t		 size;		/* bytes of data in each */
	int64_t		 interval_us;	/* from one to the next */
	int64_t		 patience_us;	/* for each reply */
	int64_t		 end_us;	/* of all, see ping_clock(); 0: none */
};

struct ping_account {
	int64_t			sent;
	int64_t			received;
	int64_t			duplicates;
	int64_t			late;
	int64_t			wrong;		/* replies, with other data */
	int64_t			errors;
	struct ping_stat	times;
};

/*
 * ping_loop: runs the plan and prints what comes, until all is answered or
 * given up, until its end, or until SIGINT.  Returns 0, or -1 with errno: the
 * first request cannot be sent, or receiving fails.
 */
int	ping_loop(struct ping_socket *, const struct ping_plan *,
	    struct ping_account *);

#endif
