/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_transfer.c: the time of a call is over when it is over,
 * whatever signals come, and however slowly a peer sends.
 */
#include "config.h"

#include <sys/time.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "fdio.h"
#include "forkd.h"
#include "socket.h"
#include "socket_calls.h"
#include "unit.h"

static struct forkd_socket	*keep;

static void
on_signal(int number)
{
	(void)number;
}

/* As forkd_socket_set_timeout() does it; with a signal every 5 ms. */
static void
limit(int ms)
{
	struct timeval		time = { .tv_sec = ms / 1000,
				    .tv_usec = ms % 1000 * 1000 };
	struct sigaction	action = { .sa_handler = on_signal };
	struct itimerval	timer = { { 0, 5000 }, { 0, 5000 } };

	pair[0]->receive_ms = pair[0]->send_ms = ms;
	ck_assert_int_eq(setsockopt(pair[0]->fd, SOL_SOCKET, SO_RCVTIMEO,
	    &time, sizeof(time)), 0);
	ck_assert_int_eq(setsockopt(pair[0]->fd, SOL_SOCKET, SO_SNDTIMEO,
	    &time, sizeof(time)), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

/* Where all tests are one process, the next one has no signals. */
static void
quiet(void)
{
	struct itimerval	none = { { 0, 0 }, { 0, 0 } };

	ck_assert_int_eq(setitimer(ITIMER_REAL, &none, NULL), 0);
}

/* Time runs out, though signals would let the kernel begin anew each time. */
START_TEST(deadlines)
{
	static char	fill[4096];
	int64_t		start, took;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	if (_i >= RECEIVING)
		while (send(pair[0]->fd, fill, sizeof(fill),
		    MSG_DONTWAIT) > 0)
			;
	limit(100);
	start = fdio_clock();
	ck_failed(call(_i), pair[0], ETIMEDOUT, "Connection timed out");
	took = fdio_clock() - start;
	ck_assert_int_ge(took, 99);
	ck_assert_int_lt(took, 10000);
	if (_i < RECEIVING) {
		ck_failed(forkd_socket_recv(pair[0], data, 1, MSG_DONTWAIT),
		    pair[0], EAGAIN, "read from descriptor");
		ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, O_NONBLOCK), 0);
		ck_failed(call(_i), pair[0], EAGAIN, "from descriptor");
	}
	pair_close(pair);
}
END_TEST

/* So it does for a socket that nobody takes. */
START_TEST(share_deadline)
{
	static char	fill[4096];

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	while (send(pair[0]->fd, fill, sizeof(fill), MSG_DONTWAIT) > 0)
		;
	limit(100);
	ck_failed(forkd_socket_share(pair[1], pair[0]), pair[1], ETIMEDOUT,
	    "share of a socket: Connection timed out");
	pair_close(pair);
}
END_TEST

/* So it does without a signal. */
START_TEST(quiet_deadlines)
{
	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	limit(20);
	quiet();
	ck_failed(call(_i), pair[0], ETIMEDOUT, "Connection timed out");
	put("hello\n");
	ck_assert_int_eq(call(_i), 6);
	moved(_i);
	pair_close(pair);
}
END_TEST

static void *
finish_later(void *arg)
{
	(void)arg;
	(void)poll(NULL, 0, 100);		/* longer than the other time */
	(void)send(pair[1]->fd, "x\n", 2, MSG_NOSIGNAL);
	return NULL;
}

/* A time to send is none to receive, whatever else there is to wait for. */
START_TEST(other_time)
{
	const struct timeval	time = { .tv_usec = 20000 };
	char			line[3];
	pthread_t		thread;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	ck_assert_int_eq(forkd_socket_set_option(pair[0], SOL_SOCKET,
	    SO_SNDTIMEO, &time, sizeof(time)), 0);
	put("x");
	ck_assert_int_eq(pthread_create(&thread, NULL, finish_later, NULL), 0);
	ck_assert_int_eq(_i == 0 ?
	    forkd_socket_read(pair[0], line, sizeof(line), FORKD_READ_LINE) :
	    forkd_socket_recv(pair[0], line, sizeof(line), MSG_WAITALL), 3);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pair_close(pair);
}
END_TEST

/* And a listener that has one waits for its clients as long as it takes. */
START_TEST(other_time_to_accept)
{
	const struct timeval	 time = { .tv_usec = 20000 };
	struct sigaction	 action = { .sa_handler = on_signal };
	struct itimerval	 timer = { { 0, 200000 }, { 0, 200000 } };
	struct forkd_socket	*sock;

	sock = forkd_socket_create_listen(0, 0);
	ck_assert_ptr_nonnull(sock);
	ck_assert_int_eq(forkd_socket_set_option(sock, SOL_SOCKET,
	    SO_SNDTIMEO, &time, sizeof(time)), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	ck_assert_int_eq(forkd_socket_last_error(sock), EINTR);
	forkd_socket_close(sock);
}
END_TEST

static void *
drip(void *arg)
{
	(void)arg;
	while (send(pair[1]->fd, "x", 1, MSG_NOSIGNAL) == 1 || errno == EINTR)
		(void)poll(NULL, 0, 2);		/* the peer's slowness */
	return NULL;
}

/* A peer that sends a byte now and then gets no more time for that. */
START_TEST(slow_peer)
{
	static char	line[1 << 16];
	pthread_t	thread;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	put("xx");	/* the thread may be late */
	limit(100);
	ck_assert_int_eq(pthread_create(&thread, NULL, drip, NULL), 0);
	if (_i == 0) {
		ck_failed(forkd_socket_read(pair[0], line, sizeof(line),
		    FORKD_READ_LINE), pair[0], ETIMEDOUT, "read line from");
		ck_assert_uint_gt(forkd_socket_buffered(pair[0]), 1);
	} else {
		ck_assert_int_gt(forkd_socket_recv(pair[0], line,
		    sizeof(line), MSG_WAITALL), 1);
		ck_assert_int_eq(forkd_socket_last_error(pair[0]), ETIMEDOUT);
	}
	ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_RDWR), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pair_close(pair);
}
END_TEST

static void *
flood(void *arg)
{
	static char	data_of_it[1 << 16];
	ssize_t		n;

	(void)arg;
	do
		n = send(pair[1]->fd, data_of_it, sizeof(data_of_it),
		    MSG_NOSIGNAL);
	while (n > 0 || (n == -1 && errno == EINTR));
	return NULL;
}

/* Nor does one that never pauses, so that nothing ever waits. */
START_TEST(fast_peer)
{
	const size_t	size = (size_t)1 << 28;
	pthread_t	thread;
	char		*line;

	line = malloc(size);
	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	limit(20);
	ck_assert_int_eq(pthread_create(&thread, NULL, flood, NULL), 0);
	if (_i == 0)
		ck_failed(forkd_socket_read(pair[0], line, size,
		    FORKD_READ_LINE), pair[0], ETIMEDOUT, "read line from");
	else
		ck_assert_int_lt(forkd_socket_recv(pair[0], line, size,
		    MSG_WAITALL), size);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), ETIMEDOUT);
	ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_RDWR), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pair_close(pair);
	free(line);
}
END_TEST

static void *
sip(void *arg)
{
	static char	some[1 << 16];
	ssize_t		n;

	(void)arg;
	do {
		(void)poll(NULL, 0, 20);	/* the peer's slowness */
		n = recv(pair[1]->fd, some, sizeof(some), 0);
	} while (n > 0 || (n == -1 && errno == EINTR));
	return NULL;
}

/* Each buffer of a unix socket had the whole time: 8 MiB some 2 s. */
START_TEST(slow_reader)
{
	const size_t	size = (size_t)1 << 23;
	pthread_t	thread;
	char		*all;

	all = calloc(1, size);
	ck_assert_ptr_nonnull(all);
	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	limit(200);
	quiet();
	ck_assert_int_eq(pthread_create(&thread, NULL, sip, NULL), 0);
	ck_failed(forkd_socket_write_all(pair[0], all, size), pair[0],
	    ETIMEDOUT, "write to");
	ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_RDWR), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pair_close(pair);
	free(all);
}
END_TEST

/* One signal at the end of the time does not double it. */
START_TEST(late_signal)
{
	struct itimerval	timer = { { 0, 0 }, { 0, 900000 } };
	int64_t			start;
	char			byte;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	limit(1000);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
	start = fdio_clock();
	ck_failed(forkd_socket_read(pair[0], &byte, 1, FORKD_READ_BINARY),
	    pair[0], ETIMEDOUT, "Connection timed out");
	ck_assert_int_lt(fdio_clock() - start, 1700);
	pair_close(pair);
}
END_TEST

/* A socket that still has much to send, and whose close waits for that. */
static void
send_lingering(void)
{
	static char		 much[1 << 16];
	struct forkd_socket	*server, *slow;
	struct linger		 linger = { 1, 3 };
	int			 port;

	server = forkd_socket_create_listen(0, 0);
	slow = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_ptr_nonnull(server);
	ck_assert_ptr_nonnull(slow);
	ck_assert_int_eq(forkd_socket_getsockname(server, NULL, 0, &port), 0);
	ck_assert_int_eq(forkd_socket_connect(slow, "127.0.0.1", port), 0);
	while (send(slow->fd, much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	ck_assert_int_eq(setsockopt(slow->fd, SOL_SOCKET, SO_LINGER, &linger,
	    sizeof(linger)), 0);
	ck_assert_int_eq(forkd_socket_share(slow, pair[1]), 0);
	forkd_socket_close(slow);	/* a copy is under way: it waits not */
	keep = server;
}

/* Descriptors that nobody wants take no time. */
START_TEST(lingering)
{
	struct iovec	part = { .iov_base = data, .iov_len = 1 };
	int64_t		start;
	ssize_t		n;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	limit(200);
	quiet();
	send_lingering();
	start = fdio_clock();
	if (_i == 0)
		n = forkd_socket_read(pair[0], data, 1, FORKD_READ_BINARY);
	else if (_i == 1)
		n = forkd_socket_read(pair[0], data, 1, FORKD_READ_LINE);
	else if (_i == 2)
		n = forkd_socket_recvfrom(pair[0], data, 1, MSG_WAITALL, NULL,
		    0, NULL);
	else
		n = forkd_socket_readv(pair[0], &part, 1);
	ck_assert_int_eq(n, 1);
	ck_assert_int_lt(fdio_clock() - start, 2000);
	forkd_socket_close(keep);
	pair_close(pair);
}
END_TEST

/*
 * poll(2) finds a datagram socket without a peer writable, however full the
 * queue of the address is: with signals, that went on for ever.
 */
START_TEST(full_address)
{
	struct forkd_socket	*full;
	char			 name[FORKD_ADDRESS_SIZE];

	full = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	pair[0] = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_ptr_nonnull(full);
	ck_assert_ptr_nonnull(pair[0]);
	(void)snprintf(name, sizeof(name), "@check_socket_deadlines.%ld",
	    (long)getpid());
	ck_assert_int_eq(forkd_socket_bind(full, name, 0), 0);
	while (forkd_socket_sendto(pair[0], "x", 1, MSG_DONTWAIT, name,
	    0) == 1)
		;
	limit(100);
	ck_failed(forkd_socket_sendto(pair[0], "x", 1, 0, name, 0), pair[0],
	    ETIMEDOUT, "send to @check");
	forkd_socket_close(full);
	forkd_socket_close(pair[0]);
}
END_TEST

/* MSG_WAITALL with real signals: the kernel returns what it has, we go on. */
START_TEST(all_with_signals)
{
	static char	all[200];
	pthread_t	thread;
	size_t		i;

	if (pair_open(_i, pair) == -1)
		return;
	limit(30000);
	ck_assert_int_eq(pthread_create(&thread, NULL, drip, NULL), 0);
	ck_assert_int_eq(forkd_socket_recv(pair[0], all, sizeof(all),
	    MSG_WAITALL), sizeof(all));
	for (i = 0; i < sizeof(all); i++)
		ck_assert_int_eq(all[i], 'x');
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	ck_assert_int_eq(shutdown(pair[1]->fd, SHUT_RDWR), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pair_close(pair);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_deadlines");
	TCase	*tcase = tcase_create("socket_deadlines");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, NULL, quiet);
	tcase_add_loop_test(tcase, deadlines, 0, CALLS);
	tcase_add_test(tcase, share_deadline);
	tcase_add_loop_test(tcase, quiet_deadlines, 0, RECEIVING);
	tcase_add_loop_test(tcase, other_time, 0, 2);
	tcase_add_test(tcase, other_time_to_accept);
	tcase_add_loop_test(tcase, slow_peer, 0, 2);
	tcase_add_loop_test(tcase, fast_peer, 0, 2);
	tcase_add_test(tcase, slow_reader);
	tcase_add_test(tcase, late_signal);
	tcase_add_test(tcase, full_address);
	tcase_add_loop_test(tcase, lingering, 0, 4);
	tcase_add_loop_test(tcase, all_with_signals, 0, STREAM_KINDS);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
