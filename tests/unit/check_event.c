/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of event.c: events as lines for people.
 */
#include "config.h"

#include <sys/wait.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "event.h"
#include "unit.h"

#define EXITED(code)		((code) << 8)
#define DUMPED			0x80

static struct event	 event;
static struct addr	 peer, local;

static void
fresh(void)
{
	addr_any(&peer, AF_INET, 53422);
	peer.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr_any(&local, AF_INET6, 80);
	local.u.in6.sin6_addr = in6addr_loopback;
}

static void
begin(enum event_kind kind)
{
	event_init(&event, kind, LEVEL_INFO, "web");
}

static void
line_is(const char *expected)
{
	char	text[1024];
	size_t	n;

	memset(text, '#', sizeof(text));
	n = event_text(&event, text, sizeof(text));
	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(n, strlen(expected));
}

START_TEST(init)
{
	memset(&event, '#', sizeof(event));
	event_init(&event, EVENT_OPEN, LEVEL_DEBUG, "web");
	ck_assert_int_eq(event.level, LEVEL_DEBUG);
	ck_assert_str_eq(event.service, "web");
	ck_assert_uint_eq(event.serial, 0);
	ck_assert_int_eq(event.pid, 0);
	ck_assert_ptr_null(event.peer);
	ck_assert_ptr_null(event.local);
	ck_assert_int_eq(event.duration_ms, -1);
	ck_assert_ptr_null(event.usage);
	ck_assert_ptr_null(event.reason);
	ck_assert_int_eq(event.workers, -1);
	ck_assert_int_eq(event.max_workers, -1);
	ck_assert_ptr_null(event.limit);
	ck_assert_uint_eq(event.repeated, 0);
}
END_TEST

START_TEST(names)
{
	static const char	*events[] = {
		"ready", "open", "close", "refuse", "full", "free",
		"accept-error", "setup-error", "handler-error", "throttle",
		"reload", "stop", "debug"
	};
	static const char	*levels[] = {
		"error", "warning", "info", "debug"
	};
	int			 i;

	ck_assert_uint_eq(sizeof(events) / sizeof(*events), EVENT_COUNT);
	for (i = 0; i < EVENT_COUNT; i++)
		ck_assert_str_eq(event_name((enum event_kind)i), events[i]);
	for (i = LEVEL_ERROR; i <= LEVEL_DEBUG; i++)
		ck_assert_str_eq(event_level_name((enum setting_log_level)i),
		    levels[i]);
}
END_TEST

START_TEST(ready)
{
	event_init(&event, EVENT_READY, LEVEL_INFO, NULL);
	event.reason = "tcp://*:80, tcp://*:81: /bin/cat";
	line_is("forkd: listening on tcp://*:80, tcp://*:81: /bin/cat");
	event.reason = NULL;
	line_is("forkd: listening on nothing");
}
END_TEST

START_TEST(opened)
{
	begin(EVENT_OPEN);
	event.serial = 17;
	event.pid = 4711;
	event.peer = &peer;
	event.local = &local;
	event.workers = 3;
	event.max_workers = 128;
	line_is("web#17: open pid 4711 from 127.0.0.1:53422 to [::1]:80, "
	    "3/128");
}
END_TEST

START_TEST(closed)
{
	begin(EVENT_CLOSE);
	event.serial = 17;
	event.pid = 4711;
	event.peer = &peer;
	event.duration_ms = 13;
	line_is("web#17: close pid 4711 status 0 in 0.013s");
	event.status = EXITED(3);
	event.duration_ms = 3600000;
	event.reason = "timeout";
	line_is("web#17: close pid 4711 status 3 in 3600.000s: timeout");
	event.status = SIGSEGV | DUMPED;
	line_is("web#17: close pid 4711 signal 11 SEGV core dumped in "
	    "3600.000s: timeout");
}
END_TEST

START_TEST(full_and_free)
{
	begin(EVENT_FULL);
	event.workers = event.max_workers = 128;
	line_is("web: full: 128 of 128 workers busy, new connections wait "
	    "(max-workers)");
	begin(EVENT_FREE);
	event.duration_ms = 1500;
	event.workers = 100;
	event.max_workers = 128;
	line_is("web: free: was full for 1.500s, 100/128");
}
END_TEST

START_TEST(others)
{
	static const enum event_kind	kinds[] = {
		EVENT_REFUSE, EVENT_ACCEPT_ERROR, EVENT_SETUP_ERROR,
		EVENT_HANDLER_ERROR, EVENT_THROTTLE, EVENT_RELOAD, EVENT_STOP,
		EVENT_DEBUG
	};
	char				expected[256];
	size_t				i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		begin(kinds[i]);
		(void)snprintf(expected, sizeof(expected), "web: %s",
		    event_name(kinds[i]));
		line_is(expected);
		event.serial = 2;
		event.pid = 5;
		event.peer = &peer;
		event.reason = "why, so";
		(void)snprintf(expected, sizeof(expected), "web#2: %s pid 5 "
		    "127.0.0.1:53422: why, so", event_name(kinds[i]));
		line_is(expected);
	}
}
END_TEST

START_TEST(repeated)
{
	begin(EVENT_REFUSE);
	event.repeated = 41;
	line_is("web: refuse; 41 more like this before");
}
END_TEST

START_TEST(text_is_data)
{
	begin(EVENT_HANDLER_ERROR);
	event.reason = "%s%n\r\nweb#9: open\033[2J\377";
	line_is("web: handler-error: %s%n\\r\\nweb#9: open\\^[[2J\\M^?");
}
END_TEST

static void
status_is(int status, const char *expected)
{
	char	text[64];

	event_status_text(status, text, sizeof(text));
	ck_assert_str_eq(text, expected);
}

START_TEST(exit_codes)
{
	status_is(EXITED(0), "status 0");
	status_is(EXITED(127), "status 127");
	status_is(EXITED(255), "status 255");
	status_is(0x137f, "wait status 4991");		/* stopped */
	status_is(0xffff, "wait status 65535");		/* continued */
}
END_TEST

START_TEST(signals)
{
	char		 expected[64];
	const char	*name;
	int		 number;

	status_is(SIGTERM, "signal 15 TERM");
	status_is(SIGKILL, "signal 9 KILL");
	status_is(SIGABRT | DUMPED, "signal 6 ABRT core dumped");
	for (number = 1; number < NSIG; number++) {
		name = sigabbrev_np(number);
		(void)snprintf(expected, sizeof(expected), "signal %d%s%s",
		    number, name == NULL ? "" : " ", name == NULL ? "" : name);
		status_is(number, expected);
		(void)strlcat(expected, " core dumped", sizeof(expected));
		status_is(number | DUMPED, expected);
	}
	status_is(SIGRTMIN, "signal 34");
}
END_TEST

/* Whatever the room, the line is the beginning of the whole one. */
START_TEST(cut)
{
	char	text[256], whole[256];
	size_t	n, size;

	begin(EVENT_CLOSE);
	event.serial = 17;
	event.pid = 4711;
	event.duration_ms = 13;
	event.reason = "plain reason";
	event.repeated = 7;
	n = event_text(&event, whole, sizeof(whole));
	ck_assert_uint_eq(n, strlen(whole));
	for (size = 1; size <= n + 2; size++) {
		memset(text, '#', sizeof(text));
		ck_assert_uint_eq(event_text(&event, text, size),
		    size <= n ? size - 1 : n);
		ck_assert_uint_eq(strlen(text), size <= n ? size - 1 : n);
		ck_assert_int_eq(strncmp(text, whole, strlen(text)), 0);
		ck_assert_int_eq(text[size], '#');
	}
}
END_TEST

/* A reason is cut between two characters, not within an escape. */
START_TEST(cut_between_characters)
{
	char	text[64];
	size_t	size;

	begin(EVENT_STOP);
	event.reason = "\377\377";
	for (size = 12; size < 25; size++) {
		(void)event_text(&event, text, size);
		ck_assert_str_eq(text, size < 16 ? "web: stop: " :
		    size < 20 ? "web: stop: \\M^?" :
		    "web: stop: \\M^?\\M^?");
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("event");
	TCase	*tc = tcase_create("event");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, init);
	tcase_add_test(tc, names);
	tcase_add_test(tc, ready);
	tcase_add_test(tc, opened);
	tcase_add_test(tc, closed);
	tcase_add_test(tc, full_and_free);
	tcase_add_test(tc, others);
	tcase_add_test(tc, repeated);
	tcase_add_test(tc, text_is_data);
	tcase_add_test(tc, exit_codes);
	tcase_add_test(tc, signals);
	tcase_add_test(tc, cut);
	tcase_add_test(tc, cut_between_characters);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
