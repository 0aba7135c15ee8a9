/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_multicast.c, on the loopback interface: what is joined,
 * and what is wrong, for both families.  What arrives: socket_multicast.t.
 */
#include "config.h"

#include <net/if.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "fails.h"
#include "socket.h"
#include "unit.h"

#define MANY	300	/* groups or sources, more than a socket may have */

/* Addresses of a family. */
static const struct texts {
	int		 domain;
	const char	*group;
	const char	*other;		/* another group */
	const char	*host;
	const char	*guest;		/* another host */
	const char	*foreign;	/* a group of the other family */
	const char	*any;
	const char	*many_groups;	/* without the last number */
	const char	*many_hosts;
}			 texts[] = {
	{ AF_INET, "239.1.2.3", "232.3.2.1", "127.0.0.1", "127.0.0.2",
	    "ff02::1234", "0.0.0.0", "239.5.1.", "127.5.1." },
	{ AF_INET6, "ff02::1234", "ff32::4321", "::1", "fd00::2",
	    "239.1.2.3", "::", "ff02::5:", "fd00::5:" }
};

static const struct texts	*t;
static struct forkd_socket	*sock;	/* NULL: there is no IPv6 */

/* The loopback interface may be without IPv6. */
static bool
has_ipv6(void)
{
	struct sockaddr_in6	loopback;
	int			fd, result;

	memset(&loopback, 0, sizeof(loopback));
	loopback.sin6_family = AF_INET6;
	loopback.sin6_addr = in6addr_loopback;
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	result = bind(fd, (struct sockaddr *)&loopback, sizeof(loopback));
	(void)close(fd);
	return result == 0;
}

static void
start(int number)
{
	t = &texts[number];
	sock = NULL;
	if (t->domain == AF_INET6 && !has_ipv6())
		return;
	sock = forkd_socket_create(t->domain, SOCK_DGRAM, 0);
	ck_assert_ptr_nonnull(sock);
}

START_TEST(groups)
{
	start(_i);
	if (sock == NULL)
		return;
	fails(sock, forkd_socket_leave_group(sock, t->group, "lo"),
	    EADDRNOTAVAIL, "leave ", " on lo: Cannot assign requested");
	ck_assert_int_eq(forkd_socket_join_group(sock, t->group, "lo"), 0);
	fails(sock, forkd_socket_join_group(sock, t->group, "lo"),
	    EADDRINUSE, "join ", " on lo: Address already in use");
	ck_assert_int_eq(forkd_socket_join_group(sock, t->other, "lo"), 0);
	ck_assert_int_eq(forkd_socket_leave_group(sock, t->group, "lo"), 0);
	fails(sock, forkd_socket_leave_group(sock, t->group, "lo"),
	    EADDRNOTAVAIL, t->group, "");
	ck_assert_int_eq(forkd_socket_join_group(sock, t->group, "lo"), 0);
	ck_assert_int_eq(forkd_socket_last_error(sock), 0);
	forkd_socket_close(sock);
}
END_TEST

START_TEST(blocks)
{
	start(_i);
	if (sock == NULL)
		return;
	fails(sock, forkd_socket_block_source(sock, t->group, t->host, "lo"),
	    EINVAL, "block ", " on lo: Invalid argument");
	ck_assert_int_eq(forkd_socket_join_group(sock, t->group, "lo"), 0);
	ck_assert_int_eq(forkd_socket_block_source(sock, t->group, t->host,
	    "lo"), 0);
	fails(sock, forkd_socket_block_source(sock, t->group, t->host, "lo"),
	    EADDRNOTAVAIL, t->group, t->host);
	fails(sock, forkd_socket_unblock_source(sock, t->group, t->guest,
	    "lo"), EADDRNOTAVAIL, "unblock ", t->guest);
	ck_assert_int_eq(forkd_socket_block_source(sock, t->group, t->guest,
	    "lo"), 0);
	ck_assert_int_eq(forkd_socket_unblock_source(sock, t->group, t->host,
	    "lo"), 0);
	ck_assert_int_eq(forkd_socket_block_source(sock, t->group, t->host,
	    "lo"), 0);
	/* one joins for all sources, or for some */
	fails(sock, forkd_socket_join_source_group(sock, t->group, t->host,
	    "lo"), EINVAL, "join ", t->host);
	ck_assert_int_eq(forkd_socket_leave_group(sock, t->group, "lo"), 0);
	forkd_socket_close(sock);
}
END_TEST

START_TEST(sources)
{
	start(_i);
	if (sock == NULL)
		return;
	fails(sock, forkd_socket_leave_source_group(sock, t->other, t->host,
	    "lo"), EINVAL, "leave ", t->host);
	ck_assert_int_eq(forkd_socket_join_source_group(sock, t->other,
	    t->host, "lo"), 0);
	fails(sock, forkd_socket_join_source_group(sock, t->other, t->host,
	    "lo"), EADDRNOTAVAIL, "join ", t->host);
	ck_assert_int_eq(forkd_socket_join_source_group(sock, t->other,
	    t->guest, "lo"), 0);
	fails(sock, forkd_socket_join_group(sock, t->other, "lo"), EADDRINUSE,
	    "join ", t->other);
	fails(sock, forkd_socket_block_source(sock, t->other, t->guest, "lo"),
	    EINVAL, "block ", t->guest);
	ck_assert_int_eq(forkd_socket_leave_source_group(sock, t->other,
	    t->guest, "lo"), 0);
	fails(sock, forkd_socket_leave_source_group(sock, t->other, t->guest,
	    "lo"), EADDRNOTAVAIL, "leave ", t->guest);
	ck_assert_int_eq(forkd_socket_leave_group(sock, t->other, "lo"), 0);
	forkd_socket_close(sock);
}
END_TEST

/* The same by forkd_socket_set_option, which checks the structures. */
START_TEST(by_option)
{
	struct group_source_req	both;
	struct group_req	alone;
	struct addr		addr;
	int			level;

	start(_i);
	if (sock == NULL)
		return;
	level = t->domain == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	memset(&alone, 0, sizeof(alone));
	memset(&both, 0, sizeof(both));
	both.gsr_interface = alone.gr_interface = if_nametoindex("lo");
	fails(sock, forkd_socket_set_option(sock, level, MCAST_JOIN_GROUP,
	    &alone, sizeof(alone)), EAFNOSUPPORT, "set_option: MCAST_JOIN_",
	    "GROUP: group: of family 0, not ");
	ck_assert_int_eq(socket_address(sock, "", t->host, 0, &addr), 0);
	memcpy(&alone.gr_group, &addr.u, addr.length);
	memcpy(&both.gsr_source, &addr.u, addr.length);
	fails(sock, forkd_socket_set_option(sock, level, MCAST_LEAVE_GROUP,
	    &alone, sizeof(alone)), EINVAL, "MCAST_LEAVE_GROUP: group: ",
	    "not a multicast address");
	ck_assert_int_eq(socket_address(sock, "", t->group, 0, &addr), 0);
	memcpy(&alone.gr_group, &addr.u, addr.length);
	memcpy(&both.gsr_group, &addr.u, addr.length);
	ck_assert_int_eq(forkd_socket_set_option(sock, level,
	    MCAST_JOIN_GROUP, &alone, sizeof(alone)), 0);
	ck_assert_int_eq(forkd_socket_set_option(sock, level,
	    MCAST_BLOCK_SOURCE, &both, sizeof(both)), 0);
	ck_assert_int_eq(forkd_socket_set_option(sock, level,
	    MCAST_UNBLOCK_SOURCE, &both, sizeof(both)), 0);
	ck_assert_int_eq(forkd_socket_set_option(sock, level,
	    MCAST_LEAVE_GROUP, &alone, sizeof(alone)), 0);
	ck_assert_int_eq(forkd_socket_set_option(sock, level,
	    MCAST_JOIN_SOURCE_GROUP, &both, sizeof(both)), 0);
	ck_assert_int_eq(forkd_socket_set_option(sock, level,
	    MCAST_LEAVE_SOURCE_GROUP, &both, sizeof(both)), 0);
	fails(sock, forkd_socket_set_option(sock, level, MCAST_LEAVE_GROUP,
	    &alone, sizeof(alone)), EADDRNOTAVAIL, "set MCAST_LEAVE_GROUP: ",
	    "Cannot assign");
	both.gsr_source = both.gsr_group;
	fails(sock, forkd_socket_set_option(sock, level, MCAST_BLOCK_SOURCE,
	    &both, sizeof(both)), EINVAL, "MCAST_BLOCK_SOURCE: source: ",
	    "not the address of one host");
	forkd_socket_close(sock);
}
END_TEST

START_TEST(wrong_addresses)
{
	start(_i);
	if (sock == NULL)
		return;
	fails(sock, forkd_socket_join_group(sock, NULL, "lo"), EINVAL,
	    "forkd_socket_join_group: group: ", "NULL");
	fails(sock, forkd_socket_leave_group(sock, "", "lo"), EINVAL,
	    "forkd_socket_leave_group: group: ", "empty");
	fails(sock, forkd_socket_join_group(sock, "239.1.2", "lo"), EINVAL,
	    "forkd_socket_join_group: group: ", "239.1.2: not an IPv4");
	fails(sock, forkd_socket_join_group(sock, t->host, "lo"), EINVAL,
	    "forkd_socket_join_group: group ", "not a multicast address");
	fails(sock, forkd_socket_join_group(sock, t->foreign, "lo"),
	    EAFNOSUPPORT, "forkd_socket_join_group: group: ", t->foreign);
	fails(sock, forkd_socket_block_source(sock, t->group, NULL, "lo"),
	    EINVAL, "forkd_socket_block_source: source: ", "NULL");
	fails(sock, forkd_socket_unblock_source(sock, t->group, t->foreign,
	    "lo"), EAFNOSUPPORT, "forkd_socket_unblock_source: source: ", "");
	fails(sock, forkd_socket_join_source_group(sock, t->group, t->other,
	    "lo"), EINVAL, "forkd_socket_join_source_group: source ",
	    "not the address of one host");
	fails(sock, forkd_socket_leave_source_group(sock, t->group, t->any,
	    "lo"), EINVAL, "forkd_socket_leave_source_group: source ",
	    "not the address of one host");
	fails(sock, forkd_socket_join_group(sock, t->group, "no-such"),
	    ENODEV, "forkd_socket_join_group: interface no-such: ", "none");
	fails(sock, forkd_socket_leave_group(sock, t->group, ""), EINVAL,
	    "forkd_socket_leave_group: interface: empty", "");
	fails(sock, forkd_socket_leave_group(sock, t->group, "lo"),
	    EADDRNOTAVAIL, "", "");		/* none was joined */
	forkd_socket_close(sock);
}
END_TEST

START_TEST(wrong_kinds)
{
	struct forkd_socket	*s;
	size_t			 i;
	static const int	 kinds[][2] = {
		{ AF_UNIX, SOCK_DGRAM }, { AF_INET, SOCK_STREAM },
		{ AF_INET6, SOCK_STREAM }
	};

	for (i = 0; i < 3; i++) {
		s = forkd_socket_create(kinds[i][0], kinds[i][1], 0);
		if (s == NULL)
			continue;
		fails(s, forkd_socket_join_group(s, "239.1.2.3", "lo"),
		    EOPNOTSUPP, "forkd_socket_join_group: socket: neither",
		    i == 0 ? "IPv4 nor IPv6" : "SOCK_DGRAM nor SOCK_RAW");
		fails(s, forkd_socket_set_multicast_ttl(s, 3), EOPNOTSUPP,
		    "forkd_socket_set_multicast_ttl: socket: ", "neither");
		fails(s, forkd_socket_get_multicast_ttl(s), EOPNOTSUPP,
		    "forkd_socket_get_multicast_ttl: socket: ", "neither");
		fails(s, forkd_socket_set_multicast_loop(s, 0), EOPNOTSUPP,
		    "forkd_socket_set_multicast_loop: socket: ", "neither");
		fails(s, forkd_socket_get_multicast_loop(s), EOPNOTSUPP,
		    "forkd_socket_get_multicast_loop: socket: ", "neither");
		forkd_socket_close(s);
	}
	fails(NULL, forkd_socket_join_group(NULL, "239.1.2.3", "lo"), EINVAL,
	    "forkd_socket_join_group: no socket", "");
	fails(NULL, forkd_socket_block_source(NULL, "239.1.2.3", "::1", "lo"),
	    EINVAL, "forkd_socket_block_source: no socket", "");
	fails(NULL, forkd_socket_set_multicast_ttl(NULL, 1), EINVAL,
	    "forkd_socket_set_multicast_ttl: no socket", "");
	fails(NULL, forkd_socket_get_multicast_loop(NULL), EINVAL,
	    "forkd_socket_get_multicast_loop: no socket", "");
}
END_TEST

/* The kernel's limits: sysctl net.ipv4.igmp_max_memberships, _max_msf. */
START_TEST(too_many)
{
	char	text[64];
	int	i, result;

	start(_i);
	if (sock == NULL)
		return;
	result = forkd_socket_join_group(sock, t->group, "lo");
	for (i = 0; i < MANY && result == 0; i++) {
		(void)snprintf(text, sizeof(text), "%s%d", t->many_hosts,
		    i % 256);
		result = forkd_socket_block_source(sock, t->group, text, "lo");
	}
	if (result == -1 && i < 256)
		fails(sock, result, ENOBUFS, "block ", text);
	result = 0;
	for (i = 0; i < MANY && result == 0; i++) {
		(void)snprintf(text, sizeof(text), "%s%d", t->many_groups,
		    i % 256);
		result = forkd_socket_join_group(sock, text, "lo");
	}
	if (result == -1 && i < 256)
		fails(sock, result, t->domain == AF_INET ? ENOBUFS : ENOMEM,
		    "join ", text);
	forkd_socket_close(sock);
}
END_TEST

START_TEST(scope)
{
	start(1);
	if (sock == NULL)
		return;
	ck_assert_int_eq(forkd_socket_join_group(sock, "ff02::77%lo", NULL),
	    0);
	ck_assert_int_eq(forkd_socket_block_source(sock, "ff02::77",
	    "fe80::1%lo", NULL), 0);
	fails(sock, forkd_socket_join_group(sock, "ff02::77", "lo"),
	    EADDRINUSE, "join ff02::77 on lo: ", "");
	fails(sock, forkd_socket_block_source(sock, "ff02::77%lo",
	    "fe80::2%4711", "lo"), EINVAL, "forkd_socket_block_source: "
	    "address fe80::2%4711: of another interface", "");
	ck_assert_int_eq(forkd_socket_leave_group(sock, "ff02::77%lo", "lo"),
	    0);
	fails(sock, forkd_socket_join_group(sock, "::ffff:239.1.2.3", "lo"),
	    EINVAL, "group ::ffff:239.1.2.3: not a multicast address", "");
	forkd_socket_close(sock);
}
END_TEST

START_TEST(ttl)
{
	int	min;

	start(_i);
	if (sock == NULL)
		return;
	min = t->domain == AF_INET ? 0 : -1;
	ck_assert_int_eq(forkd_socket_get_multicast_ttl(sock), 1);
	ck_assert_int_eq(forkd_socket_set_multicast_ttl(sock, 255), 0);
	ck_assert_int_eq(forkd_socket_get_multicast_ttl(sock), 255);
	ck_assert_int_eq(forkd_socket_set_multicast_ttl(sock, 0), 0);
	ck_assert_int_eq(forkd_socket_get_multicast_ttl(sock), 0);
	fails(sock, forkd_socket_set_multicast_ttl(sock, 256), EINVAL,
	    "forkd_socket_set_multicast_ttl: ttl 256: not ", " to 255");
	fails(sock, forkd_socket_set_multicast_ttl(sock, min - 1), EINVAL,
	    "forkd_socket_set_multicast_ttl: ttl -", ": not ");
	ck_assert_int_eq(forkd_socket_get_multicast_ttl(sock), 0);
	if (min == -1) {
		ck_assert_int_eq(forkd_socket_set_multicast_ttl(sock, -1), 0);
		ck_assert_int_ge(forkd_socket_get_multicast_ttl(sock), 1);
	}
	forkd_socket_close(sock);
}
END_TEST

START_TEST(loop)
{
	start(_i);
	if (sock == NULL)
		return;
	ck_assert_int_eq(forkd_socket_get_multicast_loop(sock), 1);
	ck_assert_int_eq(forkd_socket_set_multicast_loop(sock, 0), 0);
	ck_assert_int_eq(forkd_socket_get_multicast_loop(sock), 0);
	ck_assert_int_eq(forkd_socket_set_multicast_loop(sock, 2), 0);
	ck_assert_int_eq(forkd_socket_get_multicast_loop(sock), 1);
	ck_assert_int_eq(close(forkd_socket_fd(sock)), 0);
	fails(sock, forkd_socket_get_multicast_loop(sock), EBADF, "get IP",
	    "_MULTICAST_LOOP: Bad");
	fails(sock, forkd_socket_join_group(sock, t->group, "lo"), EBADF,
	    "interface lo: ", "Bad file descriptor");
	fails(sock, forkd_socket_join_group(sock, t->group, NULL), EBADF,
	    "join ", t->group);
	sock->fd = -1;
	forkd_socket_close(sock);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s;
	TCase	*tc;

	s = suite_create("socket_multicast");
	tc = tcase_create("socket_multicast");
	tcase_add_loop_test(tc, groups, 0, 2);
	tcase_add_loop_test(tc, blocks, 0, 2);
	tcase_add_loop_test(tc, sources, 0, 2);
	tcase_add_loop_test(tc, by_option, 0, 2);
	tcase_add_loop_test(tc, wrong_addresses, 0, 2);
	tcase_add_test(tc, wrong_kinds);
	tcase_add_loop_test(tc, too_many, 0, 2);
	tcase_add_test(tc, scope);
	tcase_add_loop_test(tc, ttl, 0, 2);
	tcase_add_loop_test(tc, loop, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
