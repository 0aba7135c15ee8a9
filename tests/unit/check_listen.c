/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of listen.c: bound sockets over loopback.  Names with several
 * addresses are tested in check_listen_names.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>

#include "error.h"
#include "fdio.h"
#include "listen.h"
#include "log.h"
#include "service.h"
#include "unit.h"

static struct service	*service;
static struct log	 logger;
static struct error	 error;

static void
fresh(void)
{
	struct settings	settings;

	ck_assert_int_eq(settings_init(&settings), 0);
	service = service_new("web", &settings);
	ck_assert_ptr_nonnull(service);
	settings_free(&settings);
	log_init(&logger);
}

static void
gone(void)
{
	listen_close(service);
	service_free(service);
}

static void
set(const char *name, const char *value)
{
	ck_assert_int_eq(settings_set(&service->settings, name, value,
	    &error), 0);
}

static int
try(const char *text, enum addr_scheme only)
{
	errno = 0;
	return listen_open(service, text, only, &logger, &error);
}

/* Opens; the last listener then. */
static const struct listener *
opened(const char *text, enum addr_scheme only)
{
	const struct listener	*last, *listener;

	ck_assert_msg(try(text, only) == 0, "%s: %s", text, error.text);
	last = NULL;
	TAILQ_FOREACH(listener, &service->listeners, link)
		last = listener;
	return last;
}

static int
count(void)
{
	struct listener	*listener;
	int		 n = 0;

	TAILQ_FOREACH(listener, &service->listeners, link)
		n++;
	return n;
}

static void
bound_to(const struct listener *listener, struct addr *addr)
{
	addr->length = sizeof(addr->u);
	ck_assert_int_eq(getsockname(listener->watch.fd, &addr->u.sa,
	    &addr->length), 0);
}

static int
option(const struct listener *listener, int level, int name)
{
	socklen_t	length;
	int		value = -1;

	length = sizeof(value);
	ck_assert_int_eq(getsockopt(listener->watch.fd, level, name, &value,
	    &length), 0);
	return value;
}

/* Whether a client gets through to that port by that family. */
static bool
answers(int family, int port)
{
	struct addr	addr;
	int		fd, failed;

	addr_any(&addr, family, port);
	if (family == AF_INET)
		addr.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		addr.u.in6.sin6_addr = in6addr_loopback;
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	failed = connect(fd, &addr.u.sa, addr.length);
	fdio_close(&fd);
	return failed == 0;
}

static bool
has_ipv6(void)
{
	struct addr	addr;
	int		failed, fd;

	addr_any(&addr, AF_INET6, 0);
	addr.u.in6.sin6_addr = in6addr_loopback;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	failed = fd == -1 ? -1 : bind(fd, &addr.u.sa, addr.length);
	fdio_close(&fd);
	return failed == 0;
}

static void
text_is(const struct listener *listener, const char *begin)
{
	struct addr	addr;
	char		expected[128];

	bound_to(listener, &addr);
	ck_assert_int_gt(addr_port(&addr), 0);
	(void)snprintf(expected, sizeof(expected), "%s:%d", begin,
	    addr_port(&addr));
	ck_assert_str_eq(listener->text, expected);
}

START_TEST(one_address)
{
	const struct listener	*listener;
	struct addr		 addr;

	listener = opened("127.0.0.1:0", ADDR_TCP);
	ck_assert_int_eq(count(), 1);
	ck_assert_ptr_eq(listener->service, service);
	ck_assert_ptr_eq(listener->watch.arg, listener);
	ck_assert(!listener->watch.armed);
	text_is(listener, "tcp://127.0.0.1");
	ck_assert_int_eq(fcntl(listener->watch.fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_ne(fcntl(listener->watch.fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(option(listener, SOL_SOCKET, SO_ACCEPTCONN), 1);
	ck_assert_int_ne(option(listener, SOL_SOCKET, SO_REUSEADDR), 0);
	ck_assert_int_eq(option(listener, SOL_SOCKET, SO_REUSEPORT), 0);
	bound_to(listener, &addr);
	ck_assert(answers(AF_INET, addr_port(&addr)));
}
END_TEST

START_TEST(every_address)
{
	const struct listener	*listener;
	struct addr		 addr;

	listener = opened("0", ADDR_TCP);
	ck_assert_int_eq(count(), 1);
	bound_to(listener, &addr);
	text_is(listener, has_ipv6() ? "tcp://*" : "tcp4://*");
	ck_assert(answers(AF_INET, addr_port(&addr)));
	ck_assert_int_eq(answers(AF_INET6, addr_port(&addr)), has_ipv6());
}
END_TEST

START_TEST(one_family)
{
	const struct listener	*listener;
	struct addr		 addr;
	int			 i;

	for (i = 0; i < 2; i++) {
		listener = i == 0 ? opened("0", ADDR_TCP4) :
		    opened("tcp4://*:0", ADDR_TCP);
		text_is(listener, "tcp4://*");
		bound_to(listener, &addr);
		ck_assert_int_eq(addr.u.sa.sa_family, AF_INET);
		ck_assert(!answers(AF_INET6, addr_port(&addr)));
		if (!has_ipv6())
			continue;
		listener = i == 0 ? opened("0", ADDR_TCP6) :
		    opened("tcp6://*:0", ADDR_TCP);
		text_is(listener, "tcp6://*");
		bound_to(listener, &addr);
		ck_assert(answers(AF_INET6, addr_port(&addr)));
		ck_assert(!answers(AF_INET, addr_port(&addr)));
		listener = opened("[::1]:0", ADDR_TCP4);  /* a literal stays */
		text_is(listener, "tcp://[::1]");
	}
}
END_TEST

START_TEST(socket_settings)
{
	const struct listener	*listener;

	listener = opened("127.0.0.1:0", ADDR_TCP);
	ck_assert_int_ne(option(listener, SOL_SOCKET, SO_KEEPALIVE), 0);
	ck_assert_int_eq(option(listener, IPPROTO_TCP, TCP_KEEPIDLE), 300);
	ck_assert_int_eq(option(listener, IPPROTO_TCP, TCP_KEEPINTVL), 30);
	ck_assert_int_eq(option(listener, IPPROTO_TCP, TCP_KEEPCNT), 6);
	ck_assert_int_eq(option(listener, IPPROTO_TCP, TCP_NODELAY), 0);
	set("keepalive", "no");
	set("tcp-nodelay", "yes");
	set("send-buffer", "64k");
	set("receive-buffer", "32k");
	set("backlog", "1");
	listener = opened("127.0.0.1:0", ADDR_TCP);
	ck_assert_int_eq(option(listener, SOL_SOCKET, SO_KEEPALIVE), 0);
	ck_assert_int_ne(option(listener, IPPROTO_TCP, TCP_NODELAY), 0);
	/* Linux doubles them */
	ck_assert_int_ge(option(listener, SOL_SOCKET, SO_SNDBUF), 65536);
	ck_assert_int_le(option(listener, SOL_SOCKET, SO_SNDBUF), 131072);
	ck_assert_int_ge(option(listener, SOL_SOCKET, SO_RCVBUF), 32768);
	ck_assert_int_le(option(listener, SOL_SOCKET, SO_RCVBUF), 65536);
}
END_TEST

/* What is bound already stays as it was. */
START_TEST(in_use)
{
	char		expected[200], text[64];
	struct addr	addr;

	bound_to(opened("127.0.0.1:0", ADDR_TCP), &addr);
	addr_text(&addr, text, sizeof(text));
	ck_assert_int_eq(try(text, ADDR_TCP), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(error.exit_code, EX_UNAVAILABLE);
	(void)snprintf(expected, sizeof(expected), "tcp://%s: Address already "
	    "in use; see: ss -ltnp 'sport = :%d'", text, addr_port(&addr));
	ck_assert_str_eq(error.text, expected);
	ck_assert_int_eq(count(), 1);
	ck_assert(answers(AF_INET, addr_port(&addr)));
	listen_close(service);		/* and is free again at once */
	ck_assert(!answers(AF_INET, addr_port(&addr)));
	addr_text(&addr, text, sizeof(text));
	(void)opened(text, ADDR_TCP);
}
END_TEST

/* TEST-NET-3 is nobody's. */
START_TEST(not_ours)
{
	ck_assert_int_eq(try("203.0.113.1:0", ADDR_TCP), -1);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	ck_assert_int_eq(error.exit_code, EX_UNAVAILABLE);
	ck_assert_int_eq(count(), 0);
	ck_assert_int_eq(try("[::1", ADDR_TCP), -1);
	ck_assert_int_eq(errno, EINVAL);
	set("freebind", "yes");
	text_is(opened("203.0.113.1:0", ADDR_TCP), "tcp://203.0.113.1");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("listen");
	TCase	*tc = tcase_create("listen");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, one_address);
	tcase_add_test(tc, every_address);
	tcase_add_test(tc, one_family);
	tcase_add_test(tc, socket_settings);
	tcase_add_test(tc, in_use);
	tcase_add_test(tc, not_ours);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
