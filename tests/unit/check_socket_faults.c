/* SPDX-License-Identifier: ISC */
/*
 * Signals, short transfers, errors and missing memory in every call of
 * socket_read.c, socket_line.c, socket_write.c, socket_vector.c, socket_poll.c
 * and socket_stream.c.  The linker sends the library's calls through the
 * functions __wrap_... below (see local.mk), which fail when a test says so.
 */
#include "config.h"

#include <sys/uio.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "forkd.h"
#include "socket.h"
#include "socket_calls.h"
#include "unit.h"

static int			 fault;		/* errno of calls that fail */
static int			 faults;	/* so many of them; first */
static size_t			 most;		/* bytes of a call; 0: any */
static int			 no_memory;	/* and none from then on */

/* Where all tests are one process, the next one begins anew. */
static void
reset(void)
{
	fault = faults = no_memory = 0;
	most = 0;
}

/* A call that is to fail, and one that is shortened. */
static int
fails(void)
{
	if (faults == 0)
		return 0;
	faults--;
	errno = fault;
	return 1;
}

static size_t
shortened(size_t size)
{
	return most != 0 && size > most ? most : size;
}

/* The first part of a message, which the caller makes anew each time. */
static struct msghdr *
shortened_message(struct msghdr *message)
{
	if (message->msg_iovlen == 1)
		message->msg_iov->iov_len =
		    shortened(message->msg_iov->iov_len);
	return message;
}

#define WRAPPED(type, name, parameters, failed, arguments)		\
type	__real_##name parameters;					\
type	__wrap_##name parameters;					\
type									\
__wrap_##name parameters						\
{									\
	return failed ? (type)-1 : __real_##name arguments;		\
}

WRAPPED(ssize_t, recv, (int fd, void *to, size_t size, int flags),
    fails(), (fd, to, shortened(size), flags))
WRAPPED(ssize_t, send, (int fd, const void *from, size_t size, int flags),
    fails(), (fd, from, shortened(size), flags))
WRAPPED(ssize_t, recvfrom, (int fd, void *to, size_t size, int flags,
    struct sockaddr *from, socklen_t *length), fails(),
    (fd, to, size, flags, from, length))
WRAPPED(ssize_t, sendto, (int fd, const void *from, size_t size, int flags,
    const struct sockaddr *to, socklen_t length), fails(),
    (fd, from, size, flags, to, length))
WRAPPED(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags),
    fails(), (fd, message, flags))
WRAPPED(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags),
    fails(), (fd, shortened_message(message), flags))
WRAPPED(ssize_t, readv, (int fd, const struct iovec *parts, int count),
    fails(), (fd, parts, count))

#define MEMORY(type, name, parameters, arguments)			\
type	__real_##name parameters;					\
type	__wrap_##name parameters;					\
type									\
__wrap_##name parameters						\
{									\
	if (!no_memory)							\
		return __real_##name arguments;				\
	errno = ENOMEM;							\
	return NULL;							\
}

MEMORY(void *, malloc, (size_t size), (size))
MEMORY(void *, realloc, (void *memory, size_t size), (memory, size))
MEMORY(void *, reallocarray, (void *memory, size_t count, size_t size),
    (memory, count, size))
MEMORY(FILE *, fdopen, (int fd, const char *mode), (fd, mode))

/* Signals come before a byte has moved: it goes on. */
START_TEST(signals)
{
	int	ms;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	for (ms = -1; ms < 9000; ms += 5000) {
		pair[0]->receive_ms = pair[0]->send_ms = ms;
		if (_i < RECEIVING)
			put("hello\n");
		fault = EINTR;
		faults = 3;
		ck_assert_int_eq(call(_i), 6);
		ck_assert_int_eq(faults, 0);
		moved(_i);
	}
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	pair_close(pair);
}
END_TEST

START_TEST(signals_of_messages)
{
	struct sockaddr_in	at;
	socklen_t		length = sizeof(at);
	char			address[FORKD_ADDRESS_SIZE];
	int			port;

	if (pair_open(_i, pair) == -1)
		return;
	fault = EINTR;
	faults = 3;
	if (_i == KIND_UDP4) {
		ck_assert_int_eq(getsockname(pair[1]->fd, (void *)&at,
		    &length), 0);
		port = ntohs(at.sin_port);
		ck_assert_int_eq(forkd_socket_sendto(pair[0], "hi", 2, 0,
		    "127.0.0.1", port), 2);
	} else {
		ck_assert_int_eq(forkd_socket_send(pair[0], "hi", 2, 0), 2);
	}
	faults = 3;
	ck_assert_int_eq(forkd_socket_recvfrom(pair[1], data, 6, 0, address,
	    sizeof(address), &port), 2);
	ck_assert_int_eq(faults, 0);
	pair_close(pair);
}
END_TEST

/* Each error of the kernel comes through, and nothing is lost. */
START_TEST(errors)
{
	static const int numbers[] = { ENOBUFS, ENOMEM, EIO, ECONNRESET };
	size_t	i;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (_i < RECEIVING)
			put("hello\n");
		fault = numbers[i];
		faults = 1;
		ck_failed(call(_i), pair[0], numbers[i], strerror(numbers[i]));
		ck_assert_int_eq(call(_i), 6);
		moved(_i);
	}
	pair_close(pair);
}
END_TEST

/* One byte at a time, and a signal before each: what promises all has all. */
START_TEST(short_ones)
{
	static const int whole[] = { LINE, ALL, WRITE_ALL, PRINTF };
	size_t	i;

	if (pair_open(_i, pair) == -1)
		return;
	most = 1;
	fault = EINTR;
	for (i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		if (whole[i] < RECEIVING)
			put("hello\n");
		faults = 1;
		ck_assert_int_eq(call(whole[i]), 6);
		ck_assert_int_eq(faults, 0);
		moved(whole[i]);
	}
	/* the others say so */
	put("hello\n");
	ck_assert_int_eq(call(READ), 1);
	ck_assert_int_eq(call(RECV), 1);
	ck_assert_int_eq(call(WRITE), 1);
	ck_assert_int_eq(call(SEND), 1);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	pair_close(pair);
}
END_TEST

/* An error in the middle of a line: what has come stays. */
START_TEST(line_stays)
{
	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	put("hel");
	fault = EIO;
	most = 3;
	ck_assert_int_eq(forkd_socket_recv(pair[0], data, 1, MSG_PEEK), 1);
	faults = 0;
	ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, O_NONBLOCK), 0);
	ck_failed(call(LINE), pair[0], EAGAIN, "read line from");
	faults = 1;
	ck_failed(call(LINE), pair[0], EIO, "read line from");
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 3);
	put("lo\n");
	ck_assert_int_eq(call(LINE), 6);
	moved(LINE);
	pair_close(pair);
}
END_TEST

/* The call, while there is no memory; libcheck itself needs some. */
#define STARVED(call)							\
	(no_memory = 1, starved = (call), no_memory = 0, starved)

START_TEST(memory)
{
	static struct forkd_poll	 polls[65];
	static char			 big[5000], room[40000];
	FILE				*stream;
	ssize_t				 starved;
	size_t				 i;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	memset(big, 'x', sizeof(big) - 1);
	put("hello\n");
	ck_failed(STARVED(call(LINE)), pair[0], ENOMEM,
	    "read line of 0 bytes: ");
	ck_assert_int_eq(STARVED(call(READ)), 6);
	ck_failed(STARVED(forkd_socket_printf(pair[0], "%s", big)), pair[0],
	    ENOMEM, "forkd_socket_printf: 5000 bytes: ");
	for (i = 0; i < 65; i++)
		polls[i] = (struct forkd_poll){ .socket = pair[0],
		    .want = FORKD_WRITE, .ready = 9 };
	ck_failed(STARVED(forkd_socket_poll(polls, 65, -1)), NULL, ENOMEM,
	    "poll of 65 sockets: ");
	ck_assert_int_eq(polls[0].ready, 9);
	ck_assert_int_eq(STARVED(forkd_socket_poll(polls, 64, -1)), 64);
	no_memory = 1;
	stream = forkd_socket_export_stream(pair[0], "r");
	no_memory = 0;
	ck_said(pair[0], ENOMEM, "forkd_socket_export_stream: descriptor ");
	ck_assert_ptr_null(stream);

	/* what is there stays when there is no memory for more of it */
	put("hello\n");
	ck_assert_int_eq(call(LINE), 6);
	for (i = 0; i < 4; i++)
		put(big);
	ck_failed(STARVED(forkd_socket_read(pair[0], room, sizeof(room),
	    FORKD_READ_LINE)), pair[0], ENOMEM,
	    "read line of 16384 bytes: ");
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 16384);
	put("\n");
	ck_assert_int_eq(forkd_socket_read(pair[0], room, sizeof(room),
	    FORKD_READ_LINE), 4 * 4999 + 1);
	pair_close(pair);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_faults");
	TCase	*tcase = tcase_create("socket_faults");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, reset, NULL);
	tcase_add_loop_test(tcase, signals, 0, CALLS);
	tcase_add_loop_test(tcase, signals_of_messages, STREAM_KINDS, KINDS);
	tcase_add_loop_test(tcase, errors, 0, CALLS);
	tcase_add_loop_test(tcase, short_ones, 0, STREAM_KINDS);
	tcase_add_test(tcase, line_stays);
	tcase_add_test(tcase, memory);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
