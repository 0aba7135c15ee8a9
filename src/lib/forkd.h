/*
 * Copyright (c) 2026 The forkd authors
 * SPDX-License-Identifier: ISC
 *
 * forkd.h: a correct forking server in twenty lines.
 *
 * Structures are opaque.  Functions return 0, or -1 with errno set, or a
 * pointer, or NULL with errno set; forkd_error() says what was tried, on
 * what, and the cause.  Nothing here calls exit(3) or writes to standard
 * error, but for forkd_main() and the process that forkd_detach() leaves
 * behind; the library is silent until the `log` setting or ops.log is set.
 * Nothing here is thread-safe: one thread makes all calls, and forkd_run() and
 * forkd_step() are for a process without other threads.  forkd_stop() alone
 * may be called from a signal handler.
 *
 * See forkd(3), and forkd(8) for the settings.
 */
#ifndef FORKD_H
#define FORKD_H

#include <sys/types.h>
#include <sys/resource.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FORKD_RETIRE		1	/* from serve: it was my last one */

#define FORKD_STOP_GRACEFUL	1	/* let the handlers finish */
#define FORKD_STOP_NOW		2	/* end the handlers */

#define FORKD_MASTER		(-1)	/* as slot: the master */
#define FORKD_MESSAGE_MAX	16384	/* bytes of a message */
#define FORKD_WORKER_STARTING	1	/* what `state' of a worker can be */
#define FORKD_WORKER_IDLE	2
#define FORKD_WORKER_BUSY	3
#define FORKD_WORKER_RETIRING	4

struct forkd;			/* a master and its services */
struct forkd_conn;		/* an accepted connection, in a worker */
struct forkd_socket;		/* of the socket layer, forkd_socket.h */

/*
 * What a service of C functions consists of.  Only serve is required.  `arg`
 * is what forkd_service() was given; it stays the caller's.
 */
struct forkd_ops {
	/*
	 * Worker: serves one connection; standard input and output are
	 * /dev/null, standard error as the `stderr' setting says.  Returns 0
	 * when it was served, -1 when that failed (it is logged), FORKD_RETIRE
	 * when this worker is to take no further one.
	 */
	int	(*serve)(struct forkd_conn *, void *arg);
	/*
	 * Worker, after privileges are dropped and before the first
	 * connection.  Returns 0, or -1 with errno set: the worker ends.
	 */
	int	(*start)(struct forkd *, int slot, void *arg);
	/* Worker, after the last connection and before it ends. */
	void	(*finish)(struct forkd *, int slot, void *arg);
	/* Master, must not block: 0 refuses the connection. */
	int	(*allow)(const struct forkd_conn *, void *arg);
	/* Master, on SIGHUP: -1 keeps what was. */
	int	(*reload)(struct forkd *, void *arg);
	/*
	 * Master: a worker ended; status is that of wait(2), or -1, with no
	 * usage, where that is unknown, see forkd_step().
	 */
	void	(*reaped)(struct forkd *, int slot, pid_t, int status,
		    const struct rusage *, void *arg);
	/*
	 * Master, must not block: a worker has sent a message of `size' bytes
	 * with forkd_send(); they are the library's until it returns, and
	 * aligned for any type.  fd, -1 for none, is the function's own,
	 * close-on-exec.  All that a worker sends comes before reaped.
	 */
	void	(*message)(struct forkd *, int slot, uint32_t type,
		    const void *, size_t, int fd, void *arg);
	/* Master: takes every log line, without time and newline. */
	void	(*log)(int priority, const char *line, void *arg);
	/* Zero. */
	void	(*reserved[8])(void);
};

/*
 * forkd_new: a master without services.  Standard descriptors that are closed
 * are opened on /dev/null, so that no socket takes their numbers.
 * Returns what forkd_free() releases, or NULL with ENOMEM, EMFILE, ENFILE.
 */
struct forkd	*forkd_new(void);

/*
 * forkd_free: closes the listeners and releases everything; NULL is allowed.
 * Call it after forkd_run() has returned, or instead of it; called from one of
 * the master's own functions, it does nothing.  A master that is in steps is
 * stopped at once: its workers are killed and reaped.  In a child of the
 * program, only what the child has of it is closed.  Keeps errno.
 */
void		 forkd_free(struct forkd *);

/*
 * forkd_service: adds a service called `name` (letters, digits, `.', `_',
 * `-'; up to 63 bytes; copied).  With ops, which stay the caller's and must
 * outlive the master, the service is C functions; with ops NULL the `handler'
 * setting names an executable.
 * Returns 0, or -1: EINVAL (name, or ops without serve), EEXIST, EBUSY (the
 * master runs), EPERM (in a worker), ENOMEM.
 */
int		 forkd_service(struct forkd *, const char *name,
		    const struct forkd_ops *ops, void *arg);

/*
 * forkd_set: gives setting `name` of forkd(8) the value `value` (copied).
 * With service NULL it is set for the whole program, or for the only service,
 * or, before the first service, as default of those to come.
 * Returns 0, or -1: EINVAL (no such setting, or value), ENOENT (no such
 * service), ENOTSUP (not there yet), EBUSY (the master runs), EPERM (in a
 * worker), ENOMEM.
 */
int		 forkd_set(struct forkd *, const char *service,
		    const char *name, const char *value);

/*
 * forkd_load: reads a configuration file: not there yet.
 * Returns -1: ENOTSUP; or EINVAL, EBUSY, EPERM as forkd_set().
 */
int		 forkd_load(struct forkd *, const char *file);

/*
 * forkd_listen: binds `address` (forms as in forkd(8), -l) for a service now;
 * service NULL is the only one.  May be called several times, also for a name
 * with several addresses.  Socket settings must be set before.
 * Returns 0, or -1: EINVAL, ENOENT, ENOTSUP, EADDRINUSE, EADDRNOTAVAIL,
 * EACCES, EHOSTUNREACH (the name does not resolve), EBUSY (the master runs),
 * EPERM (in a worker), or as socket(2), bind(2).
 */
int		 forkd_listen(struct forkd *, const char *service,
		    const char *address);

/*
 * forkd_address: writes the n-th (from 0) address of a service as it is
 * bound, with the real port, to `text` of `size` bytes, NUL included.
 * Returns 0, or -1: ENOENT (no such service or listener), ERANGE (size),
 * EINVAL.
 */
int		 forkd_address(const struct forkd *, const char *service,
		    unsigned int n, char *text, size_t size);

/*
 * forkd_run: proves identities and handlers, then serves until it is stopped
 * by a signal (see forkd(8)) or by forkd_stop().  It owns the process: while
 * it runs, dispositions and mask of signals are its own and every child is
 * reaped by it; afterwards dispositions and mask are what they were.
 * Returns 0 after a stop, with all workers reaped, or -1: EINVAL, ENOENT,
 * EACCES, EPERM (also in a worker), EBUSY (a master runs in this process) and
 * others; nothing is left running then.
 */
int		 forkd_run(struct forkd *);

/*
 * forkd_step: forkd_run() for a program with a loop of its own: one turn.  The
 * first call opens everything, and the descriptor of forkd_fd().  It does what
 * is due, and waits for that for timeout_ms at most (0: not at all, -1: for as
 * long as it takes), and no longer than until a signal.  The process remains
 * the program's: no disposition and no mask changes, signals mean nothing to
 * the master, and no child is reaped but its own workers.  If the program
 * reaps these itself, or ignores SIGCHLD, their status is unknown.
 * Returns 1 while it runs; 0 after a stop, with all workers reaped and
 * everything closed (another call begins anew); or -1, with nothing left
 * running: as forkd_run(); or -1, and nothing has changed: EBUSY (in a
 * function of the master, or forkd_run() has it or the process), EPERM (in a
 * child of the master), EINVAL (NULL).
 */
int		 forkd_step(struct forkd *, int timeout_ms);

/*
 * forkd_fd: a descriptor that is readable whenever a step has work to do:
 * connections, deaths, timers, forkd_stop().  For poll(2), epoll(7) and their
 * like; the library's, valid until forkd_step() returns 0 or -1.  Opens what
 * the first step does.  Returns -1 as forkd_step().
 */
int		 forkd_fd(struct forkd *);

/*
 * forkd_stop: asks forkd_run() or forkd_step() to stop, FORKD_STOP_GRACEFUL
 * (as SIGTERM) or FORKD_STOP_NOW (as SIGINT).  Async-signal-safe; keeps errno.
 * In a worker, and with NULL, it does nothing.
 */
void		 forkd_stop(struct forkd *, int how);

/*
 * Messages between the master and its workers that run C functions.  Each has
 * a type, which means what the program wants, up to FORKD_MESSAGE_MAX bytes,
 * and a descriptor if need be.  They come whole and in order.
 */

/*
 * forkd_send: in a worker, slot FORKD_MASTER: sends a message to ops.message
 * of the master.  In the master, slot of a worker: to its forkd_receive().
 * Never waits.  data may be NULL with size 0; fd -1 for none: a copy is sent,
 * and fd stays the caller's.
 * Returns 0 when it is under way, or -1: EAGAIN (the channel is full: the
 * other side has yet to read some), EPIPE (master or worker is gone),
 * EMSGSIZE (size), EINVAL, EBADF (fd), ETOOMANYREFS (see unix(7)), EPERM (to
 * the master from the master, or to a worker from elsewhere), ENOENT (no
 * worker in that slot), EOPNOTSUPP (that worker runs an executable).
 */
int		 forkd_send(struct forkd *, int slot, uint32_t type,
		    const void *data, size_t size, int fd);

/*
 * forkd_receive: in a worker: the master's next message, waiting for it for
 * timeout_ms milliseconds, -1: for ever, 0: not at all.  *type and `size'
 * bytes of data are filled in; *fd is the caller's then, close-on-exec, -1:
 * there is none.  type and fd may be NULL; a descriptor is closed then.
 * Returns the size of the message, or -1, and nothing is filled in:
 * ETIMEDOUT; EINTR (a function of the program's has handled a signal);
 * EMSGSIZE (data is too small) and EMFILE, ENFILE (no room for its
 * descriptor): the message stays for the next call; ENOBUFS (some are lost:
 * there was no room while the worker waited for connections, since 64 had
 * come, or no memory or descriptor), once, where they would have been; EPIPE
 * (the master is gone, and all is read); EPERM (called in the master), EINVAL.
 */
ssize_t		 forkd_receive(struct forkd *, uint32_t *type, void *data,
		    size_t size, int *fd, int timeout_ms);

/*
 * forkd_draining: in a worker: whether it should finish soon, because the
 * server stops or is gone; never waits.  Messages that it finds meanwhile are
 * kept for forkd_receive().  In the master: whether it stops.
 * Returns 1, 0, or -1: EINVAL (no master).
 */
int		 forkd_draining(const struct forkd *);

/*
 * forkd_stat: a number of a service, of forkd_stat(3): workers, busy, idle,
 * starting, retiring, max-workers, slots; and since the run began: accepted,
 * served, refused, failed, crashed, killed, full, setup-failures, throttled.
 * With service NULL the sum of all services.  While the master does not run,
 * nobody works and the counters are those of the last run.
 * Returns 0, or -1: EINVAL (no such field), ENOENT (no such service), EPERM
 * (in a worker).
 */
int		 forkd_stat(const struct forkd *, const char *service,
		    const char *field, int64_t *value);

/*
 * forkd_worker_stat: a number of the worker in a slot: pid, generation, state
 * (FORKD_WORKER_...), busy, served, connection; age and time-in-state in
 * milliseconds.
 * Returns 0, or -1: EINVAL (no such field), ENOENT (no worker is there), EPERM
 * (in a worker).
 */
int		 forkd_worker_stat(const struct forkd *, int slot,
		    const char *field, int64_t *value);

/*
 * forkd_error: what failed last on this master, one line; with NULL, what
 * failed last in this thread where no master was at hand.  The text is the
 * library's, until the next failure.  Never NULL.
 */
const char	*forkd_error(const struct forkd *);

/*
 * forkd_main: a whole server program: options of forkd(8), master, run.
 * With ops NULL the operands name an executable handler, and talkback is the
 * default.  Messages go to standard error.  Returns the exit code; the signals
 * that stop a server are blocked then, so that none changes it.
 */
int		 forkd_main(int argc, char *argv[],
		    const struct forkd_ops *ops, void *arg);

/*
 * forkd_detach: for a program of one's own: forks a daemon.  The process that
 * called it waits inside until the daemon is ready or has ended, and leaves by
 * _exit(2) with 0, the status of forkd_ready(), or the daemon's own; 71, with
 * a line on standard error, if that was killed or ended with 0 too early.
 * Returns 0 in the daemon: a session of its own, nothing that it makes is
 * writable by others; directory and standard descriptors are what they were.
 * Returns -1 where there is no daemon: EBUSY (called before), or as pipe2(2),
 * fork(2).
 */
int		 forkd_detach(void);

/*
 * forkd_ready: lets the process that waits in forkd_detach() go.  With status
 * 0, which forkd_run() does when it serves, the directory becomes / and the
 * standard descriptors /dev/null before; with another one, up to 255, nothing
 * changes.  Does nothing if nobody waits.  Returns 0, or -1: EINVAL, EPIPE
 * (whoever waited is gone), or as open(2), chdir(2), dup2(2): exit then.
 */
int		 forkd_ready(int status);

/*
 * forkd_drop_privileges: for a program of one's own: becomes `user` (name or
 * number, `:group' may follow) for good: supplementary groups, group, user,
 * and the proof that there is no way back.  group NULL: the user's; groups
 * NULL: the user's own, else a list as in the `groups' setting.
 * Returns 0, or -1: ENOENT (no such user or group), EPERM, EINVAL, ENOMEM;
 * after a failure the identity may be partly changed: exit.  See setresuid(2).
 */
int		 forkd_drop_privileges(const char *user, const char *group,
		    const char *groups);

/*
 * The connection that serve was given.  The library closes it after serve.
 * What fails says why in forkd_error(NULL); with NULL for the connection it
 * is EINVAL, and -1, NULL or 0 is returned.
 */

/* forkd_conn_fd: its descriptor, blocking, close-on-exec; the library's. */
int		 forkd_conn_fd(const struct forkd_conn *);

/*
 * forkd_conn_socket: the same as a socket of forkd_socket.h, always the same
 * one.  In a worker only; it is the library's, and forkd_socket_close() does
 * nothing to it.  Returns NULL: EPERM (in the master), ENOMEM.
 */
struct forkd_socket *forkd_conn_socket(struct forkd_conn *);

/*
 * forkd_conn_in, forkd_conn_out: stdio(3) on the connection; flushed and
 * closed after serve, never by the caller.  Returns NULL with ENOMEM, EMFILE.
 */
FILE		*forkd_conn_in(struct forkd_conn *);
FILE		*forkd_conn_out(struct forkd_conn *);

/*
 * forkd_conn_peer, forkd_conn_local: an address as text: 127.0.0.1:53422,
 * [::1]:80; IPv4-mapped addresses are shown as IPv4.  The library's, as long
 * as the connection.
 */
const char	*forkd_conn_peer(const struct forkd_conn *);
const char	*forkd_conn_local(const struct forkd_conn *);

/*
 * forkd_conn_peercred: who is at the other end of a unix socket, see unix(7).
 * Any pointer may be NULL.  Returns 0, or -1: EOPNOTSUPP (not a unix socket).
 */
int		 forkd_conn_peercred(const struct forkd_conn *, uid_t *,
		    gid_t *, pid_t *);

/* forkd_conn_serial: the number of the connection, from 1 in each service. */
uint64_t	 forkd_conn_serial(const struct forkd_conn *);

/* forkd_conn_server: the master it came from (in the worker: a copy). */
struct forkd	*forkd_conn_server(const struct forkd_conn *);

#ifdef __cplusplus
}
#endif

#endif /* FORKD_H */
