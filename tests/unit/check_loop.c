/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of loop.c: descriptors.  Several that are ready in one turn are
 * tested in check_loop_batch.c, timers in check_loop_timer.c.
 */
#include "config.h"

#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "forked.h"
#include "loop.h"
#include "unit.h"

/* A pipe and what watches it. */
struct source {
	struct watch	 watch;
	int		 ends[2];
	int		 calls;
};

static struct loop	*loop;
static struct source	 one, two;

static void
take(struct watch *watch)
{
	struct source	*source = watch->arg;
	char		 byte;

	source->calls++;
	ck_assert_int_eq(read(watch->fd, &byte, 1), 1);
}

static void
only_count(struct watch *watch)
{
	struct source	*source = watch->arg;

	source->calls++;
}

static void
source_open(struct source *source, void (*ready)(struct watch *))
{
	memset(source, 0, sizeof(*source));
	ck_assert_int_eq(fdio_pipe(source->ends), 0);
	source->watch.fd = source->ends[0];
	source->watch.ready = ready;
	source->watch.arg = source;
}

static void
source_close(struct source *source)
{
	loop_unwatch(loop, &source->watch);
	fdio_close(&source->ends[0]);
	fdio_close(&source->ends[1]);
}

static void
tell(const struct source *source)
{
	ck_assert_int_eq(write(source->ends[1], "x", 1), 1);
}

static void
fresh(void)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ck_assert_int_eq(loop_reserve(loop, 1), 0);
	source_open(&one, take);
	source_open(&two, take);
}

static void
gone(void)
{
	source_close(&one);
	source_close(&two);
	loop_free(loop);
}

static void
nothing(struct timer *timer)
{
	(void)timer;
}

/* One turn that does not wait. */
static void
turn(void)
{
	struct timer	timer = { .expired = nothing };

	loop_timer_set(loop, &timer, 0);
	ck_assert_int_eq(loop_turn(loop), 0);
	loop_timer_clear(loop, &timer);
}

static void
watch(struct source *source)
{
	ck_assert_int_eq(loop_watch(loop, &source->watch), 0);
	ck_assert(source->watch.armed);
}

START_TEST(readable)
{
	watch(&one);
	watch(&two);
	turn();
	ck_assert_int_eq(one.calls + two.calls, 0);
	tell(&one);
	turn();
	ck_assert_int_eq(one.calls, 1);
	ck_assert_int_eq(two.calls, 0);
	tell(&one);
	tell(&two);
	turn();
	ck_assert_int_eq(one.calls, 2);
	ck_assert_int_eq(two.calls, 1);
	turn();
	ck_assert_int_eq(one.calls + two.calls, 3);
}
END_TEST

/* What is not read is told again. */
START_TEST(level_triggered)
{
	one.watch.ready = only_count;
	watch(&one);
	tell(&one);
	turn();
	turn();
	turn();
	ck_assert_int_eq(one.calls, 3);
	fdio_close(&one.ends[1]);	/* nor is end of file */
	turn();
	ck_assert_int_eq(one.calls, 4);
}
END_TEST

START_TEST(watched_twice)
{
	watch(&one);
	watch(&one);
	tell(&one);
	turn();
	ck_assert_int_eq(one.calls, 1);
	loop_unwatch(loop, &one.watch);
	loop_unwatch(loop, &one.watch);
	ck_assert(!one.watch.armed);
	tell(&one);
	turn();
	ck_assert_int_eq(one.calls, 1);
	watch(&one);			/* and again */
	turn();
	ck_assert_int_eq(one.calls, 2);
}
END_TEST

START_TEST(not_watchable)
{
	struct watch	wrong = { .fd = -1 };

	errno = 0;
	ck_assert_int_eq(loop_watch(loop, &wrong), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert(!wrong.armed);
	loop_unwatch(loop, &wrong);
}
END_TEST

static void
leave(struct watch *self)
{
	struct source	*source = self->arg;

	source->calls++;
	loop_unwatch(loop, self);
}

START_TEST(unwatch_itself)
{
	one.watch.ready = leave;
	watch(&one);
	tell(&one);
	turn();
	turn();
	ck_assert_int_eq(one.calls, 1);
}
END_TEST

static void
ignore(int signal)
{
	(void)signal;
}

/* With nothing to wait for, a turn ends when a signal comes. */
START_TEST(interrupted)
{
	struct itimerval	often = { { 0, 1000 }, { 0, 1000 } };
	struct itimerval	never = { { 0, 0 }, { 0, 0 } };
	struct sigaction	action, before;
	int			turns;

	memset(&action, 0, sizeof(action));
	action.sa_handler = ignore;
	ck_assert_int_eq(sigaction(SIGALRM, &action, &before), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (turns = 0; turns < 25; turns++)
		ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &before, NULL), 0);
	watch(&one);
	tell(&one);
	turn();
	ck_assert_int_eq(one.calls, 1);
}
END_TEST

/* A child closes its copy of the wait set; the master's goes on. */
static int
close_in_child(void *arg)
{
	int	before, fd;

	(void)arg;
	for (before = fd = 0; fd < 1024; fd++)
		before += fcntl(fd, F_GETFD) != -1;
	loop_close_in_child(loop);
	for (fd = 0; fd < 1024; fd++)
		before -= fcntl(fd, F_GETFD) != -1;
	FORKED_CHECK(before == 1);
	return 0;
}

START_TEST(children)
{
	watch(&one);
	ck_assert_int_eq(forked(close_in_child, NULL), 0);
	tell(&one);
	turn();
	ck_assert_int_eq(one.calls, 1);
	loop_free(NULL);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("loop");
	TCase	*tc = tcase_create("loop");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, readable);
	tcase_add_test(tc, level_triggered);
	tcase_add_test(tc, watched_twice);
	tcase_add_test(tc, not_watchable);
	tcase_add_test(tc, unwatch_itself);
	tcase_add_test(tc, interrupted);
	tcase_add_test(tc, children);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
