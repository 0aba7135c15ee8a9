/* SPDX-License-Identifier: ISC */
/*
 * The closed loop: a fixed number of slots, each with a connection in flight,
 * and a new one as soon as that ends.  One process, one epoll instance; called
 * once by connload, which reports the result.
 *
 * A slot whose connection failed rests before it tries again, so that a server
 * that refuses is not answered with a busy loop.
 */

#include "config.h"

#include <sys/types.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define SECOND_US	UINT64_C(1000000)
#define REST_US		UINT64_C(10000)
#define GRACE_US	(5 * SECOND_US)		/* for those in flight */
#define LOOK_MS		10			/* the clock, at least */
#define EVENTS		256
#define READS		4			/* in a row, of one slot */

/*
 * Busy slots are in the order of their deadlines and resting ones in the order
 * in which they may start, since either wait is the same for all.
 */
struct slot {
	TAILQ_ENTRY(slot)	 entry;		/* of busy or resting */
	uint64_t		since;		/* us; its start, or its end */
	uint64_t		received;	/* bytes */
	size_t			sent;		/* bytes of the request */
	int			fd;		/* -1 while resting */
	bool			sending;	/* not yet all of the request */
	bool			idle;		/* stays open; in no list */
};
TAILQ_HEAD(slots, slot);

static int	open_all(void);
static void	open_idle(struct slot *);
static void	close_all(void);
static void	run(void (*)(const struct load_result *));
static bool	may_start(void);
static bool	may_wait(void);
static void	start(struct slot *);
static int	watch(struct slot *, int, uint32_t);
static void	turn(void);
static void	serve_idle(struct slot *);
static void	send_request(struct slot *);
static void	receive(struct slot *);
static void	expire(void);
static void	end(struct slot *, enum load_end);
static enum load_end end_of_error(int);
static uint64_t	now_us(void);

static const struct load_plan	*plan;
static struct load_result	*result;
static struct slot		*all;		/* the idle ones last */
static struct slots		 busy, resting;
static int			 epoll_fd = -1;
static uint64_t			 began, now;	/* us */
static uint64_t			 started;	/* connections, but idle ones */
static volatile sig_atomic_t	 stopped;

int
load_run(const struct load_plan *the_plan, struct load_result *the_result,
    void (*progress)(const struct load_result *))
{
	plan = the_plan;
	result = the_result;
	memset(result, 0, sizeof(*result));
	if (open_all() == -1)
		return -1;
	run(progress);
	close_all();
	return 0;
}

void
load_stop(void)
{
	stopped = 1;
}

static int
open_all(void)
{
	unsigned	n;

	TAILQ_INIT(&busy);
	TAILQ_INIT(&resting);
	if ((epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		return -1;
	all = calloc((size_t)plan->connections + plan->idle, sizeof(*all));
	if (all == NULL) {
		(void)close(epoll_fd);		/* nothing in it */
		return -1;
	}
	for (n = 0; n < plan->connections + plan->idle; n++)
		all[n].fd = -1;
	for (n = 0; n < plan->connections; n++)
		TAILQ_INSERT_TAIL(&resting, &all[n], entry);
	open_idle(all + plan->connections);
	return 0;
}

/* Where one cannot be had, the next would only wait as long again. */
static void
open_idle(struct slot *slots)
{
	unsigned	n;

	for (n = 0; n < plan->idle && !stopped; n++) {
		slots[n].idle = true;
		slots[n].fd = dial_start(&plan->target);
		if (slots[n].fd == -1 || dial_finish(slots[n].fd,
		    (int)(plan->deadline_us / 1000)) == -1 ||
		    watch(&slots[n], EPOLL_CTL_ADD, EPOLLIN) == -1)
			break;
	}
	result->ends[LOAD_IDLE_LOST] = plan->idle - n;
}

/* What is still open has no more to say: closing it cannot fail usefully. */
static void
close_all(void)
{
	unsigned	n;

	for (n = 0; n < plan->connections + plan->idle; n++) {
		if (all[n].fd == -1)
			continue;
		if (!all[n].idle)
			result->unfinished++;
		(void)close(all[n].fd);
	}
	free(all);
	(void)close(epoll_fd);
}

static void
run(void (*progress)(const struct load_result *))
{
	struct slot	*slot;
	uint64_t	 next = SECOND_US;

	began = now = now_us();
	for (;;) {
		while (may_start() && (slot = TAILQ_FIRST(&resting)) != NULL &&
		    now - slot->since >= REST_US)
			start(slot);
		if (!may_start() && !may_wait())
			break;
		turn();
		now = now_us();
		expire();
		result->elapsed_us = now - began;
		if (progress != NULL && result->elapsed_us >= next) {
			progress(result);
			next += SECOND_US;
		}
	}
}

static bool
may_start(void)
{
	return !stopped && started < plan->total &&
	    now - began < plan->duration_us;
}

/* Those in flight at the end of the time are given up, unless asked for. */
static bool
may_wait(void)
{
	uint64_t	elapsed = now - began;

	if (stopped || TAILQ_EMPTY(&busy))
		return false;
	return elapsed < plan->duration_us ||
	    (plan->complete && elapsed - plan->duration_us < GRACE_US);
}

static void
start(struct slot *slot)
{
	TAILQ_REMOVE(&resting, slot, entry);
	TAILQ_INSERT_TAIL(&busy, slot, entry);
	started++;
	slot->since = now = now_us();
	slot->received = 0;
	slot->sent = 0;
	slot->sending = plan->request_len > 0 || plan->half_close;
	slot->fd = dial_start(&plan->target);
	if (slot->fd == -1 || watch(slot, EPOLL_CTL_ADD,
	    slot->sending ? EPOLLOUT : EPOLLIN) == -1)
		end(slot, end_of_error(errno));
}

static int
watch(struct slot *slot, int operation, uint32_t events)
{
	struct epoll_event	event = { .events = events };

	event.data.ptr = slot;
	return epoll_ctl(epoll_fd, operation, slot->fd, &event);
}

/* No slot starts in here: what an event says is about the fd it has now. */
static void
turn(void)
{
	struct epoll_event	 events[EVENTS];
	struct slot		*slot;
	int			 count, n;

	count = epoll_wait(epoll_fd, events, EVENTS, LOOK_MS);
	for (n = 0; n < count; n++) {	/* -1: a signal, see stopped */
		slot = events[n].data.ptr;
		if (slot->idle)
			serve_idle(slot);
		else if (slot->sending)
			send_request(slot);
		else
			receive(slot);
	}
}

/* A server may greet a client that only stays there, but not leave it. */
static void
serve_idle(struct slot *slot)
{
	ssize_t	n;
	char	sink[4096];

	n = recv(slot->fd, sink, sizeof(sink), 0);
	if (n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR)))
		return;
	result->ends[LOAD_IDLE_LOST]++;
	(void)close(slot->fd);		/* it is of no use any more */
	slot->fd = -1;
}

static void
send_request(struct slot *slot)
{
	ssize_t	n;

	while (slot->sent < plan->request_len) {
		n = send(slot->fd, plan->request + slot->sent,
		    plan->request_len - slot->sent, MSG_NOSIGNAL);
		if (n == -1) {
			if (errno != EAGAIN && errno != EINTR)
				end(slot, end_of_error(errno));
			return;
		}
		slot->sent += (size_t)n;
	}
	slot->sending = false;
	if (plan->half_close)		/* if it fails, receive() finds why */
		(void)shutdown(slot->fd, SHUT_WR);
	if (watch(slot, EPOLL_CTL_MOD, EPOLLIN) == -1)
		end(slot, end_of_error(errno));
}

static void
receive(struct slot *slot)
{
	static char	sink[65536];
	ssize_t		n;
	int		reads;

	for (reads = 0; reads < READS; reads++) {
		n = recv(slot->fd, sink, sizeof(sink), 0);
		if (n == 0)
			end(slot, slot->received > 0 ? LOAD_OK : LOAD_EMPTY);
		else if (n == -1 && errno != EAGAIN && errno != EINTR)
			end(slot, end_of_error(errno));
		if (n <= 0)
			return;
		slot->received += (uint64_t)n;
		result->bytes += (uint64_t)n;
	}
}

static void
expire(void)
{
	struct slot	*slot;

	while ((slot = TAILQ_FIRST(&busy)) != NULL &&
	    now - slot->since >= plan->deadline_us)
		end(slot, LOAD_TIMEOUT);
}

/* Served slots go before all that rest, as if they had rested already. */
static void
end(struct slot *slot, enum load_end how)
{
	now = now_us();
	result->ends[how]++;
	if (slot->fd != -1)
		(void)close(slot->fd);	/* either way it is over */
	slot->fd = -1;
	TAILQ_REMOVE(&busy, slot, entry);
	if (how == LOAD_OK) {
		histogram_add(&result->latency, now - slot->since);
		slot->since = now - REST_US;
		TAILQ_INSERT_HEAD(&resting, slot, entry);
	} else {
		slot->since = now;
		TAILQ_INSERT_TAIL(&resting, slot, entry);
	}
}

static enum load_end
end_of_error(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return LOAD_REFUSED;
	case ECONNRESET:
	case EPIPE:
		return LOAD_RESET;
	case ETIMEDOUT:
		return LOAD_TIMEOUT;
	default:
		if (result->other == 0)
			result->other = error;
		return LOAD_OTHER;
	}
}

static uint64_t
now_us(void)
{
	struct timespec	t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);	/* always there */
	return (uint64_t)t.tv_sec * SECOND_US + (uint64_t)t.tv_nsec / 1000;
}
