/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of addr.c: socket addresses and their texts.
 */
#include "config.h"

#include <sys/un.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "unit.h"

static struct addr	 addr;

static void
fresh(void)
{
	memset(&addr, 0, sizeof(addr));
}

static void
ipv4(const char *host, int port)
{
	addr_any(&addr, AF_INET, port);
	ck_assert_int_eq(inet_pton(AF_INET, host, &addr.u.in.sin_addr), 1);
}

static void
ipv6(const char *host, unsigned int scope, int port)
{
	addr_any(&addr, AF_INET6, port);
	ck_assert_int_eq(inet_pton(AF_INET6, host, &addr.u.in6.sin6_addr), 1);
	addr.u.in6.sin6_scope_id = scope;
}

/* A unix socket's name of `length' bytes, as accept(2) gives it. */
static void
unix_name(const char *name, size_t length)
{
	struct sockaddr_un	*un;

	fresh();
	memset(&addr.u, '#', sizeof(addr.u));
	un = (struct sockaddr_un *)(void *)&addr.u;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, name, length);
	addr.u.un.is_known = false;
	addr.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    length);
}

static void
texts_are(const char *host, const char *whole)
{
	char	text[ADDR_TEXT_SIZE];

	memset(text, '#', sizeof(text));
	addr_host_text(&addr, text, sizeof(text));
	ck_assert_str_eq(text, host);
	memset(text, '#', sizeof(text));
	addr_text(&addr, text, sizeof(text));
	ck_assert_str_eq(text, whole);
}

START_TEST(none)
{
	texts_are("", "");
	ck_assert_int_eq(addr_port(&addr), -1);
}
END_TEST

START_TEST(any)
{
	addr_any(&addr, AF_INET, 80);
	ck_assert_uint_eq(addr.length, sizeof(struct sockaddr_in));
	texts_are("0.0.0.0", "0.0.0.0:80");
	addr_any(&addr, AF_INET6, 65535);
	ck_assert_uint_eq(addr.length, sizeof(struct sockaddr_in6));
	texts_are("::", "[::]:65535");
}
END_TEST

START_TEST(of_ipv4)
{
	ipv4("127.0.0.1", 53422);
	texts_are("127.0.0.1", "127.0.0.1:53422");
	ipv4("255.255.255.255", 0);
	texts_are("255.255.255.255", "255.255.255.255:0");
}
END_TEST

START_TEST(of_ipv6)
{
	ipv6("::1", 0, 80);
	texts_are("::1", "[::1]:80");
	ipv6("2001:db8::192.0.2.9", 0, 80);
	texts_are("2001:db8::c000:209", "[2001:db8::c000:209]:80");
	ipv6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, 65535);
	texts_are("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
}
END_TEST

START_TEST(ipv4_in_ipv6)
{
	ipv6("::ffff:192.0.2.9", 0, 80);
	texts_are("192.0.2.9", "192.0.2.9:80");
	ipv6("::ffff:0.0.0.0", 3, 80);
	texts_are("0.0.0.0", "0.0.0.0:80");
	ipv6("::fffe:192.0.2.9", 0, 80);	/* that is none */
	texts_are("::fffe:c000:209", "[::fffe:c000:209]:80");
}
END_TEST

START_TEST(scopes)
{
	char			 host[64], name[IF_NAMESIZE], whole[80];
	unsigned int		 scope;

	ipv6("fe80::1", 4294967295, 80);	/* no such interface */
	texts_are("fe80::1%4294967295", "[fe80::1%4294967295]:80");
	for (scope = 1; scope < 100; scope++)
		if (if_indextoname(scope, name) != NULL)
			break;
	if (scope == 100)
		return;
	(void)snprintf(host, sizeof(host), "fe80::1%%%s", name);
	(void)snprintf(whole, sizeof(whole), "[%s]:80", host);
	ipv6("fe80::1", scope, 80);
	texts_are(host, whole);
}
END_TEST

START_TEST(of_unix_sockets)
{
	char	longest[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];

	unix_name("/run/x.sock", 12);		/* with its NUL */
	texts_are("/run/x.sock", "/run/x.sock");
	unix_name("/run/x.sock", 11);		/* without */
	texts_are("/run/x.sock", "/run/x.sock");
	unix_name("", 0);
	texts_are("", "");
	addr.u.un.is_known = true;
	addr.u.un.pid = 4711;
	addr.u.un.uid = 4294967294;
	texts_are("pid=4711,uid=4294967294", "pid=4711,uid=4294967294");
	ck_assert_int_eq(addr_port(&addr), -1);
	memset(longest, 'p', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	unix_name(longest, sizeof(longest) - 1);	/* not terminated */
	texts_are(longest, longest);
}
END_TEST

START_TEST(abstract_names)
{
	char	longest[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];

	unix_name("\0name", 5);
	texts_are("@name", "@name");
	unix_name("\0name\0more", 10);
	texts_are("@name", "@name");
	unix_name("\0", 1);
	texts_are("@", "@");
	memset(longest, 'a', sizeof(longest));
	longest[0] = '\0';
	longest[sizeof(longest) - 1] = '\0';
	unix_name(longest, sizeof(longest) - 1);
	longest[0] = '@';
	texts_are(longest, longest);
}
END_TEST

START_TEST(ports)
{
	static const int	numbers[] = { 0, 1, 255, 256, 65535 };
	size_t			i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		ipv4("127.0.0.1", 7);
		addr_set_port(&addr, numbers[i]);
		ck_assert_int_eq(addr_port(&addr), numbers[i]);
		ck_assert_int_eq(ntohs(addr.u.in.sin_port), numbers[i]);
		ipv6("::1", 0, 7);
		addr_set_port(&addr, numbers[i]);
		ck_assert_int_eq(addr_port(&addr), numbers[i]);
		ck_assert_int_eq(ntohs(addr.u.in6.sin6_port), numbers[i]);
	}
	unix_name("/run/x", 7);
	addr_set_port(&addr, 80);	/* it has none */
	ck_assert_int_eq(addr_port(&addr), -1);
	texts_are("/run/x", "/run/x");
}
END_TEST

/* What does not fit is cut, and never written beyond the end. */
START_TEST(cut)
{
	char	text[64];
	size_t	size;

	for (size = 1; size < 20; size++) {
		ipv4("192.168.100.200", 54321);
		memset(text, '#', sizeof(text));
		addr_text(&addr, text, size);
		ck_assert_uint_lt(strlen(text), size);
		ck_assert_int_eq(text[size], '#');
		memset(text, '#', sizeof(text));
		addr_host_text(&addr, text, size);
		ck_assert_uint_lt(strlen(text), size);
		ck_assert_int_eq(text[size], '#');
		unix_name("/run/a/rather/long/name", 24);
		memset(text, '#', sizeof(text));
		addr_text(&addr, text, size);
		ck_assert_uint_eq(strlen(text), size - 1);
		ck_assert_int_eq(text[size], '#');
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("addr_text");
	TCase	*tc = tcase_create("addr_text");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, none);
	tcase_add_test(tc, any);
	tcase_add_test(tc, of_ipv4);
	tcase_add_test(tc, of_ipv6);
	tcase_add_test(tc, ipv4_in_ipv6);
	tcase_add_test(tc, scopes);
	tcase_add_test(tc, of_unix_sockets);
	tcase_add_test(tc, abstract_names);
	tcase_add_test(tc, ports);
	tcase_add_test(tc, cut);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
