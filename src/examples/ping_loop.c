/* SPDX-License-Identifier: ISC */
/*
 * ping_loop: see ping_loop.h.
 *
 * When a request was sent is remembered here and not in the packet, where the
 * other side could change it.  The last 65536 are, one for each sequence
 * number: with short intervals a reply that comes later than that would be
 * taken for one to the request which has its number now, and the time be too
 * short.
 */
#define _GNU_SOURCE	/* ppoll(2) */
#include <sys/random.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <forkd.h>

#include "cli.h"
#include "ping_loop.h"

#define REQUESTS	65536	/* as many as there are sequence numbers */
#define SECRET		8	/* bytes of data that nobody can guess */
#define TRIES		16	/* to send a request */

struct request {
	int64_t	sent_us;
	enum { NEVER, WAITING, GIVEN_UP, FAILED, ANSWERED } state;
};

struct run {
	struct ping_socket	*ping;
	const struct ping_plan	*plan;
	struct ping_account	*account;
	int64_t			 next_us;	/* when to send again */
	int64_t			 oldest;	/* request that waits */
};

static int	prepare(const struct ping_plan *);
static int	step(struct run *, int64_t, const sigset_t *);
static int	send_request(struct run *);
static int	transmit(struct run *, struct request *);
static void	give_up(struct run *, int64_t);
static int	wait_until(struct run *, int64_t, const sigset_t *);
static void	look(struct run *, const struct ping_event *);
static void	look_reply(struct run *, const struct ping_event *,
		    struct request *);
static bool	is_wrong(const struct ping_packet *, size_t);
static void	look_error(struct run *, const struct ping_event *,
		    struct request *);
static void	catch_interrupt(int);

static struct request		 requests[REQUESTS];
static unsigned char		 packet[PING_HEADER + PING_MOST6];
static volatile sig_atomic_t	 interrupted;

int
ping_loop(struct ping_socket *ping, const struct ping_plan *plan,
    struct ping_account *account)
{
	struct run		run = { ping, plan, account, 0, 1 };
	struct sigaction	action;
	sigset_t		mask, open;
	int			more;

	memset(account, 0, sizeof(*account));
	if (prepare(plan) == -1)
		return -1;
	/* it comes in while waiting, and only there: it cannot be missed */
	memset(&action, 0, sizeof(action));
	action.sa_handler = catch_interrupt;
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	if (sigprocmask(SIG_BLOCK, &mask, &open) == -1 ||
	    sigdelset(&open, SIGINT) == -1 ||
	    sigaction(SIGINT, &action, NULL) == -1)
		return -1;
	run.next_us = ping_clock();
	while ((more = step(&run, ping_clock(), &open)) == 1)
		;
	return more;
}

/* The data of each request: eight bytes of chance, then their numbers. */
static int
prepare(const struct ping_plan *plan)
{
	size_t	i, secret;

	secret = plan->size < SECRET ? plan->size : SECRET;
	for (i = 0; i < plan->size; i++)
		packet[PING_HEADER + i] = (unsigned char)i;
	return getrandom(packet + PING_HEADER, secret, 0) ==
	    (ssize_t)secret ? 0 : -1;
}

/*
 * One request at most and one reply, so that neither keeps the other waiting,
 * however many there are.  Returns 1, 0 (that was all), or -1.
 */
static int
step(struct run *run, int64_t now, const sigset_t *open)
{
	const struct ping_plan	*plan = run->plan;
	const struct request	*oldest;
	int64_t			 until;
	bool			 more;

	if (interrupted || (plan->end_us != 0 && now >= plan->end_us))
		return 0;
	more = plan->count == 0 || run->account->sent < plan->count;
	if (more && now >= run->next_us && send_request(run) == -1)
		return -1;
	more = plan->count == 0 || run->account->sent < plan->count;
	give_up(run, now);
	if (!more && run->oldest > run->account->sent)
		return 0;
	until = more ? run->next_us : INT64_MAX;
	oldest = &requests[run->oldest % REQUESTS];
	if (run->oldest <= run->account->sent &&
	    oldest->sent_us + plan->patience_us < until)
		until = oldest->sent_us + plan->patience_us;
	if (plan->end_us != 0 && plan->end_us < until)
		until = plan->end_us;
	return wait_until(run, until, open);
}

static int
send_request(struct run *run)
{
	struct request	*request;
	uint16_t	 sequence;
	int		 result;

	run->account->sent++;
	sequence = (uint16_t)(run->account->sent % REQUESTS);
	request = &requests[sequence];
	request->state = WAITING;
	ping_request(run->ping->family, packet, PING_HEADER + run->plan->size,
	    run->ping->id, sequence);
	result = transmit(run, request);
	/* not in a burst what could not be sent in time */
	run->next_us += run->plan->interval_us;
	if (run->next_us < request->sent_us)
		run->next_us = request->sent_us + run->plan->interval_us;
	if (result == 0)
		return 0;
	if (run->account->sent == 1)
		return -1;
	request->state = FAILED;
	printf("seq=%" PRIu16 ": %s\n", sequence, forkd_error(NULL));
	cli_flush();
	return 0;
}

/*
 * What somebody says about an earlier request makes sending the next one fail
 * once for each time; what fails without that, fails.
 */
static int
transmit(struct run *run, struct request *request)
{
	struct ping_event	event;
	int			i, said;

	said = 1;
	for (i = 0; i < TRIES; i++) {
		request->sent_us = ping_clock();
		if (forkd_socket_sendto(run->ping->socket, packet,
		    PING_HEADER + run->plan->size, MSG_DONTWAIT,
		    run->plan->host, 0) != -1)
			return 0;
		if (said != 1)
			break;
		said = ping_socket_receive_error(run->ping, &event);
		if (said == 1)
			look(run, &event);
	}
	return -1;
}

/* Requests that are answered, or shall be waited for no longer. */
static void
give_up(struct run *run, int64_t now)
{
	struct request	*request;

	if (run->oldest <= run->account->sent - REQUESTS)
		run->oldest = run->account->sent - REQUESTS + 1;
	for (; run->oldest <= run->account->sent; run->oldest++) {
		request = &requests[run->oldest % REQUESTS];
		if (request->state != WAITING)
			continue;
		if (now < request->sent_us + run->plan->patience_us)
			return;
		request->state = GIVEN_UP;
		printf("no answer from %s: seq=%" PRId64 "\n", run->plan->host,
		    run->oldest % REQUESTS);
		cli_flush();
	}
}

static int
wait_until(struct run *run, int64_t until, const sigset_t *open)
{
	struct ping_event	event;
	struct timespec		left;
	struct pollfd		fds;
	int			got;

	until -= ping_clock();
	if (until < 0)
		until = 0;
	left.tv_sec = (time_t)(until / 1000000);
	left.tv_nsec = (long)(until % 1000000) * 1000;
	fds.fd = forkd_socket_fd(run->ping->socket);
	fds.events = POLLIN;
	got = ppoll(&fds, 1, &left, open);
	if (got <= 0)
		return got == 0 || errno == EINTR ? 1 : -1;
	got = ping_socket_receive(run->ping, &event);
	if (got == 1)
		look(run, &event);
	return got == -1 ? -1 : 1;
}

/* Whether it is about a request of ours.  A raw socket sees everybody's. */
static void
look(struct run *run, const struct ping_event *event)
{
	const struct ping_packet	*about = &event->packet;
	struct request			*request;
	size_t				 length;

	if (about->kind == PING_OTHER || about->kind == PING_SHORT ||
	    about->id != run->ping->id)
		return;
	length = run->ping->family == AF_INET ? 4 : 16;
	if (about->to != NULL &&
	    memcmp(about->to, run->plan->address, length) != 0)
		return;
	request = &requests[about->sequence];
	if (request->state == NEVER)
		return;
	if (about->kind == PING_ERROR)
		look_error(run, event, request);
	else
		look_reply(run, event, request);
	cli_flush();
}

static void
look_reply(struct run *run, const struct ping_event *event,
    struct request *request)
{
	const struct ping_packet	*reply = &event->packet;
	int64_t				 time;

	time = event->at_us - request->sent_us;
	printf("%zu bytes from %s: seq=%" PRIu16, PING_HEADER + reply->size,
	    event->from, reply->sequence);
	if (event->hops != -1)
		printf(" ttl=%d", event->hops);
	printf(" time=%" PRId64 ".%03d ms", time / 1000, (int)(time % 1000));
	if (is_wrong(reply, run->plan->size)) {
		run->account->wrong++;
		return;
	}
	if (request->state == ANSWERED) {
		printf(" (duplicate)\n");
		run->account->duplicates++;
	} else if (request->state == GIVEN_UP ||
	    time >= run->plan->patience_us) {
		printf(" (late)\n");
		run->account->late++;
	} else {
		putchar('\n');
		run->account->received++;
		ping_stat_add(&run->account->times, time);
	}
	request->state = ANSWERED;
}

/* Not what was sent, of so many bytes of data; then it says why. */
static bool
is_wrong(const struct ping_packet *reply, size_t size)
{
	size_t	same;

	for (same = 0; same < reply->size && same < size &&
	    reply->data[same] == packet[PING_HEADER + same]; same++)
		;
	if (reply->kind == PING_DAMAGED)
		printf(" (wrong checksum)\n");
	else if (reply->size != size)
		printf(" (not %zu bytes)\n", PING_HEADER + size);
	else if (same != size)
		printf(" (wrong data, from byte %zu)\n", PING_HEADER + same);
	else
		return false;
	return true;
}

/* Nothing more is waited for, but a reply that comes all the same counts. */
static void
look_error(struct run *run, const struct ping_event *event,
    struct request *request)
{
	const struct ping_packet	*error = &event->packet;

	printf("from %s: seq=%" PRIu16 ": %s (type %d, code %d)\n",
	    event->from[0] == '\0' ? "somebody" : event->from,
	    error->sequence, ping_error_text(run->ping->family, error->type,
	    error->code), error->type, error->code);
	run->account->errors++;
	if (request->state == WAITING)
		request->state = FAILED;
}

static void
catch_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}
