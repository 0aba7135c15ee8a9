/* SPDX-License-Identifier: ISC */
/*
 * The loop of host with libevent: an event for orders and for each master, and
 * a timer of the program's own that must not be held up.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "host.h"

#ifdef HAVE_LIBEVENT

#include <event2/event.h>

static void	on_order(evutil_socket_t, short, void *);
static void	on_master(evutil_socket_t, short, void *);
static void	follow(void);

static struct event_base	*base;
static struct event		*events[HOST_MASTERS];
static int			 fds[HOST_MASTERS];	/* of events */

void
host_libevent(void)
{
	struct event	*orders;

	base = event_base_new();
	if (base == NULL)
		abort();
	orders = event_new(base, host_orders, EV_READ | EV_PERSIST, on_order,
	    NULL);
	(void)event_add(orders, NULL);
	(void)event_base_dispatch(base);
	event_free(orders);
	event_base_free(base);
}

static void
on_order(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (host_order())
		follow();
	else
		(void)event_base_loopbreak(base);
}

static void
on_master(evutil_socket_t fd, short what, void *arg)
{
	struct event	**event = arg;

	(void)fd;
	(void)what;
	host_ready((int)(event - events));
	follow();
}

/* The events are those of the descriptors that there are now. */
static void
follow(void)
{
	int	i;

	for (i = 0; i < HOST_MASTERS; i++) {
		if (events[i] != NULL && fds[i] != host_fds[i]) {
			event_free(events[i]);
			events[i] = NULL;
		}
		if (events[i] != NULL || host_fds[i] == -1)
			continue;
		fds[i] = host_fds[i];
		events[i] = event_new(base, fds[i], EV_READ | EV_PERSIST,
		    on_master, &events[i]);
		(void)event_add(events[i], NULL);
	}
}

#else

void
host_libevent(void)
{
	exit(77);		/* it was not there when this was built */
}

#endif
