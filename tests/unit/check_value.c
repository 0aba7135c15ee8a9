/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of value.c: numbers with units, and back.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "unit.h"
#include "value.h"

#define UNTOUCHED	INT64_C(-77)

typedef int	 reader(const char *, int64_t *);

static void
good(reader *read, const char *text, int64_t expected)
{
	int64_t	value = UNTOUCHED;

	ck_assert_msg(read(text, &value) == 0, "\"%s\" is refused", text);
	ck_assert_msg(value == expected, "\"%s\" is %lld, not %lld", text,
	    (long long)value, (long long)expected);
}

static void
bad(reader *read, const char *text, int number)
{
	int64_t	value = UNTOUCHED;

	errno = 0;
	ck_assert_msg(read(text, &value) == -1, "\"%s\" is taken", text);
	ck_assert_msg(errno == number, "\"%s\": errno %d, not %d", text,
	    errno, number);
	ck_assert_msg(value == UNTOUCHED, "\"%s\" changes the value", text);
}

START_TEST(numbers)
{
	good(value_number, "0", 0);
	good(value_number, "-0", 0);
	good(value_number, "007", 7);
	good(value_number, "-20", -20);
	good(value_number, "9223372036854775807", INT64_MAX);
	good(value_number, "-9223372036854775807", -INT64_MAX);
	bad(value_number, "9223372036854775808", ERANGE);
	bad(value_number, "-9223372036854775808", ERANGE);
	bad(value_number, "99999999999999999999999", ERANGE);
}
END_TEST

START_TEST(not_numbers)
{
	static const char	*texts[] = {
		"", " ", "-", "--1", "+1", " 1", "1 ", "- 1", "x", "1x",
		"0x10", "1.5", "1e3", "1k", "1s", "off", "1-"
	};
	size_t			 i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		bad(value_number, texts[i], EINVAL);
}
END_TEST

START_TEST(octals)
{
	good(value_octal, "0", 0);
	good(value_octal, "022", 022);
	good(value_octal, "22", 022);
	good(value_octal, "7777", 07777);
	good(value_octal, "77777777777777777777", INT64_MAX >> 3);
	bad(value_octal, "777777777777777777777", ERANGE);
	bad(value_octal, "", EINVAL);
	bad(value_octal, "8", EINVAL);
	bad(value_octal, "0o22", EINVAL);
	bad(value_octal, "-1", EINVAL);
	bad(value_octal, " 22", EINVAL);
	bad(value_octal, "22 ", EINVAL);
}
END_TEST

START_TEST(yes_and_no)
{
	good(value_yes, "yes", 1);
	good(value_yes, "no", 0);
	bad(value_yes, "", EINVAL);
	bad(value_yes, "Yes", EINVAL);
	bad(value_yes, "yes ", EINVAL);
	bad(value_yes, "1", EINVAL);
	bad(value_yes, "true", EINVAL);
	bad(value_yes, "on", EINVAL);
}
END_TEST

START_TEST(durations)
{
	good(value_duration, "0", 0);
	good(value_duration, "0ms", 0);
	good(value_duration, "1", 1000);
	good(value_duration, "500ms", 500);
	good(value_duration, "30s", 30000);
	good(value_duration, "5m", 300000);
	good(value_duration, "2h", 7200000);
	good(value_duration, "9223372036854775807ms", INT64_MAX);
	good(value_duration, "9223372036854775s", INT64_C(9223372036854775000));
	good(value_duration, "2562047788015h", INT64_C(9223372036854000000));
	bad(value_duration, "9223372036854775808ms", ERANGE);
	bad(value_duration, "9223372036854776", ERANGE);
	bad(value_duration, "9223372036854776s", ERANGE);
	bad(value_duration, "153722867280913m", ERANGE);
	bad(value_duration, "2562047788016h", ERANGE);
	bad(value_duration, "18446744073709551616h", ERANGE);
}
END_TEST

START_TEST(not_durations)
{
	static const char	*texts[] = {
		"", "s", "-1s", "+1s", "1 s", " 1s", "1s ", "1d", "1sec",
		"1S", "1H", "1M", "1.5s", "1h30m", "1mss", "off", "1k", "ms"
	};
	size_t			 i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		bad(value_duration, texts[i], EINVAL);
}
END_TEST

START_TEST(sizes)
{
	good(value_size, "0", 0);
	good(value_size, "4096", 4096);
	good(value_size, "64k", 65536);
	good(value_size, "64K", 65536);
	good(value_size, "16M", 16 << 20);
	good(value_size, "16m", 16 << 20);
	good(value_size, "1G", 1 << 30);
	good(value_size, "3g", INT64_C(3) << 30);
	good(value_size, "9223372036854775807", INT64_MAX);
	good(value_size, "8589934591G", INT64_C(8589934591) << 30);
	bad(value_size, "9223372036854775808", ERANGE);
	bad(value_size, "8589934592G", ERANGE);
	bad(value_size, "8796093022208M", ERANGE);
	bad(value_size, "9007199254740992k", ERANGE);
	bad(value_size, "", EINVAL);
	bad(value_size, "k", EINVAL);
	bad(value_size, "-1k", EINVAL);
	bad(value_size, "1kB", EINVAL);
	bad(value_size, "1KiB", EINVAL);
	bad(value_size, "1T", EINVAL);
	bad(value_size, "1 k", EINVAL);
	bad(value_size, "64s", EINVAL);
}
END_TEST

static void
duration_is(int64_t ms, const char *expected)
{
	char	text[VALUE_TEXT_SIZE];
	int64_t	back;

	value_duration_text(ms, text);
	ck_assert_str_eq(text, expected);
	ck_assert_int_eq(value_duration(text, &back), 0);
	ck_assert_int_eq(back, ms);
}

START_TEST(duration_texts)
{
	duration_is(0, "0ms");
	duration_is(1, "1ms");
	duration_is(999, "999ms");
	duration_is(1000, "1s");
	duration_is(1001, "1001ms");
	duration_is(59000, "59s");
	duration_is(60000, "1m");
	duration_is(90000, "90s");
	duration_is(3600000, "1h");
	duration_is(3660000, "61m");
	duration_is(INT64_C(86400000000), "24000h");
	duration_is(INT64_MAX, "9223372036854775807ms");
	duration_is(INT64_C(9223372036854000000), "2562047788015h");
}
END_TEST

START_TEST(duration_round_trip)
{
	char	text[VALUE_TEXT_SIZE];
	int64_t	back, ms;

	for (ms = 0; ms < INT64_C(40000000); ms += 250 + ms / 50) {
		value_duration_text(ms, text);
		ck_assert_int_eq(value_duration(text, &back), 0);
		ck_assert_int_eq(back, ms);
	}
}
END_TEST

static void
apart(const char *a, const char *b, size_t expected)
{
	ck_assert_uint_eq(value_distance(a, b), expected);
	ck_assert_uint_eq(value_distance(b, a), expected);
}

START_TEST(distances)
{
	apart("", "", 0);
	apart("", "abc", 3);
	apart("abc", "abc", 0);
	apart("max-workers", "max-worker", 1);
	apart("max-workers", "mx-workers", 1);
	apart("max-workers", "max-worjers", 1);
	apart("user", "suer", 2);
	apart("kitten", "sitting", 3);
	apart("flaw", "lawn", 2);
	apart("abc", "xyz", 3);
	apart("ABC", "abc", 3);
}
END_TEST

START_TEST(distances_of_long_words)
{
	char	longest[65], longer[66];

	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	apart(longest, longest, 0);
	apart(longest, longest + 1, 1);
	apart(longest, "", 64);
	apart(longer, longest, 64);	/* not compared: far */
	apart(longer, longer, 64);
	apart(longer, "a", 64);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("value");
	TCase	*tc = tcase_create("value");

	tcase_add_test(tc, numbers);
	tcase_add_test(tc, not_numbers);
	tcase_add_test(tc, octals);
	tcase_add_test(tc, yes_and_no);
	tcase_add_test(tc, durations);
	tcase_add_test(tc, not_durations);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, duration_texts);
	tcase_add_test(tc, duration_round_trip);
	tcase_add_test(tc, distances);
	tcase_add_test(tc, distances_of_long_words);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
