/* SPDX-License-Identifier: ISC */
/*
 * What a supervisor is told, and when: ready, reloading, stopping, alive, and
 * how busy it is.  Called once a turn of the loop; how it is sent is notify.c.
 * A message that cannot be sent is tried again, in its order, until it is out
 * of date; nothing else depends on it.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "server.h"
#include "supervise.h"

#define REPORT_MS	2000	/* from a change to its STATUS; between tries */
#define MARGIN_MS	5000	/* more than a stop takes by its settings */
#define TEXT_SIZE	256

/* Messages, in the order in which they are sent. */
#define OWED_RELOADING	0x1
#define OWED_READY	0x2
#define OWED_NEWLINE	0x4	/* on notify-fd */
#define OWED_STOPPING	0x8

static bool	is_wanted(const struct supervise *);
static void	supervise_owe(struct forkd *, unsigned int);
static void	supervise_expired(struct timer *);
static void	supervise_alive(struct timer *);
static void	supervise_pay(struct forkd *);
static int	supervise_say(struct forkd *, const char *);
static void	supervise_failed(struct forkd *);
static void	supervise_text(struct forkd *, unsigned int, char *, size_t);
static void	supervise_count(const struct forkd *,
		    struct supervise_counts *);
static bool	has_changed(const struct forkd *);
static int64_t	supervise_patience_ms(const struct forkd *);

int
supervise_open(struct forkd *forkd)
{
	struct supervise	*supervise;

	supervise = &forkd->supervise;
	memset(supervise, 0, sizeof(*supervise));
	supervise->stop = STOP_NO;
	supervise->report.expired = supervise_expired;
	supervise->watchdog.expired = supervise_alive;
	supervise->report.arg = supervise->watchdog.arg = forkd;
	notify_init(&supervise->notify);
	/* embedded, that it is ready is the program's to say */
	if (forkd->embed != NULL && forkd->settings.notify_fd != SETTING_OFF)
		return error_set(&forkd->error, EX_CONFIG, ENOTSUP,
		    "notify-fd: not with forkd_step(): a program with a loop "
		    "of its own says itself that it is ready");
	if (forkd->embed != NULL)
		return 0;
	return notify_open(&supervise->notify, &forkd->settings,
	    &forkd->error);
}

void
supervise_close(struct forkd *forkd)
{
	notify_close(&forkd->supervise.notify);
}

void
supervise_turn(struct forkd *forkd)
{
	struct supervise	*supervise;

	supervise = &forkd->supervise;
	if (!is_wanted(supervise))
		return;
	if ((int)forkd->stop > supervise->stop) {
		supervise->stop = (int)forkd->stop;
		supervise->owed = 0;	/* it has become untrue */
		supervise_owe(forkd, OWED_STOPPING);
	} else if (!supervise->is_ready && forkd->stop == STOP_NO) {
		supervise->is_ready = true;
		supervise_owe(forkd, OWED_READY | OWED_NEWLINE);
		if (supervise->notify.watchdog_ms != 0)
			loop_timer_set(forkd->loop, &supervise->watchdog,
			    supervise->notify.watchdog_ms);
	}
	if (supervise->report.place == 0 &&
	    (supervise->owed != 0 || has_changed(forkd)))
		loop_timer_set(forkd->loop, &supervise->report, REPORT_MS);
}

void
supervise_reloading(struct forkd *forkd)
{
	struct supervise	*supervise;
	struct timespec		 now;

	supervise = &forkd->supervise;
	if (!supervise->is_ready || forkd->stop != STOP_NO)
		return;
	/* not in milliseconds: it must not be before the supervisor asked */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);	/* cannot fail here */
	supervise->reload_usec = (int64_t)now.tv_sec * 1000000 +
	    now.tv_nsec / 1000;
	supervise->owed &= ~(unsigned int)OWED_READY;
	supervise_owe(forkd, OWED_RELOADING);
}

void
supervise_reloaded(struct forkd *forkd)
{
	if (forkd->supervise.is_ready && forkd->stop == STOP_NO)
		supervise_owe(forkd, OWED_READY);
}

static bool
is_wanted(const struct supervise *supervise)
{
	return supervise->notify.fd != -1 || supervise->notify.ready_fd != -1;
}

static void
supervise_owe(struct forkd *forkd, unsigned int what)
{
	forkd->supervise.owed |= what;
	supervise_pay(forkd);
}

/* Time to say what has changed, and what could not be said before. */
static void
supervise_expired(struct timer *timer)
{
	struct forkd	*forkd;
	char		 text[TEXT_SIZE];

	forkd = timer->arg;
	supervise_pay(forkd);
	if (forkd->supervise.owed != 0 || !has_changed(forkd))
		return;
	supervise_text(forkd, 0, text, sizeof(text));
	(void)supervise_say(forkd, text);
}

static void
supervise_alive(struct timer *timer)
{
	struct forkd	*forkd;

	forkd = timer->arg;
	if (notify_send(&forkd->supervise.notify, "WATCHDOG=1") == -1)
		supervise_failed(forkd);
	loop_timer_set(forkd->loop, timer,
	    forkd->supervise.notify.watchdog_ms);
}

/* Sends what is owed, up to what cannot be sent. */
static void
supervise_pay(struct forkd *forkd)
{
	struct supervise	*supervise;
	char			 text[TEXT_SIZE];
	unsigned int		 what;

	supervise = &forkd->supervise;
	if ((supervise->owed & OWED_NEWLINE) != 0 &&
	    notify_newline(&supervise->notify) == 0)
		supervise->owed &= ~(unsigned int)OWED_NEWLINE;
	for (what = OWED_RELOADING; what <= OWED_STOPPING; what <<= 1) {
		if ((supervise->owed & what) == 0 || what == OWED_NEWLINE)
			continue;
		supervise_text(forkd, what, text, sizeof(text));
		if (supervise_say(forkd, text) == -1)
			return;
		supervise->owed &= ~what;
	}
}

/* A message that ends with STATUS. */
static int
supervise_say(struct forkd *forkd, const char *text)
{
	struct supervise	*supervise;

	supervise = &forkd->supervise;
	if (supervise->notify.fd == -1)
		return 0;
	if (notify_send(&supervise->notify, text) == -1) {
		supervise_failed(forkd);
		return -1;
	}
	supervise_count(forkd, &supervise->counts);
	supervise->failing = false;
	return 0;
}

static void
supervise_failed(struct forkd *forkd)
{
	struct event	event;
	char		reason[128];

	if (forkd->supervise.failing)
		return;
	forkd->supervise.failing = true;
	(void)snprintf(reason, sizeof(reason),
	    "NOTIFY_SOCKET: %s; next try in %dms", strerror(errno), REPORT_MS);
	event_init(&event, EVENT_SETUP_ERROR, LEVEL_WARNING, NULL);
	event.reason = reason;
	event.limit = &forkd->supervise.log_limit;
	server_log(forkd, &event);
}

static void
supervise_text(struct forkd *forkd, unsigned int what, char *text,
    size_t size)
{
	struct supervise_counts	counts;
	size_t			used;

	text[0] = '\0';
	if (what == OWED_RELOADING)
		(void)snprintf(text, size, "RELOADING=1\nMONOTONIC_USEC=%"
		    PRId64 "\n", forkd->supervise.reload_usec);
	/* whoever asks from outside of our namespace knows us otherwise */
	else if (what == OWED_READY && getpid() == 1)
		(void)snprintf(text, size, "READY=1\n");
	else if (what == OWED_READY)
		(void)snprintf(text, size, "READY=1\nMAINPID=%ld\n",
		    (long)getpid());
	else if (what == OWED_STOPPING && forkd->stop == STOP_DRAIN)
		(void)snprintf(text, size, "STOPPING=1\n");
	else if (what == OWED_STOPPING)
		(void)snprintf(text, size,
		    "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRId64 "\n",
		    supervise_patience_ms(forkd) * 1000);
	supervise_count(forkd, &counts);
	used = strlen(text);
	(void)snprintf(text + used, size - used, "STATUS=%" PRId64 "/%" PRId64
	    " workers, %" PRIu64 " served, %" PRIu64 " refused",
	    counts.workers, counts.max_workers, counts.served, counts.refused);
}

static void
supervise_count(const struct forkd *forkd, struct supervise_counts *counts)
{
	const struct service_state	*state;
	const struct service		*service;

	memset(counts, 0, sizeof(*counts));
	TAILQ_FOREACH(service, &forkd->services, link) {
		state = service->state;
		counts->workers += state->load.busy;
		counts->max_workers += state->load.limit;
		counts->served += state->served;
		counts->refused += state->refused;
	}
}

static bool
has_changed(const struct forkd *forkd)
{
	const struct supervise_counts	*told;
	struct supervise_counts		 now;

	if (forkd->supervise.notify.fd == -1)
		return false;
	told = &forkd->supervise.counts;
	supervise_count(forkd, &now);
	return now.workers != told->workers ||
	    now.max_workers != told->max_workers ||
	    now.served != told->served || now.refused != told->refused;
}

/* How long a stop may take from here, by the settings. */
static int64_t
supervise_patience_ms(const struct forkd *forkd)
{
	const struct settings	*settings;
	const struct service	*service;
	int64_t			 longest_ms, own_ms;

	longest_ms = 0;
	TAILQ_FOREACH(service, &forkd->services, link) {
		settings = &service->settings;
		own_ms = settings->kill_grace;
		if (forkd->stop == STOP_DEADLINE)
			own_ms += settings->drain_timeout;
		if (own_ms > longest_ms)
			longest_ms = own_ms;
	}
	return longest_ms + MARGIN_MS;
}
