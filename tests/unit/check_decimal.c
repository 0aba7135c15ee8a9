/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of decimal.c.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "decimal.h"
#include "unit.h"

START_TEST(numbers)
{
	static const uint64_t	values[] = {
		0, 1, 9, 10, 99, 100, 255, 65535, UINT32_MAX, UINT64_MAX
	};
	char			expected[32], text[32];
	size_t			i;

	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		memset(text, 'x', sizeof(text));
		(void)snprintf(expected, sizeof(expected), "%" PRIu64,
		    values[i]);
		ck_assert_ptr_eq(decimal(text, values[i]),
		    text + strlen(expected));
		ck_assert_str_eq(text, expected);
		ck_assert_int_eq(text[strlen(expected) + 1], 'x');
	}
	ck_assert_uint_eq(strlen(text) + 1, DECIMAL_SIZE);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("decimal");
	TCase	*tc = tcase_create("decimal");

	tcase_add_test(tc, numbers);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
