/* SPDX-License-Identifier: ISC */
/*
 * The server: proves that it can serve, wires services, signals and children
 * to the loop, and turns it until the last worker has ended.  The way of a
 * connection goes on in dispatch.c, that of a worker in lifetime.c, the end
 * of both in stop.c.
 */
#include "config.h"

#include <sys/mman.h>

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "caller.h"
#include "daemon.h"
#include "error.h"
#include "event.h"
#include "fdio.h"
#include "forkd.h"
#include "handler.h"
#include "listen.h"
#include "listen_text.h"
#include "peer_watch.h"
#include "pid_file.h"
#include "prefork.h"
#include "server.h"
#include "sig.h"
#include "wait.h"

#define STACK_BACK	((size_t)1 << 20)	/* bytes; a start needs less */
#define READY_SIZE	1500	/* for the addresses in the ready line */
#define TIMERS_EACH	6	/* of a service: rest, pause, settle, drain, look,
				   tick */
#define TIMERS_OWN	6	/* sweep, give_up; report, watchdog; stderr_pipe.c;
				   embed.c */

static int	server_run(struct forkd *);
static int	server_open(struct forkd *);
static bool	server_needs_null(const struct forkd *);
static int	server_spare(struct forkd *);
static int	server_bind(struct forkd *);
static int	server_room(struct forkd *);
static void	server_ready(struct forkd *) __attribute__((noinline));
static int	server_turns(struct forkd *);
static int	server_turn_all(struct forkd *) __attribute__((noinline));

int
forkd_run(struct forkd *forkd)
{
	int	failed;

	if (caller_changes(forkd, "forkd_run") == -1)
		return -1;
	if (embed_is_used())
		return error_set(&forkd->error, EX_SOFTWARE, EBUSY,
		    "forkd_run: it wants the process for itself, and another "
		    "master is in steps");
	if (start_claim(forkd) == -1)
		return -1;
	failed = server_run(forkd);
	start_release(forkd);
	return failed;
}

int
server_check(struct forkd *forkd)
{
	struct service	*service;

	if (TAILQ_EMPTY(&forkd->services))
		return error_set(&forkd->error, EX_CONFIG, EINVAL,
		    "no service to run");
	TAILQ_FOREACH(service, &forkd->services, link) {
		service->server = forkd;
		if (prefork_check(service, &forkd->error) == -1 ||
		    wait_check(service, &forkd->error) == -1 ||
		    handler_prove(service, &forkd->error) == -1)
			return -1;
	}
	return 0;
}

void
server_log(struct forkd *forkd, struct event *event)
{
	log_event(&forkd->log, event,
	    forkd->loop == NULL ? loop_clock() : loop_now(forkd->loop));
}

void
server_close_in_child(struct service *own)
{
	struct forkd	*other;

	server_disown(own->server, own);
	for (other = NULL; (other = embed_next(other)) != NULL; )
		if (other != own->server)
			server_disown(other, NULL);
	pid_file_close_in_child();
	daemon_close_in_child();
	sig_close_in_child();
}

void
server_disown(struct forkd *forkd, const struct service *own)
{
	struct service	*service;

	TAILQ_FOREACH(service, &forkd->services, link) {
		service->state = NULL;
		listen_close_in_child(service);
		if (service->is_waiting && service != own)
			fdio_close(&service->waiting.fd);
	}
	hand_over_close_in_child(forkd);
	if (forkd->embed != NULL)
		embed_close(forkd);
	spawn_close_in_child(&forkd->spawn);
	if (own == NULL)
		spawn_close(&forkd->spawn);
	supervise_close(forkd);
	stderr_pipes_close_in_child(&forkd->pipes);
	loop_close_in_child(forkd->loop);
	forkd->loop = NULL;
	forkd->workers = NULL;
	peer_watch_close_in_child(forkd);
	log_close(&forkd->log);
}

static int
server_run(struct forkd *forkd)
{
	int	failed;

	if (server_start(forkd) == -1)
		return -1;
	failed = server_turns(forkd);
	server_unlisten(forkd);
	server_close(forkd);
	return failed;
}

int
server_start(struct forkd *forkd)
{
	struct service	*service;

	if (start_anchor(forkd) == -1 || supervise_open(forkd) == -1)
		return -1;
	if (server_check(forkd) == -1 ||
	    log_start(&forkd->log, &forkd->error) == -1 ||
	    server_bind(forkd) == -1) {
		supervise_close(forkd);
		return -1;
	}
	if (server_open(forkd) == -1 || prefork_start(forkd) == -1 ||
	    start_tell(forkd) == -1) {
		server_close(forkd);
		return -1;
	}
	TAILQ_FOREACH(service, &forkd->services, link) {
		dispatch_start(service);
		prefork_update(service);
	}
	server_ready(forkd);
	debug_start(forkd);
	return 0;
}

/* The addresses of the listen setting, each once. */
static int
server_bind(struct forkd *forkd)
{
	struct service	*service;
	size_t		 i;

	TAILQ_FOREACH(service, &forkd->services, link) {
		for (i = service->bound;
		    i < service->settings.listen.count; i++) {
			if (listen_open(service,
			    service->settings.listen.word[i], ADDR_TCP,
			    &forkd->log, &forkd->error) == -1)
				return -1;
			service->bound++;
		}
		if (TAILQ_EMPTY(&service->listeners))
			return error_set(&forkd->error, EX_USAGE, EINVAL,
			    "%s: no address to listen on: say -p 10000",
			    service->name);
	}
	return 0;
}

static int
server_open(struct forkd *forkd)
{
	struct service	*service;

	forkd->running = true;
	forkd->runner = getpid();
	forkd->stop = STOP_NO;
	forkd->gave_up = false;
	forkd->sweep.place = forkd->give_up.place = 0;
	spawn_init(&forkd->spawn);
	forkd->spawn.threads = forkd->embed != NULL;
	forkd->signals.fd = forkd->embed != NULL ? embed_open(forkd) :
	    sig_open();
	if (forkd->signals.fd == -1 && errno == EBUSY)
		return error_set(&forkd->error, EX_SOFTWARE, EBUSY,
		    "another master runs in this process");
	if (forkd->signals.fd == -1)
		return error_system(&forkd->error, errno, "signals");
	forkd->loop = loop_new();
	if (forkd->loop == NULL || server_room(forkd) == -1 ||
	    spawn_open(&forkd->spawn, server_needs_null(forkd)) == -1 ||
	    logs_open(forkd) == -1)
		return error_system(&forkd->error, errno, "server");
	forkd->signals.arg = forkd;
	forkd->signals.ready = forkd->embed != NULL ? embed_ready :
	    orders_ready;
	if (loop_watch(forkd->loop, &forkd->signals) == -1)
		return error_system(&forkd->error, errno, "signals");
	TAILQ_FOREACH(service, &forkd->services, link) {
		stop_start(service);
		setup_start(service);
	}
	return server_spare(forkd);
}

static bool
server_needs_null(const struct forkd *forkd)
{
	const struct service	*service;

	if (logs_need_pipes(forkd))
		return true;	/* for workers that get none */
	TAILQ_FOREACH(service, &forkd->services, link)
		if (service->ops != NULL || prefork_is_pool(service) ||
		    service->settings.standard_error == STDERR_NULL)
			return true;
	return false;
}

/* Listening is no use without a descriptor for a connection. */
static int
server_spare(struct forkd *forkd)
{
	int	fd;

	fd = fcntl(forkd->signals.fd, F_DUPFD_CLOEXEC, 0);
	if (fd == -1)
		return error_system(&forkd->error, errno,
		    "no descriptor is left for connections");
	fdio_close(&fd);
	return 0;
}

/* Undoes what server_open() did, also half of it. */
void
server_close(struct forkd *forkd)
{
	struct service	*service;
	int		 saved;

	saved = errno;
	log_tell_end(&forkd->log);
	/* first: these take timers out of the loop, and every other one that is
	   set there must still exist */
	stderr_pipes_close(&forkd->pipes);
	supervise_close(forkd);
	peer_watch_close(forkd);
	hand_over_close(forkd);
	TAILQ_FOREACH(service, &forkd->services, link)
		service_stop(service);
	if (forkd->loop != NULL)
		loop_unwatch(forkd->loop, &forkd->signals);
	if (forkd->embed != NULL)
		embed_close(forkd);
	else if (forkd->signals.fd != -1)
		sig_close();
	forkd->signals.fd = -1;
	spawn_close(&forkd->spawn);
	worker_table_free(forkd->workers);
	forkd->workers = NULL;
	loop_free(forkd->loop);
	forkd->loop = NULL;
	atomic_store(&forkd->stop_asked, 0);
	forkd->running = false;
	errno = saved;
}

/* After a run; what could not run keeps its addresses for the next try. */
void
server_unlisten(struct forkd *forkd)
{
	struct service	*service;
	int		 saved;

	saved = errno;
	TAILQ_FOREACH(service, &forkd->services, link) {
		listen_close(service);
		service->bound = 0;
	}
	errno = saved;
}

/* A slot for every worker that may be, a timer for whoever may need one. */
static int
server_room(struct forkd *forkd)
{
	struct service	*service;
	size_t		 services, workers;

	services = workers = 0;
	TAILQ_FOREACH(service, &forkd->services, link) {
		services++;
		workers += (size_t)service->settings.max_workers;
		if (service_start(service) == -1)
			return -1;
		if (service->settings.mode == MODE_WAIT &&
		    wait_open(service) == -1)
			return -1;
	}
	forkd->workers = worker_table_new(workers);
	if (forkd->workers == NULL ||
	    peer_watch_open(forkd, workers) == -1 ||
	    hand_over_open(forkd, workers) == -1)
		return -1;
	if (forkd->embed != NULL && embed_room(forkd, workers) == -1)
		return -1;
	return loop_reserve(forkd->loop, services * TIMERS_EACH + workers +
	    (forkd->peers == NULL ? 0 : workers) + TIMERS_OWN);
}

/* One line a service: its addresses, as far as they fit, and its handler. */
static void
server_ready(struct forkd *forkd)
{
	struct event	 event;
	struct listener	*listener;
	struct service	*service;
	char		 text[READY_SIZE + PATH_MAX];

	TAILQ_FOREACH(service, &forkd->services, link) {
		text[0] = '\0';
		TAILQ_FOREACH(listener, &service->listeners, link)
			if (!listen_text_add(text, READY_SIZE, listener->text))
				break;
		(void)strlcat(text, ": ", sizeof(text));
		(void)strlcat(text, service->path != NULL ? service->path :
		    service->name, sizeof(text));
		event_init(&event, EVENT_READY, LEVEL_INFO, service->name);
		event.reason = text;
		server_log(forkd, &event);
	}
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Walloca"

/*
 * Begins the stack of the turns with a page: after each fork, every page of it
 * that is written to is copied, and a turn needs less than one.  What the start
 * has used below is given back, since every fork would copy its entries.
 */
static int
server_turns(struct forkd *forkd)
{
	volatile char	*rest;
	size_t		 page;
	char		 here;

	page = (size_t)sysconf(_SC_PAGESIZE);
	rest = alloca((uintptr_t)&here % page + 1);
	rest[0] = '\0';
	/* ENOMEM: it was never as large */
	(void)madvise((void *)(((uintptr_t)rest & ~(page - 1)) - STACK_BACK),
	    STACK_BACK, MADV_DONTNEED);
	return server_turn_all(forkd);
}

#pragma GCC diagnostic pop

static int
server_turn_all(struct forkd *forkd)
{
	for (;;) {
		/* asked before it ran, or the pipe could not be written; if
		   it could, the next turn finds it readable */
		if (atomic_load(&forkd->stop_asked) != 0 || sig_is_pending())
			orders_obey(forkd);
		supervise_turn(forkd);
		if (stop_is_done(forkd))
			break;
		if (loop_turn(forkd->loop) == -1) {
			(void)error_system(&forkd->error, errno, "epoll_wait");
			lifetime_abort(forkd);
			errno = forkd->error.number;
			return -1;
		}
	}
	return server_finish(forkd);
}

int
server_finish(struct forkd *forkd)
{
	logs_tell_left_out(forkd);
	if (!forkd->gave_up) {
		stop_say_end(forkd);
		return 0;
	}
	return error_set(&forkd->error, EX_OSERR, EPERM,
	    "%zu workers could not be killed and are left behind",
	    forkd->workers->count);
}
