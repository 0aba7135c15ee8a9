/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of loop.c: timers and the clock.  A delay below 0 is due at
 * once, so that order needs no waiting.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "loop.h"
#include "unit.h"

#define ROOM	600
#define STEPS	20000

struct mine {
	struct timer	 timer;
	int		 calls;
	void		(*then)(struct mine *);
	struct mine	*other;
};

static struct loop	*loop;
static struct mine	 mine[ROOM];
static int		 fired[ROOM];	/* in the order of their times */
static int		 fired_count;
static uint64_t		 seed;

static void
expired(struct timer *timer)
{
	struct mine	*self = timer->arg;

	ck_assert_uint_eq(timer->place, 0);
	self->calls++;
	if (fired_count < ROOM)
		fired[fired_count++] = (int)(self - mine);
	if (self->then != NULL)
		self->then(self);
}

static void
fresh(void)
{
	int	i;

	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ck_assert_int_eq(loop_reserve(loop, ROOM), 0);
	memset(mine, 0, sizeof(mine));
	for (i = 0; i < ROOM; i++) {
		mine[i].timer.expired = expired;
		mine[i].timer.arg = &mine[i];
	}
	fired_count = 0;
	seed = 1;
}

static void
gone(void)
{
	loop_free(loop);
}

static void
set(int i, int64_t delay_ms)
{
	loop_timer_set(loop, &mine[i].timer, delay_ms);
	ck_assert_uint_ne(mine[i].timer.place, 0);
}

static void
turn(void)
{
	ck_assert_int_eq(loop_turn(loop), 0);
}

/* Whether these have fired, in this order. */
static void
fired_are(int count, const int *expected)
{
	int	i;

	ck_assert_int_eq(fired_count, count);
	for (i = 0; i < count; i++)
		ck_assert_int_eq(fired[i], expected[i]);
}

#define FIRED(...)							\
	fired_are((int)(sizeof((int []){ __VA_ARGS__ }) / sizeof(int)),	\
	    (const int []){ __VA_ARGS__ })

START_TEST(order)
{
	set(0, -10);
	set(1, -30);
	set(2, -20);
	set(3, -40);
	set(4, 0);
	turn();
	FIRED(3, 1, 2, 0, 4);
}
END_TEST

START_TEST(only_what_is_due)
{
	set(0, 100000000);
	set(1, -1);
	set(2, INT64_C(1) << 40);	/* longer than epoll_wait(2) waits */
	turn();
	FIRED(1);
	ck_assert_uint_ne(mine[0].timer.place, 0);
}
END_TEST

START_TEST(set_again)
{
	set(0, 100000000);
	set(1, -5);
	set(0, -10);			/* earlier */
	set(2, -20);
	set(2, -1);			/* later */
	turn();
	FIRED(0, 1, 2);
	set(0, -1);
	turn();
	ck_assert_int_eq(mine[0].calls, 2);
}
END_TEST

START_TEST(cleared)
{
	set(0, -10);
	set(1, -5);
	set(2, -1);
	loop_timer_clear(loop, &mine[1].timer);
	loop_timer_clear(loop, &mine[1].timer);
	loop_timer_clear(loop, &mine[3].timer);	/* never set */
	turn();
	FIRED(0, 2);
	loop_timer_clear(loop, &mine[0].timer);	/* expired */
	set(1, -1);
	turn();
	FIRED(0, 2, 1);
}
END_TEST

static void
clear_other(struct mine *self)
{
	loop_timer_clear(loop, &self->other->timer);
}

START_TEST(clear_in_a_callback)
{
	mine[0].then = mine[1].then = clear_other;
	mine[0].other = &mine[1];
	mine[1].other = &mine[1];	/* itself */
	set(0, -10);
	set(1, -5);
	set(2, -1);
	turn();
	FIRED(0, 2);
	set(1, -1);
	turn();
	FIRED(0, 2, 1);
}
END_TEST

static void
set_other(struct mine *self)
{
	loop_timer_set(loop, &self->other->timer, self->other->calls == 0 ?
	    -1 : 100000000);
}

/* One that is due is called in this turn, one that is not is kept. */
START_TEST(set_in_a_callback)
{
	mine[0].then = mine[1].then = mine[2].then = set_other;
	mine[0].other = &mine[1];
	mine[1].other = &mine[0];
	mine[2].other = &mine[2];	/* itself */
	set(0, -10);
	set(2, -5);
	turn();
	FIRED(0, 2, 1);
	ck_assert_uint_ne(mine[0].timer.place, 0);
	ck_assert_uint_eq(mine[1].timer.place, 0);
	ck_assert_uint_ne(mine[2].timer.place, 0);
}
END_TEST

START_TEST(more_room)
{
	int	i;

	loop_free(loop);
	loop = loop_new();
	ck_assert_int_eq(loop_reserve(loop, 3), 0);
	for (i = 0; i < 3; i++)
		set(i, -i);
	ck_assert_int_eq(loop_reserve(loop, ROOM), 0);
	for (; i < ROOM; i++)
		set(i, -i);
	turn();
	ck_assert_int_eq(fired_count, ROOM);
	for (i = 0; i < ROOM; i++)
		ck_assert_int_eq(fired[i], ROOM - 1 - i);
}
END_TEST

START_TEST(the_clock)
{
	int64_t	before, now;

	before = loop_now(loop);
	ck_assert_int_gt(before, 0);
	ck_assert_int_le(before, loop_clock());
	while (loop_clock() == before)
		;
	ck_assert_int_eq(loop_now(loop), before);	/* of the last turn */
	set(0, 25);
	turn();		/* until then, and not longer than there is need */
	FIRED(0);
	now = loop_now(loop);
	ck_assert_int_ge(now, before + 25);
	ck_assert_int_lt(now, before + 20000);
}
END_TEST

static uint64_t
draw(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (seed >> 33) % below;
}

/* Against a model: who is set, and when it is due. */
START_TEST(many_at_random)
{
	static int64_t	due[ROOM];	/* 0: not set */
	int		i, left, step;

	memset(due, 0, sizeof(due));
	for (step = 0; step < STEPS; step++) {
		i = (int)draw(ROOM);
		if (draw(3) == 0) {
			loop_timer_clear(loop, &mine[i].timer);
			due[i] = 0;
		} else {
			due[i] = -1 - (int64_t)draw(1000);
			set(i, due[i]);
		}
		if (step % 1000 != 999)
			continue;
		fired_count = 0;
		turn();
		for (left = i = 0; i < ROOM; i++)
			left += due[i] != 0;
		ck_assert_int_eq(fired_count, left);
		for (i = 0; i < fired_count; i++) {
			ck_assert_int_ne(due[fired[i]], 0);
			if (i > 0)
				ck_assert_int_ge(due[fired[i]],
				    due[fired[i - 1]]);
		}
		memset(due, 0, sizeof(due));
	}
}
END_TEST

START_TEST(a_turn_within)
{
	int64_t	due_ms, start_ms;

	ck_assert(!loop_due(loop, &due_ms));
	start_ms = loop_clock();
	ck_assert_int_eq(loop_turn_within(loop, 20), 0);
	ck_assert_int_ge(loop_clock() - start_ms, 20);
	set(0, 100000000);
	ck_assert(loop_due(loop, &due_ms));
	ck_assert_int_eq(due_ms, mine[0].timer.due_ms);
	ck_assert_int_eq(loop_turn_within(loop, 0), 0);
	ck_assert_int_eq(fired_count, 0);
	/* a timer ends it before its time, and before for ever */
	set(1, 1);
	ck_assert_int_eq(loop_turn_within(loop, 100000000), 0);
	set(2, 1);
	ck_assert_int_eq(loop_turn_within(loop, -1), 0);
	FIRED(1, 2);
}
END_TEST

START_TEST(refreshed)
{
	int64_t	start_ms;

	start_ms = loop_now(loop);
	while (loop_clock() < start_ms + 2)
		;
	ck_assert_int_eq(loop_now(loop), start_ms);
	loop_refresh(loop);
	ck_assert_int_ge(loop_now(loop), start_ms + 2);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("loop_timer");
	TCase	*tc = tcase_create("loop_timer");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, order);
	tcase_add_test(tc, only_what_is_due);
	tcase_add_test(tc, set_again);
	tcase_add_test(tc, cleared);
	tcase_add_test(tc, clear_in_a_callback);
	tcase_add_test(tc, set_in_a_callback);
	tcase_add_test(tc, more_room);
	tcase_add_test(tc, the_clock);
	tcase_add_test(tc, many_at_random);
	tcase_add_test(tc, a_turn_within);
	tcase_add_test(tc, refreshed);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
