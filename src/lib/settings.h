/* SPDX-License-Identifier: ISC */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words.h"

struct error;

#define SETTING_OFF	(-1)	/* the value of `off', where that is allowed */
#define SETTING_AUTO	(-2)	/* the value of `auto' */

enum setting_type {
	SETTING_YES,		/* yes, no */
	SETTING_NUMBER,
	SETTING_OCTAL,
	SETTING_DURATION,	/* kept in milliseconds */
	SETTING_SIZE,		/* kept in bytes */
	SETTING_CHOICE,		/* kept as index into choices */
	SETTING_TEXT,
	SETTING_COMMAND,	/* words as a shell splits them */
	SETTING_LIST,		/* words; a new value replaces the list */
	SETTING_LINES		/* each value is added; an empty one clears */
};

enum setting_group {
	GROUP_SOCKETS, GROUP_HANDLER, GROUP_IDENTITY, GROUP_POOL,
	GROUP_ADMISSION, GROUP_ACCESS, GROUP_TIME, GROUP_LIMITS, GROUP_PROXY,
	GROUP_SERVICE, GROUP_PROGRAM, GROUP_COUNT
};

#define SETTING_MAY_BE_OFF	0x1
#define SETTING_MAY_BE_AUTO	0x2
#define SETTING_LATER		0x4	/* reserved: not there yet */
#define SETTING_CHOICES		6

struct setting {
	const char		*name;
	enum setting_group	 group;	/* GROUP_PROGRAM: of the program */
	enum setting_type	 type;
	unsigned int		 flags;
	size_t			 offset;	/* in struct settings */
	int64_t			 min, max;	/* in the kept unit */
	const char		*initial;	/* default, as a user would
						   write it; NULL: none */
	const char		*choices[SETTING_CHOICES]; /* '-' before one
						   that is not there yet */
	const char		*help;
};

enum setting_mode { MODE_FORK, MODE_PREFORK, MODE_WAIT };
enum setting_stderr { STDERR_LOG, STDERR_SOCKET, STDERR_NULL };
enum setting_on_stop { ON_STOP_DRAIN, ON_STOP_LEAVE };
enum setting_client_gone { GONE_IGNORE, GONE_RESET, GONE_EOF };
enum setting_log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };
enum setting_log_format { FORMAT_TEXT, FORMAT_JSON };

#define LIMIT_COUNT	7
#define SETTINGS_MAX	128

/* Values; texts are owned.  The number of a limit is its place in limits[]. */
struct settings {
	/* sockets */
	struct words	listen;
	int64_t		backlog;
	int64_t		socket_mode;
	char	       *socket_owner, *socket_group;	/* NULL: ours */
	int64_t		tcp_nodelay, keepalive, freebind;
	int64_t		send_buffer, receive_buffer;	/* bytes or OFF */
	/* handler */
	struct words	handler;
	char	       *argv0;			/* NULL: the handler's path */
	int64_t		mode;
	char	       *directory;		/* NULL: where it was started */
	int64_t		umask, nice, standard_error, resolve, title;
	struct words	env, env_keep;
	/* identity */
	char	       *user, *group, *groups, *chroot;	/* NULL: none */
	int64_t		no_new_privs;		/* 0, 1, SETTING_AUTO */
	/* pool */
	int64_t		max_workers, min_workers, min_spare, max_spare;
	int64_t		max_requests, max_lifetime;
	int64_t		idle_interval, start_timeout;
	/* time, milliseconds */
	int64_t		timeout, kill_grace, drain_timeout, on_stop;
	int64_t		idle_timeout, client_gone;
	/* handler limits, for setrlimit(2), or OFF: as forkd found it */
	int64_t		limits[LIMIT_COUNT];
	/* whole program */
	char	       *pid_file;		/* NULL: none */
	char	       *log;			/* NULL: none */
	int64_t		log_format, log_level;
	int64_t		notify_fd;		/* or OFF */
	/* a bit for each setting of the table that somebody has set */
	uint64_t	given[SETTINGS_MAX / 64];
};

/* settings_table: the settings, in the order of the manual; ends with a
   NULL name.  The only place where a setting is described. */
extern const struct setting	settings_table[];

/* What setrlimit(2) calls limits[i].  Not const: a child has what is not
   read-only without a page fault. */
extern int			settings_limit_resource[LIMIT_COUNT];

/* settings_init: defaults.  Returns 0, or -1 with ENOMEM. */
int	settings_init(struct settings *);

/* settings_copy: to becomes a copy.  Returns 0, or -1 with ENOMEM. */
int	settings_copy(struct settings *to, const struct settings *from);

/* settings_free: releases the values; struct settings itself stays. */
void	settings_free(struct settings *);

/* settings_find: the description of a setting, or NULL. */
const struct setting *settings_find(const char *name);

/* settings_is_given: whether it was set, or is at its default. */
bool	settings_is_given(const struct settings *, const char *name);
/* settings_least: min-workers, whose default in mode wait is another one. */
int64_t	settings_least(const struct settings *);

/* settings_group_title: how the manual calls a group. */
const char *settings_group_title(enum setting_group);

/*
 * settings_set: reads a value.  Returns 0, or -1 with error: EINVAL, ENOTSUP
 * (not there yet), ENOMEM; the old value stays then.
 */
int	settings_set(struct settings *, const char *name, const char *value,
	    struct error *);

/*
 * settings_limits_text: what a setting takes, for messages and usage, like
 * `1 to 65536 or off'.
 */
void	settings_limits_text(const struct setting *, char *text, size_t size);

#endif
