/* SPDX-License-Identifier: ISC */
#ifndef SERVICE_H
#define SERVICE_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "backoff.h"
#include "conn.h"
#include "environment.h"
#include "event.h"
#include "identity.h"
#include "log.h"
#include "loop.h"
#include "settings.h"
#include "words.h"

struct forkd;
struct forkd_ops;
struct listener;

#define SERVICE_NAME_SIZE	64
#define SERVICE_NAME_CHARACTERS	"abcdefghijklmnopqrstuvwxyz" \
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/* How busy a service is; what admit.c decides on. */
struct load {
	int64_t	busy, limit;	/* workers */
	bool	full;		/* `full' was said, `free' not yet */
	int64_t	full_ms;	/* when it became full */
	int64_t	room_ms;	/* when it last got room again, 0: has none */
};

/* How often workers could not be set up; what throttle.c decides on. */
struct throttle {
	int	failures;	/* in a row */
	int64_t	delay_ms;	/* of the last pause, without jitter; 0: none */
	int64_t	born_ms;	/* youngest connection that failed */
	int64_t	until_ms;	/* end of the last pause */
};

/* How many workers a pool has, by what they do. */
struct pool_counts {
	int64_t	starting, idle, busy, retiring;
};

/* How many there should be; what pool.c decides on. */
struct pool {
	int64_t	min_workers, max_workers, min_spare, max_spare;
	int64_t	interval_ms;	/* of idle-interval */
	int64_t	rate;		/* workers to spawn at once, at most */
	int64_t	calm;		/* with more busy ones, new ones wait for a
				   tick: whoever serves needs the processors */
	bool	missed;		/* somebody found none idle since the last one */
	int64_t	low_water;	/* the fewest idle ones since marked_ms */
	int64_t	marked_ms;
	int64_t	surplus;	/* found then, and not retired yet */
};

/* How often handlers of mode wait ended in no time; what pace.c decides on. */
struct pace {
	int		quick;		/* in a row */
	struct backoff	backoff;
};

/* What changes while a service runs; the master's alone, see apart.h. */
struct service_state {
	uint64_t		 serial;	/* of the last connection */
	uint64_t		 served, refused; /* connections, for STATUS */
	uint64_t		 accepted;	/* for forkd_stat(), see stat.c */
	uint64_t		 failed, crashed, killed, setup_failures;
	uint64_t		 full, throttles; /* how often it became so */
	struct load		 load;
	struct backoff		 accept_backoff, fork_backoff;
	bool			 resting;	/* not accepting for a while */
	bool			 closed;	/* a stop has come to its deadline */
	struct timer		 rest;		/* until then; or fork again */
	struct pool		 pool;
	struct pool_counts	 workers;	/* of the pool */
	TAILQ_HEAD(idle_list, worker) idle;	/* the last one first */
	TAILQ_HEAD(, returned)	 returned;	/* of hand_over.c */
	struct timer		 tick;		/* of the pool */
	int64_t			 processors;	/* that there are for it */
	int64_t			 crowd_ms;	/* until then it is crowded */
	int64_t			 spawn_ms;	/* no fork before, in a pool */
	struct throttle		 throttle;
	bool			 throttled;	/* not accepting: the throttle */
	struct timer		 pause;		/* until then */
	struct timer		 settle;	/* until `free' is said */
	struct timer		 drain;		/* of drain-timeout */
	struct timer		 look;		/* can a listener be closed? */
	int64_t			 stop_ms;	/* when the drain began */
	int64_t			 waited_ms;	/* when a connection last waited */
	struct pace		 pace;		/* mode wait: */
	int64_t			 queued;	/* when the last handler began */
	struct log_limit	 log_limits[EVENT_COUNT];
	struct log_limit	 stderr_limit, pipe_limit; /* stderr_pipe.c */
};

/* Name, listeners, handler and settings; all owned. */
struct service {
	TAILQ_ENTRY(service)	 link;
	char			 name[SERVICE_NAME_SIZE];
	struct forkd		*server;
	const struct forkd_ops	*ops;		/* NULL: an executable */
	void			*arg;		/* of ops; the user's */
	struct settings		 settings;
	TAILQ_HEAD(, listener)	 listeners;
	size_t			 bound;		/* addresses of settings.listen */

	/* made when the server starts */
	struct identity		 identity;
	struct environment	 environment;
	char			*path;		/* of the handler */
	struct words		 argv;		/* as the handler sees it */
	char			*listen_names;	/* LISTEN_FDNAMES=..., mode wait */
	uint64_t		 serial;	/* when it ran last */
	struct service_state	 last;		/* what was counted then */

	/* while it runs */
	struct service_state	*state;		/* owned; NULL in a worker */
	bool			 is_waiting;	/* `waiting' is there: */
	struct forkd_conn	 waiting;	/* accepted, not forked yet */
};

TAILQ_HEAD(service_list, service);

/*
 * service_new: with a copy of the settings.  Returns NULL with errno EINVAL
 * (the name is not 1 to 63 letters, digits, `.', `_', `-'), ENOMEM.
 */
struct service	*service_new(const char *name, const struct settings *);
void		 service_free(struct service *);

/*
 * service_start: makes the state; not before the program runs, since it may
 * fork to become a daemon until then.  Returns 0, or -1 with ENOMEM.
 * service_stop: mirrors it; twice is nothing.
 */
int		 service_start(struct service *);
void		 service_stop(struct service *);

/* service_find: by name; NULL: the only one.  NULL: there is none such. */
struct service	*service_find(const struct service_list *, const char *name);

/* service_first: the first one of the list that a service is in. */
const struct service	*service_first(const struct service *);

/*
 * service_identify: looks up who the workers are, once the settings are
 * complete.  Returns 0, or -1 with error.
 */
int		 service_identify(struct service *, struct error *);

#endif
