/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_write.c: what is sent arrives, all of it where that is
 * promised, and no SIGPIPE ever comes.
 */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

#include "forkd.h"
#include "socket.h"
#include "sockets.h"
#include "unit.h"

#define MUCH	(1 << 20)	/* bytes, more than any buffer */

static struct forkd_socket	*pair[2];
static char			 data[4096];

static void
arrived(const char *text)
{
	ck_assert_int_eq(recv(forkd_socket_fd(pair[1]), data, sizeof(data), 0),
	    (int)strlen(text));
	ck_assert_mem_eq(data, text, strlen(text));
}

START_TEST(sent)
{
	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(forkd_socket_write(pair[0], "hello", 5), 5);
	arrived("hello");
	ck_assert_int_eq(forkd_socket_write_all(pair[0], "all\n", 4), 0);
	arrived("all\n");
	ck_assert_int_eq(forkd_socket_send(pair[0], "sent", 4, MSG_DONTWAIT),
	    4);
	arrived("sent");
	ck_assert_int_eq(forkd_socket_send(pair[0], "a", 1, MSG_NOSIGNAL), 1);
	arrived("a");
	ck_assert_int_eq(forkd_socket_printf(pair[0], "%s %d%%", "fifty", 50),
	    9);
	arrived("fifty 50%");
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	pair_close(pair);
}
END_TEST

/* No bytes: nothing on a stream, else a message without any. */
START_TEST(nothing)
{
	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(forkd_socket_write(pair[0], NULL, 0), 0);
	ck_assert_int_eq(forkd_socket_write_all(pair[0], "", 0), 0);
	ck_assert_int_eq(forkd_socket_printf(pair[0], "%s", ""), 0);
	ck_assert_int_eq(forkd_socket_send(pair[0], NULL, 0, 0), 0);
	if (_i < STREAM_KINDS) {
		ck_assert_int_eq(recv(forkd_socket_fd(pair[1]), data, 1,
		    MSG_DONTWAIT), -1);
	} else {
		arrived("");
		arrived("");
		arrived("");
		arrived("");
	}
	pair_close(pair);
}
END_TEST

START_TEST(printed)
{
	char	*want;
	size_t	 size, i;

	for (i = 0; i < 3; i++) {
		if (pair_open(_i, pair) == -1)
			return;
		size = 1022 + i;	/* around what fits on the stack */
		want = malloc(size + 1);
		memset(want, 'a' + (int)i, size);
		want[size] = '\0';
		ck_assert_int_eq(forkd_socket_printf(pair[0], "<%s>", want),
		    (int)size + 2);
		ck_assert_int_eq(recv(forkd_socket_fd(pair[1]), data,
		    sizeof(data), 0), (int)size + 2);
		ck_assert_mem_eq(data + 1, want, size);
		ck_assert_int_eq(data[size + 1], '>');
		free(want);
		pair_close(pair);
	}
}
END_TEST

/* Reads all there is, in another thread; adds it up. */
static void *
drain(void *arg)
{
	size_t	*sum = arg, i;
	ssize_t	 n;

	while ((n = recv(pair[1]->fd, data, sizeof(data), 0)) > 0)
		for (i = 0; i < (size_t)n; i++)
			*sum += (unsigned char)data[i];
	return NULL;
}

/* More than fits at once, on a socket that waits and on one that does not. */
static void
send_much(int kind, int flags, bool print)
{
	pthread_t	thread;
	char		*much;
	size_t		sum, want, i;

	if (pair_open(kind, pair) == -1)
		return;
	much = malloc(MUCH + 1);
	for (i = want = 0; i < MUCH; i++)
		want += (unsigned char)(much[i] = (char)('a' + i % 26));
	much[MUCH] = '\0';
	sum = 0;
	ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, flags), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, drain, &sum), 0);
	if (print)
		ck_assert_int_eq(forkd_socket_printf(pair[0], "%s", much),
		    MUCH);
	else
		ck_assert_int_eq(forkd_socket_write_all(pair[0], much, MUCH),
		    0);
	ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_WR), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(sum, want);
	free(much);
	pair_close(pair);
}

START_TEST(all_of_it)
{
	send_much(_i, 0, false);
	send_much(_i, O_NONBLOCK, false);
	send_much(_i, 0, true);
	send_much(_i, O_NONBLOCK, true);
}
END_TEST

/* A socket that does not wait: short, then EAGAIN. */
START_TEST(full)
{
	static char	 much[MUCH];
	ssize_t		 n;

	if (pair_open(_i, pair) == -1)
		return;
	n = forkd_socket_send(pair[0], much, sizeof(much), MSG_DONTWAIT);
	ck_assert_int_gt(n, 0);
	while (n > 0)
		n = forkd_socket_send(pair[0], much, sizeof(much),
		    MSG_DONTWAIT);
	ck_said(pair[0], EAGAIN, "write to descriptor");
	ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, O_NONBLOCK), 0);
	/* the kernel may have found room in the meantime */
	do
		n = forkd_socket_write(pair[0], much, sizeof(much));
	while (n > 0);
	ck_said(pair[0], EAGAIN, "write to descriptor");
	pair_close(pair);
}
END_TEST

START_TEST(broken)
{
	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_ptr_ne(signal(SIGPIPE, SIG_DFL), SIG_ERR);
	ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_WR), 0);
	ck_failed(forkd_socket_write(pair[0], "x", 1), pair[0], EPIPE,
	    "write to ");
	ck_failed(forkd_socket_write_all(pair[0], "x", 1), pair[0], EPIPE,
	    "write to ");
	ck_failed(forkd_socket_printf(pair[0], "x"), pair[0], EPIPE,
	    _i == 0 ? "write to 127.0.0.1:" : "write to ");
	ck_failed(forkd_socket_send(pair[0], "x", 1, 0), pair[0], EPIPE,
	    "write to ");
	pair_close(pair);
}
END_TEST

START_TEST(too_long)
{
	static char	much[MUCH];

	if (pair_open(_i, pair) == -1)
		return;
	ck_failed(forkd_socket_write(pair[0], much, sizeof(much)), pair[0],
	    EMSGSIZE, "write to ");
	ck_failed(forkd_socket_write_all(pair[0], much, sizeof(much)), pair[0],
	    EMSGSIZE, "write to ");
	pair_close(pair);
}
END_TEST

START_TEST(flags)
{
	int	mark;

	if (pair_open(KIND_TCP4, pair) == -1)
		return;
	mark = MSG_EOR | MSG_DONTROUTE;
	ck_assert_int_eq(forkd_socket_send(pair[0], "eor", 3, mark), 3);
	arrived("eor");
	ck_assert_int_eq(forkd_socket_send(pair[0], "o", 1, MSG_OOB), 1);
	arrives(pair[1], POLLPRI);
	ck_assert_int_eq(recv(pair[1]->fd, data, 1, MSG_OOB), 1);
	ck_assert_int_eq(data[0], 'o');
	ck_failed(forkd_socket_send(pair[0], "x", 1, MSG_PEEK), pair[0],
	    EINVAL, "forkd_socket_send: flags 0x2: ");
	ck_failed(forkd_socket_sendto(pair[0], "x", 1, MSG_WAITALL,
	    "127.0.0.1", 1), pair[0], EINVAL, "forkd_socket_sendto: flags");
	pair_close(pair);
	/* a record of a seqpacket socket */
	ck_assert_int_eq(pair_open(KIND_SEQPACKET, pair), 0);
	ck_assert_int_eq(forkd_socket_send(pair[0], "re", 2, MSG_EOR), 2);
	arrived("re");
	pair_close(pair);
}
END_TEST

START_TEST(wrong)
{
	if (pair_open(_i, pair) == -1)
		return;
	ck_failed(forkd_socket_write(NULL, "x", 1), NULL, EINVAL,
	    "forkd_socket_write: no socket");
	ck_failed(forkd_socket_write_all(NULL, "x", 1), NULL, EINVAL,
	    "forkd_socket_write_all: no socket");
	ck_failed(forkd_socket_printf(NULL, "x"), NULL, EINVAL,
	    "forkd_socket_printf: no socket");
	ck_failed(forkd_socket_send(NULL, "x", 1, 0), NULL, EINVAL,
	    "forkd_socket_send: no socket");
	ck_failed(forkd_socket_sendto(NULL, "x", 1, 0, "::1", 1), NULL,
	    EINVAL, "forkd_socket_sendto: no socket");
	ck_failed(forkd_socket_write(pair[0], NULL, 1), pair[0], EINVAL,
	    "forkd_socket_write: data: NULL");
	ck_failed(forkd_socket_write_all(pair[0], NULL, 1), pair[0], EINVAL,
	    "forkd_socket_write_all: data: NULL");
	ck_failed(forkd_socket_send(pair[0], NULL, 1, 0), pair[0], EINVAL,
	    "forkd_socket_send: data: NULL");
	ck_failed(forkd_socket_write(pair[0], "", SIZE_MAX), pair[0], EINVAL,
	    "forkd_socket_write: size 18446744073709551615");
	ck_failed(forkd_socket_write_all(pair[0], "", (size_t)SSIZE_MAX + 1),
	    pair[0], EINVAL, "forkd_socket_write_all: size 9223372036854775808"
	    );
	ck_failed(forkd_socket_sendto(pair[0], "", SIZE_MAX, 0, "::1", 1),
	    pair[0], EINVAL, "forkd_socket_sendto: size");
	ck_assert_int_eq(close(pair[0]->fd), 0);
	ck_failed(forkd_socket_write(pair[0], "x", 1), pair[0], EBADF,
	    "write to descriptor");
	ck_failed(forkd_socket_write_all(pair[0], "x", 1), pair[0], EBADF,
	    "write to descriptor");
	pair[0]->fd = -1;
	pair_close(pair);
}
END_TEST

START_TEST(no_format)
{
	/* the compiler would refuse both */
	int	(*volatile print)(struct forkd_socket *, const char *, ...);

	print = forkd_socket_printf;
	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	ck_failed(print(pair[0], NULL), pair[0], EINVAL,
	    "forkd_socket_printf: format: NULL");
	ck_failed(print(pair[0], "<%lc>", (wint_t)0x20ac), pair[0], EILSEQ,
	    "forkd_socket_printf: <%lc>: ");
	ck_failed(print(pair[0], "%2147483648d", 1), pair[0], EOVERFLOW,
	    "forkd_socket_printf: %2147483648d: ");
	pair_close(pair);
}
END_TEST

/* Addresses that are wrong, of each family; those that refuse. */
START_TEST(to_whom)
{
	static char		 path[200];
	struct forkd_socket	*sock;

	sock = forkd_socket_create(AF_INET, SOCK_DGRAM, 0);
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "127.0.0.1", -1), sock,
	    EINVAL, "forkd_socket_sendto: port -1");
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "127.0.0.1", 65536),
	    sock, EINVAL, "forkd_socket_sendto: port 65536");
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, NULL, 1), sock, EINVAL,
	    "forkd_socket_sendto: address: NULL");
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "", 1), sock, EINVAL,
	    "forkd_socket_sendto: address");
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "::1", 1), sock,
	    EAFNOSUPPORT, "forkd_socket_sendto: address ::1");
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "127.0.0.1", 0), sock,
	    EINVAL, "send to 127.0.0.1:0: ");
	ck_assert_int_eq(forkd_socket_sendto(sock, "x", 1, 0, "127.0.0.1",
	    65535), 1);
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "255.255.255.255", 1),
	    sock, errno, "send to 255.255.255.255:1: ");
	forkd_socket_close(sock);

	memset(path, 'x', sizeof(path) - 1);
	sock = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, path, 0), sock,
	    ENAMETOOLONG, "forkd_socket_sendto: address xxx");
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "@no-such-name", 0),
	    sock, ECONNREFUSED, "send to @no-such-name: ");
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "/no/such/path", -1),
	    sock, ENOENT, "send to /no/such/path: ");
	ck_failed(forkd_socket_sendto(sock, "x", 1, 0, "/no/such/path", 1),
	    sock, EINVAL, "forkd_socket_sendto: port 1");
	forkd_socket_close(sock);
}
END_TEST

/* The kernel would take no notice of the address. */
START_TEST(to_another)
{
	struct forkd_socket	*both[2];
	struct iovec		 part = { .iov_base = data, .iov_len = 1 };
	char			 there[] = "192.0.2.1", name[] = "@another";
	struct forkd_message	 message = { .parts = &part, .parts_count = 1,
				    .address = there, .port = 7 };

	both[0] = forkd_socket_create_listen(0, 0);
	ck_assert_ptr_nonnull(both[0]);
	both[1] = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	if (_i == 0) {
		int	port;

		ck_assert_int_eq(forkd_socket_getsockname(both[0], NULL, 0,
		    &port), 0);
		ck_assert_int_eq(forkd_socket_connect(both[1], "127.0.0.1",
		    port), 0);
	} else {
		forkd_socket_close(both[0]);
		forkd_socket_close(both[1]);
		ck_assert_int_eq(forkd_socket_create_pair(AF_UNIX,
		    SOCK_SEQPACKET, 0, both), 0);
		message.address = name;
		message.port = -1;
	}
	ck_failed(forkd_socket_sendto(both[1], "x", 1, 0, message.address,
	    message.port), both[1], EISCONN, "send to ");
	ck_failed(forkd_socket_sendmsg(both[1], &message, 0), both[1], EISCONN,
	    "send to ");
	forkd_socket_close(both[0]);
	forkd_socket_close(both[1]);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_write");
	TCase	*tcase = tcase_create("socket_write");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, sent, 0, KINDS);
	tcase_add_loop_test(tcase, nothing, 0, KINDS);
	tcase_add_loop_test(tcase, printed, 0, KINDS);
	tcase_add_loop_test(tcase, all_of_it, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, full, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, broken, 0, KIND_DGRAM);
	tcase_add_loop_test(tcase, too_long, KIND_SEQPACKET, KINDS);
	tcase_add_test(tcase, flags);
	tcase_add_loop_test(tcase, wrong, 0, KINDS);
	tcase_add_test(tcase, no_format);
	tcase_add_test(tcase, to_whom);
	tcase_add_loop_test(tcase, to_another, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
