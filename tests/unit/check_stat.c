/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of stat.c: how the end of a worker is counted, and what states
 * that no mode fork has look like from outside.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "child.h"
#include "forkd.h"
#include "reap.h"
#include "server.h"
#include "stat.h"
#include "unit.h"

#define EXITED(code)	((code) << 8)	/* as wait(2) tells it */

static struct forkd	*forkd;
static struct service	*service;

static int
serve(struct forkd_conn *conn, void *arg)
{
	(void)conn;
	(void)arg;
	return 0;
}

/* A master that looks as if it ran. */
static void
fresh(void)
{
	static const struct forkd_ops	ops = { .serve = serve };

	forkd = forkd_new();
	ck_assert_ptr_nonnull(forkd);
	ck_assert_int_eq(forkd_service(forkd, "s", &ops, NULL), 0);
	service = TAILQ_FIRST(&forkd->services);
	ck_assert_int_eq(service_start(service), 0);
	forkd->workers = worker_table_new(4);
	forkd->loop = loop_new();
	ck_assert_ptr_nonnull(forkd->workers);
	ck_assert_ptr_nonnull(forkd->loop);
	forkd->running = true;
	forkd->runner = getpid();
}

static void
gone(void)
{
	service_stop(service);
	worker_table_free(forkd->workers);
	loop_free(forkd->loop);
	forkd->workers = NULL;
	forkd->loop = NULL;
	forkd->running = false;
	forkd_free(forkd);
}

static int64_t
of_service(const char *field)
{
	int64_t	value;

	value = -1;
	ck_assert_int_eq(forkd_stat(forkd, "s", field, &value), 0);
	return value;
}

static int64_t
of_worker(const struct worker *worker, const char *field)
{
	int64_t	value;

	value = -1;
	ck_assert_int_eq(forkd_worker_stat(forkd, worker->slot, field,
	    &value), 0);
	return value;
}

static struct worker *
with_state(enum worker_state state)
{
	struct worker	*worker;

	worker = worker_take(forkd->workers, service);
	ck_assert_ptr_nonnull(worker);
	worker->state = state;
	return worker;
}

START_TEST(states)
{
	static const struct {
		enum worker_state	 state;
		const char		*field;
		int64_t			 shown;
	} each[] = {
		{ WORKER_STARTING, "starting", FORKD_WORKER_STARTING },
		{ WORKER_IDLE, "idle", FORKD_WORKER_IDLE },
		{ WORKER_BUSY, "busy", FORKD_WORKER_BUSY },
		{ WORKER_RETIRING, "retiring", FORKD_WORKER_RETIRING }
	};
	struct worker	*worker;
	size_t		 i;

	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(of_service(each[i].field), 0);
		worker = with_state(each[i].state);
		ck_assert_int_eq(of_service(each[i].field), 1);
		ck_assert_int_eq(of_service("workers"), (int64_t)i + 1);
		ck_assert_int_eq(of_worker(worker, "state"), each[i].shown);
		ck_assert_int_eq(of_worker(worker, "busy"),
		    each[i].state == WORKER_BUSY);
	}
}
END_TEST

START_TEST(times)
{
	struct worker	*worker;

	worker = with_state(WORKER_IDLE);
	worker->forked_ms = loop_now(forkd->loop) - 500;
	worker->since_ms = loop_now(forkd->loop) - 20;
	worker->served = 3;
	worker->serial = 17;
	ck_assert_int_eq(of_worker(worker, "age"), 500);
	ck_assert_int_eq(of_worker(worker, "time-in-state"), 20);
	ck_assert_int_eq(of_worker(worker, "served"), 3);
	ck_assert_int_eq(of_worker(worker, "connection"), 17);
	ck_assert_int_eq(of_worker(worker, "generation"), 1);
	ck_assert_int_eq(of_worker(worker, "pid"), 0);
}
END_TEST

/* A slot that was used and is empty; between others. */
START_TEST(empty_slot)
{
	struct worker	*first, *second;
	int64_t		 value;

	first = with_state(WORKER_BUSY);
	second = with_state(WORKER_BUSY);
	worker_release(forkd->workers, first);
	ck_assert_int_eq(forkd_worker_stat(forkd, 0, "pid", &value), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(forkd_worker_stat(forkd, 1, "pid", &value), 0);
	ck_assert_int_eq(forkd_worker_stat(forkd, 2, "pid", &value), -1);
	ck_assert_int_eq(forkd_worker_stat(forkd, 4, "pid", &value), -1);
	ck_assert_int_eq(errno, ENOENT);
	worker_release(forkd->workers, second);
}
END_TEST

START_TEST(ends)
{
	struct worker	*worker;

	worker = with_state(WORKER_BUSY);
	stat_end(worker, EXITED(0));
	stat_end(worker, SIGPIPE);
	stat_end(worker, REAP_UNKNOWN);
	ck_assert_int_eq(of_service("failed"), 0);
	ck_assert_int_eq(of_service("crashed"), 0);
	stat_end(worker, EXITED(1));
	ck_assert_int_eq(of_service("failed"), 1);
	stat_end(worker, SIGSEGV | 0x80);
	stat_end(worker, SIGTERM);
	ck_assert_int_eq(of_service("crashed"), 2);
	worker_end(forkd->workers, worker, ENDING_TERM);
	stat_end(worker, SIGTERM);
	stat_end(worker, EXITED(1));
	stat_end(worker, EXITED(0));
	ck_assert_int_eq(of_service("killed"), 3);
	worker->failed_step = STEP_EXEC;
	stat_end(worker, EXITED(CHILD_NOT_FOUND));
	ck_assert_int_eq(of_service("setup-failures"), 1);
	ck_assert_int_eq(of_service("failed"), 1);
	ck_assert_int_eq(of_service("crashed"), 2);
	ck_assert_int_eq(of_service("killed"), 3);
}
END_TEST

/* Signals change it while it runs. */
START_TEST(limit)
{
	service->state->load.limit = 9;
	ck_assert_int_eq(of_service("max-workers"), 9);
}
END_TEST

START_TEST(in_worker)
{
	int64_t	value;

	forkd->runner = getppid();
	ck_assert_int_eq(forkd_stat(forkd, "s", "busy", &value), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(forkd_worker_stat(forkd, 0, "pid", &value), -1);
	ck_assert_int_eq(errno, EPERM);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*made;
	TCase	*tests;

	made = suite_create("stat");
	tests = tcase_create("stat");
	tcase_add_checked_fixture(tests, fresh, gone);
	tcase_add_test(tests, states);
	tcase_add_test(tests, times);
	tcase_add_test(tests, empty_slot);
	tcase_add_test(tests, ends);
	tcase_add_test(tests, limit);
	tcase_add_test(tests, in_worker);
	suite_add_tcase(made, tests);
	return made;
}

int
main(void)
{
	return unit_run(suite());
}
