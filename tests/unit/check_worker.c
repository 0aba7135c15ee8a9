/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of worker.c: who is who among the children.
 */
#include "config.h"

#include <stdint.h>

#include "unit.h"
#include "worker.h"

#define ROOM	20

static struct worker_table	*table;
/* Services are only names here: any two addresses will do. */
static char			 bytes[2];
static struct service		*web, *mail;

static void
fresh(void)
{
	web = (struct service *)(void *)&bytes[0];
	mail = (struct service *)(void *)&bytes[1];
	table = worker_table_new(ROOM);
	ck_assert_ptr_nonnull(table);
}

static void
gone(void)
{
	worker_table_free(table);
}

static struct worker *
born(pid_t pid)
{
	struct worker	*worker;

	worker = worker_take(table, web);
	ck_assert_ptr_nonnull(worker);
	worker_born(table, worker, pid);
	return worker;
}

START_TEST(empty)
{
	ck_assert_uint_eq(table->count, 0);
	ck_assert_ptr_null(worker_by_pid(table, 1));
	ck_assert_ptr_null(worker_by_name(table, 0, 0));
	ck_assert_ptr_null(worker_by_name(table, 0, 1));
	ck_assert_ptr_null(worker_next(table, -1));
}
END_TEST

START_TEST(taking)
{
	struct worker	*worker;

	worker = worker_take(table, mail);
	ck_assert_int_eq(worker->slot, 0);
	ck_assert_uint_eq(worker->generation, 1);
	ck_assert_int_eq(worker->pid, 0);
	ck_assert_ptr_eq(worker->service, mail);
	ck_assert_int_eq(worker->ending, ENDING_NO);
	ck_assert_ptr_null(worker->why);
	ck_assert_uint_eq(table->count, 1);
	ck_assert_ptr_eq(worker_by_name(table, 0, 1), worker);
	worker_born(table, worker, 4711);
	ck_assert_ptr_eq(worker_by_pid(table, 4711), worker);
	ck_assert_ptr_null(worker_by_pid(table, 4712));
	worker_release(table, worker);
	ck_assert_uint_eq(table->count, 0);
	ck_assert_ptr_null(worker_by_pid(table, 4711));
	ck_assert_ptr_null(worker_by_name(table, 0, 1));
}
END_TEST

START_TEST(full)
{
	struct worker	*worker;
	int		 i;

	for (i = 0; i < ROOM; i++)
		ck_assert_int_eq(born(100 + i)->slot, i);
	ck_assert_uint_eq(table->count, ROOM);
	ck_assert_ptr_null(worker_take(table, web));
	ck_assert_uint_eq(table->count, ROOM);
	worker = worker_by_pid(table, 107);
	worker_release(table, worker);
	ck_assert_ptr_eq(worker_take(table, mail), worker);
	ck_assert_int_eq(worker->slot, 7);
	ck_assert_uint_eq(worker->generation, 2);
	ck_assert_ptr_null(worker_take(table, web));
}
END_TEST

/* The last one that was released is taken first, and is as good as new. */
START_TEST(slots_are_reused)
{
	struct worker	*a, *b, *c;

	a = born(101);
	b = born(102);
	c = born(103);
	b->serial = 5;
	b->why = "timeout";
	b->failed_step = 3;
	worker_end(table, b, ENDING_KILL);
	worker_release(table, a);
	worker_release(table, c);
	worker_release(table, b);
	ck_assert_ptr_eq(worker_take(table, mail), b);
	ck_assert_int_eq(b->slot, 1);
	ck_assert_uint_eq(b->serial, 0);
	ck_assert_ptr_null(b->why);
	ck_assert_int_eq(b->failed_step, 0);
	ck_assert_int_eq(b->ending, ENDING_NO);
	ck_assert_ptr_eq(worker_take(table, mail), c);
	ck_assert_ptr_eq(worker_take(table, mail), a);
	ck_assert_int_eq(worker_take(table, mail)->slot, 3);
}
END_TEST

/* fork(2) failed: the slot goes back without ever having had a process. */
START_TEST(never_born)
{
	struct worker	*worker;

	worker = worker_take(table, web);
	worker_release(table, worker);
	ck_assert_uint_eq(table->count, 0);
	ck_assert_ptr_eq(worker_take(table, web), worker);
	ck_assert_uint_eq(worker->generation, 2);
	ck_assert_ptr_null(worker_by_pid(table, 0));
}
END_TEST

START_TEST(stale_names)
{
	struct worker	*worker;
	uint32_t	 first;

	worker = born(101);
	first = worker->generation;
	worker_release(table, worker);
	ck_assert_ptr_null(worker_by_name(table, 0, first));
	worker = born(101);	/* the number is used again */
	ck_assert_ptr_null(worker_by_name(table, 0, first));
	ck_assert_ptr_eq(worker_by_name(table, 0, first + 1), worker);
	ck_assert_ptr_null(worker_by_name(table, 0, first + 2));
	ck_assert_ptr_null(worker_by_name(table, 0, 0));
	ck_assert_ptr_null(worker_by_name(table, 1, 1));
	ck_assert_ptr_null(worker_by_name(table, -1, 1));
	ck_assert_ptr_null(worker_by_name(table, ROOM, 1));
	ck_assert_ptr_null(worker_by_name(table, INT32_MAX, 1));
	ck_assert_ptr_null(worker_by_name(table, INT32_MIN, 1));
}
END_TEST

/* 0 means never used: no worker is called that, even after so many. */
START_TEST(generations_wrap)
{
	struct worker	*worker;

	worker = born(101);
	worker->generation = UINT32_MAX;
	worker_release(table, worker);
	worker = born(102);
	ck_assert_int_eq(worker->slot, 0);
	ck_assert_uint_eq(worker->generation, 1);
}
END_TEST

/* Numbers that fall into the same bucket, and one that comes back. */
START_TEST(pids_are_reused)
{
	struct worker	*a, *b, *c;
	pid_t		 step;

	step = (pid_t)table->buckets;
	a = born(7);
	b = born(7 + step);
	c = born(7 + 2 * step);
	ck_assert_ptr_eq(worker_by_pid(table, 7), a);
	ck_assert_ptr_eq(worker_by_pid(table, 7 + step), b);
	ck_assert_ptr_eq(worker_by_pid(table, 7 + 2 * step), c);
	ck_assert_ptr_null(worker_by_pid(table, 7 + 3 * step));
	worker_release(table, b);
	ck_assert_ptr_null(worker_by_pid(table, 7 + step));
	ck_assert_ptr_eq(worker_by_pid(table, 7), a);
	ck_assert_ptr_eq(worker_by_pid(table, 7 + 2 * step), c);
	b = worker_take(table, mail);
	worker_born(table, b, 7 + step);
	ck_assert_ptr_eq(worker_by_pid(table, 7 + step), b);
	ck_assert_ptr_eq(b->service, mail);
}
END_TEST

START_TEST(in_order)
{
	struct worker	*worker;
	int		 i;

	for (i = 0; i < 5; i++)
		(void)born(100 + i);
	worker_release(table, worker_by_pid(table, 100));
	worker_release(table, worker_by_pid(table, 102));
	worker_release(table, worker_by_pid(table, 104));
	worker = worker_next(table, -1);
	ck_assert_int_eq(worker->slot, 1);
	worker = worker_next(table, worker->slot);
	ck_assert_int_eq(worker->slot, 3);
	ck_assert_ptr_null(worker_next(table, worker->slot));
	ck_assert_ptr_null(worker_next(table, ROOM));
	/* one that is not born yet counts as well */
	worker = worker_take(table, web);
	ck_assert_int_eq(worker->slot, 4);
	ck_assert_ptr_eq(worker_next(table, 3), worker);
}
END_TEST

START_TEST(endings)
{
	struct worker	*a, *b;

	a = born(101);
	b = born(102);
	ck_assert_uint_eq(table->ending, 0);
	worker_end(table, a, ENDING_NO);
	ck_assert_uint_eq(table->ending, 0);
	worker_end(table, a, ENDING_TERM);
	ck_assert_uint_eq(table->ending, 1);
	worker_end(table, a, ENDING_KILL);	/* further, not one more */
	ck_assert_uint_eq(table->ending, 1);
	ck_assert_int_eq(a->ending, ENDING_KILL);
	worker_end(table, b, ENDING_KILL);
	ck_assert_uint_eq(table->ending, 2);
	worker_release(table, a);
	ck_assert_uint_eq(table->ending, 1);
	worker_release(table, b);
	ck_assert_uint_eq(table->ending, 0);
	a = born(103);
	worker_release(table, a);
	ck_assert_uint_eq(table->ending, 0);
}
END_TEST

START_TEST(sizes)
{
	static const size_t	rooms[] = { 1, 15, 16, 17, 65536 };
	size_t			i;

	for (i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
		worker_table_free(table);
		table = worker_table_new(rooms[i]);
		ck_assert_ptr_nonnull(table);
		ck_assert_uint_ge(table->buckets, rooms[i]);
		ck_assert_uint_eq(table->buckets & (table->buckets - 1), 0);
		ck_assert_int_eq(born(INT32_MAX)->slot, 0);
		ck_assert_ptr_nonnull(worker_by_pid(table, INT32_MAX));
	}
	worker_table_free(table);
	table = NULL;
	worker_table_free(table);	/* of nothing */
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("worker");
	TCase	*tc = tcase_create("worker");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, empty);
	tcase_add_test(tc, taking);
	tcase_add_test(tc, full);
	tcase_add_test(tc, slots_are_reused);
	tcase_add_test(tc, never_born);
	tcase_add_test(tc, stale_names);
	tcase_add_test(tc, generations_wrap);
	tcase_add_test(tc, pids_are_reused);
	tcase_add_test(tc, in_order);
	tcase_add_test(tc, endings);
	tcase_add_test(tc, sizes);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
