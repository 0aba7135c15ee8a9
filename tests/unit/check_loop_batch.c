/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of loop.c: descriptors that are ready in the same turn.
 */
#include "config.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "loop.h"
#include "unit.h"

#define MANY	150	/* more than one turn looks at */

/* A pipe and what watches it. */
struct source {
	struct watch	 watch;
	int		 ends[2];
	int		 calls;
	struct source	*other;
};

static struct loop	*loop;
static struct source	 one, two, *survivor;

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

/* Ends the other one, which is ready in the same turn, and its memory. */
static void
end_other(struct watch *self)
{
	struct source	*source = self->arg;

	take(self);
	source_close(source->other);
	free(source->other);
	survivor = source;
}

START_TEST(unwatch_another_of_the_turn)
{
	struct source	*pair[2];
	int		 i;

	for (i = 0; i < 2; i++) {
		pair[i] = malloc(sizeof(*pair[i]));
		ck_assert_ptr_nonnull(pair[i]);
		source_open(pair[i], end_other);
		watch(pair[i]);
		tell(pair[i]);
	}
	pair[0]->other = pair[1];
	pair[1]->other = pair[0];
	turn();		/* whichever came first has ended the other */
	ck_assert_int_eq(survivor->calls, 1);
	source_close(survivor);
	free(survivor);
}
END_TEST

/* Out of the set and in again: nothing is lost, nothing comes twice. */
static void
rewatch_other(struct watch *self)
{
	struct source	*source = self->arg;

	take(self);
	loop_unwatch(loop, &source->other->watch);
	ck_assert_int_eq(loop_watch(loop, &source->other->watch), 0);
}

START_TEST(watch_again_in_a_turn)
{
	one.watch.ready = two.watch.ready = rewatch_other;
	one.other = &two;
	two.other = &one;
	watch(&one);
	watch(&two);
	tell(&one);
	tell(&two);
	turn();
	turn();
	ck_assert_int_eq(one.calls, 1);
	ck_assert_int_eq(two.calls, 1);
}
END_TEST

/* More than one turn can hold: each one gets its turn. */
START_TEST(many)
{
	static struct source	sources[MANY];
	int			i, turns;

	for (i = 0; i < MANY; i++) {
		source_open(&sources[i], only_count);
		watch(&sources[i]);
		tell(&sources[i]);
	}
	for (turns = 0; turns < 10; turns++)
		turn();
	for (i = 0; i < MANY; i++) {
		ck_assert_int_ge(sources[i].calls, 1);
		source_close(&sources[i]);
	}
}
END_TEST

/* Data does not wake; the end does, or with `half' half of it. */
START_TEST(end_only)
{
	int	half;

	for (half = 0; half < 2; half++) {
		source_close(&one);
		memset(&one, 0, sizeof(one));
		one.watch.ready = only_count;
		one.watch.arg = &one;
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, one.ends),
		    0);
		one.watch.fd = one.ends[0];
		ck_assert_int_eq(loop_watch_end(loop, &one.watch, half == 1),
		    0);
		ck_assert_int_eq(loop_watch(loop, &two.watch), 0);
		tell(&one);
		tell(&two);
		ck_assert_int_eq(loop_turn(loop), 0);
		ck_assert_int_eq(one.calls, 0);
		ck_assert_int_eq(shutdown(one.ends[1], SHUT_WR), 0);
		tell(&two);
		ck_assert_int_eq(loop_turn(loop), 0);
		ck_assert_int_eq(one.calls, half);
		fdio_close(&one.ends[1]);
		ck_assert_int_eq(loop_turn(loop), 0);
		ck_assert_int_eq(one.calls, half + 1);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("loop_batch");
	TCase	*tc = tcase_create("loop_batch");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, unwatch_another_of_the_turn);
	tcase_add_test(tc, watch_again_in_a_turn);
	tcase_add_test(tc, end_only);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
