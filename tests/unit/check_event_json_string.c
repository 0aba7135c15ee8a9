/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of event_json.c: strings of any bytes, escaped and cut.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "event.h"
#include "json.h"
#include "unit.h"

#define TIME		"2026-01-02T03:04:05.678Z"
#define BEGIN		"{\"time\":\"" TIME "\",\"level\":\"info\","	\
			"\"event\":\"stop\",\"service\":\"web\""
#define LINE_SIZE	4095	/* what log.c gives */

static struct event	 event;
static char		 line[LINE_SIZE + 1];

static void
fresh(void)
{
	event_init(&event, EVENT_STOP, LEVEL_INFO, "web");
}

static void
make(void)
{
	size_t	n;

	n = event_json(&event, TIME, line, LINE_SIZE);
	ck_assert_uint_eq(n, strlen(line));
	ck_assert_msg(json_is_object(line), "%s", line);
}

static void
reason_is(const char *reason, const char *expected)
{
	char	whole[512];

	event.reason = reason;
	(void)snprintf(whole, sizeof(whole), BEGIN ",\"reason\":\"%s\"}",
	    expected);
	make();
	ck_assert_str_eq(line, whole);
}

START_TEST(escapes)
{
	reason_is("a b/c'{}%s", "a b/c'{}%s");
	reason_is("\"\\", "\\\"\\\\");
	reason_is("\r\n\t\b\f", "\\u000d\\u000a\\u0009\\u0008\\u000c");
	reason_is("\001\037\177", "\\u0001\\u001f\\u007f");
}
END_TEST

START_TEST(utf8)
{
	reason_is("\303\244\337\277", "\303\244\337\277");
	reason_is("\340\240\200\357\277\277", "\340\240\200\357\277\277");
	reason_is("\355\237\277\356\200\200", "\355\237\277\356\200\200");
	reason_is("\360\220\200\200\364\217\277\277",
	    "\360\220\200\200\364\217\277\277");
}
END_TEST

/* Bytes that are not UTF-8 are shown as the characters of their number. */
START_TEST(not_utf8)
{
	reason_is("\200", "\\u0080");
	reason_is("a\377b", "a\\u00ffb");
	reason_is("\300\200", "\\u00c0\\u0080");	/* overlong */
	reason_is("\340\237\277", "\\u00e0\\u009f\\u00bf");
	reason_is("\360\217\277\277", "\\u00f0\\u008f\\u00bf\\u00bf");
	reason_is("\355\240\200", "\\u00ed\\u00a0\\u0080"); /* surrogate */
	reason_is("\364\220\200\200", "\\u00f4\\u0090\\u0080\\u0080");
	reason_is("\365\200\200\200", "\\u00f5\\u0080\\u0080\\u0080");
	reason_is("\303", "\\u00c3");			/* cut */
	reason_is("\342\202", "\\u00e2\\u0082");
	reason_is("\303(", "\\u00c3(");
	reason_is("\342\202(", "\\u00e2\\u0082(");
}
END_TEST

START_TEST(every_byte)
{
	char	reason[4] = "a.b";
	int	c;

	for (c = 1; c < 256; c++) {
		reason[1] = (char)c;
		event.reason = reason;
		make();
	}
}
END_TEST

/* A reason is cut between two characters. */
START_TEST(long_reasons)
{
	char	reason[5000];
	size_t	shift;

	for (shift = 0; shift < 4; shift++) {
		memset(reason, 'a', sizeof(reason));
		reason[sizeof(reason) - 1] = '\0';
		memcpy(reason + 2047 - shift, "\360\237\230\200", 4);
		event.reason = reason;
		make();
		ck_assert_ptr_nonnull(strstr(line, "a\360\237\230\200\"}"));
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("event_json_string");
	TCase	*tc = tcase_create("event_json_string");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, escapes);
	tcase_add_test(tc, utf8);
	tcase_add_test(tc, not_utf8);
	tcase_add_test(tc, every_byte);
	tcase_add_test(tc, long_reasons);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
