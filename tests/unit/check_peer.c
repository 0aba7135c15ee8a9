/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of peer.c: what the kernel says of real connections, and when a
 * byte has last moved, over a simulated clock.
 */
#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "peer.h"
#include "unit.h"

static int			ours, theirs;
static struct peer		peer;
static struct peer_facts	facts;

static void
connected(void)
{
	struct sockaddr_in	sin;
	socklen_t		length;
	int			listener;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(sin);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert(bind(listener, (struct sockaddr *)&sin, length) == 0 &&
	    listen(listener, 1) == 0 && getsockname(listener,
	    (struct sockaddr *)&sin, &length) == 0);
	theirs = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(theirs, (struct sockaddr *)&sin, length), 0);
	ours = accept(listener, NULL, NULL);
	ck_assert_int_ne(ours, -1);
	(void)close(listener);
	memset(&facts, 0, sizeof(facts));
}

static void
wait_for(short events)
{
	struct pollfd	pollfd = { .fd = ours, .events = events };

	ck_assert_int_eq(poll(&pollfd, 1, 30000), 1);
}

/* Asks until it is so; the kernel sends acknowledgements when it likes. */
static void
ask_until(bool finished, uint64_t acked, uint64_t received)
{
	do
		ck_assert_int_eq(peer_ask(ours, &facts), 0);
	while (facts.finished != finished || facts.acked != acked ||
	    facts.received != received);
}

static void
leave_by_reset(void)
{
	struct linger	at_once = { 1, 0 };

	(void)setsockopt(theirs, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once));
	(void)close(theirs);
}

START_TEST(counts)
{
	ask_until(false, 0, 0);
	ck_assert_int_eq(write(theirs, "hello", 5), 5);
	ask_until(false, 0, 5);
	ck_assert_int_eq(write(ours, "0123456789", 10), 10);
	ask_until(false, 10, 5);
}
END_TEST

START_TEST(after_a_reset)
{
	ck_assert_int_eq(write(ours, "x", 1), 1);
	ask_until(false, 1, 0);
	leave_by_reset();
	wait_for(0);
	ask_until(false, 1, 0);
	/* the error is still there for those whose it is */
	ck_assert_int_eq(read(ours, &facts, 1), -1);
	ck_assert_int_eq(errno, ECONNRESET);
}
END_TEST

START_TEST(peer_ends_first)
{
	ck_assert_int_eq(shutdown(theirs, SHUT_WR), 0);
	ask_until(false, 0, 1);
	ck_assert_int_eq(shutdown(ours, SHUT_WR), 0);
	ask_until(true, 1, 1);
}
END_TEST

START_TEST(peer_follows)
{
	ck_assert_int_eq(write(ours, "x", 1), 1);
	ck_assert_int_eq(shutdown(ours, SHUT_WR), 0);
	ask_until(true, 2, 0);
	leave_by_reset();
	wait_for(0);
	ask_until(true, 2, 0);
}
END_TEST

START_TEST(no_connection)
{
	int	ends[2];

	ck_assert_int_eq(peer_ask(-1, &facts), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(peer_ask(ends[0], &facts), -1);
}
END_TEST

START_TEST(families)
{
	struct addr	addr;

	memset(&addr, 0, sizeof(addr));
	addr.u.sa.sa_family = AF_INET;
	ck_assert(peer_is_tcp(&addr));
	addr.u.sa.sa_family = AF_INET6;
	ck_assert(peer_is_tcp(&addr));
	addr.u.sa.sa_family = AF_UNIX;
	ck_assert(!peer_is_tcp(&addr));
}
END_TEST

static int64_t
moved(uint64_t acked, int64_t acked_ms, uint64_t received, int64_t received_ms,
    int64_t now)
{
	facts.acked = acked;
	facts.acked_ms = acked_ms;
	facts.received = received;
	facts.received_ms = received_ms;
	return peer_moved(&peer, &facts, now);
}

START_TEST(nothing_moves)
{
	peer_begin(&peer, 1000);
	ck_assert_int_eq(moved(0, 50, 0, 50, 1050), 1000);
	/* acknowledgements of keepalive probes are no bytes */
	ck_assert_int_eq(moved(0, 1, 0, 50, 9000), 1000);
	ck_assert_int_eq(moved(0, 0, 0, 0, 99000), 1000);
}
END_TEST

START_TEST(either_direction)
{
	peer_begin(&peer, 1000);
	ck_assert_int_eq(moved(0, 0, 7, 400, 2000), 1600);
	ck_assert_int_eq(moved(0, 0, 7, 1400, 3000), 1600);
	ck_assert_int_eq(moved(9, 100, 7, 2400, 4000), 3900);
	ck_assert_int_eq(moved(10, 900, 8, 300, 5000), 4700);
	ck_assert_int_eq(moved(11, 300, 9, 900, 6000), 5700);
}
END_TEST

/* What came before accept(2) does not move the beginning. */
START_TEST(never_back)
{
	peer_begin(&peer, 1000);
	ck_assert_int_eq(moved(0, 0, 5, 900, 1100), 1000);
	ck_assert_int_eq(moved(0, 0, 6, 100, 2000), 1900);
	ck_assert_int_eq(moved(0, 0, 7, 5000, 3000), 1900);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("peer");
	TCase	*tc = tcase_create("kernel");

	tcase_add_checked_fixture(tc, connected, NULL);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, counts);
	tcase_add_test(tc, after_a_reset);
	tcase_add_test(tc, peer_ends_first);
	tcase_add_test(tc, peer_follows);
	tcase_add_test(tc, no_connection);
	tcase_add_test(tc, families);
	suite_add_tcase(s, tc);
	tc = tcase_create("clock");
	tcase_add_test(tc, nothing_moves);
	tcase_add_test(tc, either_direction);
	tcase_add_test(tc, never_back);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
