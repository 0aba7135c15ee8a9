/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_share.c: sockets that another process gets, and what
 * comes instead of one when the other process wants to do harm.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/time.h>

#include <fcntl.h>

#include "forkd.h"
#include "socket_mail.h"

static struct mail	out;

/* A call that returns a socket has failed. */
#define receive_failed(number, sentence)				\
	mail_failed(pair[1],						\
	    forkd_socket_receive(pair[1]) == NULL ? -1 : 0, number, sentence)

static struct forkd_socket *
tcp(void)
{
	struct forkd_socket	*sock;

	sock = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_ptr_nonnull(sock);
	return sock;
}

/* Sends a text with so many copies of a descriptor. */
static void
send_raw(const char *text, int fd, size_t count)
{
	int	fds[253];
	size_t	i;

	for (i = 0; i < count; i++)
		fds[i] = fd;
	(void)mail_text(&out, text);
	ck_assert_int_eq(forkd_socket_cmsg_add_fds(&out.message, fds, count),
	    0);
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, 0),
	    (ssize_t)strlen(text));
}

START_TEST(one_process)
{
	static const int	types[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
	};
	struct forkd_socket	*sock, *copy;
	int			 before;

	connect_pair(types[_i]);
	before = mail_descriptors();
	sock = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	forkd_socket_clear_error(NULL);
	errno = EDOM;
	ck_assert_int_eq(forkd_socket_share(sock, pair[0]), 0);
	forkd_socket_close(sock);
	copy = forkd_socket_receive(pair[1]);
	ck_assert_ptr_nonnull(copy);
	ck_assert_int_eq(copy->domain, AF_UNIX);
	ck_assert_int_eq(copy->type, SOCK_DGRAM);
	ck_assert_int_eq(fcntl(copy->fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(forkd_socket_last_error(NULL), 0);
	ck_assert_int_eq(forkd_socket_last_error(pair[1]), 0);
	/* a channel may go through itself */
	ck_assert_int_eq(forkd_socket_share(pair[0], pair[0]), 0);
	forkd_socket_close(copy);
	copy = forkd_socket_receive(pair[1]);
	ck_assert_int_eq(copy->type, types[_i]);
	forkd_socket_close(copy);
	ck_assert_int_eq(mail_descriptors(), before);
	gone();
}
END_TEST

/* The other process accepts on a listener that it is given. */
static int
accepts(void *arg)
{
	struct forkd_socket	*sock;
	int			 fd;

	(void)arg;
	forkd_socket_close(pair[0]);
	sock = forkd_socket_receive(pair[1]);
	FORKED_CHECK(sock != NULL);
	fd = accept(sock->fd, NULL, NULL);
	FORKED_CHECK(fd != -1);
	FORKED_CHECK(write(fd, "served", 6) == 6);
	FORKED_CHECK(close(fd) == 0);
	/* and answers on a connection */
	forkd_socket_close(sock);
	sock = forkd_socket_receive(pair[1]);
	FORKED_CHECK(sock != NULL);
	FORKED_CHECK(write(sock->fd, "answer", 6) == 6);
	forkd_socket_close(sock);
	sock = forkd_socket_receive(pair[1]);
	FORKED_CHECK(sock == NULL && errno == EPIPE);
	return 0;
}

START_TEST(two_processes)
{
	/* where the child has them, too, when valgrind looks */
	static struct forkd_socket *listener, *client, *server;
	struct addr		 addr;
	char			 text[6];
	int			 fd;

	connect_pair(_i == 0 ? SOCK_STREAM : SOCK_SEQPACKET);
	listener = tcp();
	addr_any(&addr, AF_INET, 0);
	addr.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(listener->fd, &addr.u.sa, addr.length), 0);
	ck_assert_int_eq(listen(listener->fd, 8), 0);
	ck_assert_int_eq(getsockname(listener->fd, &addr.u.sa, &addr.length),
	    0);
	client = tcp();
	ck_assert_int_eq(connect(client->fd, &addr.u.sa, addr.length), 0);
	fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
	server = forkd_socket_from_fd(fd);
	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(forkd_socket_share(listener, pair[0]), 0);
	ck_assert_int_eq(forkd_socket_share(server, pair[0]), 0);
	/* the copies under way are enough */
	forkd_socket_close(listener);
	forkd_socket_close(server);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(fd, &addr.u.sa, addr.length), 0);
	ck_assert_int_eq(shutdown(pair[0]->fd, SHUT_WR), 0);
	ck_assert_int_eq(forked(accepts, NULL), 0);
	ck_assert_int_eq(recv(fd, text, 6, MSG_WAITALL), 6);
	ck_assert_mem_eq(text, "served", 6);
	ck_assert_int_eq(recv(client->fd, text, 6, MSG_WAITALL), 6);
	ck_assert_mem_eq(text, "answer", 6);
	(void)close(fd);
	forkd_socket_close(client);
	gone();
}
END_TEST

/* Each is an error, none leaves a descriptor, and the next one is good. */
START_TEST(junk)
{
	static const struct {
		const char	*text;
		size_t		 count;
		int		 number;
	} all[] = {
		{ "S", 0, EBADMSG }, { "S", 2, EBADMSG },
		{ "S", 3, EBADMSG }, { "S", 253, EBADMSG },
		{ "X", 1, EBADMSG }, { "X", 0, EBADMSG },
		{ "SS", 1, EBADMSG }, { "junk", 253, EBADMSG },
		{ "", 1, EBADMSG },
	};
	struct forkd_socket	*sock;
	int			 before;
	size_t			 i;

	connect_pair(_i == 0 ? SOCK_DGRAM : SOCK_SEQPACKET);
	if (_i == 2)
		pass_credentials();
	before = mail_descriptors();
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		send_raw(all[i].text, pair[0]->fd, all[i].count);
		receive_failed(all[i].number, "receive of a socket: ");
		ck_assert_int_eq(mail_descriptors(), before);
	}
	ck_assert_int_eq(forkd_socket_share(pair[1], pair[0]), 0);
	sock = forkd_socket_receive(pair[1]);
	ck_assert_ptr_nonnull(sock);
	forkd_socket_close(sock);
	ck_assert_int_eq(mail_descriptors(), before);
	gone();
}
END_TEST

/* On a stream, junk is as many errors as it has bytes. */
START_TEST(stray_bytes)
{
	struct forkd_socket	*sock;
	int			 before, i;

	connect_pair(SOCK_STREAM);
	before = mail_descriptors();
	send_raw("GET", pair[0]->fd, 2);
	ck_assert_int_eq(forkd_socket_share(pair[0], pair[0]), 0);
	for (i = 0; i < 3; i++)
		receive_failed(EBADMSG, "receive of a socket: ");
	sock = forkd_socket_receive(pair[1]);
	ck_assert_ptr_nonnull(sock);
	forkd_socket_close(sock);
	ck_assert_int_eq(mail_descriptors(), before);
	gone();
}
END_TEST

START_TEST(no_socket)
{
	int	before, ends[2];

	connect_pair(SOCK_STREAM);
	ck_assert_int_eq(pipe(ends), 0);
	before = mail_descriptors();
	send_raw("S", ends[0], 1);
	receive_failed(ENOTSOCK, "receive of a socket: ");
	ck_assert_int_eq(mail_descriptors(), before);
	gone();
}
END_TEST

START_TEST(the_end)
{
	struct forkd_socket	*sock;

	connect_pair(_i == 0 ? SOCK_STREAM : SOCK_SEQPACKET);
	sock = tcp();
	/* what was sent before the end comes before it */
	ck_assert_int_eq(forkd_socket_share(sock, pair[0]), 0);
	forkd_socket_close(pair[0]);
	pair[0] = forkd_socket_receive(pair[1]);
	ck_assert_ptr_nonnull(pair[0]);
	receive_failed(EPIPE, "receive of a socket: ");
	mail_failed(sock, forkd_socket_share(sock, pair[1]), EPIPE,
	    "share of a socket: ");
	forkd_socket_close(sock);
	gone();
}
END_TEST

/* Gone, and has not read all: the kernel says so before what it has sent. */
START_TEST(the_end_of_a_reader)
{
	struct forkd_socket	*sock;

	connect_pair(SOCK_SEQPACKET);
	sock = tcp();
	ck_assert_int_eq(forkd_socket_share(sock, pair[0]), 0);
	ck_assert_int_eq(forkd_socket_share(sock, pair[1]), 0);
	forkd_socket_close(sock);
	forkd_socket_close(pair[0]);
	pair[0] = NULL;
	receive_failed(ECONNRESET, "recvmsg from ");
	sock = forkd_socket_receive(pair[1]);
	ck_assert_ptr_nonnull(sock);
	forkd_socket_close(sock);
	receive_failed(EPIPE, "receive of a socket: ");
	gone();
}
END_TEST

/* An empty datagram is no end, an empty record looks like one. */
START_TEST(empty)
{
	connect_pair(_i == 0 ? SOCK_DGRAM : SOCK_SEQPACKET);
	send_raw("", -1, 0);
	receive_failed(_i == 0 ? EBADMSG : EPIPE, "receive of a socket: ");
	gone();
}
END_TEST

START_TEST(wrong_arguments)
{
	struct forkd_socket	*sock, *alone;

	connect_pair(SOCK_STREAM);
	sock = tcp();
	mail_failed(NULL, forkd_socket_share(NULL, pair[0]), EINVAL,
	    "forkd_socket_share: no socket");
	mail_failed(sock, forkd_socket_share(sock, NULL), EINVAL,
	    "forkd_socket_share: via: no socket");
	mail_failed(sock, forkd_socket_share(sock, sock), EINVAL,
	    "forkd_socket_share: via: no unix socket");
	mail_failed(NULL, forkd_socket_receive(NULL) == NULL ? -1 : 0, EINVAL,
	    "forkd_socket_receive: via: no socket");
	mail_failed(sock, forkd_socket_receive(sock) == NULL ? -1 : 0, EINVAL,
	    "forkd_socket_receive: via: no unix socket");
	alone = forkd_socket_create(AF_UNIX, SOCK_STREAM, 0);
	mail_failed(sock, forkd_socket_share(sock, alone), ENOTCONN,
	    "share of a socket: ");
	forkd_socket_close(alone);
	/* what was read ahead would be lost */
	pair[1]->ahead = strdup("line");
	pair[1]->ahead_end = 4;
	receive_failed(EBUSY, "forkd_socket_receive: 4 bytes are read ahead");
	mail_failed(pair[1], forkd_socket_share(pair[1], pair[0]), EBUSY,
	    "forkd_socket_share: 4 bytes are read ahead");
	pair[1]->ahead_at = 4;
	ck_assert_int_eq(forkd_socket_share(pair[1], pair[0]), 0);
	/* closed underneath */
	(void)close(sock->fd);
	mail_failed(sock, forkd_socket_share(sock, pair[0]), EBADF,
	    "share of a socket: ");
	sock->fd = -1;
	mail_failed(sock, forkd_socket_share(sock, pair[0]), EBADF,
	    "forkd_socket_share: the socket is closed");
	forkd_socket_close(sock);
	gone();
}
END_TEST

/* The kernel has one time for both, and says so when it is over. */
START_TEST(time_comes_along)
{
	struct forkd_socket	*ends[2], *sock;
	char			 byte;

	connect_pair(SOCK_STREAM);
	ck_assert_int_eq(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0,
	    ends), 0);
	ck_assert_int_eq(forkd_socket_set_timeout(ends[0], 20), 0);
	ck_assert_int_eq(forkd_socket_share(ends[0], pair[0]), 0);
	sock = forkd_socket_receive(pair[1]);
	ck_assert_ptr_nonnull(sock);
	mail_failed(sock, forkd_socket_read(sock, &byte, 1,
	    FORKD_READ_BINARY), ETIMEDOUT, "read from ");
	forkd_socket_close(sock);
	forkd_socket_close(ends[0]);
	forkd_socket_close(ends[1]);
	gone();
}
END_TEST

START_TEST(waiting)
{
	struct timeval		 tv = { .tv_usec = 20000 };
	struct forkd_socket	*sock;
	int			 least = 1;

	connect_pair(SOCK_STREAM);
	/* as forkd_socket_set_timeout() does it */
	pair[1]->receive_ms = 20;
	ck_assert_int_eq(setsockopt(pair[1]->fd, SOL_SOCKET, SO_RCVTIMEO, &tv,
	    sizeof(tv)), 0);
	receive_failed(ETIMEDOUT, "recvmsg from ");
	/* full, with few: the kernel limits how many a user has under way */
	ck_assert_int_eq(setsockopt(pair[0]->fd, SOL_SOCKET, SO_SNDBUF, &least,
	    sizeof(least)), 0);
	ck_assert_int_eq(fcntl(pair[0]->fd, F_SETFL, O_NONBLOCK), 0);
	sock = tcp();
	while (forkd_socket_share(sock, pair[0]) == 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
	forkd_socket_close(sock);
	/* signals */
	mail_fail(3, EINTR);
	sock = forkd_socket_receive(pair[1]);
	ck_assert_ptr_nonnull(sock);
	forkd_socket_close(sock);
	ck_assert_int_eq(mail_calls, 4);
	mail_fail(3, EINTR);
	(void)forkd_socket_share(pair[0], pair[0]);
	ck_assert_int_eq(mail_calls, 4);
	gone();
}
END_TEST

static int
full_table(void *arg)
{
	struct rlimit	limit = { .rlim_cur = 32, .rlim_max = 32 };

	(void)arg;
	/* before: the limit also counts what is under way, see unix(7) */
	FORKED_CHECK(forkd_socket_share(pair[0], pair[0]) == 0);
	FORKED_CHECK(forkd_socket_share(pair[0], pair[0]) == 0);
	FORKED_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	while (fcntl(0, F_DUPFD_CLOEXEC, 0) != -1)
		;
	FORKED_CHECK(forkd_socket_receive(pair[1]) == NULL);
	FORKED_CHECK(errno == EMFILE);
	FORKED_CHECK(forkd_socket_last_error(pair[1]) == EMFILE);
	FORKED_CHECK(close(31) == 0);
	FORKED_CHECK(forkd_socket_receive(pair[1]) != NULL);
	return 0;
}

START_TEST(no_room_in_the_table)
{
	if (forked_is_watched())
		return;
	connect_pair(SOCK_STREAM);
	ck_assert_int_eq(forked(full_table, NULL), 0);
	gone();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_share");
	TCase	*tc = tcase_create("socket_share");

	tcase_add_loop_test(tc, one_process, 0, 3);
	tcase_add_loop_test(tc, two_processes, 0, 2);
	tcase_add_loop_test(tc, junk, 0, 3);
	tcase_add_test(tc, stray_bytes);
	tcase_add_test(tc, no_socket);
	tcase_add_loop_test(tc, the_end, 0, 2);
	tcase_add_test(tc, the_end_of_a_reader);
	tcase_add_loop_test(tc, empty, 0, 2);
	tcase_add_test(tc, wrong_arguments);
	tcase_add_test(tc, time_comes_along);
	tcase_add_test(tc, waiting);
	tcase_add_test(tc, no_room_in_the_table);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
