/* SPDX-License-Identifier: ISC */
/*
 * The loop: a wait set of descriptors, timers and the clock.  Knows nothing
 * of what it waits for.  Timers are a binary heap, so that thousands of
 * connections with a time limit cost no more than a few.
 */
#include "config.h"

#include <sys/epoll.h>

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apart.h"
#include "direct.h"
#include "fdio.h"
#include "loop.h"

#define EVENTS		64	/* at once */
#define BAD_TURNS	16	/* in a row, then wait BAD_WAIT_MS each */
#define BAD_WAIT_MS	50
#define HOPELESS_TURNS	200	/* in a row: the wait set is broken */

struct loop {
	int		  fd;		/* of epoll(7) */
	struct turn	 *turn;		/* owned */
};

/* What changes from turn to turn; the master's alone, see apart.h. */
struct turn {
	int		  bad_turns;	/* failures in a row */
	int64_t		  now_ms;
	struct epoll_event events[EVENTS]; /* of this turn */
	int		  event_count;
	struct timer	**heap;		/* owned; [1] is due first */
	size_t		  timers, room;
};

static int	loop_add(struct loop *, struct watch *, uint32_t);
static int	loop_wait_ms(const struct loop *);
static int	loop_bad_turn(struct loop *, int);
static void	loop_dispatch(struct loop *, int);
static void	loop_expire(struct loop *);
static void	heap_up(struct loop *, size_t);
static void	heap_down(struct loop *, size_t);
static void	heap_put(struct loop *, size_t, struct timer *);

struct loop *
loop_new(void)
{
	struct loop	*loop;

	loop = calloc(1, sizeof(*loop));
	if (loop == NULL)
		return NULL;
	loop->turn = apart_new(1, sizeof(*loop->turn));
	loop->fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->turn == NULL || loop->fd == -1) {
		loop_free(loop);
		return NULL;
	}
	loop->turn->now_ms = loop_clock();
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	fdio_close(&loop->fd);
	if (loop->turn != NULL)
		apart_free(loop->turn->heap);
	apart_free(loop->turn);
	free(loop);
}

void
loop_close_in_child(struct loop *loop)
{
	if (loop == NULL)
		return;
	fdio_close(&loop->fd);
	free(loop);
}

int64_t
loop_now(const struct loop *loop)
{
	return loop->turn->now_ms;
}

int64_t
loop_clock(void)
{
	return fdio_clock();
}

int
loop_watch(struct loop *loop, struct watch *watch)
{
	return loop_add(loop, watch, EPOLLIN);
}

int
loop_watch_end(struct loop *loop, struct watch *watch, bool half)
{
	return loop_add(loop, watch, half ? EPOLLRDHUP : 0);
}

void
loop_unwatch(struct loop *loop, struct watch *watch)
{
	int	i;

	if (!watch->armed)
		return;
	/* fails only for what is not in the set */
	(void)epoll_ctl(loop->fd, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->armed = false;
	/* its owner may release it before this turn comes to it */
	for (i = 0; i < loop->turn->event_count; i++)
		if (loop->turn->events[i].data.ptr == watch)
			loop->turn->events[i].data.ptr = NULL;
}

int
loop_reserve(struct loop *loop, size_t timers)
{
	struct timer	**heap;

	heap = apart_new(timers + 1, sizeof(*heap));
	if (heap == NULL)
		return -1;
	if (loop->turn->timers > 0)
		memcpy(heap, loop->turn->heap, (loop->turn->timers + 1) *
		    sizeof(*heap));
	apart_free(loop->turn->heap);
	loop->turn->heap = heap;
	loop->turn->room = timers;
	return 0;
}

void
loop_timer_set(struct loop *loop, struct timer *timer, int64_t delay_ms)
{
	loop_timer_clear(loop, timer);
	assert(loop->turn->timers < loop->turn->room);
	timer->due_ms = loop->turn->now_ms + delay_ms;
	heap_put(loop, ++loop->turn->timers, timer);
	heap_up(loop, loop->turn->timers);
}

void
loop_timer_clear(struct loop *loop, struct timer *timer)
{
	struct timer	*last;
	size_t		 place;

	place = timer->place;
	if (place == 0)
		return;
	timer->place = 0;
	last = loop->turn->heap[loop->turn->timers--];
	if (last == timer)
		return;
	heap_put(loop, place, last);
	heap_up(loop, place);
	heap_down(loop, last->place);
}

int
loop_turn(struct loop *loop)
{
	int	n;

	n = direct_wait(loop->fd, loop->turn->events, EVENTS,
	    loop_wait_ms(loop));
	loop->turn->now_ms = loop_clock();
	if (n < 0) {
		if (loop_bad_turn(loop, -n) == -1)
			return -1;
		n = 0;
	} else
		loop->turn->bad_turns = 0;
	loop_dispatch(loop, n);
	return 0;
}

int
loop_fd(const struct loop *loop)
{
	return loop->fd;
}

bool
loop_due(const struct loop *loop, int64_t *due_ms)
{
	if (loop->turn->timers == 0)
		return false;
	*due_ms = loop->turn->heap[1]->due_ms;
	return true;
}

void
loop_refresh(struct loop *loop)
{
	loop->turn->now_ms = loop_clock();
}

/* Whoever calls it does not want to be slowed down: no pauses here. */
int
loop_turn_within(struct loop *loop, int most_ms)
{
	int	n, wait_ms;

	wait_ms = loop_wait_ms(loop);
	if (most_ms >= 0 && (wait_ms == -1 || wait_ms > most_ms))
		wait_ms = most_ms;
	n = epoll_wait(loop->fd, loop->turn->events, EVENTS, wait_ms);
	loop->turn->now_ms = loop_clock();
	if (n != -1 || errno == EINTR)
		loop->turn->bad_turns = 0;
	else if (++loop->turn->bad_turns >= HOPELESS_TURNS)
		return -1;
	loop_dispatch(loop, n == -1 ? 0 : n);
	return 0;
}

/* Calls what is ready, n of them, and what is due. */
static void
loop_dispatch(struct loop *loop, int n)
{
	struct watch	*watch;
	int		 i;

	loop->turn->event_count = n;
	for (i = 0; i < n; i++) {
		watch = loop->turn->events[i].data.ptr;
		if (watch == NULL)
			continue;
		if (watch->armed)
			watch->ready(watch);
		else	/* epoll_ctl(2) failed when it left */
			(void)epoll_ctl(loop->fd, EPOLL_CTL_DEL, watch->fd,
			    NULL);
	}
	loop->turn->event_count = 0;
	loop_expire(loop);
}

/* EPOLLERR and EPOLLHUP need not be asked for. */
static int
loop_add(struct loop *loop, struct watch *watch, uint32_t events)
{
	struct epoll_event	event = { .events = events };

	if (watch->armed)
		return 0;
	event.data.ptr = watch;
	if (epoll_ctl(loop->fd, EPOLL_CTL_ADD, watch->fd, &event) == -1)
		return -1;
	watch->armed = true;
	return 0;
}

/*
 * epoll_wait(2) failed: interrupted, or something that should not be.  Many
 * of these in a row must not become a busy loop, and a set that stays broken
 * is told to the caller.
 */
static int
loop_bad_turn(struct loop *loop, int number)
{
	if (number == EINTR && loop->turn->bad_turns < BAD_TURNS) {
		loop->turn->bad_turns++;
		return 0;
	}
	if (++loop->turn->bad_turns > BAD_TURNS)
		(void)poll(NULL, 0, BAD_WAIT_MS);	/* only to wait */
	if (loop->turn->bad_turns < HOPELESS_TURNS || number == EINTR)
		return 0;
	errno = number;
	return -1;
}

static int
loop_wait_ms(const struct loop *loop)
{
	int64_t	delay;

	if (loop->turn->timers == 0)
		return -1;
	delay = loop->turn->heap[1]->due_ms - loop_clock();
	if (delay < 0)
		return 0;
	return delay > INT_MAX ? INT_MAX : (int)delay;
}

static void
loop_expire(struct loop *loop)
{
	struct timer	*timer;

	while (loop->turn->timers > 0 && loop->turn->heap[1]->due_ms <= loop->turn->now_ms) {
		timer = loop->turn->heap[1];
		loop_timer_clear(loop, timer);
		timer->expired(timer);
	}
}

static void
heap_up(struct loop *loop, size_t place)
{
	struct timer	*timer;

	timer = loop->turn->heap[place];
	while (place > 1 && loop->turn->heap[place / 2]->due_ms > timer->due_ms) {
		heap_put(loop, place, loop->turn->heap[place / 2]);
		place /= 2;
	}
	heap_put(loop, place, timer);
}

static void
heap_down(struct loop *loop, size_t place)
{
	struct timer	*timer;
	size_t		 child;

	timer = loop->turn->heap[place];
	while ((child = place * 2) <= loop->turn->timers) {
		if (child < loop->turn->timers && loop->turn->heap[child + 1]->due_ms <
		    loop->turn->heap[child]->due_ms)
			child++;
		if (loop->turn->heap[child]->due_ms >= timer->due_ms)
			break;
		heap_put(loop, place, loop->turn->heap[child]);
		place = child;
	}
	heap_put(loop, place, timer);
}

static void
heap_put(struct loop *loop, size_t place, struct timer *timer)
{
	loop->turn->heap[place] = timer;
	timer->place = place;
}
