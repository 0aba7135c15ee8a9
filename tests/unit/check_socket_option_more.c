/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_option.c: options with values of their own, those that
 * the layer does not know, and sockets that have no such option.  The table as
 * a whole: check_socket_option.c.
 */
#include "config.h"

#include <sys/time.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "fails.h"
#include "fdio.h"
#include "socket.h"
#include "socket_numbers.h"
#include "unit.h"

static struct forkd_socket	*sock;		/* TCP */
static struct forkd_socket	*pair[2];
static struct forkd_socket	*udp;

static void
setup(void)
{
	sock = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	udp = forkd_socket_create(AF_INET, SOCK_DGRAM, 0);
	ck_assert(sock != NULL && udp != NULL);
	ck_assert_int_eq(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0,
	    pair), 0);
}

static void
teardown(void)
{
	forkd_socket_close(sock);
	forkd_socket_close(udp);
	forkd_socket_close(pair[0]);
	forkd_socket_close(pair[1]);
}

static int
set_time(struct forkd_socket *s, int name, long sec, long usec)
{
	struct timeval	time;

	time.tv_sec = sec;
	time.tv_usec = usec;
	return forkd_socket_set_option(s, SOL_SOCKET, name, &time,
	    sizeof(time));
}

static struct timeval
get_time(struct forkd_socket *s, int name)
{
	struct timeval	time;
	socklen_t	length;

	length = sizeof(time);
	ck_assert_int_eq(forkd_socket_get_option(s, SOL_SOCKET, name, &time,
	    &length), 0);
	ck_assert_uint_eq(length, sizeof(time));
	return time;
}

/* As socket(7) says, Linux doubles what is asked for. */
START_TEST(buffers)
{
	ck_assert_int_eq(number_set(sock, SOL_SOCKET, SO_SNDBUF, 20000), 0);
	ck_assert_int_ge(number_get(sock, SOL_SOCKET, SO_SNDBUF), 20000);
	ck_assert_int_eq(number_set(sock, SOL_SOCKET, SO_RCVBUF, 16000), 0);
	ck_assert_int_ge(number_get(sock, SOL_SOCKET, SO_RCVBUF), 16000);
	ck_assert_int_eq(number_set(sock, SOL_SOCKET, SO_RCVBUF, 0), 0);
	ck_assert_int_lt(number_get(sock, SOL_SOCKET, SO_RCVBUF), 16000);
}
END_TEST

START_TEST(types)
{
	ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	ck_assert_int_eq(number_get(udp, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
}
END_TEST

/* SO_ERROR: what became of a connection, once; last_error is another matter. */
START_TEST(pending_error)
{
	struct sockaddr_in	address;
	struct pollfd		pollfd;
	socklen_t		length;
	int			fd, other;

	other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(address);
	ck_assert_int_eq(bind(other, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(getsockname(other, (struct sockaddr *)&address,
	    &length), 0);
	fd = forkd_socket_fd(sock);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_ERROR), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), -1);
	if (errno == EINPROGRESS) {
		pollfd.fd = fd;
		pollfd.events = POLLOUT;
		ck_assert_int_eq(poll(&pollfd, 1, 30000), 1);
		ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_ERROR),
		    ECONNREFUSED);
		ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_ERROR), 0);
	}
	ck_assert_int_eq(forkd_socket_last_error(sock), 0);
	fdio_close(&other);
}
END_TEST

START_TEST(lingers)
{
	struct linger	have, linger;
	socklen_t	length;

	linger.l_onoff = 1;
	linger.l_linger = 7;
	ck_assert_int_eq(forkd_socket_set_option(sock, SOL_SOCKET, SO_LINGER,
	    &linger, sizeof(linger)), 0);
	length = sizeof(have);
	ck_assert_int_eq(forkd_socket_get_option(sock, SOL_SOCKET, SO_LINGER,
	    &have, &length), 0);
	ck_assert_uint_eq(length, sizeof(have));
	ck_assert_int_eq(have.l_onoff, 1);
	ck_assert_int_eq(have.l_linger, 7);
	linger.l_linger = -1;
	fails(sock, forkd_socket_set_option(sock, SOL_SOCKET, SO_LINGER,
	    &linger, sizeof(linger)), EINVAL, "SO_LINGER: l_linger", "below");
	linger.l_onoff = 0;
	linger.l_linger = 0;
	ck_assert_int_eq(forkd_socket_set_option(sock, SOL_SOCKET, SO_LINGER,
	    &linger, sizeof(linger)), 0);
	ck_assert_int_eq(forkd_socket_get_option(sock, SOL_SOCKET, SO_LINGER,
	    &have, &length), 0);
	ck_assert_int_eq(have.l_onoff, 0);
}
END_TEST

/* SO_SNDLOWAT is 1 on Linux for good; see socket(7). */
START_TEST(low_water)
{
	ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_RCVLOWAT), 1);
	ck_assert_int_eq(number_set(sock, SOL_SOCKET, SO_RCVLOWAT, 3), 0);
	ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_RCVLOWAT), 3);
	ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_SNDLOWAT), 1);
#ifdef __linux__
	fails(sock, number_set(sock, SOL_SOCKET, SO_SNDLOWAT, 3), ENOPROTOOPT,
	    "set SO_SNDLOWAT: ", "Protocol not available");
	ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_SNDLOWAT), 1);
#endif
}
END_TEST

/* What the layer knows is what the kernel does. */
START_TEST(times)
{
	struct timeval	time;

	ck_assert_int_eq(sock->receive_ms, -1);
	ck_assert_int_eq(sock->send_ms, -1);
	time = get_time(sock, SO_RCVTIMEO);
	ck_assert(time.tv_sec == 0 && time.tv_usec == 0);
	ck_assert_int_eq(set_time(sock, SO_RCVTIMEO, 2, 500000), 0);
	time = get_time(sock, SO_RCVTIMEO);
	ck_assert(time.tv_sec == 2 && time.tv_usec == 500000);
	ck_assert_int_eq(sock->receive_ms, 2500);
	ck_assert_int_eq(sock->send_ms, -1);
	ck_assert_int_eq(set_time(sock, SO_SNDTIMEO, 4, 0), 0);
	time = get_time(sock, SO_SNDTIMEO);
	ck_assert(time.tv_sec == 4 && time.tv_usec == 0);
	ck_assert_int_eq(sock->receive_ms, 2500);
	ck_assert_int_eq(sock->send_ms, 4000);
	ck_assert_int_eq(set_time(sock, SO_SNDTIMEO, 0, 0), 0);
	ck_assert_int_eq(sock->receive_ms, 2500);
	ck_assert_int_eq(sock->send_ms, -1);
	ck_assert_int_eq(set_time(sock, SO_RCVTIMEO, 0, 1), 0);
	ck_assert_int_gt(sock->receive_ms, 0);
	ck_assert_int_eq(set_time(sock, SO_RCVTIMEO, 3000000, 0), 0);
	ck_assert_int_eq(sock->receive_ms, INT_MAX);
	ck_assert_int_eq(set_time(sock, SO_RCVTIMEO, 0, 0), 0);
	ck_assert_int_eq(sock->receive_ms, -1);
}
END_TEST

START_TEST(no_times)
{
	ck_assert_int_eq(set_time(sock, SO_RCVTIMEO, 1, 0), 0);
	fails(sock, set_time(sock, SO_RCVTIMEO, 1, 1000000), EINVAL,
	    "SO_RCVTIMEO: 1 s and 1000000 us: not a time", "set_option");
	fails(sock, set_time(sock, SO_RCVTIMEO, -1, 0), EINVAL,
	    "SO_RCVTIMEO: -1 s and 0 us: not a time", "");
	fails(sock, set_time(sock, SO_SNDTIMEO, 0, -1), EINVAL,
	    "SO_SNDTIMEO: 0 s and -1 us: not a time", "");
	ck_assert_int_eq(sock->receive_ms, 1000);
}
END_TEST

/* A descriptor that comes with a time of somebody else's. */
START_TEST(time_inherited)
{
	struct forkd_socket	*again;
	struct timeval		 time;
	char			 byte;
	int			 fd;

	fd = dup(forkd_socket_fd(pair[0]));
	time.tv_sec = 0;
	time.tv_usec = 30000;
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time,
	    sizeof(time)), 0);
	again = forkd_socket_from_fd(fd);
	ck_assert_ptr_nonnull(again);
	ck_assert_int_gt(again->receive_ms, 0);
	ck_assert_int_le(again->receive_ms, 1000);
	errno = 0;
	ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);	/* and it runs out */
	ck_assert_int_eq(errno, EAGAIN);
	forkd_socket_close(again);
}
END_TEST

/* The kernel has no option for the protocol: its word, and the name. */
START_TEST(wrong_kind)
{
	struct forkd_socket	*local;
	socklen_t		 length;
	int			 value;

	local = pair[0];
	length = sizeof(value);
	fails(udp, number_set(udp, IPPROTO_TCP, TCP_NODELAY, 1), ENOPROTOOPT,
	    "set TCP_NODELAY: ", "Protocol not available");
	fails(udp, forkd_socket_get_option(udp, IPPROTO_TCP, TCP_NODELAY,
	    &value, &length), EOPNOTSUPP, "get TCP_NODELAY: ", "");
	fails(local, number_set(local, IPPROTO_TCP, TCP_NODELAY, 1), EOPNOTSUPP,
	    "set TCP_NODELAY: ", "");
	fails(local, number_set(local, IPPROTO_IP, IP_MULTICAST_IF, 0),
	    EOPNOTSUPP, "set IP_MULTICAST_IF to 0: ", "");
	fails(local, forkd_socket_get_option(local, IPPROTO_IP,
	    IP_MULTICAST_IF, &value, &length), EOPNOTSUPP,
	    "get IP_MULTICAST_IF: ", "");
	fails(local, number_set(local, IPPROTO_IPV6, IPV6_MULTICAST_IF, 0),
	    EOPNOTSUPP, "set IPV6_MULTICAST_IF: ", "");
	fails(local, number_set(local, IPPROTO_IP, IP_MULTICAST_TTL, 1),
	    EOPNOTSUPP, "set IP_MULTICAST_TTL: ", "");
	fails(sock, number_set(sock, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1),
	    ENOPROTOOPT, "set IPV6_MULTICAST_HOPS: ", "");
}
END_TEST

/* What the table does not have goes to the kernel as it is. */
START_TEST(unknown)
{
	socklen_t	length;
	char		name[16];
	short		few;
	int		value;

	ck_assert_int_eq(number_get(sock, SOL_SOCKET, SO_DOMAIN), AF_INET);
	ck_assert_int_eq(number_set(sock, IPPROTO_TCP, TCP_KEEPIDLE, 123), 0);
	ck_assert_int_eq(number_get(sock, IPPROTO_TCP, TCP_KEEPIDLE), 123);
	length = sizeof(name);
	ck_assert_int_eq(forkd_socket_get_option(sock, IPPROTO_TCP,
	    TCP_CONGESTION, name, &length), 0);
	ck_assert_int_ne(name[0], '\0');
	few = 1;
	fails(sock, forkd_socket_set_option(sock, IPPROTO_TCP, TCP_KEEPIDLE,
	    &few, sizeof(few)), EINVAL, "set option ", " of level 6: Invalid");
	fails(sock, number_set(sock, IPPROTO_TCP, TCP_KEEPIDLE, -1), EINVAL,
	    "set option ", "");
	value = 1;
	length = sizeof(value);
	fails(sock, forkd_socket_set_option(sock, SOL_SOCKET, 9999, &value,
	    sizeof(value)), ENOPROTOOPT, "set option 9999 of level 1: ", "");
	fails(sock, forkd_socket_get_option(sock, SOL_SOCKET, -1, &value,
	    &length), ENOPROTOOPT, "get option -1 of level 1: ", "");
	fails(sock, forkd_socket_set_option(sock, IPPROTO_TCP, TCP_KEEPIDLE,
	    NULL, 4), EINVAL, "forkd_socket_set_option: option ", "NULL");
	fails(sock, forkd_socket_get_option(sock, IPPROTO_TCP, TCP_KEEPIDLE,
	    NULL, &length), EINVAL, "forkd_socket_get_option: ",
	    "value: NULL");
	fails(sock, forkd_socket_get_option(sock, IPPROTO_TCP, TCP_KEEPIDLE,
	    &value, NULL), EINVAL, "forkd_socket_get_option: ",
	    "length: NULL");
}
END_TEST

START_TEST(no_socket)
{
	socklen_t	length;
	int		value;

	value = 1;
	length = sizeof(value);
	fails(NULL, forkd_socket_set_option(NULL, SOL_SOCKET, SO_DEBUG,
	    &value, sizeof(value)), EINVAL, "forkd_socket_set_option", "no");
	fails(NULL, forkd_socket_get_option(NULL, SOL_SOCKET, SO_DEBUG,
	    &value, &length), EINVAL, "forkd_socket_get_option", "no socket");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s;
	TCase	*tc;

	s = suite_create("socket_option_more");
	tc = tcase_create("socket_option_more");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, buffers);
	tcase_add_test(tc, types);
	tcase_add_test(tc, pending_error);
	tcase_add_test(tc, lingers);
	tcase_add_test(tc, low_water);
	tcase_add_test(tc, times);
	tcase_add_test(tc, no_times);
	tcase_add_test(tc, time_inherited);
	tcase_add_test(tc, wrong_kind);
	tcase_add_test(tc, unknown);
	tcase_add_test(tc, no_socket);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
