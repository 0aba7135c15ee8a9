/* SPDX-License-Identifier: ISC */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/* A descriptor in the wait set; lives in its owner's structure. */
struct watch {
	int	  fd;
	bool	  armed;	/* the loop's */
	void	(*ready)(struct watch *);
	void	 *arg;		/* the owner's */
};

/* Something to do at a time; lives in its owner's structure. */
struct timer {
	int64_t	  due_ms;	/* on the loop's clock */
	size_t	  place;	/* the loop's; 0: not set */
	void	(*expired)(struct timer *);
	void	 *arg;		/* the owner's */
};

/* loop_new: an empty wait set.  NULL with errno of epoll_create1(2), ENOMEM. */
struct loop *loop_new(void);
void	loop_free(struct loop *);

/* loop_close_in_child: frees what a child has of it. */
void	loop_close_in_child(struct loop *);

/* loop_now: monotonic milliseconds, as of the last turn. */
int64_t	loop_now(const struct loop *);

/* loop_clock: the same clock, read now. */
int64_t	loop_clock(void);

/*
 * loop_watch: calls ready when the descriptor is readable (level-triggered);
 * loop_unwatch: no longer; it may be called from any callback, twice too.
 * Returns 0, or -1 with errno of epoll_ctl(2).
 * loop_watch_end: calls ready not for data, but when a connection is over or
 * has failed; with `half', also when the peer will send no more.
 */
int	loop_watch(struct loop *, struct watch *);
int	loop_watch_end(struct loop *, struct watch *, bool half);
void	loop_unwatch(struct loop *, struct watch *);

/* loop_reserve: room for that many timers.  Returns 0, or -1 with ENOMEM. */
int	loop_reserve(struct loop *, size_t timers);

/*
 * loop_timer_set: calls expired in delay_ms (replacing an earlier time); never
 * fails within what was reserved.  loop_timer_clear: does not.
 */
void	loop_timer_set(struct loop *, struct timer *, int64_t delay_ms);
void	loop_timer_clear(struct loop *, struct timer *);

/*
 * loop_turn: waits for descriptors or timers and calls what is due.
 * Returns 0, or -1 with errno of epoll_wait(2), EINTR never.
 */
int	loop_turn(struct loop *);

/*
 * For a loop inside of another one, which waits on its own.
 * loop_fd: the wait set, readable when a descriptor is ready; loop_due:
 * whether a timer is set, and when it is due; loop_refresh: the clock is that
 * of now, before anything is done outside of a turn.
 * loop_turn_within: a turn that waits for most_ms at most (-1: as loop_turn),
 * and no longer than until a signal.  Returns as loop_turn.
 */
int	loop_fd(const struct loop *);
bool	loop_due(const struct loop *, int64_t *due_ms);
void	loop_refresh(struct loop *);
int	loop_turn_within(struct loop *, int most_ms);

#endif
