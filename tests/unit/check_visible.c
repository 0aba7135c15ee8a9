/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of visible.c: bytes from outside as printable text.
 */
#include "config.h"

#include <string.h>
#include <vis.h>

#include "unit.h"
#include "visible.h"

static void
shows(const char *bytes, size_t length, const char *expected)
{
	char	text[256];
	size_t	n;

	memset(text, '#', sizeof(text));
	n = visible(text, sizeof(text), bytes, length);
	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(n, strlen(expected));
}

START_TEST(printable)
{
	shows("", 0, "");
	shows("abc", 3, "abc");
	shows("abc", 2, "ab");
	shows("a b", 3, "a b");
	shows("%s%n{}[]'\"", 10, "%s%n{}[]'\"");
}
END_TEST

START_TEST(escapes)
{
	shows("\n", 1, "\\n");
	shows("\r", 1, "\\r");
	shows("\t", 1, "\\t");
	shows("\a\b\v\f", 4, "\\a\\b\\v\\f");
	shows("\\", 1, "\\\\");
	shows("\033[2J", 4, "\\^[[2J");
	shows("\177", 1, "\\^?");
	shows("\303\244", 2, "\\M-C\\M-$");
	shows("\233", 1, "\\M^[");
}
END_TEST

/* \0 must not run into a digit that follows. */
START_TEST(zero_bytes)
{
	shows("\0", 1, "\\0");
	shows("a\0b", 3, "a\\0b");
	shows("\0" "1", 2, "\\0001");
	shows("\0" "9", 2, "\\09");
}
END_TEST

/* Every byte comes back from what is shown, and nothing else is in it. */
START_TEST(every_byte)
{
	char	back[16], bytes[3], text[16];
	int	c, next;
	size_t	i, n;

	for (c = 0; c < 256; c++)
		for (next = 0; next < 256; next += 7) {
			bytes[0] = (char)c;
			bytes[1] = (char)next;
			n = visible(text, sizeof(text), bytes, 2);
			ck_assert_uint_eq(n, strlen(text));
			for (i = 0; i < n; i++)
				ck_assert(text[i] >= ' ' && text[i] <= '~');
			ck_assert_int_eq(strunvis(back, text), 2);
			ck_assert_int_eq(memcmp(back, bytes, 2), 0);
		}
}
END_TEST

START_TEST(cut)
{
	char	text[8];

	memset(text, '#', sizeof(text));
	ck_assert_uint_eq(visible(text, 4, "abcdef", 6), 3);
	ck_assert_mem_eq(text, "abc\0####", 8);
	ck_assert_uint_eq(visible(text, 4, "abc", 3), 3);
	ck_assert_str_eq(text, "abc");
}
END_TEST

/* Never in the middle of an escape, and nothing after what did not fit. */
START_TEST(cut_between_characters)
{
	char	text[8];
	size_t	size;

	for (size = 1; size <= 6; size++) {
		memset(text, '#', sizeof(text));
		ck_assert_uint_eq(visible(text, size, "a\377b", 3),
		    size == 6 ? 5 : size == 1 ? 0 : 1);
		ck_assert_str_eq(text, size == 6 ? "a\\M^?" :
		    size == 1 ? "" : "a");
		ck_assert_int_eq(text[size], '#');
	}
}
END_TEST

START_TEST(no_room)
{
	char	text[2] = "#";

	ck_assert_uint_eq(visible(text, 0, "abc", 3), 0);
	ck_assert_str_eq(text, "#");
	ck_assert_uint_eq(visible(text, 1, "abc", 3), 0);
	ck_assert_str_eq(text, "");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("visible");
	TCase	*tc = tcase_create("visible");

	tcase_add_test(tc, printable);
	tcase_add_test(tc, escapes);
	tcase_add_test(tc, zero_bytes);
	tcase_add_test(tc, every_byte);
	tcase_add_test(tc, cut);
	tcase_add_test(tc, cut_between_characters);
	tcase_add_test(tc, no_room);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
