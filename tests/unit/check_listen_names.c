/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of listen.c: names with several addresses.  127.0.0.1 and ::1
 * are this machine's, 203.0.113.1 (TEST-NET-3) is nobody's.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "error.h"
#include "fdio.h"
#include "listen.h"
#include "log.h"
#include "resolver.h"
#include "service.h"
#include "unit.h"

static struct service	*service;
static struct log	 logger;
static struct error	 error;
static char		 warnings[1024];
static int		 warnings_count;
static int		 binds;		/* calls of bind(2) */
static int		 taken_ports;	/* so many second ones fail */

/* In place of the C library's. */
int
bind(int fd, const struct sockaddr *addr, socklen_t length)
{
	binds++;
	if (taken_ports > 0 && binds % 2 == 0) {
		taken_ports--;
		errno = EADDRINUSE;
		return -1;
	}
	return (int)syscall(SYS_bind, fd, addr, length);
}

static void
warned(int priority, const char *line, void *arg)
{
	ck_assert_int_eq(priority, LOG_WARNING);
	ck_assert_ptr_null(arg);
	(void)strlcat(warnings, line, sizeof(warnings));
	(void)strlcat(warnings, "\n", sizeof(warnings));
	warnings_count++;
}

static void
fresh(void)
{
	struct settings	settings;

	memset(&resolver, 0, sizeof(resolver));
	warnings[0] = '\0';
	warnings_count = binds = taken_ports = 0;
	ck_assert_int_eq(settings_init(&settings), 0);
	service = service_new("web", &settings);
	ck_assert_ptr_nonnull(service);
	settings_free(&settings);
	log_init(&logger);
	logger.sink = warned;
}

static void
gone(void)
{
	listen_close(service);
	service_free(service);
}

static bool
has_ipv6(void)
{
	struct addr	addr;
	int		fd, failed;

	addr_any(&addr, AF_INET6, 0);
	addr.u.in6.sin6_addr = in6addr_loopback;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	failed = bind(fd, &addr.u.sa, addr.length);
	fdio_close(&fd);
	binds = 0;
	return failed == 0;
}

static void
answer(const char *first, const char *second, const char *third)
{
	resolver.address[0] = first;
	resolver.address[1] = second;
	resolver.address[2] = third;
}

static int
try(const char *text)
{
	errno = 0;
	return listen_open(service, text, ADDR_TCP, &logger, &error);
}

/* The addresses of the listeners without their port, which is one. */
static void
bound_are(const char *expected)
{
	struct listener	*listener;
	char		 seen[512] = "", *port;
	char		 first[16] = "", text[LISTENER_TEXT_SIZE];

	TAILQ_FOREACH(listener, &service->listeners, link) {
		(void)strlcpy(text, listener->text, sizeof(text));
		port = strrchr(text, ':');
		*port++ = '\0';
		if (first[0] == '\0')
			(void)strlcpy(first, port, sizeof(first));
		ck_assert_str_eq(port, first);
		ck_assert_str_ne(port, "0");
		(void)strlcat(seen, seen[0] == '\0' ? "" : " ", sizeof(seen));
		(void)strlcat(seen, text, sizeof(seen));
	}
	ck_assert_str_eq(seen, expected);
}

START_TEST(all_with_one_port)
{
	if (!has_ipv6())
		return;
	answer("::1", "127.0.0.1", NULL);
	ck_assert_int_eq(try("two:0"), 0);
	bound_are("tcp://[::1] tcp://127.0.0.1");
	ck_assert_int_eq(warnings_count, 0);
}
END_TEST

START_TEST(foreign_ones_are_passed_over)
{
	answer("203.0.113.1", "127.0.0.1", NULL);
	ck_assert_int_eq(try("mixed:0"), 0);
	bound_are("tcp://127.0.0.1");
	ck_assert_str_eq(warnings, "web: setup-error: mixed: "
	    "tcp://203.0.113.1:0: not an address of this machine, "
	    "passed over\n");
}
END_TEST

START_TEST(only_foreign_ones)
{
	answer("203.0.113.1", NULL, NULL);
	ck_assert_int_eq(try("away:80"), -1);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	ck_assert_int_eq(error.exit_code, EX_UNAVAILABLE);
	ck_assert_str_eq(error.text,
	    "tcp://203.0.113.1:80: Cannot assign requested address");
	ck_assert_int_eq(warnings_count, 0);	/* the error says it */
	answer("203.0.113.1", "203.0.113.2", NULL);
	ck_assert_int_eq(try("away:80"), -1);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	ck_assert_int_eq(warnings_count, 2);
	bound_are("");
}
END_TEST

/* The kernel's choice for the first is taken on the second: another one. */
START_TEST(port_0_is_tried_again)
{
	if (!has_ipv6())
		return;
	answer("127.0.0.1", "::1", NULL);
	taken_ports = 5;
	ck_assert_int_eq(try("two:0"), 0);
	bound_are("tcp://127.0.0.1 tcp://[::1]");
	ck_assert_int_eq(binds, 12);
}
END_TEST

START_TEST(port_0_is_not_tried_for_ever)
{
	answer("127.0.0.1", "::1", NULL);
	taken_ports = 1000000;
	ck_assert_int_eq(try("two:0"), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_lt(binds, 1000);
	bound_are("");
}
END_TEST

/* All or none: the first is given back when the second is in use. */
START_TEST(a_port_in_use)
{
	struct addr	addr;
	char		text[64];

	answer("127.0.0.1", NULL, NULL);
	ck_assert_int_eq(try("one:0"), 0);
	addr.length = sizeof(addr.u);
	ck_assert_int_eq(getsockname(
	    TAILQ_FIRST(&service->listeners)->watch.fd, &addr.u.sa,
	    &addr.length), 0);
	if (!has_ipv6())
		return;
	answer("::1", "127.0.0.1", NULL);
	(void)snprintf(text, sizeof(text), "two:%d", addr_port(&addr));
	ck_assert_int_eq(try(text), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(error.exit_code, EX_UNAVAILABLE);
	ck_assert_int_eq(binds, 2);	/* a port that was asked for: once */
	bound_are("tcp://127.0.0.1");
	answer("::1", NULL, NULL);
	ck_assert_int_eq(try(text), 0);		/* it is free */
}
END_TEST

START_TEST(unknown_name)
{
	resolver.code = EAI_NONAME;
	ck_assert_int_eq(try("nowhere:80"), -1);
	ck_assert_int_eq(errno, EHOSTUNREACH);
	ck_assert_int_eq(error.exit_code, EX_NOHOST);
	ck_assert_int_eq(binds, 0);
	ck_assert_int_eq(try("0"), 0);		/* no name, no question */
	ck_assert_int_eq(resolver.asked, 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("listen_names");
	TCase	*tc = tcase_create("listen_names");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, all_with_one_port);
	tcase_add_test(tc, foreign_ones_are_passed_over);
	tcase_add_test(tc, only_foreign_ones);
	tcase_add_test(tc, port_0_is_tried_again);
	tcase_add_test(tc, port_0_is_not_tried_for_ever);
	tcase_add_test(tc, a_port_in_use);
	tcase_add_test(tc, unknown_name);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
