/* SPDX-License-Identifier: ISC */
#ifndef WORKER_H
#define WORKER_H

#include <sys/types.h>
#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "loop.h"

struct service;

/* How far a worker's end has been brought about by the master. */
enum worker_ending { ENDING_NO, ENDING_TERM, ENDING_KILL };

/* What a worker does; in mode fork it is busy from birth. */
enum worker_state {
	WORKER_BUSY,		/* has a connection, or in mode wait the listeners */
	WORKER_STARTING,	/* of a pool: not ready yet */
	WORKER_IDLE,
	WORKER_RETIRING		/* was asked to leave, or has said that it does */
};

/* One child.  A pid alone names nobody: it may have been used again. */
struct worker {
	LIST_ENTRY(worker)	 link;		/* of its pid, or of the free */
	TAILQ_ENTRY(worker)	 birth;		/* of those with a pid */
	int			 slot;		/* place in the table */
	uint32_t		 generation;	/* of the slot; 0: never used */
	pid_t			 pid;		/* 0: no process */
	struct service		*service;
	enum worker_state	 state;
	TAILQ_ENTRY(worker)	 idle;		/* of those that are, in a pool */
	struct watch		 channel;	/* the master's end; fd -1: none */
	int			 copy_fd;	/* of its connection, while that
						   may come back; -1: none */
	bool			 taken;		/* it is known to have begun */
	int64_t			 forked_ms;
	int64_t			 since_ms;	/* in this state */
	int64_t			 full_ms;	/* its channel is full since; 0 */
	int64_t			 quota;		/* connections until it retires */
	bool			 counted;	/* in the service's load */
	bool			 pooled;	/* in the pool's counts */
	bool			 asked;		/* to leave: CHANNEL_RETIRE */
	bool			 reaped;	/* its pid is nobody's any more */
	uint64_t		 served;	/* connections that have ended */
	struct addr		 peer, local;	/* of its connection */
	uint64_t		 serial;	/* of its connection */
	int64_t			 born_ms;	/* of its connection */
	enum worker_ending	 ending;
	const char		*why;		/* of the ending; static */
	struct timer		 timer;		/* timeout, then kill-grace */
	int			 failed_step;	/* of child.h, 0: none */
	int			 failed_errno;
};

LIST_HEAD(worker_list, worker);
TAILQ_HEAD(worker_births, worker);

/* All workers of a master; slots are reused, the last one first. */
struct worker_table {
	struct worker		*worker;	/* owned, `room' of them */
	size_t			 room, fresh;	/* from fresh on never used */
	size_t			 count;		/* in use */
	size_t			 ending;	/* of them: not ENDING_NO */
	struct worker_list	 vacant;	/* slots that were used before */
	struct worker_births	 births;	/* the youngest one first */
	struct worker_list	*by_pid;	/* owned, `buckets' of them */
	size_t			 buckets;	/* a power of two */
};

/* worker_table_new: apart (apart.h).  NULL with ENOMEM. */
struct worker_table *worker_table_new(size_t room);
void	worker_table_free(struct worker_table *);

/* worker_take: a slot with a new generation; NULL when there is none. */
struct worker *worker_take(struct worker_table *, struct service *);

/* worker_born: the slot's process is known. */
void	worker_born(struct worker_table *, struct worker *, pid_t);

/* worker_end: the master has begun to end it, or has gone further. */
void	worker_end(struct worker_table *, struct worker *,
	    enum worker_ending);

/* worker_release: mirrors worker_take; the process is reaped or never was. */
void	worker_release(struct worker_table *, struct worker *);

/* worker_by_pid, worker_by_name: NULL when it is not ours (any more). */
struct worker *worker_by_pid(const struct worker_table *, pid_t);
struct worker *worker_by_name(const struct worker_table *, int slot,
	    uint32_t generation);

/* worker_next: the next one in use after slot `slot' (-1: the first). */
struct worker *worker_next(const struct worker_table *, int slot);

#endif
