/* SPDX-License-Identifier: ISC */
/*
 * Numbers for the program: what a service does and has done, and what a worker
 * is.  Each field is an entry of a table; the manual lists the same, which a
 * test holds.  What changes is counted where it happens, in service_state.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "caller.h"
#include "child.h"
#include "error.h"
#include "forkd.h"
#include "reap.h"
#include "server.h"
#include "stat.h"

#define FIELDS_SIZE	256	/* for the names of all fields */
#define ANY_STATE	(-1)
#define OF_MASTER	(-2)

/* A field of a service: one of the three. */
struct service_field {
	const char	*name;
	int64_t		(*of)(const struct service *);
	int		 state;		/* else: how many workers have it; or
					   OF_MASTER: no sum of services */
	size_t		 offset;	/* of a counter in service_state */
};

struct worker_field {
	const char	*name;
	int64_t		(*of)(const struct worker *);
};

static const struct service_field *stat_field(const struct forkd *,
			    const char *);
static int64_t		 stat_service(const struct service *,
			    const struct service_field *);
static int64_t		 stat_workers(const struct service *, int);
static int64_t		 stat_max_workers(const struct service *);
static int64_t		 stat_slots(const struct service *);
static const struct worker *stat_slot(const struct forkd *, int);
static int		 stat_no_field(const struct forkd *, const char *,
			    const void *, size_t, size_t);
static int64_t		 worker_pid(const struct worker *);
static int64_t		 worker_generation(const struct worker *);
static int64_t		 worker_state_of(const struct worker *);
static int64_t		 worker_is_busy(const struct worker *);
static int64_t		 worker_served(const struct worker *);
static int64_t		 worker_connection(const struct worker *);
static int64_t		 worker_age(const struct worker *);
static int64_t		 worker_in_state(const struct worker *);

#define COUNTER(name)	NULL, 0, offsetof(struct service_state, name)

static const struct service_field	service_fields[] = {
	{ "workers", NULL, ANY_STATE, 0 },
	{ "busy", NULL, WORKER_BUSY, 0 },
	{ "idle", NULL, WORKER_IDLE, 0 },
	{ "starting", NULL, WORKER_STARTING, 0 },
	{ "retiring", NULL, WORKER_RETIRING, 0 },
	{ "max-workers", stat_max_workers, 0, 0 },
	{ "slots", stat_slots, OF_MASTER, 0 },
	{ "accepted", COUNTER(accepted) },
	{ "served", COUNTER(served) },
	{ "refused", COUNTER(refused) },
	{ "failed", COUNTER(failed) },
	{ "crashed", COUNTER(crashed) },
	{ "killed", COUNTER(killed) },
	{ "full", COUNTER(full) },
	{ "setup-failures", COUNTER(setup_failures) },
	{ "throttled", COUNTER(throttles) },
};

static const struct worker_field	worker_fields[] = {
	{ "pid", worker_pid },
	{ "generation", worker_generation },
	{ "state", worker_state_of },
	{ "busy", worker_is_busy },
	{ "served", worker_served },
	{ "connection", worker_connection },
	{ "age", worker_age },
	{ "time-in-state", worker_in_state },
};

#define COUNT(table)	(sizeof(table) / sizeof(*(table)))

int
forkd_stat(const struct forkd *forkd, const char *service, const char *name,
    int64_t *value)
{
	const struct service_field	*field;
	const struct service		*found;
	int64_t				 sum;

	if (caller_check(forkd, "forkd_stat") == -1)
		return -1;
	if (name == NULL || value == NULL)
		return error_set(forkd->error_of, EX_SOFTWARE, EINVAL,
		    "forkd_stat: no %s", name == NULL ? "field" :
		    "room for the value: it is NULL");
	field = stat_field(forkd, name);
	if (field == NULL)
		return -1;
	found = NULL;
	if (service != NULL || TAILQ_EMPTY(&forkd->services)) {
		found = service_find(&forkd->services, service);
		if (found == NULL)
			return caller_no_service(forkd, service);
	}
	if (field->state == OF_MASTER)
		found = TAILQ_FIRST(&forkd->services);
	sum = 0;
	if (found != NULL)
		sum = stat_service(found, field);
	else
		TAILQ_FOREACH(found, &forkd->services, link)
			sum += stat_service(found, field);
	*value = sum;
	return 0;
}

int
forkd_worker_stat(const struct forkd *forkd, int slot, const char *name,
    int64_t *value)
{
	const struct worker	*worker;
	size_t			 i;

	if (caller_check(forkd, "forkd_worker_stat") == -1)
		return -1;
	if (name == NULL || value == NULL)
		return error_set(forkd->error_of, EX_SOFTWARE, EINVAL,
		    "forkd_worker_stat: no %s", name == NULL ? "field" :
		    "room for the value: it is NULL");
	for (i = 0; i < COUNT(worker_fields); i++)
		if (strcmp(worker_fields[i].name, name) == 0)
			break;
	if (i == COUNT(worker_fields))
		return stat_no_field(forkd, name, worker_fields,
		    sizeof(*worker_fields), COUNT(worker_fields));
	worker = stat_slot(forkd, slot);
	if (worker == NULL)
		return error_set(forkd->error_of, EX_SOFTWARE, ENOENT,
		    "slot %d: there is no worker", slot);
	*value = worker_fields[i].of(worker);
	return 0;
}

void
stat_end(const struct worker *worker, int status)
{
	struct service_state	*state;

	state = worker->service->state;
	if (worker->failed_step != STEP_NONE)
		state->setup_failures++;
	else if (worker->ending != ENDING_NO)
		state->killed++;
	else if (WIFSIGNALED(status))	/* PIPE: the client has left */
		state->crashed += WTERMSIG(status) != SIGPIPE;
	else if (status != REAP_UNKNOWN && WEXITSTATUS(status) != 0)
		state->failed++;
}

static const struct service_field *
stat_field(const struct forkd *forkd, const char *name)
{
	size_t	i;

	for (i = 0; i < COUNT(service_fields); i++)
		if (strcmp(service_fields[i].name, name) == 0)
			return &service_fields[i];
	(void)stat_no_field(forkd, name, service_fields,
	    sizeof(*service_fields), COUNT(service_fields));
	return NULL;
}

/* What is counted stays to be read after a run; who works does not. */
static int64_t
stat_service(const struct service *service, const struct service_field *field)
{
	const struct service_state	*state;
	uint64_t			 count;

	if (field->of != NULL)
		return field->of(service);
	if (field->offset == 0)
		return stat_workers(service, field->state);
	state = service->state != NULL ? service->state : &service->last;
	memcpy(&count, (const char *)state + field->offset, sizeof(count));
	return (int64_t)count;
}

static int64_t
stat_workers(const struct service *service, int state)
{
	const struct worker_table	*table;
	const struct worker		*worker;
	int64_t				 count;
	int				 slot;

	table = service->server->workers;
	if (table == NULL)
		return 0;
	count = 0;
	for (slot = -1; (worker = worker_next(table, slot)) != NULL;
	    slot = worker->slot)
		if (worker->service == service &&
		    (state == ANY_STATE || (int)worker->state == state))
			count++;
	return count;
}

/* Signals may change it while it runs. */
static int64_t
stat_max_workers(const struct service *service)
{
	return service->state != NULL ? service->state->load.limit :
	    service->settings.max_workers;
}

static int64_t
stat_slots(const struct service *service)
{
	const struct worker_table	*table;

	table = service->server->workers;
	return table == NULL ? 0 : (int64_t)table->room;
}

static const struct worker *
stat_slot(const struct forkd *forkd, int slot)
{
	const struct worker	*worker;

	if (forkd->workers == NULL || slot < 0)
		return NULL;
	worker = worker_next(forkd->workers, slot - 1);
	return worker != NULL && worker->slot == slot ? worker : NULL;
}

/* Both tables begin each entry with its name. */
static int
stat_no_field(const struct forkd *forkd, const char *name, const void *table,
    size_t size, size_t count)
{
	char		 all[FIELDS_SIZE];
	const char	*field;
	size_t		 i;

	all[0] = '\0';
	for (i = 0; i < count; i++) {
		memcpy(&field, (const char *)table + i * size, sizeof(field));
		if (i > 0)
			(void)strlcat(all, i + 1 < count ? ", " : " and ",
			    sizeof(all));
		(void)strlcat(all, field, sizeof(all));
	}
	return error_set(forkd->error_of, EX_SOFTWARE, EINVAL,
	    "%s: no such field; there are %s", name, all);
}

static int64_t
worker_pid(const struct worker *worker)
{
	return worker->pid;
}

static int64_t
worker_generation(const struct worker *worker)
{
	return worker->generation;
}

static int64_t
worker_state_of(const struct worker *worker)
{
	static const int	public[] = {
		[WORKER_STARTING] = FORKD_WORKER_STARTING,
		[WORKER_IDLE] = FORKD_WORKER_IDLE,
		[WORKER_BUSY] = FORKD_WORKER_BUSY,
		[WORKER_RETIRING] = FORKD_WORKER_RETIRING
	};

	return public[worker->state];
}

static int64_t
worker_is_busy(const struct worker *worker)
{
	return worker->state == WORKER_BUSY;
}

static int64_t
worker_served(const struct worker *worker)
{
	return (int64_t)worker->served;
}

static int64_t
worker_connection(const struct worker *worker)
{
	return (int64_t)worker->serial;
}

static int64_t
worker_age(const struct worker *worker)
{
	return loop_now(worker->service->server->loop) - worker->forked_ms;
}

static int64_t
worker_in_state(const struct worker *worker)
{
	return loop_now(worker->service->server->loop) - worker->since_ms;
}
