/* SPDX-License-Identifier: ISC */
/* Unit tests of socket_bytes.c: integers as bytes, and back. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "forkd.h"
#include "forkd_socket.h"
#include "unit.h"

#define BIG	FORKD_BIG_ENDIAN
#define LITTLE	FORKD_LITTLE_ENDIAN

/* A call failed: number and sentence are the thread's; both are forgotten. */
static void
failed(int result, int number, const char *text)
{
	ck_assert_int_eq(result, -1);
	ck_assert_int_eq(errno, number);
	ck_assert_int_eq(forkd_socket_last_error(NULL), number);
	ck_assert_str_eq(forkd_error(NULL), text);
	forkd_socket_clear_error(NULL);
	errno = 0;
}

/* The example of the documents: 16705 in two bytes is "AA". */
START_TEST(seeds)
{
	char		bytes[3] = "";
	uint64_t	number;

	ck_assert_int_eq(forkd_socket_put_integer(bytes, 2, LITTLE, 16705), 0);
	ck_assert_str_eq(bytes, "AA");
	ck_assert_int_eq(forkd_socket_get_integer("AA", 2, LITTLE, &number),
	    0);
	ck_assert_uint_eq(number, 16705);
}
END_TEST

START_TEST(orders)
{
	static const uint64_t	number = UINT64_C(0x0102030405060708);
	unsigned char		bytes[8];
	uint64_t		again;
	size_t			i, size;

	for (size = 1; size <= 8; size++) {
		memset(bytes, 0, sizeof(bytes));
		ck_assert_int_eq(forkd_socket_put_integer(bytes, size, BIG,
		    number >> (64 - 8 * size)), 0);
		for (i = 0; i < sizeof(bytes); i++)
			ck_assert_uint_eq(bytes[i], i < size ? i + 1 : 0);
		ck_assert_int_eq(forkd_socket_get_integer(bytes, size, BIG,
		    &again), 0);
		ck_assert_uint_eq(again, number >> (64 - 8 * size));
		memset(bytes, 0, sizeof(bytes));
		ck_assert_int_eq(forkd_socket_put_integer(bytes, size, LITTLE,
		    number >> (64 - 8 * size)), 0);
		for (i = 0; i < sizeof(bytes); i++)
			ck_assert_uint_eq(bytes[i], i < size ? size - i : 0);
		ck_assert_int_eq(forkd_socket_get_integer(bytes, size, LITTLE,
		    &again), 0);
		ck_assert_uint_eq(again, number >> (64 - 8 * size));
	}
}
END_TEST

static uint64_t
largest(size_t size)
{
	return UINT64_MAX >> (64 - 8 * size);
}

/* The largest number of each size; no byte is written for one more. */
START_TEST(edges)
{
	unsigned char	bytes[8], before[8];
	uint64_t	number;
	size_t		size;
	int		order;

	memset(before, 0x5a, sizeof(before));
	for (size = 1; size <= 8; size++)
		for (order = BIG; order <= LITTLE; order++) {
			ck_assert_int_eq(forkd_socket_put_integer(bytes, size,
			    order, largest(size)), 0);
			ck_assert_int_eq(forkd_socket_get_integer(bytes, size,
			    order, &number), 0);
			ck_assert_uint_eq(number, largest(size));
			ck_assert_int_eq(forkd_socket_put_integer(bytes, size,
			    order, 0), 0);
			ck_assert_int_eq(forkd_socket_get_integer(bytes, size,
			    order, &number), 0);
			ck_assert_uint_eq(number, 0);
			if (size == 8)
				continue;
			memcpy(bytes, before, sizeof(bytes));
			errno = 0;
			ck_assert_int_eq(forkd_socket_put_integer(bytes, size,
			    order, largest(size) + 1), -1);
			ck_assert_int_eq(errno, ERANGE);
			ck_assert_mem_eq(bytes, before, sizeof(bytes));
		}
	failed(forkd_socket_put_integer(bytes, 2, BIG, 65536), ERANGE,
	    "forkd_socket_put_integer: number 65536: does not fit into 2 "
	    "bytes");
	failed(forkd_socket_put_integer(bytes, 7, BIG, UINT64_MAX), ERANGE,
	    "forkd_socket_put_integer: number 18446744073709551615: does not "
	    "fit into 7 bytes");
}
END_TEST

static void
there_and_back(size_t size, int order, int64_t number)
{
	unsigned char	bytes[8];
	int64_t		again;

	ck_assert_int_eq(forkd_socket_put_signed(bytes, size, order, number),
	    0);
	again = 1;
	ck_assert_int_eq(forkd_socket_get_signed(bytes, size, order, &again),
	    0);
	ck_assert_int_eq(again, number);
}

START_TEST(below_zero)
{
	unsigned char	bytes[8], before[8];
	int64_t		limit;
	size_t		size;
	int		order;

	memset(before, 0x5a, sizeof(before));
	for (size = 1; size <= 8; size++)
		for (order = BIG; order <= LITTLE; order++) {
			limit = (int64_t)(largest(size) >> 1);
			there_and_back(size, order, limit);
			there_and_back(size, order, -limit);
			there_and_back(size, order, -limit - 1);
			there_and_back(size, order, 0);
			there_and_back(size, order, -1);
			there_and_back(size, order, 1);
			if (size == 8)
				continue;
			memcpy(bytes, before, sizeof(bytes));
			ck_assert_int_eq(forkd_socket_put_signed(bytes, size,
			    order, limit + 1), -1);
			ck_assert_int_eq(errno, ERANGE);
			ck_assert_int_eq(forkd_socket_put_signed(bytes, size,
			    order, -limit - 2), -1);
			ck_assert_mem_eq(bytes, before, sizeof(bytes));
		}
	ck_assert_int_eq(forkd_socket_put_signed(bytes, 3, BIG, -2), 0);
	ck_assert_mem_eq(bytes, "\xff\xff\xfe", 3);
	failed(forkd_socket_put_signed(bytes, 1, BIG, -129), ERANGE,
	    "forkd_socket_put_signed: number -129: does not fit into 1 bytes");
}
END_TEST

START_TEST(wrong)
{
	unsigned char	bytes[9];
	uint64_t	number;
	int64_t		below;

	number = 42;
	failed(forkd_socket_put_integer(NULL, 1, BIG, 0), EINVAL,
	    "forkd_socket_put_integer: bytes: NULL");
	failed(forkd_socket_put_integer(bytes, 0, BIG, 0), EINVAL,
	    "forkd_socket_put_integer: size 0: not 1 to 8");
	failed(forkd_socket_put_integer(bytes, 9, BIG, 0), EINVAL,
	    "forkd_socket_put_integer: size 9: not 1 to 8");
	ck_assert_int_eq(forkd_socket_put_integer(bytes, SIZE_MAX, BIG, 0),
	    -1);
	ck_assert_int_eq(errno, EINVAL);
	failed(forkd_socket_put_integer(bytes, 1, 0, 0), EINVAL,
	    "forkd_socket_put_integer: order 0: not FORKD_BIG_ENDIAN or "
	    "FORKD_LITTLE_ENDIAN");
	failed(forkd_socket_get_integer(NULL, 1, BIG, &number), EINVAL,
	    "forkd_socket_get_integer: bytes: NULL");
	failed(forkd_socket_get_integer(bytes, 9, BIG, &number), EINVAL,
	    "forkd_socket_get_integer: size 9: not 1 to 8");
	failed(forkd_socket_get_integer(bytes, 1, 3, &number), EINVAL,
	    "forkd_socket_get_integer: order 3: not FORKD_BIG_ENDIAN or "
	    "FORKD_LITTLE_ENDIAN");
	failed(forkd_socket_get_integer(bytes, 1, BIG, NULL), EINVAL,
	    "forkd_socket_get_integer: number: NULL");
	ck_assert_uint_eq(number, 42);
	failed(forkd_socket_put_signed(NULL, 1, BIG, 0), EINVAL,
	    "forkd_socket_put_signed: bytes: NULL");
	failed(forkd_socket_put_signed(bytes, 0, LITTLE, 0), EINVAL,
	    "forkd_socket_put_signed: size 0: not 1 to 8");
	failed(forkd_socket_get_signed(bytes, 0, BIG, &below), EINVAL,
	    "forkd_socket_get_signed: size 0: not 1 to 8");
	failed(forkd_socket_get_signed(bytes, 1, BIG, NULL), EINVAL,
	    "forkd_socket_get_signed: number: NULL");
}
END_TEST

/* A call that succeeds leaves what failed before. */
START_TEST(error_stays)
{
	unsigned char	byte;

	ck_assert_int_eq(forkd_socket_put_integer(&byte, 1, BIG, 256), -1);
	errno = 0;
	ck_assert_int_eq(forkd_socket_put_integer(&byte, 1, BIG, 255), 0);
	ck_assert_int_eq(errno, 0);
	ck_assert_int_eq(forkd_socket_last_error(NULL), ERANGE);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s;
	TCase	*tc;

	s = suite_create("socket_bytes");
	tc = tcase_create("socket_bytes");
	tcase_add_test(tc, seeds);
	tcase_add_test(tc, orders);
	tcase_add_test(tc, edges);
	tcase_add_test(tc, below_zero);
	tcase_add_test(tc, wrong);
	tcase_add_test(tc, error_stays);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
