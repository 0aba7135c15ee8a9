/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_address.c: text to address, and back.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "socket.h"
#include "socket_try.h"
#include "unit.h"

static struct forkd_socket	like;
static struct addr		addr;

/* There and back is the same, or `again'. */
static void
good(int domain, const char *text, int port, const char *again)
{
	char	address[FORKD_ADDRESS_SIZE];
	int	seen;

	like.domain = domain;
	ck_assert_int_eq(socket_address(&like, "f", text, port, &addr), 0);
	ck_assert_int_eq(addr.u.sa.sa_family, domain);
	ck_assert_int_eq(socket_address_text(&like, "f", &addr, address,
	    sizeof(address), &seen), 0);
	ck_assert_str_eq(address, again == NULL ? text : again);
	ck_assert_int_eq(seen, domain == AF_UNIX ? -1 : port);
	ck_assert_int_eq(like.error, 0);
}

static void
bad(int domain, const char *text, int port, int number, const char *why)
{
	like.domain = domain;
	like.error = 0;
	try_fails(socket_address(&like, "f", text, port, &addr), &like, number,
	    "f: ");
	ck_assert_msg(strstr(forkd_error(NULL), why) != NULL, "%s",
	    forkd_error(NULL));
	like.error = 0;
}

START_TEST(ipv4)
{
	good(AF_INET, "127.0.0.1", 80, NULL);
	good(AF_INET, "0.0.0.0", 0, NULL);
	good(AF_INET, "255.255.255.255", 65535, NULL);
	bad(AF_INET, "256.0.0.1", 80, EINVAL, "address 256.0.0.1: not an");
	bad(AF_INET, "127.1", 80, EINVAL, "address 127.1: not an IPv4 or");
	bad(AF_INET, "0x7f000001", 80, EINVAL, "address 0x7f");
	bad(AF_INET, "127.0.0.1 ", 80, EINVAL, "address 127.0.0.1 :");
	bad(AF_INET, "127.0.0.1:80", 80, EINVAL, "address 127.0.0.1:80");
	bad(AF_INET, "localhost", 80, EINVAL, "address localhost");
	bad(AF_INET, "", 80, EINVAL, "address: empty");
	bad(AF_INET, NULL, 80, EINVAL, "address: NULL");
	bad(AF_INET, "::1", 80, EAFNOSUPPORT, "not of the socket's domain");
	bad(AF_INET, "::ffff:127.0.0.1", 80, EAFNOSUPPORT, "not of the");
}
END_TEST

START_TEST(ipv6)
{
	good(AF_INET6, "::1", 80, NULL);
	good(AF_INET6, "::", 0, NULL);
	good(AF_INET6, "2001:DB8::0:1", 65535, "2001:db8::1");
	good(AF_INET6, "::ffff:1.2.3.4", 1, NULL);
	good(AF_INET6, "fe80::1%lo", 1, NULL);
	good(AF_INET6, "fe80::1%1", 1, "fe80::1%lo");
	good(AF_INET6, "fe80::1%2147483647", 1, NULL);
	bad(AF_INET6, "fe80::1%", 1, EINVAL, "address fe80::1%: not an");
	bad(AF_INET6, "fe80::1%0", 1, EINVAL, "not an");
	bad(AF_INET6, "fe80::1%-1", 1, EINVAL, "not an");
	bad(AF_INET6, "fe80::1%2147483648", 1, EINVAL, "not an");
	bad(AF_INET6, "fe80::1%nosuch", 1, EINVAL, "not an");
	bad(AF_INET6, "[::1]", 1, EINVAL, "not an");
	bad(AF_INET6, "1:2:3:4:5:6:7:8:9", 1, EINVAL, "not an");
	bad(AF_INET6, "%", 1, EINVAL, "not an");
	bad(AF_INET6, "127.0.0.1", 1, EAFNOSUPPORT, "not of the socket's");
}
END_TEST

START_TEST(ports)
{
	bad(AF_INET, "127.0.0.1", -1, EINVAL, "port -1: not 0 to 65535");
	bad(AF_INET, "127.0.0.1", 65536, EINVAL, "port 65536: not 0 to");
	bad(AF_INET6, "::1", INT_MIN, EINVAL, "port -2147483648: not");
	bad(AF_INET6, "::1", INT_MAX, EINVAL, "port 2147483647: not");
	bad(AF_UNIX, "/s", 1, EINVAL, "port 1: a unix socket has none");
	bad(AF_UNIX, "/s", -2, EINVAL, "port -2: a unix socket has none");
	good(AF_UNIX, "/s", 0, NULL);
	good(AF_UNIX, "/s", -1, NULL);
}
END_TEST

START_TEST(unix_names)
{
	char	longest[110];

	good(AF_UNIX, "relative", 0, NULL);
	good(AF_UNIX, "@abstract", 0, NULL);
	good(AF_UNIX, "@@", 0, NULL);
	bad(AF_UNIX, "", 0, EINVAL, "address: empty");
	bad(AF_UNIX, "@", 0, EINVAL, "address @: no name");
	memset(longest, 'x', sizeof(longest));
	longest[108] = '\0';
	good(AF_UNIX, longest, 0, NULL);
	longest[0] = '@';
	good(AF_UNIX, longest, 0, NULL);
	longest[108] = 'x';
	longest[109] = '\0';
	bad(AF_UNIX, longest, 0, ENAMETOOLONG, "longer than 108 bytes");
	bad(AF_NETLINK, "127.0.0.1", 0, EAFNOSUPPORT, "not of the socket's");
}
END_TEST

START_TEST(back)
{
	char	address[16] = "as it was";
	int	port = 17;

	good(AF_INET, "127.0.0.1", 80, NULL);
	try_fails(socket_address_text(&like, "f", &addr, address, 9, &port),
	    &like, ERANGE, "f: address: 9 bytes are too few for 127.0.0.1");
	ck_assert_str_eq(address, "as it was");
	ck_assert_int_eq(port, 17);
	ck_assert_int_eq(socket_address_text(&like, "f", &addr, address, 10,
	    NULL), 0);
	ck_assert_int_eq(socket_address_text(&like, "f", &addr, NULL, 0,
	    &port), 0);
	ck_assert_int_eq(port, 80);
	memset(&addr, 0, sizeof(addr));
	ck_assert_int_eq(socket_address_text(&like, "f", &addr, address, 1,
	    &port), 0);
	ck_assert_str_eq(address, "");
	ck_assert_int_eq(port, -1);
}
END_TEST

/* The text of a name of so many bytes, as the kernel has it. */
static void
named(const char *name, size_t length, const char *expected)
{
	char	text[SOCKET_UNIX_TEXT];
	int	port;

	memset(&addr, 0, sizeof(addr));
	addr.u.un.name.sun_family = AF_UNIX;
	memcpy(addr.u.un.name.sun_path, name, length);
	addr.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    length);
	ck_assert_int_eq(socket_address_text(&like, "f", &addr, text,
	    sizeof(text), &port), 0);
	ck_assert_str_eq(text, expected);
	ck_assert_int_eq(port, -1);
}

/* A name that somebody else has chosen passes for no other one. */
START_TEST(chosen_names)
{
	char	expected[111] = "./", name[108];

	named("\0trusted", 8, "@trusted");
	named("\0trusted\0not", 12, "");
	named("\0trusted\0", 9, "");
	named("\0", 1, "");
	named("@trusted", 9, "./@trusted");
	named("/tmp/s", 7, "/tmp/s");
	memset(name, '@', sizeof(name));
	memset(expected + 2, '@', sizeof(name));
	named(name, sizeof(name), expected);
	name[0] = '\0';
	named(name, sizeof(name), expected + 2);
}
END_TEST

static void
fresh(void)
{
	memset(&like, 0, sizeof(like));
	like.fd = -1;
	like.receive_ms = -1;
}

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_address");
	TCase	*tc = tcase_create("socket_address");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, ipv4);
	tcase_add_test(tc, ipv6);
	tcase_add_test(tc, ports);
	tcase_add_test(tc, unix_names);
	tcase_add_test(tc, back);
	tcase_add_test(tc, chosen_names);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
