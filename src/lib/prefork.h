/* SPDX-License-Identifier: ISC */
#ifndef PREFORK_H
#define PREFORK_H

#include <stdbool.h>
#include <stdint.h>

#include "worker.h"

struct error;
struct forkd;
struct service;

/* prefork_is_pool: whether a service has one. */
bool	prefork_is_pool(const struct service *);

/* prefork_check: 0, or -1 with error if settings contradict each other. */
int	prefork_check(const struct service *, struct error *);

/*
 * prefork_start: spawns the first workers of all pools and turns the loop
 * until each one is ready or has failed.  Returns 0, or -1 with forkd->error
 * when a pool that must have workers has none; prefork_begin: the part of it
 * that cannot fail.
 */
int	prefork_start(struct forkd *);
void	prefork_begin(struct service *);

/*
 * prefork_spawn: forks one worker.  Returns 0, or -1 with errno of fork(2),
 * socketpair(2); then prefork_spawn_failed says so and returns after how many
 * milliseconds to try again.
 */
int	prefork_spawn(struct service *);
int64_t	prefork_spawn_failed(struct service *);

/*
 * prefork_can_take: whether a connection would be served at once;
 * prefork_may_fork: whether by a worker that is forked for it, since it runs
 * an executable, and nobody is idle; prefork_is_crowded: more workers are busy
 * than there are processors, or were just now.
 */
bool	prefork_can_take(const struct service *);
bool	prefork_is_crowded(const struct service *);
bool	prefork_may_fork(const struct service *);

/* prefork_forked: the worker was forked with its connection. */
void	prefork_forked(struct worker *);

/*
 * prefork_update: does what the policy wants now; prefork_is_over: the server
 * stops, and nobody waits who would need a worker; prefork_retire: a worker is
 * asked to leave, and nothing else is sent to it.
 */
void	prefork_update(struct service *);
bool	prefork_is_over(const struct service *);
void	prefork_retire(struct worker *);

/* prefork_set_state: the only place where the state of a pool's worker
   changes. */
void	prefork_set_state(struct worker *, enum worker_state);

/*
 * What hand_over.c has seen; those that return bool: whether it fits.
 * prefork_handed: a connection was given, or waits; prefork_renew: a worker has
 * one, and there may be too few idle ones now; prefork_lost: the channel
 * of a worker has ended; prefork_missed: no descriptor arrived.
 */
bool	prefork_got_ready(struct worker *);
bool	prefork_done(struct worker *, uint32_t flags);
void	prefork_handed(struct service *);
void	prefork_renew(struct service *);
void	prefork_lost(struct worker *);
void	prefork_missed(struct worker *);

/*
 * What lifetime.c has seen, of any worker.  prefork_ending: it is about to be
 * sent TERM or KILL; prefork_expired: its timer, when it has no connection;
 * prefork_over: it was reaped without one, with that status; prefork_gone: its
 * slot is about to be given back.
 */
void	prefork_ending(struct worker *);
void	prefork_expired(struct worker *);
void	prefork_over(struct worker *, int status);
void	prefork_gone(struct worker *);

/* prefork_adjust: min-workers one more or less; false: it is at its limit. */
bool	prefork_adjust(struct service *, int by);

/* prefork_drain: the server stops: those who serve are told. */
void	prefork_drain(struct service *);

#endif
