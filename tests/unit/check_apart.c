/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of apart.c: memory that a child does not get.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "apart.h"
#include "forked.h"
#include "unit.h"

#define SIZE	10000

START_TEST(room)
{
	char	*memory;
	size_t	 i;

	memory = apart_new(10, SIZE / 10);
	ck_assert_ptr_nonnull(memory);
	ck_assert_uint_eq((uintptr_t)memory % 64, 0);
	for (i = 0; i < SIZE; i++)
		ck_assert_int_eq(memory[i], 0);
	memset(memory, 'x', SIZE);
	apart_free(memory);
	apart_free(NULL);
	memory = apart_new(0, 1);
	ck_assert_ptr_nonnull(memory);
	apart_free(memory);
}
END_TEST

START_TEST(too_much)
{
	ck_assert_ptr_null(apart_new(SIZE_MAX / 2, 2));
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_ptr_null(apart_new(SIZE_MAX, 1));
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_ptr_null(apart_new(SIZE_MAX / 4, 1));	/* mmap(2) says so */
}
END_TEST

/* mincore(2): ENOMEM for what is not mapped. */
static int
is_not_there(void *memory)
{
	unsigned char	there[8];
	uintptr_t	page;

	page = (uintptr_t)memory & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
	FORKED_CHECK(mincore((void *)page, SIZE, there) == -1);
	FORKED_CHECK(errno == ENOMEM);
	return 0;
}

START_TEST(masters_alone)
{
	char	*memory;

	memory = apart_new(1, SIZE);
	ck_assert_ptr_nonnull(memory);
	memset(memory, 'x', SIZE);
	ck_assert_int_eq(forked(is_not_there, memory), 0);
	ck_assert_int_eq(memory[SIZE - 1], 'x');
	apart_free(memory);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("apart");
	TCase	*tc = tcase_create("apart");

	tcase_add_test(tc, room);
	tcase_add_test(tc, too_much);
	tcase_add_test(tc, masters_alone);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
