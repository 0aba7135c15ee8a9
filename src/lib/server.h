/* SPDX-License-Identifier: ISC */
#ifndef SERVER_H
#define SERVER_H

#include <sys/queue.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "error.h"
#include "hand_over.h"
#include "log.h"
#include "loop.h"
#include "serve.h"
#include "service.h"
#include "settings.h"
#include "spawn.h"
#include "stderr_pipe.h"
#include "supervise.h"
#include "worker.h"

/* How far a stop has gone; it never goes back. */
enum stop_level {
	STOP_NO,
	STOP_DRAIN,		/* handlers finish, without a deadline */
	STOP_DEADLINE,		/* handlers finish, until drain-timeout */
	STOP_TERM,		/* TERM to the groups, KILL after kill-grace */
	STOP_KILL
};

/* why the master has ended a worker that misbehaved, set up or not */
#define WHY_NONSENSE	"nonsense on its channel"
#define WHY_CHANNEL	"channel"
#define WHY_CLIENT_GONE	"client gone"	/* an ending that is nobody's fault */

struct deaths;
struct embed;
struct peer_table;
struct reaped;

/* The master. */
struct forkd {
	LIST_ENTRY(forkd)	 link;		/* of all: embed.c */
	struct settings		 settings;	/* of the program; defaults */
	struct service_list	 services;
	struct log		 log;
	struct error		 error;		/* what failed last */
	struct error		*error_of;	/* that, where this is const */
	bool			 running;
	pid_t			 runner;	/* who runs it; see caller.h */
	bool			 starting;	/* the pools; accepts nothing */
	bool			 has_pid_file;
	bool			 announces;	/* a line when it has detached */
	atomic_int		 stop_asked;	/* of forkd_stop() */
	atomic_int		 wake_fd;	/* for it, of embed.c; -1: none */
	struct embed		*embed;		/* NULL: not by forkd_step() */
	struct deaths		*deaths;	/* of deaths.c, or NULL likewise */

	/* while it runs */
	struct loop		*loop;
	struct watch		 signals;
	struct spawn		 spawn;
	struct supervise	 supervise;
	struct worker_table	*workers;
	struct hand_over	 hand_over;	/* channels; room 0: none */
	struct worker_self	 self;		/* in a worker; see serve.h */
	struct peer_table	*peers;		/* of peer_watch.c, or NULL */
	struct stderr_pipes	 pipes;		/* unused: all zero */
	struct timer		 sweep;		/* for lost signals */
	enum stop_level		 stop;
	struct timer		 give_up;	/* after STOP_KILL */
	bool			 gave_up;
	struct log_limit	 reload_limit;
};

/*
 * server_start: all from settings to a server that waits for its first turn;
 * server_finish: the last words of one that has stopped; server_unlisten: then
 * closes the listeners, which stay after a start that failed; server_close:
 * closes everything else.  They return 0, or -1 with forkd->error; then nothing is open
 * after server_start.
 */
int	server_start(struct forkd *);
int	server_finish(struct forkd *);
void	server_unlisten(struct forkd *);
void	server_close(struct forkd *);

/* server_check: what forkd_run() proves before it serves; opens nothing. */
int	server_check(struct forkd *);

/* server_log: logs at the loop's time. */
void	server_log(struct forkd *, struct event *);

/*
 * server_close_in_child: closes what is the master's, and any other master's
 * of this process; server_disown: one master's, but not what the service `own'
 * (NULL: none) has for its worker.
 */
void	server_close_in_child(struct service *);
void	server_disown(struct forkd *, const struct service *own);

/*
 * start.c: start_claim: takes the pid file, if one is asked for and it has not
 * been done; start_anchor: paths of a daemon begin where it was started;
 * start_tell: a daemon leaves the terminal and lets whoever waits for it go;
 * start_keeps_stderr: but standard error stays what it was.
 * They return 0, or -1 with forkd->error.  start_release mirrors start_claim.
 */
int	start_claim(struct forkd *);
int	start_anchor(struct forkd *);
int	start_tell(struct forkd *);
bool	start_keeps_stderr(const struct forkd *);
void	start_release(struct forkd *);

/*
 * dispatch.c, dispatch_fork.c: from listener to worker.
 * dispatch_start: prepares the timers and begins to accept; dispatch_update:
 * accepts or not, as load and rest have it; dispatch_continue: the same, and
 * first takes who waits; dispatch_stop: closes the
 * listeners; dispatch_abandon: closes a connection that waits for a fork, and
 * those that wait for a worker; dispatch_refuse: says why, and closes;
 * dispatch_fork: forks a worker with the connection.  Returns 0, or -1 with
 * errno; then the connection is still the caller's.
 */
void	dispatch_start(struct service *);
void	dispatch_update(struct service *);
void	dispatch_continue(struct service *);
void	dispatch_stop(struct service *);
void	dispatch_abandon(struct service *, const char *why);
void	dispatch_refuse(struct forkd_conn *, const char *why);
int	dispatch_fork(struct forkd_conn *);

/*
 * lifetime.c: from worker to its end.
 * lifetime_unborn: none could be forked: what was made for it is given back,
 * errno stays;
 * lifetime_watch: a worker was forked; lifetime_begin: it has a connection,
 * whose time runs; lifetime_done: that has ended, and the worker lives;
 * lifetime_undo: it never had it;
 * lifetime_end: sends
 * TERM, later KILL, to its group; lifetime_kill: KILL at once;
 * lifetime_say: what is about to be done to it, as handler-error;
 * lifetime_reap.c:
 * lifetime_sweep_later: looks in a while for those of whom no signal told;
 * lifetime_reap: buries those that have ended, lifetime_reap_told: at once
 * those that SIGCHLD has told of; lifetime_abort: kills and
 * buries all, waiting for them, when the loop is broken.
 * lifetime_peek, lifetime_over: what is done with one that has ended, before
 * and after it is reaped.
 */
void	lifetime_unborn(struct worker *);
void	lifetime_watch(struct worker *);
void	lifetime_begin(struct worker *);
void	lifetime_done(struct worker *, bool failed);
void	lifetime_undo(struct worker *);
void	lifetime_end(struct worker *, const char *why);
void	lifetime_kill(struct worker *, const char *why);
void	lifetime_say(struct worker *, const char *);
void	lifetime_sweep_later(struct forkd *);
void	lifetime_reap(struct forkd *);
void	lifetime_reap_told(struct forkd *);
void	lifetime_abort(struct forkd *);
void	lifetime_peek(pid_t, void *forkd);
void	lifetime_over(struct forkd *, struct worker *, const struct reaped *);

/*
 * setup.c: whether workers can be set up.
 * setup_start: prepares the timer; setup_failed: a worker that is about to be
 * released told of a step that failed; setup_broken: a pool's worker failed in
 * another way; setup_worked: one did its work;
 * setup_resume: the pause of a throttled service ends now.
 */
void	setup_start(struct service *);
void	setup_failed(struct worker *);
void	setup_broken(struct worker *, const char *cause);
void	setup_worked(struct worker *);
void	setup_resume(struct service *);

/*
 * orders.c: orders_ready: the pipe of sig.c is readable; orders_obey: does
 * what signals and forkd_stop() ask for; orders_stop: what forkd_stop() does.
 */
void	orders_ready(struct watch *);
void	orders_obey(struct forkd *);
void	orders_stop(struct forkd *);

/*
 * embed.c: a master inside of a program with a loop of its own; what stands
 * behind `embedded' may only be called if forkd->embed is not NULL.
 * embed_add, embed_remove: a master is made and released; embed_abort: it is
 * about to be released, and ends what runs: 0, or -1 if it is in one of its own
 * functions; embed_next: the next one (NULL: the first); embed_is_used: whether any of this process is in
 * steps; embed_wake: makes forkd_fd() readable, if it is embedded, and is
 * async-signal-safe.
 * embedded: embed_open: the descriptor by which forkd_stop() wakes it, and
 * what else forkd_step() needs, -1 with errno; embed_room: room for so many
 * workers, 0 or -1 with errno; embed_ready: it was woken; embed_close: mirrors
 * both, in a child as well; embed_arm: forkd_fd() follows the timers, call it
 * where one was set outside of a step.
 */
void	embed_add(struct forkd *);
void	embed_remove(struct forkd *);
struct forkd *embed_next(const struct forkd *);
bool	embed_is_used(void);
void	embed_wake(const struct forkd *);
int	embed_open(struct forkd *);
int	embed_room(struct forkd *, size_t workers);
void	embed_ready(struct watch *);
void	embed_close(struct forkd *);
void	embed_arm(struct forkd *);
int	embed_abort(struct forkd *);

/*
 * deaths.c: the ends of workers without SIGCHLD; only while forkd->deaths is
 * not NULL.
 * deaths_open: room for so many, 0 or -1 with errno; deaths_close: mirrors it,
 * also half of it, and in a child (own: false).
 * deaths_begin, deaths_end: a worker is there, is about to be released;
 * deaths_reap: buries those that have ended; deaths_has: it is still our
 * child; deaths_wait: buries one that was killed.
 */
int	deaths_open(struct forkd *, size_t workers);
void	deaths_close(struct forkd *, bool own);
void	deaths_begin(struct worker *);
void	deaths_end(struct worker *);
void	deaths_reap(struct forkd *);
bool	deaths_has(const struct worker *);
void	deaths_wait(struct worker *);

/*
 * logs.c: what the log needs while the server runs.
 * logs_need_pipes: whether handlers' standard error comes to the log by pipes;
 * logs_open: makes room for these, 0 or -1 with errno; logs_reopen: USR1;
 * logs_tell_left_out: counts the lines that limits kept back to the end.
 */
bool	logs_need_pipes(const struct forkd *);
int	logs_open(struct forkd *);
void	logs_reopen(struct forkd *);
void	logs_tell_left_out(struct forkd *);

/*
 * debug.c: lines of level debug.  debug_start: what a server begins with;
 * debug_accepts: the listeners of a service come into the wait set or leave
 * it; debug_signal: a signal was sent to a worker's group.
 */
void	debug_start(struct forkd *);
void	debug_accepts(struct service *, bool);
void	debug_signal(struct worker *, const char *signal, const char *why);

/*
 * stop.c: stop_signal: a signal or forkd_stop() asks for a stop;
 * stop_is_done: nothing is left to wait for; stop_say_end: the last line.
 */
void	stop_start(struct service *);
void	stop_signal(struct forkd *, int signal);
bool	stop_is_done(const struct forkd *);
void	stop_say_end(struct forkd *);

#endif
