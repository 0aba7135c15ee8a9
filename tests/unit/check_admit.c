/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of admit.c: full, free and what is said of it, over a simulated
 * clock.
 */
#include "config.h"

#include <string.h>

#include "admit.h"
#include "service.h"
#include "unit.h"

static struct load	 load;
static int64_t		 full_ms;

static void
fresh(void)
{
	memset(&load, 0, sizeof(load));
	load.limit = 2;
	full_ms = -1;
}

START_TEST(room)
{
	ck_assert(admit_has_room(&load));
	ck_assert(!admit_taken(&load, 10));
	ck_assert(admit_has_room(&load));
	ck_assert(admit_taken(&load, 20));
	ck_assert(!admit_has_room(&load));
	ck_assert_int_eq(load.busy, 2);
	(void)admit_released(&load, 30);
	ck_assert(admit_has_room(&load));
	(void)admit_released(&load, 40);
	ck_assert_int_eq(load.busy, 0);
}
END_TEST

/* More workers than are allowed now, as after a reload. */
START_TEST(beyond_the_limit)
{
	load.busy = 5;
	ck_assert(!admit_has_room(&load));
	(void)admit_released(&load, 10);
	ck_assert(!admit_has_room(&load));
}
END_TEST

START_TEST(never_full)
{
	ck_assert(!admit_taken(&load, 10));
	ck_assert(!admit_released(&load, 20));
	ck_assert(!admit_settled(&load, 5000, &full_ms));
	ck_assert_int_eq(full_ms, -1);
}
END_TEST

START_TEST(full_then_free)
{
	(void)admit_taken(&load, 1000);
	ck_assert(admit_taken(&load, 2000));		/* full is said */
	ck_assert(!admit_settled(&load, 9000, &full_ms));
	ck_assert(admit_released(&load, 10000));	/* ask later */
	ck_assert(!admit_settled(&load, 10000, &full_ms));
	ck_assert(!admit_settled(&load, 10999, &full_ms));
	ck_assert_int_eq(full_ms, -1);
	ck_assert(admit_settled(&load, 11000, &full_ms));
	ck_assert_int_eq(full_ms, 8000);
	ck_assert(!load.full);
	ck_assert(!admit_settled(&load, 12000, &full_ms));	/* once */
}
END_TEST

/* A second release does not begin the time anew, nor asks a second time. */
START_TEST(released_twice)
{
	(void)admit_taken(&load, 1000);
	(void)admit_taken(&load, 1000);
	ck_assert(admit_released(&load, 2000));
	ck_assert(!admit_released(&load, 2900));
	ck_assert(admit_settled(&load, 3000, &full_ms));
	ck_assert_int_eq(full_ms, 1000);
	ck_assert(!admit_released(&load, 4000));
}
END_TEST

/* Who gets a slot and fills it at once says nothing, however long. */
START_TEST(busy_service_is_quiet)
{
	int64_t	now;

	(void)admit_taken(&load, 1000);
	ck_assert(admit_taken(&load, 1000));
	for (now = 2000; now < 60000; now += 1000) {
		ck_assert(admit_released(&load, now));
		ck_assert(!admit_settled(&load, now + 900, &full_ms));
		ck_assert(!admit_taken(&load, now + 950));
		ck_assert(!admit_settled(&load, now + 990, &full_ms));
	}
	ck_assert(admit_released(&load, 60000));
	ck_assert(admit_settled(&load, 61000, &full_ms));
	ck_assert_int_eq(full_ms, 59000);
}
END_TEST

/* With room left, a new worker does not begin the time anew. */
START_TEST(taken_with_room_left)
{
	load.limit = 3;
	load.busy = 2;
	ck_assert(admit_taken(&load, 1000));
	ck_assert(admit_released(&load, 2000));
	ck_assert(!admit_released(&load, 2100));
	ck_assert(!admit_taken(&load, 2500));
	ck_assert(admit_settled(&load, 3000, &full_ms));
	ck_assert_int_eq(full_ms, 1000);
}
END_TEST

START_TEST(full_again)
{
	load.limit = 1;
	ck_assert(admit_taken(&load, 1000));
	ck_assert(admit_released(&load, 2000));
	ck_assert(admit_settled(&load, 3000, &full_ms));
	ck_assert(admit_taken(&load, 4000));		/* said again */
	ck_assert(admit_released(&load, 4500));
	ck_assert(!admit_settled(&load, 5499, &full_ms));
	ck_assert(admit_settled(&load, 5500, &full_ms));
	ck_assert_int_eq(full_ms, 500);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("admit");
	TCase	*tc = tcase_create("admit");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, room);
	tcase_add_test(tc, beyond_the_limit);
	tcase_add_test(tc, never_full);
	tcase_add_test(tc, full_then_free);
	tcase_add_test(tc, released_twice);
	tcase_add_test(tc, busy_service_is_quiet);
	tcase_add_test(tc, taken_with_room_left);
	tcase_add_test(tc, full_again);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
