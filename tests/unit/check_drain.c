/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of drain.c, on sockets of the loopback device: a client with a
 * filter of its own, which drops the answer, is a handshake under way.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <linux/filter.h>

#include "addr.h"
#include "drain.h"
#include "unit.h"

#define WAIT_MS		10000	/* the kernel repeats itself after a second */

static const int	families[] = { AF_INET, AF_INET6 };

static int		server, other, client;
static struct addr	bound;

static int
listener(const char *host, int family, int port)
{
	struct sockaddr_in	*in = &bound.u.in;
	int			 fd;

	fd = socket(family, SOCK_STREAM, 0);
	if (fd == -1)
		return -1;
	addr_any(&bound, family, port);
	if (family == AF_INET)
		ck_assert_int_eq(inet_pton(AF_INET, host, &in->sin_addr), 1);
	else
		ck_assert_int_eq(inet_pton(AF_INET6, host,
		    &bound.u.in6.sin6_addr), 1);
	if (bind(fd, &bound.u.sa, bound.length) == -1 ||
	    listen(fd, 2) == -1) {
		(void)close(fd);
		return -1;
	}
	bound.length = sizeof(bound.u);
	ck_assert_int_eq(getsockname(fd, &bound.u.sa, &bound.length), 0);
	return fd;
}

/* Where there is no IPv6, that is IPv4 once more. */
static void
fresh(int family)
{
	server = listener(family == AF_INET ? "127.0.0.1" : "::1", family, 0);
	if (server == -1)
		server = listener("127.0.0.1", AF_INET, 0);
	ck_assert_int_ne(server, -1);
	client = other = -1;
}

static void
done(void)
{
	(void)close(server);
	if (client != -1)
		(void)close(client);
	if (other != -1)
		(void)close(other);
}

/* A connect begins; deaf: it does not hear the answer. */
static int
dial(bool deaf)
{
	struct sock_filter	drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog	program = { 1, &drop };
	int			fd;

	fd = socket(bound.u.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ck_assert_int_ne(fd, -1);
	if (deaf)
		ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER,
		    &program, sizeof(program)), 0);
	ck_assert(connect(fd, &bound.u.sa, bound.length) == 0 ||
	    errno == EINPROGRESS);
	return fd;
}

static bool
becomes(int fd, short events, int wait_ms)
{
	struct pollfd	pollfd = { .fd = fd, .events = events };

	return poll(&pollfd, 1, wait_ms) == 1;
}

/* A kernel may keep filters from whoever is not root. */
static bool
may_filter(void)
{
	struct sock_filter	all = BPF_STMT(BPF_RET | BPF_K, 0xffffffff);
	struct sock_fprog	program = { 1, &all };
	bool			may;
	int			fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ne(fd, -1);
	may = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program)) == 0 || errno != EPERM;
	(void)close(fd);
	return may;
}

START_TEST(queue)
{
	bool	full;

	fresh(families[_i]);
	ck_assert(!drain_has_waiting(server));
	ck_assert_int_eq(drain_waiting(server, &full), 0);
	ck_assert(!full);
	client = dial(false);
	ck_assert(becomes(server, POLLIN, WAIT_MS));
	ck_assert(drain_has_waiting(server));
	ck_assert_int_eq(drain_waiting(server, NULL), 1);
	ck_assert_int_eq(drain_half_open(server), 0);
	done();
}
END_TEST

START_TEST(queue_full)
{
	int	clients[3], i;
	bool	full;

	fresh(AF_INET);
	for (i = 0; i < 3; i++) {
		clients[i] = dial(false);
		ck_assert(becomes(clients[i], POLLOUT, WAIT_MS));
		ck_assert_int_eq(drain_waiting(server, &full), i + 1);
		ck_assert_int_eq(full, i == 2);
	}
	for (i = 0; i < 3; i++)
		(void)close(clients[i]);
	done();
}
END_TEST

START_TEST(half_open)
{
	int	ignored = 0;

	if (!may_filter())
		return;
	fresh(families[_i]);
	ck_assert_int_eq(drain_half_open(server), 0);
	client = dial(true);
	ck_assert_int_eq(drain_half_open(server), 1);
	ck_assert(!drain_has_waiting(server));
	/* it ends, although a filter is set meanwhile */
	ck_assert_int_eq(drain_filter(server), 1);
	ck_assert_int_eq(setsockopt(client, SOL_SOCKET, SO_DETACH_FILTER,
	    &ignored, sizeof(ignored)), 0);
	ck_assert(becomes(client, POLLOUT, WAIT_MS));
	ck_assert(becomes(server, POLLIN, WAIT_MS));
	ck_assert_int_eq(drain_half_open(server), 0);
	done();
}
END_TEST

START_TEST(filter)
{
	socklen_t	length;
	int		error, fd, first;

	if (!may_filter())
		return;
	fresh(families[_i]);
	first = dial(false);
	ck_assert(becomes(server, POLLIN, WAIT_MS));
	ck_assert_int_eq(drain_filter(server), 1);
	client = dial(false);
	ck_assert(!becomes(client, POLLOUT, 200));
	ck_assert_int_eq(drain_half_open(server), 0);
	ck_assert_int_eq(drain_waiting(server, NULL), 1);
	fd = accept(server, NULL, NULL);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	ck_assert(becomes(first, POLLIN, WAIT_MS));
	length = sizeof(error);
	ck_assert_int_eq(getsockopt(first, SOL_SOCKET, SO_ERROR, &error,
	    &length), 0);
	ck_assert_int_eq(error, 0);
	(void)close(fd);
	(void)close(first);
	done();
}
END_TEST

START_TEST(unfilter)
{
	struct sock_filter	code[16];
	socklen_t		length;
	int			fd, round;

	if (!may_filter())
		return;
	fresh(AF_INET);
	ck_assert_int_eq(drain_filter(server), 1);
	drain_unfilter(server);
	for (round = 0; round < 2; round++) {	/* the second has none */
		drain_unfilter(server);
		length = sizeof(code) / sizeof(*code);
		ck_assert_int_eq(getsockopt(server, SOL_SOCKET,
		    SO_ATTACH_FILTER, code, &length), 0);
		ck_assert_uint_eq(length, 0);
	}
	client = dial(false);
	ck_assert(becomes(server, POLLIN, WAIT_MS));
	fd = accept(server, NULL, NULL);
	ck_assert_int_ne(fd, -1);
	(void)close(fd);
	done();
}
END_TEST

/* The same port: its handshakes are not ours, unless we have all addresses. */
START_TEST(addresses)
{
	int	port;

	if (!may_filter())
		return;
	fresh(AF_INET);
	port = addr_port(&bound);
	other = listener("127.0.0.2", AF_INET, port);
	ck_assert_int_ne(other, -1);
	client = dial(true);
	ck_assert_int_eq(drain_half_open(other), 1);
	ck_assert_int_eq(drain_half_open(server), 0);
	done();
	server = listener("0.0.0.0", AF_INET, 0);
	ck_assert_int_ne(server, -1);
	client = dial(true);
	ck_assert_int_eq(drain_half_open(server), 1);
	(void)close(server);
	(void)close(client);
}
END_TEST

START_TEST(not_tcp)
{
	struct sockaddr_un	name = { .sun_family = AF_UNIX };
	int			fd;

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_ne(fd, -1);
	/* a name of the kernel's choice */
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&name,
	    sizeof(name.sun_family)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(drain_filter(fd), 0);
	ck_assert(!drain_has_waiting(fd));
	ck_assert_int_eq(drain_waiting(fd, NULL), -1);
	ck_assert_int_eq(drain_half_open(fd), -1);
	(void)close(fd);
	ck_assert_int_eq(drain_filter(-1), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(drain_half_open(-1), -1);
	ck_assert(!drain_has_waiting(-1));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s;
	TCase	*tc;

	s = suite_create("drain");
	tc = tcase_create("drain");
	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, queue, 0, 2);
	tcase_add_test(tc, queue_full);
	tcase_add_loop_test(tc, half_open, 0, 2);
	tcase_add_loop_test(tc, filter, 0, 2);
	tcase_add_test(tc, unfilter);
	tcase_add_test(tc, addresses);
	tcase_add_test(tc, not_tcp);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
