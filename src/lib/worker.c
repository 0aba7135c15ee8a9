/* SPDX-License-Identifier: ISC */
/*
 * The worker table: who is who among the children.  Only the server changes
 * it; it makes no system call.
 */
#include "config.h"

#include <string.h>

#include "apart.h"
#include "worker.h"

static struct worker_list	*worker_bucket(const struct worker_table *,
				    pid_t);

struct worker_table *
worker_table_new(size_t room)
{
	struct worker_table	*table;

	table = apart_new(1, sizeof(*table));
	if (table == NULL)
		return NULL;
	table->buckets = 16;
	while (table->buckets < room)
		table->buckets *= 2;
	table->room = room;
	TAILQ_INIT(&table->births);
	table->worker = apart_new(room, sizeof(*table->worker));
	table->by_pid = apart_new(table->buckets, sizeof(*table->by_pid));
	if (table->worker == NULL || table->by_pid == NULL) {
		worker_table_free(table);
		return NULL;
	}
	return table;
}

void
worker_table_free(struct worker_table *table)
{
	if (table == NULL)
		return;
	apart_free(table->worker);
	apart_free(table->by_pid);
	apart_free(table);
}

struct worker *
worker_take(struct worker_table *table, struct service *service)
{
	struct worker	*worker;
	uint32_t	 generation;
	int		 slot;

	worker = LIST_FIRST(&table->vacant);
	if (worker != NULL) {
		LIST_REMOVE(worker, link);
		slot = worker->slot;
	} else if (table->fresh < table->room) {
		slot = (int)table->fresh++;
		worker = &table->worker[slot];
	} else
		return NULL;
	generation = worker->generation + 1;
	memset(worker, 0, sizeof(*worker));
	worker->slot = slot;
	worker->generation = generation == 0 ? 1 : generation;
	worker->service = service;
	worker->channel.fd = worker->copy_fd = -1;
	table->count++;
	return worker;
}

void
worker_born(struct worker_table *table, struct worker *worker, pid_t pid)
{
	worker->pid = pid;
	TAILQ_INSERT_HEAD(&table->births, worker, birth);
	LIST_INSERT_HEAD(worker_bucket(table, pid), worker, link);
}

void
worker_end(struct worker_table *table, struct worker *worker,
    enum worker_ending ending)
{
	if (worker->ending == ENDING_NO && ending != ENDING_NO)
		table->ending++;
	worker->ending = ending;
}

void
worker_release(struct worker_table *table, struct worker *worker)
{
	if (worker->pid != 0) {
		TAILQ_REMOVE(&table->births, worker, birth);
		LIST_REMOVE(worker, link);
	}
	if (worker->ending != ENDING_NO)
		table->ending--;
	worker->pid = 0;
	worker->service = NULL;
	worker->ending = ENDING_NO;
	LIST_INSERT_HEAD(&table->vacant, worker, link);
	table->count--;
}

struct worker *
worker_by_pid(const struct worker_table *table, pid_t pid)
{
	struct worker	*worker;

	LIST_FOREACH(worker, worker_bucket(table, pid), link)
		if (worker->pid == pid)
			return worker;
	return NULL;
}

struct worker *
worker_by_name(const struct worker_table *table, int slot,
    uint32_t generation)
{
	struct worker	*worker;

	if (slot < 0 || (size_t)slot >= table->fresh)
		return NULL;
	worker = &table->worker[slot];
	if (worker->service == NULL || worker->generation != generation)
		return NULL;
	return worker;
}

struct worker *
worker_next(const struct worker_table *table, int slot)
{
	size_t	i;

	for (i = (size_t)(slot + 1); i < table->fresh; i++)
		if (table->worker[i].service != NULL)
			return &table->worker[i];
	return NULL;
}

static struct worker_list *
worker_bucket(const struct worker_table *table, pid_t pid)
{
	return &table->by_pid[(size_t)pid & (table->buckets - 1)];
}
