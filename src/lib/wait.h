/* SPDX-License-Identifier: ISC */
#ifndef WAIT_H
#define WAIT_H

struct error;
struct service;
struct worker;

/*
 * Mode wait: the handler accepts, and the master only starts handlers.  All
 * but wait_check are for services of that mode only.
 *
 * wait_check: whether the settings of a service fit its mode.  Returns 0, or
 * -1 with error: EINVAL, EX_CONFIG.
 */
int	wait_check(const struct service *, struct error *);

/*
 * wait_open: what handlers will get, once the listeners are there.  Returns 0,
 * or -1 with ENOMEM.  wait_start: prepares the timer and the listeners.
 */
int	wait_open(struct service *);
void	wait_start(struct service *);

/* wait_update: starts handlers, or watches the listeners, as is due. */
void	wait_update(struct service *);

/* wait_ended: a worker was reaped and is about to be released. */
void	wait_ended(const struct worker *);

/* wait_stop: closes the listeners and ends the handlers. */
void	wait_stop(struct service *);

/*
 * wait_change: one handler more is to be kept running, or one less (by -1);
 * says in the log, beginning with `name', what came of it.
 */
void	wait_change(struct service *, int by, const char *name);

#endif
