/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_option.c: every option of the table by what it takes.
 * What they do, and others, are in check_socket_option_more.c.
 */
#include "config.h"

#include <sys/time.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "fails.h"
#include "socket.h"
#include "socket_numbers.h"
#include "socket_option.h"
#include "unit.h"

struct known {
	int		 level;
	int		 name;
	const char	*text;
};

#define KNOWN(level, name)	{ level, name, #name }

static const struct known	switches[] = {
	KNOWN(SOL_SOCKET, SO_DEBUG), KNOWN(SOL_SOCKET, SO_BROADCAST),
	KNOWN(SOL_SOCKET, SO_REUSEADDR), KNOWN(SOL_SOCKET, SO_REUSEPORT),
	KNOWN(SOL_SOCKET, SO_KEEPALIVE), KNOWN(SOL_SOCKET, SO_OOBINLINE),
	KNOWN(SOL_SOCKET, SO_DONTROUTE), KNOWN(IPPROTO_TCP, TCP_NODELAY),
	KNOWN(IPPROTO_IP, IP_MULTICAST_LOOP),
	KNOWN(IPPROTO_IPV6, IPV6_MULTICAST_LOOP)
};

static const struct known	numbers[] = {
	KNOWN(SOL_SOCKET, SO_SNDBUF), KNOWN(SOL_SOCKET, SO_RCVBUF),
	KNOWN(SOL_SOCKET, SO_RCVLOWAT), KNOWN(SOL_SOCKET, SO_SNDLOWAT),
	KNOWN(IPPROTO_IP, IP_MULTICAST_TTL),
	KNOWN(IPPROTO_IPV6, IPV6_MULTICAST_HOPS)
};

static const struct known	read_only[] = {
	KNOWN(SOL_SOCKET, SO_ERROR), KNOWN(SOL_SOCKET, SO_TYPE)
};

static const struct known	interfaces[] = {
	KNOWN(IPPROTO_IP, IP_MULTICAST_IF),
	KNOWN(IPPROTO_IPV6, IPV6_MULTICAST_IF)
};

static const struct known	others[] = {
	KNOWN(SOL_SOCKET, SO_LINGER), KNOWN(SOL_SOCKET, SO_RCVTIMEO),
	KNOWN(SOL_SOCKET, SO_SNDTIMEO)
};

static const struct known	write_only[] = {
	KNOWN(IPPROTO_IP, MCAST_JOIN_GROUP),
	KNOWN(IPPROTO_IP, MCAST_LEAVE_GROUP),
	KNOWN(IPPROTO_IP, MCAST_BLOCK_SOURCE),
	KNOWN(IPPROTO_IP, MCAST_UNBLOCK_SOURCE),
	KNOWN(IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP),
	KNOWN(IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP),
	KNOWN(IPPROTO_IPV6, MCAST_JOIN_GROUP),
	KNOWN(IPPROTO_IPV6, MCAST_LEAVE_GROUP),
	KNOWN(IPPROTO_IPV6, MCAST_BLOCK_SOURCE),
	KNOWN(IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE),
	KNOWN(IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP),
	KNOWN(IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP)
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static struct forkd_socket	*sock;

static void
setup(void)
{
	sock = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_ptr_nonnull(sock);
}

static void
teardown(void)
{
	forkd_socket_close(sock);
}

/* The socket for an option: NULL where the kernel has no IPv6. */
static struct forkd_socket *
fitting(const struct known *option)
{
	if (option->level == IPPROTO_IPV6)
		return forkd_socket_create(AF_INET6, SOCK_DGRAM, 0);
	return forkd_socket_create(AF_INET,
	    option->level == IPPROTO_IP ? SOCK_DGRAM : SOCK_STREAM, 0);
}

static int
set_int(struct forkd_socket *s, const struct known *option, int value)
{
	return number_set(s, option->level, option->name, value);
}

static int
get_int(struct forkd_socket *s, const struct known *option)
{
	return number_get(s, option->level, option->name);
}

/* The fitting socket, and the option's value in the beginning. */
static struct forkd_socket *
beginning(const struct known *option, int *value)
{
	struct forkd_socket	*s;

	s = fitting(option);
	if (s != NULL)
		*value = get_int(s, option);
	return s;
}

/* On, off; every number but 0 is on; no error is left behind. */
START_TEST(on_and_off)
{
	const struct known	*option = &switches[_i];
	struct forkd_socket	*s;
	int			 before;

	s = beginning(option, &before);
	if (s == NULL)
		return;
	ck_assert_int_eq(before, option->level == IPPROTO_IP ||
	    option->level == IPPROTO_IPV6);
	errno = 0;
	if (set_int(s, option, 1) == -1 && option->name == SO_DEBUG &&
	    geteuid() != 0) {
		fails(s, -1, EACCES, "set SO_DEBUG: ", "denied");
		forkd_socket_close(s);
		return;
	}
	ck_assert_int_eq(get_int(s, option), 1);
	ck_assert_int_eq(set_int(s, option, 0), 0);
	ck_assert_int_eq(get_int(s, option), 0);
	ck_assert_int_eq(set_int(s, option, -5), 0);
	ck_assert_int_eq(get_int(s, option), 1);
	ck_assert_int_eq(errno, 0);
	ck_assert_int_eq(forkd_socket_last_error(s), 0);
	forkd_socket_close(s);
}
END_TEST

/* What the option's own size is not is refused, and nothing changes. */
static void
wrong_sizes(const struct known *option, bool can_get, bool can_set)
{
	static const int	 zero[64];
	struct forkd_socket	*s;
	socklen_t		 length, right;
	char			 room[512];

	s = fitting(option);
	if (s == NULL)
		return;
	right = socket_option_size(socket_option_find(option->level,
	    option->name));
	for (length = 0; can_set && length <= sizeof(zero); length++)
		if (length != right)
			fails(s, forkd_socket_set_option(s, option->level,
			    option->name, zero, length), EINVAL, option->text,
			    " bytes: takes ");
	if (can_set) {
		fails(s, forkd_socket_set_option(s, option->level,
		    option->name, zero, (socklen_t)-1), EINVAL, option->text,
		    "4294967295 bytes: takes ");
		fails(s, forkd_socket_set_option(s, option->level,
		    option->name, NULL, right), EINVAL, option->text,
		    "value: NULL");
	}
	for (length = 0; can_get && length < right; length++)
		fails(s, forkd_socket_get_option(s, option->level,
		    option->name, room, &length), EINVAL, option->text,
		    "room for ");
	if (can_get) {
		length = sizeof(room);
		ck_assert_int_eq(forkd_socket_get_option(s, option->level,
		    option->name, room, &length), 0);
		ck_assert_uint_eq(length, right);
		fails(s, forkd_socket_get_option(s, option->level,
		    option->name, NULL, &length), EINVAL, option->text,
		    "value: NULL");
		fails(s, forkd_socket_get_option(s, option->level,
		    option->name, room, NULL), EINVAL, option->text,
		    "length: NULL");
	}
	forkd_socket_close(s);
}

START_TEST(sizes)
{
	size_t	i;

	for (i = 0; i < COUNT(switches); i++)
		wrong_sizes(&switches[i], true, true);
	for (i = 0; i < COUNT(numbers); i++)
		wrong_sizes(&numbers[i], true, true);
	for (i = 0; i < COUNT(interfaces); i++)
		wrong_sizes(&interfaces[i], true, true);
	for (i = 0; i < COUNT(others); i++)
		wrong_sizes(&others[i], true, true);
	for (i = 0; i < COUNT(read_only); i++)
		wrong_sizes(&read_only[i], true, false);
	for (i = 0; i < COUNT(write_only); i++)
		wrong_sizes(&write_only[i], false, true);
}
END_TEST

START_TEST(one_way)
{
	struct forkd_socket	*s;
	socklen_t		 length;
	size_t			 i;
	char			 room[512];

	for (i = 0; i < COUNT(read_only); i++)
		fails(sock, set_int(sock, &read_only[i], 0), ENOPROTOOPT,
		    read_only[i].text, ": can only be read");
	for (i = 0; i < COUNT(write_only); i++) {
		s = fitting(&write_only[i]);
		if (s == NULL)
			continue;
		length = sizeof(room);
		fails(s, forkd_socket_get_option(s, write_only[i].level,
		    write_only[i].name, room, &length), ENOPROTOOPT,
		    write_only[i].text, ": can only be set");
		forkd_socket_close(s);
	}
}
END_TEST

static void
in_range(const struct known *option, int min, int max)
{
	struct forkd_socket	*s;
	int			 before;

	s = beginning(option, &before);
	if (s == NULL)
		return;
	if (min != INT_MIN)
		fails(s, set_int(s, option, min - 1), EINVAL, option->text,
		    ": not ");
	if (max != INT_MAX)
		fails(s, set_int(s, option, max + 1), EINVAL, option->text,
		    ": not ");
	fails(s, set_int(s, option, INT_MIN), EINVAL, option->text, ": not ");
	ck_assert_int_eq(get_int(s, option), before);
	forkd_socket_close(s);
}

START_TEST(ranges)
{
	in_range(&numbers[0], 0, INT_MAX);
	in_range(&numbers[1], 0, INT_MAX);
	in_range(&numbers[2], 1, INT_MAX);
	in_range(&numbers[3], 1, INT_MAX);
	in_range(&numbers[4], 0, 255);
	in_range(&numbers[5], -1, 255);
}
END_TEST

/* Every one fails as getsockopt(2) does when the descriptor is gone. */
START_TEST(closed)
{
	static const struct {
		const struct known	*options;
		size_t			 count;
	}			 all[] = {
		{ switches, COUNT(switches) }, { numbers, COUNT(numbers) },
		{ interfaces, COUNT(interfaces) }
	};
	const struct known	*option;
	socklen_t		 length;
	size_t			 i, j;
	int			 fd, value;

	fd = forkd_socket_fd(sock);
	ck_assert_int_eq(close(fd), 0);
	length = sizeof(value);
	value = 1;
	for (i = 0; i < COUNT(all); i++)
		for (j = 0; j < all[i].count; j++) {
			option = &all[i].options[j];
			fails(sock, set_int(sock, option, 1), EBADF,
			    option->text, "set ");
			fails(sock, forkd_socket_get_option(sock,
			    option->level, option->name, &value, &length),
			    EBADF, option->text, "get ");
		}
	fails(sock, forkd_socket_set_option(sock, SOL_SOCKET, 9999, &value,
	    sizeof(value)), EBADF, "set option 9999 of level 1: ", "");
	fails(sock, forkd_socket_get_option(sock, SOL_SOCKET, 9999, &value,
	    &length), EBADF, "get option 9999 of level 1: ", "");
	sock->fd = -1;
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s;
	TCase	*tc;

	s = suite_create("socket_option");
	tc = tcase_create("socket_option");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, on_and_off, 0, (int)COUNT(switches));
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, one_way);
	tcase_add_test(tc, ranges);
	tcase_add_test(tc, closed);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
