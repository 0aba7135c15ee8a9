/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_read.c: what comes is what was sent, on every kind of
 * socket, with every flag; what is wrong is refused before anything is read.
 */
#include "config.h"

#include <sys/uio.h>

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "forkd.h"
#include "forked.h"
#include "socket.h"
#include "sockets.h"
#include "unit.h"

static struct forkd_socket	*pair[2];
static char			 data[256];

static void
put(const char *text)
{
	ck_assert_int_eq(send(forkd_socket_fd(pair[1]), text, strlen(text), 0),
	    (int)strlen(text));
}

/* What was read is that. */
static void
got(ssize_t n, const char *text)
{
	ck_assert_int_eq(n, (int)strlen(text));
	ck_assert_mem_eq(data, text, strlen(text));
}

static int
port_of(struct forkd_socket *sock)
{
	struct sockaddr_in6	at;	/* the port is where IPv4's is */
	socklen_t		length = sizeof(at);

	ck_assert_int_eq(getsockname(sock->fd, (void *)&at, &length), 0);
	return ntohs(at.sin6_port);
}

START_TEST(binary)
{
	if (pair_open(_i, pair) == -1)
		return;
	put("hello");
	got(forkd_socket_read(pair[0], data, sizeof(data),
	    FORKD_READ_BINARY), "hello");
	put("again\nand");
	got(forkd_socket_read(pair[0], data, 8, FORKD_READ_BINARY),
	    "again\nan");
	if (_i < STREAM_KINDS)	/* elsewhere the rest of a message is lost */
		got(forkd_socket_read(pair[0], data, sizeof(data), 0), "d");
	ck_assert_int_eq(forkd_socket_last_error(NULL), 0);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	pair_close(pair);
}
END_TEST

START_TEST(end_of_file)
{
	if (pair_open(_i, pair) == -1)
		return;
	put("last");
	ck_assert_int_eq(shutdown(forkd_socket_fd(pair[1]), SHUT_WR), 0);
	got(forkd_socket_read(pair[0], data, sizeof(data), 0), "last");
	ck_assert_int_eq(forkd_socket_read(pair[0], data, 1, 0), 0);
	ck_assert_int_eq(forkd_socket_read(pair[0], data, 1, 0), 0);
	ck_assert_int_eq(forkd_socket_recv(pair[0], data, 1, 0), 0);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	pair_close(pair);
}
END_TEST

/* Bytes read ahead are taken first by each call. */
START_TEST(ahead)
{
	struct iovec	parts[2] = { { data, 2 }, { data + 2, 3 } };
	char		address[FORKD_ADDRESS_SIZE];
	int		port;

	if (pair_open(_i, pair) == -1)
		return;
	put("line\nabcdefghijklmnop");
	got(forkd_socket_read(pair[0], data, sizeof(data), FORKD_READ_LINE),
	    "line\n");
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 16);
	put("QR");
	got(forkd_socket_recv(pair[0], data, 3, MSG_PEEK), "abc");
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 16);
	got(forkd_socket_recv(pair[0], data, 2, MSG_DONTWAIT), "ab");
	got(forkd_socket_read(pair[0], data, 1, 0), "c");
	got(forkd_socket_recvfrom(pair[0], data, 2, 0, address,
	    sizeof(address), &port), "de");
	ck_assert_str_eq(address, "");
	ck_assert_int_eq(port, -1);
	got(forkd_socket_readv(pair[0], parts, 2), "fghij");
	got(forkd_socket_recv(pair[0], data, 7, MSG_PEEK | MSG_WAITALL),
	    "klmnopQ");
	got(forkd_socket_recv(pair[0], data, 7, MSG_WAITALL), "klmnopQ");
	ck_assert_uint_eq(forkd_socket_buffered(pair[0]), 0);
	got(forkd_socket_read(pair[0], data, sizeof(data), 0), "R");
	pair_close(pair);
}
END_TEST

START_TEST(flags)
{
	if (pair_open(_i, pair) == -1)
		return;
	ck_failed(forkd_socket_recv(pair[0], data, 4, MSG_DONTWAIT), pair[0],
	    EAGAIN, "read from descriptor");
	put("abcdef");
	got(forkd_socket_recv(pair[0], data, 3, MSG_PEEK), "abc");
	if (_i >= STREAM_KINDS) {
		ck_assert_int_eq(forkd_socket_recv(pair[0], data, 2,
		    MSG_TRUNC | MSG_PEEK), 6);
		got(forkd_socket_recv(pair[0], data, sizeof(data),
		    MSG_WAITALL), "abcdef");
		pair_close(pair);
		return;
	}
	ck_failed(forkd_socket_recv(pair[0], data, 4, MSG_TRUNC), pair[0],
	    EINVAL, "forkd_socket_recv: flags 0x20");
	got(forkd_socket_recv(pair[0], data, 6, MSG_WAITALL), "abcdef");
	put("xy");
	ck_assert_int_eq(shutdown(forkd_socket_fd(pair[1]), SHUT_WR), 0);
	got(forkd_socket_recv(pair[0], data, 6, MSG_WAITALL), "xy");
	ck_assert_int_eq(forkd_socket_recv(pair[0], data, 6, MSG_WAITALL), 0);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), EINVAL);
	pair_close(pair);
}
END_TEST

/* Part of it came, then an error: the bytes, and the error is noted. */
START_TEST(all_but)
{
	if (pair_open(_i, pair) == -1)
		return;
	put("part");
	arrives(pair[0], POLLIN);
	got(forkd_socket_recv(pair[0], data, 9, MSG_WAITALL | MSG_DONTWAIT),
	    "part");
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), EAGAIN);
	ck_failed(forkd_socket_recv(pair[0], data, 9,
	    MSG_WAITALL | MSG_DONTWAIT), pair[0], EAGAIN, "read from");
	pair_close(pair);
}
END_TEST

START_TEST(out_of_band)
{
	if (pair_open(KIND_TCP4, pair) == -1)
		return;
	put("in\nband");
	got(forkd_socket_read(pair[0], data, 9, FORKD_READ_LINE), "in\n");
	ck_assert_int_eq(forkd_socket_send(pair[1], "!", 1, MSG_OOB), 1);
	arrives(pair[0], POLLPRI);
	got(forkd_socket_recv(pair[0], data, 5, MSG_OOB), "!");
	got(forkd_socket_read(pair[0], data, 9, 0), "band");
	ck_failed(forkd_socket_recv(pair[0], data, 1, MSG_OOB), pair[0],
	    EINVAL, "read from 127.0.0.1:");
	pair_close(pair);
}
END_TEST

START_TEST(from_whom)
{
	char				 address[FORKD_ADDRESS_SIZE];
	struct sockaddr_storage		 at;
	struct forkd_socket		*one, *other;
	socklen_t			 length;
	int				 port, family, fd;

	family = _i == 0 ? AF_INET : AF_INET6;
	fd = kind_bound(family, SOCK_DGRAM, &at, &length);
	if (fd == -1)
		return;
	one = forkd_socket_from_fd(fd);
	other = forkd_socket_from_fd(kind_bound(family, SOCK_DGRAM, &at,
	    &length));
	port = ntohs(((struct sockaddr_in *)(void *)&at)->sin_port);
	ck_assert_int_eq(forkd_socket_sendto(one, "hi", 2, 0,
	    _i == 0 ? "127.0.0.1" : "::1", port), 2);
	ck_failed(forkd_socket_recvfrom(other, data, 9, 0, address,
	    _i == 0 ? 15 : 61, &port), other, ERANGE, "address: ");
	got(forkd_socket_recvfrom(other, data, sizeof(data), 0, address,
	    _i == 0 ? 16 : 62, &port), "hi");
	ck_assert_str_eq(address, _i == 0 ? "127.0.0.1" : "::1");
	/* and back to there */
	ck_assert_int_eq(forkd_socket_sendto(other, "", 0, 0, address, port),
	    0);
	ck_assert_int_eq(forkd_socket_recvfrom(one, NULL, 0, 0, NULL, 0, NULL),
	    0);
	forkd_socket_close(one);
	forkd_socket_close(other);
}
END_TEST

START_TEST(from_unix)
{
	struct sockaddr_un	 at = { .sun_family = AF_UNIX };
	char			 address[FORKD_ADDRESS_SIZE];
	struct forkd_socket	*named, *unnamed;
	int			 port;

	(void)snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1,
	    "forkd-check-read-%ld", (long)getpid());
	named = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	unnamed = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(forkd_socket_fd(named), (void *)&at,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	    strlen(at.sun_path + 1))), 0);
	at.sun_path[0] = '@';
	ck_assert_int_eq(forkd_socket_sendto(unnamed, "who", 3, 0, at.sun_path,
	    0), 3);
	got(forkd_socket_recvfrom(named, data, 9, 0, address,
	    sizeof(address), &port), "who");
	ck_assert_str_eq(address, "");
	ck_assert_int_eq(port, -1);
	ck_assert_int_eq(forkd_socket_sendto(named, "me", 2, 0, at.sun_path,
	    -1), 2);
	got(forkd_socket_recvfrom(named, data, 9, 0, address,
	    sizeof(address), &port), "me");
	ck_assert_str_eq(address, at.sun_path);
	ck_assert_int_eq(port, -1);
	ck_failed(forkd_socket_recvfrom(named, data, 9, 0, address, 110,
	    &port), named, ERANGE, "110 bytes are too few, some take 111");
	forkd_socket_close(named);
	forkd_socket_close(unnamed);
}
END_TEST

START_TEST(wrong)
{
	char	address[FORKD_ADDRESS_SIZE];
	int	how;

	if (pair_open(_i, pair) == -1)
		return;
	put("stays\n");
	ck_failed(forkd_socket_read(NULL, data, 1, 0), NULL, EINVAL,
	    "forkd_socket_read: no socket");
	ck_failed(forkd_socket_recv(NULL, data, 1, 0), NULL, EINVAL,
	    "forkd_socket_recv: no socket");
	ck_failed(forkd_socket_recvfrom(NULL, data, 1, 0, address,
	    sizeof(address), NULL), NULL, EINVAL,
	    "forkd_socket_recvfrom: no socket");
	errno = 0;
	ck_assert_uint_eq(forkd_socket_buffered(NULL), 0);
	ck_assert_int_eq(errno, EINVAL);
	ck_failed(forkd_socket_read(pair[0], NULL, 1, 0), pair[0], EINVAL,
	    "forkd_socket_read: data: NULL");
	ck_failed(forkd_socket_read(pair[0], data, (size_t)SSIZE_MAX + 1, 0),
	    pair[0], EINVAL, "forkd_socket_read: size 9223372036854775808");
	ck_failed(forkd_socket_recv(pair[0], data, SIZE_MAX, 0), pair[0],
	    EINVAL, "forkd_socket_recv: size");
	ck_failed(forkd_socket_recvfrom(pair[0], data, SIZE_MAX, 0, NULL, 0,
	    NULL), pair[0], EINVAL, "forkd_socket_recvfrom: size");
	for (how = -1; how < 4; how += how == -1 ? 3 : 1)
		ck_failed(forkd_socket_read(pair[0], data, 1, how), pair[0],
		    EINVAL, "forkd_socket_read: how ");
	ck_failed(forkd_socket_recv(pair[0], data, 1, MSG_EOR), pair[0],
	    EINVAL, "forkd_socket_recv: flags 0x80");
	ck_failed(forkd_socket_recvfrom(pair[0], data, 1, -1, NULL, 0, NULL),
	    pair[0], EINVAL, "forkd_socket_recvfrom: flags 0xffffffff");
	if (_i < STREAM_KINDS)
		ck_failed(forkd_socket_read(pair[0], data, 0, 0), pair[0],
		    EINVAL, "forkd_socket_read: size 0");
	else
		ck_failed(forkd_socket_read(pair[0], data, 9,
		    FORKD_READ_LINE), pair[0], EOPNOTSUPP, "FORKD_READ_LINE");
	/* valgrind would note each byte of that */
	got(forkd_socket_read(pair[0], data, forked_is_watched() ?
	    sizeof(data) : SSIZE_MAX, 0), "stays\n");
	pair_close(pair);
}
END_TEST

START_TEST(closed_underneath)
{
	char	address[FORKD_ADDRESS_SIZE];

	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(close(pair[0]->fd), 0);
	ck_failed(forkd_socket_read(pair[0], data, 1, 0), pair[0], EBADF,
	    "read from descriptor");
	ck_failed(forkd_socket_recv(pair[0], data, 1, 0), pair[0], EBADF,
	    "read from descriptor");
	ck_failed(forkd_socket_recvfrom(pair[0], data, 1, 0, address,
	    sizeof(address), NULL), pair[0], EBADF, "from descriptor");
	pair[0]->fd = -1;
	pair_close(pair);
}
END_TEST

/* The peer resets the connection: an error, and its address. */
START_TEST(reset)
{
	struct linger	linger = { .l_onoff = 1 };

	if (pair_open(_i, pair) == -1)
		return;
	ck_assert_int_eq(setsockopt(forkd_socket_fd(pair[1]), SOL_SOCKET,
	    SO_LINGER, &linger, sizeof(linger)), 0);
	forkd_socket_close(pair[1]);
	ck_failed(forkd_socket_read(pair[0], data, 9, 0), pair[0], ECONNRESET,
	    _i == 0 ? "read from peer of 127.0.0.1:" : "peer of [::1]:");
	ck_assert_int_eq(forkd_socket_read(pair[0], data, 9, 0), 0);
	forkd_socket_close(pair[0]);
}
END_TEST

/* Nobody is there: the text names the peer. */
START_TEST(refused)
{
	struct sockaddr_storage	at;
	socklen_t		length = sizeof(at);
	char			want[64];

	if (pair_open(_i == 0 ? KIND_UDP4 : KIND_UDP6, pair) == -1)
		return;
	(void)snprintf(want, sizeof(want), "read from %s%d: %s",
	    _i == 0 ? "127.0.0.1:" : "[::1]:", port_of(pair[1]),
	    strerror(ECONNREFUSED));
	/* it hears itself alone, and nobody else gets its port */
	ck_assert_int_eq(getsockname(pair[1]->fd, (void *)&at, &length), 0);
	ck_assert_int_eq(connect(pair[1]->fd, (void *)&at, length), 0);
	ck_assert_int_eq(forkd_socket_write(pair[0], "x", 1), 1);
	ck_failed(forkd_socket_read(pair[0], data, 9, 0), pair[0],
	    ECONNREFUSED, want);
	pair_close(pair);
}
END_TEST

START_TEST(not_connected)
{
	pair[0] = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_failed(forkd_socket_read(pair[0], data, 9, 0), pair[0], ENOTCONN,
	    "read from peer of 0.0.0.0:0: ");
	forkd_socket_close(pair[0]);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_read");
	TCase	*tcase = tcase_create("socket_read");

	tcase_add_loop_test(tcase, binary, 0, KINDS);
	tcase_add_loop_test(tcase, end_of_file, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, ahead, 0, STREAM_KINDS);
	tcase_add_loop_test(tcase, flags, 0, KINDS);
	tcase_add_loop_test(tcase, all_but, 0, STREAM_KINDS);
	tcase_add_test(tcase, out_of_band);
	tcase_add_loop_test(tcase, from_whom, 0, 2);
	tcase_add_test(tcase, from_unix);
	tcase_add_loop_test(tcase, wrong, 0, KINDS);
	tcase_add_loop_test(tcase, closed_underneath, 0, KINDS);
	tcase_add_loop_test(tcase, reset, 0, 2);
	tcase_add_loop_test(tcase, refused, 0, 2);
	tcase_add_test(tcase, not_connected);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
