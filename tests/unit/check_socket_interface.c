/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_interface.c: the interface that a socket sends multicast
 * by.  That packets leave by it is shown by socket_multicast.t.
 */
#include "config.h"

#include <sys/resource.h>

#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "fails.h"
#include "socket.h"
#include "socket_numbers.h"
#include "unit.h"

static struct forkd_socket	*udp;
static struct forkd_socket	*six;	/* NULL: the kernel has no IPv6 */
static int			 lo;

static void
setup(void)
{
	udp = forkd_socket_create(AF_INET, SOCK_DGRAM, 0);
	ck_assert_ptr_nonnull(udp);
	six = forkd_socket_create(AF_INET6, SOCK_DGRAM, 0);
	lo = (int)if_nametoindex("lo");
	ck_assert_int_gt(lo, 0);
}

static void
teardown(void)
{
	forkd_socket_close(udp);
	forkd_socket_close(six);
}

/* By index, for IPv4 too; an address that others have set is translated. */
START_TEST(option)
{
	struct forkd_socket	*again;
	struct in_addr		 loopback;

	ck_assert_int_eq(number_get(udp, IPPROTO_IP, IP_MULTICAST_IF), 0);
	ck_assert_int_eq(number_set(udp, IPPROTO_IP, IP_MULTICAST_IF, lo), 0);
	ck_assert_int_eq(number_get(udp, IPPROTO_IP, IP_MULTICAST_IF), lo);
	fails(udp, number_set(udp, IPPROTO_IP, IP_MULTICAST_IF, INT_MAX),
	    ENODEV, "set IP_MULTICAST_IF to 2147483647: ", "No such device");
	fails(udp, number_set(udp, IPPROTO_IP, IP_MULTICAST_IF, -1), EINVAL,
	    "IP_MULTICAST_IF: an index below 0", "");
	ck_assert_int_eq(number_get(udp, IPPROTO_IP, IP_MULTICAST_IF), lo);
	ck_assert_int_eq(number_set(udp, IPPROTO_IP, IP_MULTICAST_IF, 0), 0);
	ck_assert_int_eq(number_get(udp, IPPROTO_IP, IP_MULTICAST_IF), 0);
	loopback.s_addr = htonl(INADDR_LOOPBACK);
	if (setsockopt(forkd_socket_fd(udp), IPPROTO_IP, IP_MULTICAST_IF,
	    &loopback, sizeof(loopback)) == -1)
		return;		/* it is down */
	again = forkd_socket_from_fd(dup(forkd_socket_fd(udp)));
	ck_assert_int_eq(number_get(again, IPPROTO_IP, IP_MULTICAST_IF), lo);
	forkd_socket_close(again);
}
END_TEST

START_TEST(option6)
{
	if (six == NULL)
		return;
	ck_assert_int_eq(number_get(six, IPPROTO_IPV6, IPV6_MULTICAST_IF), 0);
	ck_assert_int_eq(number_set(six, IPPROTO_IPV6, IPV6_MULTICAST_IF, lo),
	    0);
	ck_assert_int_eq(number_get(six, IPPROTO_IPV6, IPV6_MULTICAST_IF), lo);
	fails(six, number_set(six, IPPROTO_IPV6, IPV6_MULTICAST_IF, INT_MAX),
	    ENODEV, "set IPV6_MULTICAST_IF: ", "No such device");
	fails(six, number_set(six, IPPROTO_IPV6, IPV6_MULTICAST_IF, -1), EINVAL,
	    "IPV6_MULTICAST_IF: an index below 0", "");
	ck_assert_int_eq(number_set(six, IPPROTO_IPV6, IPV6_MULTICAST_IF, 0),
	    0);
	ck_assert_int_eq(number_get(six, IPPROTO_IPV6, IPV6_MULTICAST_IF), 0);
}
END_TEST

/* An address that is of no interface any more is not translated. */
START_TEST(no_index)
{
	struct in_addr	elsewhere;
	socklen_t	length;
	int		value;

	elsewhere.s_addr = htonl(INADDR_LOOPBACK + 9);
	/* of lo, which has all of 127.0.0.0/8, and not as its address */
	if (setsockopt(forkd_socket_fd(udp), IPPROTO_IP, IP_MULTICAST_IF,
	    &elsewhere, sizeof(elsewhere)) == -1)
		return;
	value = -7;
	length = sizeof(value);
	fails(udp, forkd_socket_get_option(udp, IPPROTO_IP, IP_MULTICAST_IF,
	    &value, &length), ENODEV, "get IP_MULTICAST_IF: 127.0.0.10: ",
	    "No such device");
	fails(udp, forkd_socket_get_multicast_interface(udp), ENODEV,
	    "get IP_MULTICAST_IF: 127.0.0.10: ", "");
	ck_assert_int_eq(value, -7);
}
END_TEST

/* By name, by digits, and by nothing. */
static void
by_text(struct forkd_socket *s)
{
	char	digits[16];

	(void)snprintf(digits, sizeof(digits), "%d", lo);
	ck_assert_int_eq(forkd_socket_get_multicast_interface(s), 0);
	ck_assert_int_eq(forkd_socket_set_multicast_interface(s, "lo"), 0);
	ck_assert_int_eq(forkd_socket_get_multicast_interface(s), lo);
	ck_assert_int_eq(forkd_socket_set_multicast_interface(s, NULL), 0);
	ck_assert_int_eq(forkd_socket_get_multicast_interface(s), 0);
	ck_assert_int_eq(forkd_socket_set_multicast_interface(s, digits), 0);
	ck_assert_int_eq(forkd_socket_get_multicast_interface(s), lo);
	fails(s, forkd_socket_set_multicast_interface(s, ""), EINVAL,
	    "forkd_socket_set_multicast_interface: interface: empty", "");
	fails(s, forkd_socket_set_multicast_interface(s, "no-such"), ENODEV,
	    "forkd_socket_set_multicast_interface: interface no-such: ",
	    "there is none");
	fails(s, forkd_socket_set_multicast_interface(s, "2147483647"),
	    ENODEV, "interface 2147483647: there is none", "");
	fails(s, forkd_socket_set_multicast_interface(s, "2147483648"),
	    ENODEV, "interface 2147483648: there is none", "");
	fails(s, forkd_socket_set_multicast_interface(s, "-1"), ENODEV,
	    "interface -1: there is none", "");
	fails(s, forkd_socket_set_multicast_interface(s,
	    "a-name-that-is-longer-than-any"), ENODEV,
	    "interface a-name-that-is-longer-than-any: there is none", "");
	ck_assert_int_eq(forkd_socket_get_multicast_interface(s), lo);
	ck_assert_int_eq(forkd_socket_set_multicast_interface(s, "0"), 0);
	ck_assert_int_eq(forkd_socket_get_multicast_interface(s), 0);
}

START_TEST(text)
{
	by_text(udp);
	if (six != NULL)
		by_text(six);
}
END_TEST

START_TEST(wrong)
{
	struct forkd_socket	*local, *tcp;

	tcp = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	local = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	fails(tcp, forkd_socket_set_multicast_interface(tcp, "lo"),
	    EOPNOTSUPP, "forkd_socket_set_multicast_interface: socket: ",
	    "neither SOCK_DGRAM nor SOCK_RAW");
	fails(tcp, forkd_socket_get_multicast_interface(tcp), EOPNOTSUPP,
	    "forkd_socket_get_multicast_interface: socket: ", "neither");
	fails(local, forkd_socket_set_multicast_interface(local, "lo"),
	    EOPNOTSUPP, "forkd_socket_set_multicast_interface: socket: ",
	    "neither IPv4 nor IPv6");
	fails(local, forkd_socket_get_multicast_interface(local), EOPNOTSUPP,
	    "forkd_socket_get_multicast_interface: ", "neither");
	fails(NULL, forkd_socket_set_multicast_interface(NULL, "lo"), EINVAL,
	    "forkd_socket_set_multicast_interface: ", "no socket");
	fails(NULL, forkd_socket_get_multicast_interface(NULL), EINVAL,
	    "forkd_socket_get_multicast_interface: ", "no socket");
	forkd_socket_close(tcp);
	forkd_socket_close(local);
}
END_TEST

/* To look for a name takes no descriptor. */
START_TEST(no_descriptor)
{
	struct rlimit	few, usual;
	int		result;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = usual;
	few.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	result = forkd_socket_set_multicast_interface(udp, "lo");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
	ck_assert_int_eq(result, 0);
	ck_assert_int_eq(forkd_socket_get_multicast_interface(udp), lo);
}
END_TEST

START_TEST(closed)
{
	ck_assert_int_eq(close(forkd_socket_fd(udp)), 0);
	fails(udp, forkd_socket_set_multicast_interface(udp, "lo"), EBADF,
	    "interface lo: ", "Bad file descriptor");
	fails(udp, forkd_socket_set_multicast_interface(udp, NULL), EBADF,
	    "set IP_MULTICAST_IF to 0: ", "Bad file descriptor");
	fails(udp, forkd_socket_get_multicast_interface(udp), EBADF,
	    "get IP_MULTICAST_IF: ", "Bad file descriptor");
	udp->fd = -1;
}
END_TEST

/* Not an alias of before, which the kernel cuts, nor what strtonum(3) skips. */
START_TEST(junk)
{
	static const char *const	names[] = { "lo:junk", "lo:", " 1",
					    "+1", "1 " };
	struct forkd_message		message = { .parts = NULL };
	char				address[64];
	size_t				i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		fails(udp, forkd_socket_set_multicast_interface(udp,
		    names[i]), ENODEV, "", names[i]);
		fails(udp, forkd_socket_join_group(udp, "224.0.0.251",
		    names[i]), ENODEV, "", names[i]);
		fails(NULL, forkd_socket_cmsg_add_pktinfo(&message, AF_INET,
		    NULL, names[i]), ENODEV, "", names[i]);
		if (six == NULL)
			continue;
		(void)snprintf(address, sizeof(address), "fe80::1%%%s",
		    names[i]);
		fails(six, forkd_socket_connect(six, address, 1), EINVAL, "",
		    names[i]);
	}
}
END_TEST

/* An address with an interface, where asking for that needs a descriptor. */
START_TEST(scope_no_descriptor)
{
	struct forkd_message	message = { .parts = NULL };
	struct rlimit		few, usual;
	char			control[64];
	int			failed, number;

	if (six == NULL)
		return;
	message.control = control;
	message.control_size = sizeof(control);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = usual;
	few.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	failed = forkd_socket_bind(six, "fe80::1%no such", 1);
	number = errno;
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(&message, AF_INET,
	    NULL, "lo"), -1);
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(&message, AF_INET6,
	    "fe80::1%lo", NULL), -1);
	ck_assert_int_eq(errno, EMFILE);
	/* the socket can be asked itself */
	(void)forkd_socket_bind(six, "fe80::1%lo", 1);
	ck_assert_int_ne(errno, EINVAL);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
	ck_assert_int_eq(failed, -1);
	ck_assert_int_eq(number, EINVAL);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s;
	TCase	*tc;

	s = suite_create("socket_interface");
	tc = tcase_create("socket_interface");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, option);
	tcase_add_test(tc, option6);
	tcase_add_test(tc, no_index);
	tcase_add_test(tc, text);
	tcase_add_test(tc, wrong);
	tcase_add_test(tc, no_descriptor);
	tcase_add_test(tc, closed);
	tcase_add_test(tc, junk);
	tcase_add_test(tc, scope_no_descriptor);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
