/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of what options do to the calls of the layer: times that were set
 * by SO_RCVTIMEO and SO_SNDTIMEO are those of forkd_socket_set_timeout(), and
 * SO_OOBINLINE, SO_BROADCAST and SO_LINGER are kept.
 */
#include "config.h"

#include <sys/time.h>

#include "fails.h"
#include "socket.h"
#include "unit.h"

static struct forkd_socket	*pair[2];
static char			 data[1 << 20];

static void
setup(void)
{
	ck_assert_int_eq(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0,
	    pair), 0);
}

static void
teardown(void)
{
	forkd_socket_close(pair[0]);
	forkd_socket_close(pair[1]);
}

static void
set_time(struct forkd_socket *s, int name, int ms)
{
	struct timeval	time;

	time.tv_sec = 0;
	time.tv_usec = ms * 1000;
	ck_assert_int_eq(forkd_socket_set_option(s, SOL_SOCKET, name, &time,
	    sizeof(time)), 0);
}

static void
turn_on(struct forkd_socket *s, int name)
{
	int	on;

	on = 1;
	ck_assert_int_eq(forkd_socket_set_option(s, SOL_SOCKET, name, &on,
	    sizeof(on)), 0);
}

START_TEST(receiving)
{
	set_time(pair[0], SO_RCVTIMEO, 20);
	fails(pair[0], (int)forkd_socket_recv(pair[0], data, 1, 0), ETIMEDOUT,
	    "", "timed out");
	fails(pair[0], (int)forkd_socket_read(pair[0], data, 1,
	    FORKD_READ_BINARY), ETIMEDOUT, "", "timed out");
	fails(pair[0], (int)forkd_socket_read(pair[0], data, 9,
	    FORKD_READ_LINE), ETIMEDOUT, "", "timed out");
	fails(pair[0], (int)forkd_socket_recv(pair[0], data, 1, MSG_DONTWAIT),
	    EAGAIN, "", "");
	/* sending has no limit by that, and no need of one */
	ck_assert_int_eq(forkd_socket_write(pair[0], "a", 1), 1);
	/* a non-blocking socket does not wait at all */
	ck_assert_int_eq(forkd_socket_set_nonblock(pair[0]), 0);
	fails(pair[0], (int)forkd_socket_recv(pair[0], data, 1, 0), EAGAIN,
	    "", "");
}
END_TEST

START_TEST(sending)
{
	set_time(pair[0], SO_SNDTIMEO, 20);
	fails(pair[0], forkd_socket_write_all(pair[0], data, sizeof(data)),
	    ETIMEDOUT, "", "timed out");
}
END_TEST

/* Whichever was the last one counts. */
START_TEST(both)
{
	struct timeval	time;
	socklen_t	length;

	set_time(pair[0], SO_RCVTIMEO, 500);
	ck_assert_int_eq(forkd_socket_set_timeout(pair[0], 20), 0);
	length = sizeof(time);
	ck_assert_int_eq(forkd_socket_get_option(pair[0], SOL_SOCKET,
	    SO_RCVTIMEO, &time, &length), 0);
	ck_assert_int_eq(time.tv_sec, 0);
	ck_assert_int_eq(time.tv_usec, 20000);
	ck_assert_int_eq(pair[0]->receive_ms, 20);
	set_time(pair[0], SO_RCVTIMEO, 0);
	ck_assert_int_eq(pair[0]->receive_ms, -1);
	ck_assert_int_eq(pair[0]->send_ms, 20);
	set_time(pair[0], SO_SNDTIMEO, 0);
	ck_assert_int_eq(pair[0]->send_ms, -1);
	set_time(pair[0], SO_RCVTIMEO, 40);
	ck_assert_int_eq(forkd_socket_set_timeout(pair[0], -1), 0);
	ck_assert_int_eq(forkd_socket_get_option(pair[0], SOL_SOCKET,
	    SO_RCVTIMEO, &time, &length), 0);
	ck_assert(time.tv_sec == 0 && time.tv_usec == 0);
}
END_TEST

/* A listener's time is not that of its connections. */
START_TEST(accepting)
{
	struct forkd_socket	*client, *conn, *listener;
	struct timeval		 time;
	socklen_t		 length;
	int			 port;

	listener = forkd_socket_create_listen(0, 0);
	client = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	set_time(listener, SO_RCVTIMEO, 20);
	conn = forkd_socket_accept(listener);
	fails(listener, conn == NULL ? -1 : 0, ETIMEDOUT, "accept ",
	    "timed out");
	ck_assert_int_eq(forkd_socket_getsockname(listener, NULL, 0, &port),
	    0);
	ck_assert_int_eq(forkd_socket_connect(client, "127.0.0.1", port), 0);
	conn = forkd_socket_accept(listener);
	ck_assert_ptr_nonnull(conn);
	ck_assert_int_eq(conn->receive_ms, -1);
	ck_assert_int_eq(conn->send_ms, -1);
	length = sizeof(time);
	ck_assert_int_eq(forkd_socket_get_option(conn, SOL_SOCKET,
	    SO_RCVTIMEO, &time, &length), 0);
	ck_assert(time.tv_sec == 0 && time.tv_usec == 0);
	forkd_socket_close(conn);
	forkd_socket_close(client);
	forkd_socket_close(listener);
}
END_TEST

/* Data out of band is where it was sent; and l_linger 0 resets. */
START_TEST(connection)
{
	struct forkd_socket	*client, *conn, *listener;
	struct linger		 linger;
	int			 port;

	listener = forkd_socket_create_listen(0, 0);
	client = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_getsockname(listener, NULL, 0, &port),
	    0);
	ck_assert_int_eq(forkd_socket_connect(client, "127.0.0.1", port), 0);
	conn = forkd_socket_accept(listener);
	ck_assert_ptr_nonnull(conn);
	turn_on(conn, SO_OOBINLINE);
	ck_assert_int_eq(forkd_socket_send(client, "a", 1, 0), 1);
	ck_assert_int_eq(forkd_socket_send(client, "b", 1, MSG_OOB), 1);
	ck_assert_int_eq(forkd_socket_recv(conn, data, 1, 0), 1);
	ck_assert_int_eq(data[0], 'a');
	ck_assert_int_eq(forkd_socket_recv(conn, data, 1, 0), 1);
	ck_assert_int_eq(data[0], 'b');
	linger.l_onoff = 1;
	linger.l_linger = 0;
	ck_assert_int_eq(forkd_socket_set_option(client, SOL_SOCKET,
	    SO_LINGER, &linger, sizeof(linger)), 0);
	forkd_socket_close(client);
	fails(conn, (int)forkd_socket_recv(conn, data, 1, 0), ECONNRESET, "",
	    "reset");
	forkd_socket_close(conn);
	forkd_socket_close(listener);
}
END_TEST

START_TEST(broadcast)
{
	struct forkd_socket	*udp;

	udp = forkd_socket_create(AF_INET, SOCK_DGRAM, 0);
	fails(udp, (int)forkd_socket_sendto(udp, "a", 1, 0,
	    "127.255.255.255", 9), EACCES, "127.255.255.255", "denied");
	turn_on(udp, SO_BROADCAST);
	ck_assert_int_eq(forkd_socket_sendto(udp, "a", 1, 0,
	    "127.255.255.255", 9), 1);
	forkd_socket_close(udp);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s;
	TCase	*tc;

	s = suite_create("socket_option_calls");
	tc = tcase_create("socket_option_calls");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, receiving);
	tcase_add_test(tc, sending);
	tcase_add_test(tc, both);
	tcase_add_test(tc, accepting);
	tcase_add_test(tc, connection);
	tcase_add_test(tc, broadcast);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
