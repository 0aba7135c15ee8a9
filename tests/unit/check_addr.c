/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of addr.c: from what a user typed to socket addresses.  The way
 * back is tested in check_addr_text.c.
 */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "addr.h"
#include "error.h"
#include "unit.h"

static struct addr_spec	 spec;
static struct addr_list	 list;
static struct error	 error;

static void
gone(void)
{
	addr_list_free(&list);
}

static void
parsed(const char *text, enum addr_scheme scheme, const char *host,
    const char *port)
{
	memset(&spec, '#', sizeof(spec));
	ck_assert_msg(addr_parse(text, &spec, &error) == 0, "%s: %s", text,
	    error.text);
	ck_assert_int_eq(spec.scheme, scheme);
	ck_assert_str_eq(spec.host, host);
	ck_assert_str_eq(spec.port, port);
}

static void
refused(const char *text, int number, const char *expected)
{
	errno = 0;
	ck_assert_msg(addr_parse(text, &spec, &error) == -1, "%s is taken",
	    text);
	ck_assert_str_eq(error.text, expected);
	ck_assert_int_eq(errno, number);
	ck_assert_int_eq(error.number, number);
	ck_assert_int_eq(error.exit_code, EX_USAGE);
}

START_TEST(forms)
{
	parsed("10000", ADDR_TCP, "*", "10000");
	parsed("0", ADDR_TCP, "*", "0");
	parsed(":80", ADDR_TCP, "*", "80");
	parsed("*:80", ADDR_TCP, "*", "80");
	parsed("127.0.0.1:10000", ADDR_TCP, "127.0.0.1", "10000");
	parsed("localhost:80", ADDR_TCP, "localhost", "80");
	parsed("[::1]:80", ADDR_TCP, "::1", "80");
	parsed("[fe80::1%eth0]:80", ADDR_TCP, "fe80::1%eth0", "80");
	parsed("[]:80", ADDR_TCP, "*", "80");
	parsed("tcp://*:80", ADDR_TCP, "*", "80");
	parsed("tcp://:80", ADDR_TCP, "*", "80");
	parsed("tcp://example.org:80", ADDR_TCP, "example.org", "80");
	parsed("tcp://[::1]:80", ADDR_TCP, "::1", "80");
	parsed("tcp4://127.0.0.1:0", ADDR_TCP4, "127.0.0.1", "0");
	parsed("tcp4://*:80", ADDR_TCP4, "*", "80");
	parsed("tcp6://[::]:80", ADDR_TCP6, "::", "80");
	parsed("tcp6://localhost:65535", ADDR_TCP6, "localhost", "65535");
}
END_TEST

START_TEST(names_of_ports)
{
	if (getservbyname("http", "tcp") == NULL)
		return;
	parsed("http", ADDR_TCP, "*", "http");
	parsed("tcp://*:http", ADDR_TCP, "*", "http");
	parsed("[::1]:http", ADDR_TCP, "::1", "http");
	ck_assert_int_eq(addr_port_number(&spec, &error), 80);
}
END_TEST

START_TEST(not_there_yet)
{
	refused("udp://*:53", ENOTSUP,
	    "udp://*:53: udp listeners are not there yet");
}
END_TEST

START_TEST(unix_and_fd)
{
	parsed("unix:///run/x", ADDR_UNIX, "/run/x", "");
	parsed("unix://@x:1", ADDR_UNIX, "@x:1", "");
	parsed("/run/x", ADDR_UNIX, "/run/x", "");
	parsed("@x", ADDR_UNIX, "@x", "");
	parsed("unix-seqpacket:///run/x", ADDR_UNIX_SEQPACKET, "/run/x", "");
	parsed("unix-seqpacket://@x", ADDR_UNIX_SEQPACKET, "@x", "");
	parsed("fd://3", ADDR_FD, "3", "");
	parsed("fd://NAME", ADDR_FD, "NAME", "");
	refused("unix:/run/x", EINVAL, "unix:/run/x: port \"/run/x\" is not "
	    "0 to 65535 or a service name");
}
END_TEST

/* What bind(2) gets: a path with its NUL, an abstract name without. */
START_TEST(unix_names)
{
	struct addr	addr;
	const size_t	before = offsetof(struct sockaddr_un, sun_path);

	parsed("/run/x", ADDR_UNIX, "/run/x", "");
	addr_unix(&addr, &spec);
	ck_assert_uint_eq(addr.length, before + 7);
	ck_assert_mem_eq(addr.u.un.name.sun_path, "/run/x", 7);
	parsed("@x", ADDR_UNIX, "@x", "");
	addr_unix(&addr, &spec);
	ck_assert_uint_eq(addr.length, before + 2);
	ck_assert_mem_eq(addr.u.un.name.sun_path, "\0x", 2);
}
END_TEST

START_TEST(mistakes)
{
	refused("http://x:80", EINVAL, "http://x:80: no such kind of "
	    "address; tcp://host:port?");
	refused("TCP://x:80", EINVAL, "TCP://x:80: no such kind of "
	    "address; tcp://host:port?");
	refused("tcp://80", EINVAL, "tcp://80: no port; tcp://host:port?");
	refused("tcp://", EINVAL, "tcp://: no port; tcp://host:port?");
	refused("tcp4://localhost", EINVAL,
	    "tcp4://localhost: no port; tcp://host:port?");
	refused("::1:80", EINVAL, "::1:80: put brackets round an IPv6 "
	    "address: [::1]:80");
	refused("tcp6://::", EINVAL, "tcp6://::: put brackets round an IPv6 "
	    "address: [::1]:80");
	refused("[::1]", EINVAL, "[::1]: not of the form [address]:port");
	refused("[::1]80", EINVAL, "[::1]80: not of the form [address]:port");
	refused("[::1:80", EINVAL, "[::1:80: not of the form [address]:port");
	refused("tcp://[::1]", EINVAL,
	    "tcp://[::1]: not of the form [address]:port");
}
END_TEST

static void
wrong_port(const char *text, const char *port)
{
	char	expected[800];

	(void)snprintf(expected, sizeof(expected),
	    "%s: port \"%s\" is not 0 to 65535 or a service name", text, port);
	refused(text, EINVAL, expected);
}

START_TEST(ports)
{
	wrong_port("", "");
	wrong_port("-1", "-1");
	wrong_port("65536", "65536");
	wrong_port("99999999999999999999", "99999999999999999999");
	wrong_port("80x", "80x");
	wrong_port("0x50", "0x50");
	wrong_port("80 ", "80 ");
	wrong_port(" 80", " 80");
	wrong_port("+80", "+80");
	wrong_port("x:", "");
	wrong_port("[::1]:", "");
	wrong_port("tcp://x:-1", "-1");
	wrong_port("no-such-service", "no-such-service");
	refused("a\nb", EINVAL, "a\\nb: port \"a\\nb\" is not 0 to 65535 or "
	    "a service name");
	parsed("65535", ADDR_TCP, "*", "65535");
	ck_assert_int_eq(addr_port_number(&spec, &error), 65535);
	parsed("0", ADDR_TCP, "*", "0");
	ck_assert_int_eq(addr_port_number(&spec, &error), 0);
	parsed("00080", ADDR_TCP, "*", "00080");
	ck_assert_int_eq(addr_port_number(&spec, &error), 80);
	(void)strlcpy(spec.port, "65536", sizeof(spec.port));
	ck_assert_int_eq(addr_port_number(&spec, &error), -1);
	ck_assert_int_eq(error.exit_code, EX_USAGE);
	ck_assert_str_eq(error.text,
	    "port 65536: neither 0 to 65535 nor a service name");
}
END_TEST

START_TEST(long_texts)
{
	char	expected[400], text[330];

	memset(text, 'h', sizeof(text));
	(void)strlcpy(text + 255, ":80", sizeof(text) - 255);
	ck_assert_int_eq(addr_parse(text, &spec, &error), 0);
	ck_assert_uint_eq(strlen(spec.host), 255);
	memset(text, 'h', sizeof(text));
	(void)strlcpy(text + 256, ":80", sizeof(text) - 256);
	(void)snprintf(expected, sizeof(expected),
	    "%s: too long for host and port", text);
	refused(text, EINVAL, expected);
	memset(text, 'p', sizeof(text));
	text[64] = '\0';
	(void)snprintf(expected, sizeof(expected),
	    "%s: too long for host and port", text);
	refused(text, EINVAL, expected);
	text[63] = '\0';
	wrong_port(text, text);
}
END_TEST

static void
restricted(const char *text, enum addr_scheme only, enum addr_scheme result)
{
	ck_assert_int_eq(addr_parse(text, &spec, &error), 0);
	addr_restrict(&spec, only);
	ck_assert_msg(spec.scheme == result, "%s becomes %d", text,
	    (int)spec.scheme);
}

START_TEST(restrictions)
{
	restricted("80", ADDR_TCP4, ADDR_TCP4);
	restricted("80", ADDR_TCP6, ADDR_TCP6);
	restricted("localhost:80", ADDR_TCP4, ADDR_TCP4);
	restricted("localhost:80", ADDR_TCP6, ADDR_TCP6);
	restricted("127.0.0.1:80", ADDR_TCP4, ADDR_TCP4);
	restricted("127.0.0.1:80", ADDR_TCP6, ADDR_TCP);
	restricted("[::1]:80", ADDR_TCP4, ADDR_TCP);
	restricted("[::1]:80", ADDR_TCP6, ADDR_TCP6);
	restricted("tcp4://*:80", ADDR_TCP6, ADDR_TCP4);
	restricted("tcp6://*:80", ADDR_TCP4, ADDR_TCP6);
}
END_TEST

/* Resolves; whether the first one is that. */
static void
resolved(const char *text, const char *expected)
{
	char	seen[ADDR_TEXT_SIZE];

	addr_list_free(&list);
	ck_assert_int_eq(addr_parse(text, &spec, &error), 0);
	ck_assert_msg(addr_resolve(&spec, &list, &error) == 0, "%s: %s",
	    text, error.text);
	ck_assert_uint_ge(list.count, 1);
	addr_text(&list.addr[0], seen, sizeof(seen));
	ck_assert_str_eq(seen, expected);
}

START_TEST(resolving)
{
	resolved("127.0.0.1:80", "127.0.0.1:80");
	ck_assert_uint_eq(list.count, 1);
	ck_assert_uint_eq(list.addr[0].length, sizeof(struct sockaddr_in));
	resolved("[::1]:0", "[::1]:0");
	ck_assert_uint_eq(list.count, 1);
	ck_assert_uint_eq(list.addr[0].length, sizeof(struct sockaddr_in6));
	resolved("[2001:DB8:0:0::1]:65535", "[2001:db8::1]:65535");
	resolved("[::ffff:192.0.2.9]:7", "192.0.2.9:7");
	resolved("tcp4://localhost:80", "127.0.0.1:80");
	addr_list_free(&list);
	addr_list_free(&list);		/* twice */
	ck_assert_ptr_null(list.addr);
	ck_assert_uint_eq(list.count, 0);
}
END_TEST

static void
unresolved(const char *text, int number, int exit_code, const char *begin)
{
	addr_list_free(&list);
	ck_assert_int_eq(addr_parse(text, &spec, &error), 0);
	errno = 0;
	ck_assert_msg(addr_resolve(&spec, &list, &error) == -1,
	    "%s is resolved", text);
	ck_assert_int_eq(errno, number);
	ck_assert_int_eq(error.exit_code, exit_code);
	ck_assert_int_eq(strncmp(error.text, begin, strlen(begin)), 0);
	ck_assert_ptr_null(list.addr);
}

START_TEST(unknown_hosts)
{
	unresolved("tcp4://[::1]:80", EHOSTUNREACH, EX_NOHOST, "::1: ");
	unresolved("tcp6://127.0.0.1:80", EHOSTUNREACH, EX_NOHOST,
	    "127.0.0.1: ");
	ck_assert_int_eq(addr_parse("127.0.0.1:80", &spec, &error), 0);
	(void)strlcpy(spec.port, "x", sizeof(spec.port));
	ck_assert_int_eq(addr_resolve(&spec, &list, &error), -1);
	ck_assert_int_eq(error.exit_code, EX_USAGE);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("addr");
	TCase	*tc = tcase_create("addr");

	tcase_add_checked_fixture(tc, NULL, gone);
	tcase_add_test(tc, forms);
	tcase_add_test(tc, names_of_ports);
	tcase_add_test(tc, not_there_yet);
	tcase_add_test(tc, unix_and_fd);
	tcase_add_test(tc, unix_names);
	tcase_add_test(tc, mistakes);
	tcase_add_test(tc, ports);
	tcase_add_test(tc, long_texts);
	tcase_add_test(tc, restrictions);
	tcase_add_test(tc, resolving);
	tcase_add_test(tc, unknown_hosts);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
