/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of event_json.c: events as JSON objects.  Strings are tested in
 * check_event_json_string.c.
 */
#include "config.h"

#include <sys/un.h>

#include <arpa/inet.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#include "addr.h"
#include "event.h"
#include "json.h"
#include "unit.h"

#define TIME		"2026-01-02T03:04:05.678Z"
#define BEGIN		"{\"time\":\"" TIME "\",\"level\":\"info\","	\
			"\"event\":\"stop\",\"service\":\"web\""
#define LINE_SIZE	4095	/* what log.c gives */

static struct event	 event;
static struct rusage	 usage;
static struct addr	 peer, local;
static char		 line[LINE_SIZE + 1];

static void
fresh(void)
{
	event_init(&event, EVENT_STOP, LEVEL_INFO, "web");
	addr_any(&peer, AF_INET, 53422);
	peer.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr_any(&local, AF_INET6, 80);
	local.u.in6.sin6_addr = in6addr_loopback;
}

static void
make(void)
{
	size_t	n;

	memset(line, '#', sizeof(line));
	n = event_json(&event, TIME, line, LINE_SIZE);
	ck_assert_uint_eq(n, strlen(line));
}

static void
line_is(const char *expected)
{
	make();
	ck_assert_str_eq(line, expected);
}

START_TEST(least)
{
	line_is(BEGIN "}");
	event.service = NULL;
	line_is("{\"time\":\"" TIME "\",\"level\":\"info\","
	    "\"event\":\"stop\"}");
}
END_TEST

START_TEST(all)
{
	usage.ru_utime.tv_sec = 1;
	usage.ru_utime.tv_usec = 500000;
	usage.ru_stime.tv_usec = 7;
	usage.ru_maxrss = 2048;
	event_init(&event, EVENT_CLOSE, LEVEL_WARNING, "web");
	event.serial = 17;
	event.pid = 4711;
	event.peer = &peer;
	event.local = &local;
	event.status = 3 << 8;
	event.duration_ms = 13;
	event.usage = &usage;
	event.reason = "timeout";
	event.workers = 2;
	event.max_workers = 128;
	event.repeated = 5;
	line_is("{\"time\":\"" TIME "\",\"level\":\"warning\","
	    "\"event\":\"close\",\"service\":\"web\",\"connection\":17,"
	    "\"pid\":4711,\"peer\":\"127.0.0.1:53422\","
	    "\"local\":\"[::1]:80\",\"status\":3,\"user_s\":1.500000,"
	    "\"system_s\":0.000007,\"maxrss_kb\":2048,"
	    "\"duration_s\":0.013000,\"workers\":2,\"max_workers\":128,"
	    "\"repeated\":5,\"reason\":\"timeout\"}");
	ck_assert(json_is_object(line));
}
END_TEST

START_TEST(zeroes)
{
	event.duration_ms = event.workers = event.max_workers = 0;
	event.reason = "";
	line_is(BEGIN ",\"duration_s\":0.000000,\"workers\":0,"
	    "\"max_workers\":0,\"reason\":\"\"}");
}
END_TEST

/* Exactly one of status and signal, and only where something ended. */
START_TEST(statuses)
{
	event.status = 3 << 8;
	event.usage = &usage;
	line_is(BEGIN "}");
	event.kind = EVENT_CLOSE;
	event.usage = NULL;
	make();
	ck_assert_ptr_nonnull(strstr(line, ",\"status\":3}"));
	ck_assert_ptr_null(strstr(line, "signal"));
	event.status = SIGSEGV | 0x80;
	make();
	ck_assert_ptr_nonnull(strstr(line, ",\"signal\":11}"));
	ck_assert_ptr_null(strstr(line, "status"));
}
END_TEST

/* Both addresses and the reason as long as they can be, all to be escaped. */
START_TEST(longest)
{
	char			 reason[5000], service[64];
	struct sockaddr_un	*name;

	name = (struct sockaddr_un *)(void *)&peer.u;
	name->sun_family = AF_UNIX;
	memset(name->sun_path, '\377', sizeof(name->sun_path));
	peer.length = sizeof(*name);
	local = peer;
	memset(reason, '\001', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	memset(service, 'w', sizeof(service) - 1);
	service[sizeof(service) - 1] = '\0';
	usage.ru_utime.tv_sec = usage.ru_stime.tv_sec = INT32_MAX;
	usage.ru_utime.tv_usec = usage.ru_stime.tv_usec = 999999;
	usage.ru_maxrss = LONG_MAX;
	event_init(&event, EVENT_CLOSE, LEVEL_WARNING, service);
	event.peer = &peer;
	event.local = &local;
	event.usage = &usage;
	event.serial = event.repeated = INT64_MAX;
	event.pid = INT32_MAX;
	event.duration_ms = INT64_MAX / 1000;
	event.workers = event.max_workers = INT64_MAX;
	event.status = SIGSEGV;
	event.reason = reason;
	make();
	ck_assert(json_is_object(line));
	ck_assert_ptr_nonnull(strstr(line, "\"reason\":\"\\u0001\\u0001"));
	ck_assert_ptr_nonnull(strstr(line, "\\u00ff\\u00ff\",\"local\""));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("event_json");
	TCase	*tc = tcase_create("event_json");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, least);
	tcase_add_test(tc, all);
	tcase_add_test(tc, zeroes);
	tcase_add_test(tc, statuses);
	tcase_add_test(tc, longest);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
