/* SPDX-License-Identifier: ISC */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "environment.h"

struct forkd_conn;
struct service;

/* What a child does between fork and its work, in this order. */
enum child_step {
	STEP_NONE, STEP_SESSION, STEP_DESCRIPTORS, STEP_SIGNALS, STEP_NICE,
	STEP_CHROOT, STEP_IDENTITY, STEP_NO_NEW_PRIVS,
	STEP_DIRECTORY, STEP_EXEC, STEP_START,
	STEP_LIMIT		/* and the number of the limit */
};

#define CHILD_NOT_FOUND	127	/* exit codes, as a shell's */
#define CHILD_CANNOT	126

/* What a child that fails tells the master; see spawn.c. */
struct child_report {
	int32_t		slot;
	uint32_t	generation;
	int32_t		step;
	int32_t		number;		/* of errno(3) */
};

/* Everything that a child needs; the master's, copied by fork. */
struct child {
	struct service		*service;
	struct forkd_conn	*conn;		/* NULL: in a pool, none yet;
						   mode wait: the listeners */
	pid_t			 master;	/* in mode wait: whom not to outlive */
	int			 slot;
	uint32_t		 generation;
	char			**variables;	/* of a handler; made before
						   fork, where no page of the
						   C library is missing yet */
	struct environment_room	 room;		/* of variables */
	bool			 default_signals; /* what was handled is not */
	int			 report_fd;	/* close-on-exec */
	int			 pipe_fd;	/* for error_fd, of its own, or
						   -1; close-on-exec */
	int			 error_fd;	/* what 2 is with stderr = log */
	int			 null_fd;	/* of /dev/null */
	int			 channel_fd;	/* its end, or -1; close-on-exec */
	uint64_t		*note;		/* of hand_over.h, or NULL */
	bool			 leaves;	/* the directory of a start that
						   somebody waits for */
	/* for C functions: closes what is the master's; for these, and for
	   a handler in a pool: does its work, ends */
	void			(*disown)(struct service *);
	void			(*serve)(struct child *)
				    __attribute__((noreturn));
};

/*
 * child_environment: fills in variables; the names of hosts, as variables, are
 * known with resolve only, and NULL otherwise.
 */
void	child_environment(struct child *, char *peer_name, char *local_name)
	    __attribute__((hot));

/*
 * child_rehearse: makes an environment for nobody, before the connection is
 * there.  In the master, so that the variables have their places, which the
 * child would have to write to a page of its own (environment_of); in the
 * child, so that what this runs and writes to is mapped when the client comes.
 */
void	child_rehearse(struct child *) __attribute__((hot));

/* child_main: the child's life, from fork on; its signals are blocked, or
   have no handler (default_signals). */
void	child_main(struct child *) __attribute__((hot, noreturn));

/*
 * child_restrict: the steps from nice to directory, limits among them.  Returns
 * STEP_NONE, or the step that failed, with errno.
 */
enum child_step child_restrict(const struct service *)
	    __attribute__((hot));

/*
 * child_become: a pool's handler has its connection: names, environment, exec.
 */
void	child_become(struct child *) __attribute__((hot, noreturn));

/*
 * child_exec: becomes the handler, with the environment that was made;
 * child_exec_named: asks for names and makes it first.
 */
void	child_exec(const struct child *) __attribute__((hot, noreturn));
void	child_exec_named(struct child *) __attribute__((noreturn));

/*
 * child_title: sets the title of this process in ps(1) to the service's name
 * and a text; NULL in a library, which knows no arguments to write over.
 * child_title_of: calls it if `title' is set.
 */
extern void	(*child_title)(const char *service, const char *text);
void	child_title_of(const struct child *, const char *text)
	    __attribute__((hot));

/* child_fail: reports a failed step and ends. */
void	child_fail(const struct child *, enum child_step, int number)
	    __attribute__((noreturn));

/* child_step_text: what was tried, for messages: `chroot /srv'. */
void	child_step_text(const struct service *, enum child_step, char *text,
	    size_t size);

#endif
