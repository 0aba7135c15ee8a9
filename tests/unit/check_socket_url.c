/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_url.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "socket_url.h"
#include "unit.h"

#define A10	"aaaaaaaaaa"
#define A50	A10 A10 A10 A10 A10
#define A100	A50 A50

static struct socket_url	 url;
static const char		*wrong;

static void
good(const char *text, int domain, int type, const char *host,
    const char *port)
{
	memset(&url, 'x', sizeof(url));
	wrong = NULL;
	ck_assert_int_eq(socket_url_parse(text, &url, &wrong), 0);
	ck_assert_ptr_null(wrong);
	ck_assert_int_eq(url.domain, domain);
	ck_assert_int_eq(url.type, type);
	ck_assert_str_eq(url.host, host);
	ck_assert_str_eq(url.port, port);
}

static void
bad(const char *text, int number, const char *why)
{
	wrong = NULL;
	ck_assert_int_eq(socket_url_parse(text, &url, &wrong), number);
	ck_assert_ptr_nonnull(wrong);
	ck_assert_msg(strstr(wrong, why) != NULL, "%s: %s", text, wrong);
}

START_TEST(hosts)
{
	good("tcp://127.0.0.1:80", AF_UNSPEC, SOCK_STREAM, "127.0.0.1", "80");
	good("udp://127.0.0.1:80", AF_UNSPEC, SOCK_DGRAM, "127.0.0.1", "80");
	good("tcp://web.example.org:http", AF_UNSPEC, SOCK_STREAM,
	    "web.example.org", "http");
	good("tcp://a_b-c.:z39.50", AF_UNSPEC, SOCK_STREAM, "a_b-c.",
	    "z39.50");
	good("tcp://:0", AF_UNSPEC, SOCK_STREAM, "*", "0");
	good("udp://*:65535", AF_UNSPEC, SOCK_DGRAM, "*", "65535");
	good("tcp://[::1]:00080", AF_UNSPEC, SOCK_STREAM, "::1", "00080");
	good("udp://[fe80::1%eth0]:7", AF_UNSPEC, SOCK_DGRAM, "fe80::1%eth0",
	    "7");
	good("tcp://[::ffff:1.2.3.4]:7", AF_UNSPEC, SOCK_STREAM,
	    "::ffff:1.2.3.4", "7");
}
END_TEST

START_TEST(unix_names)
{
	good("unix:///tmp/s", AF_UNIX, SOCK_STREAM, "/tmp/s", "");
	good("udg:///tmp/s", AF_UNIX, SOCK_DGRAM, "/tmp/s", "");
	good("unix://@name", AF_UNIX, SOCK_STREAM, "@name", "");
	good("udg://@a b:80?/", AF_UNIX, SOCK_DGRAM, "@a b:80?/", "");
	/* 107 bytes and 108 */
	good("unix:///" A100 "123456", AF_UNIX, SOCK_STREAM, "/" A100
	    "123456", "");
	bad("unix:///" A100 "1234567", ENAMETOOLONG, "longer");
	bad("unix://", EINVAL, "neither");
	bad("unix:///", EINVAL, "no name");
	bad("udg://@", EINVAL, "no name");
	bad("unix://run/s", EINVAL, "neither");
}
END_TEST

START_TEST(schemes)
{
	const char	*const others[] = {
		"http://a:80", "TCP://a:80", "tcp6://a:80", "ssl://a:80",
		" tcp://a:80", "://", "fd://3"
	};
	const char	*const none[] = {
		"", "tcp", "tcp:", "tcp:/", "a:80", "/tmp/s", "80"
	};
	size_t		 i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		bad(others[i], EPROTONOSUPPORT, "none of tcp://");
	for (i = 0; i < sizeof(none) / sizeof(*none); i++)
		bad(none[i], EINVAL, "none of tcp://");
}
END_TEST

START_TEST(wrong_hosts)
{
	bad("tcp://", EINVAL, "no port");
	bad("tcp://a", EINVAL, "no port");
	bad("tcp://::1:80", EINVAL, "brackets");
	bad("tcp://a:80:90", EINVAL, "brackets");
	bad("tcp://[", EINVAL, "form");
	bad("tcp://[::1", EINVAL, "form");
	bad("tcp://[::1]", EINVAL, "form");
	bad("tcp://[::1]80", EINVAL, "form");
	bad("tcp://[]:80", EINVAL, "no IPv6");
	bad("tcp://[a]:80", EINVAL, "no IPv6");
	bad("tcp://[127.0.0.1]:80", EINVAL, "no IPv6");
	bad("tcp://[::1%]:80", EINVAL, "no IPv6");
	bad("tcp://[::1%sixteen-letters-]:80", EINVAL, "no IPv6");
	bad("tcp://[%eth0]:80", EINVAL, "no IPv6");
	bad("tcp://[" A100 A100 A100 "]:80", EINVAL, "no IPv6");
	bad("tcp://a b:80", EINVAL, "not a name");
	bad("tcp://u@a:80", EINVAL, "not a name");
	bad("tcp://a/b:80", EINVAL, "not a name");
	bad("tcp://a\n:80", EINVAL, "not a name");
	bad("tcp://\xff:80", EINVAL, "not a name");
	bad("tcp://**:80", EINVAL, "not a name");
	bad("tcp://0:80", EINVAL, "four decimal numbers");
	bad("tcp://127.1:80", EINVAL, "four decimal numbers");
	bad("tcp://010.0.0.1:80", EINVAL, "four decimal numbers");
	bad("udp://0x7f000001:80", EINVAL, "four decimal numbers");
	bad("tcp://" A100 A100 A50 "aaaaaa:80", ENAMETOOLONG, "too long");
	good("tcp://" A100 A100 A50 "aaaaa:80", AF_UNSPEC, SOCK_STREAM,
	    A100 A100 A50 "aaaaa", "80");
}
END_TEST

START_TEST(wrong_ports)
{
	const char	*const ports[] = {
		"", "-1", "+1", "65536", "99999999999999999999", " 80", "80 ",
		"8 0", "0x50", "80/", "1.5", "-", "\n", "http\n", "ht tp",
		"-a", "\xff", A50 A10 "1234"
	};
	char		 text[128];
	size_t		 i;

	for (i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		(void)snprintf(text, sizeof(text), "tcp://a:%s", ports[i]);
		if (strcmp(ports[i], "0x50") == 0) {
			/* might be a service's name, and strtoul(3) is not
			   asked */
			good(text, AF_UNSPEC, SOCK_STREAM, "a", "0x50");
			continue;
		}
		bad(text, EINVAL, "port");
		ck_assert(!socket_url_is_port(ports[i]));
	}
	ck_assert(socket_url_is_port("0"));
	ck_assert(socket_url_is_port("65535"));
	ck_assert(socket_url_is_port("3com-tsmux"));
	ck_assert(socket_url_is_port(A50 A10 "123"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_url");
	TCase	*tc = tcase_create("socket_url");

	tcase_add_test(tc, hosts);
	tcase_add_test(tc, unix_names);
	tcase_add_test(tc, schemes);
	tcase_add_test(tc, wrong_hosts);
	tcase_add_test(tc, wrong_ports);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
