/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of conn.c: a connection as a worker's C functions see it.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "fdio.h"
#include "forkd.h"
#include "forkd_socket.h"
#include "forked.h"
#include "unit.h"

static struct forkd_conn	 conn;
static struct conn_view		 view;
static int			 peer;	/* the other end */

/* A connection over loopback, as accept.c leaves one. */
static void
fresh(void)
{
	struct addr	addr;
	int		fd;

	addr_any(&addr, AF_INET, 0);
	addr.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fd, &addr.u.sa, addr.length), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, &addr.u.sa, &addr.length), 0);
	ck_assert_int_eq(connect(peer, &addr.u.sa, addr.length), 0);
	memset(&conn, 0, sizeof(conn));
	memset(&view, 0, sizeof(view));
	conn.view = &view;
	conn.local = addr;
	conn.peer.length = sizeof(conn.peer.u);
	conn.fd = accept4(fd, &conn.peer.u.sa, &conn.peer.length,
	    SOCK_CLOEXEC);
	ck_assert_int_ne(conn.fd, -1);
	conn.serial = 17;
	fdio_close(&fd);
}

static void
gone(void)
{
	if (conn.fd != -1)
		(void)conn_finish(&conn);
	fdio_close(&peer);
}

/* What the peer gets until the end. */
static void
peer_gets(const char *expected)
{
	char	bytes[256];
	ssize_t	n;

	n = fdio_read(peer, bytes, sizeof(bytes) - 1);
	ck_assert_int_ge(n, 0);
	bytes[n] = '\0';
	ck_assert_str_eq(bytes, expected);
}

START_TEST(asking)
{
	struct forkd	*server = (struct forkd *)(void *)&conn;
	char		 text[64];

	view.in = view.out = stdin;	/* whatever was there */
	conn_prepare(&conn, &view, server);
	ck_assert_ptr_null(view.in);
	ck_assert_ptr_null(view.out);
	ck_assert_ptr_eq(forkd_conn_server(&conn), server);
	ck_assert_int_eq(forkd_conn_fd(&conn), conn.fd);
	ck_assert_uint_eq(forkd_conn_serial(&conn), 17);
	(void)snprintf(text, sizeof(text), "127.0.0.1:%d",
	    addr_port(&conn.local));
	ck_assert_str_eq(forkd_conn_local(&conn), text);
	(void)snprintf(text, sizeof(text), "127.0.0.1:%d",
	    addr_port(&conn.peer));
	ck_assert_str_eq(forkd_conn_peer(&conn), text);
}
END_TEST

START_TEST(streams)
{
	char	line[32];
	FILE	*in, *out;

	in = forkd_conn_in(&conn);
	out = forkd_conn_out(&conn);
	ck_assert_ptr_nonnull(in);
	ck_assert_ptr_nonnull(out);
	ck_assert_ptr_ne(in, out);
	ck_assert_ptr_eq(forkd_conn_in(&conn), in);	/* the same again */
	ck_assert_ptr_eq(forkd_conn_out(&conn), out);
	ck_assert_int_gt(fileno(in), STDERR_FILENO);
	ck_assert_int_ne(fileno(in), conn.fd);
	ck_assert_int_ne(fileno(in), fileno(out));
	ck_assert_int_eq(fcntl(fileno(in), F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fileno(out), F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fdio_write(peer, "one\ntwo\n", 8), 0);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), in));
	ck_assert_str_eq(line, "one\n");
	ck_assert_int_ge(fputs("answer\n", out), 0);
	ck_assert_int_eq(fflush(out), 0);
	ck_assert_int_eq(read(peer, line, sizeof(line)), 7);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), in));
	ck_assert_str_eq(line, "two\n");
}
END_TEST

/* allow is called in the master, which closes no stream. */
START_TEST(no_streams_in_the_master)
{
	view.in_master = true;
	errno = 0;
	ck_assert_ptr_null(forkd_conn_in(&conn));
	ck_assert_int_eq(errno, EPERM);
	errno = 0;
	ck_assert_ptr_null(forkd_conn_out(&conn));
	ck_assert_int_eq(errno, EPERM);
	ck_assert_str_eq(forkd_error(NULL), "forkd_conn_out: only in a worker, "
	    "in serve: allow is called in the master");
	ck_assert_ptr_null(view.in);
	ck_assert_ptr_null(view.out);
	conn_prepare(&conn, &view, NULL);	/* in a worker */
	ck_assert_ptr_nonnull(forkd_conn_in(&conn));
}
END_TEST

/* The descriptor is one and stays the connection's. */
START_TEST(as_a_socket)
{
	struct forkd_socket	*sock;
	char			 address[FORKD_ADDRESS_SIZE];
	int			 fd = conn.fd, port;

	sock = forkd_conn_socket(&conn);
	ck_assert_ptr_nonnull(sock);
	ck_assert_ptr_eq(forkd_conn_socket(&conn), sock);
	ck_assert_int_eq(forkd_socket_fd(sock), fd);
	ck_assert_int_eq(forkd_socket_getsockname(sock, address,
	    sizeof(address), &port), 0);
	ck_assert_str_eq(address, "127.0.0.1");
	ck_assert_int_eq(port, addr_port(&conn.local));
	forkd_socket_close(sock);	/* is not for the user to do */
	ck_assert_int_eq(forkd_socket_fd(sock), fd);
	ck_assert_int_eq(send(fd, "direct", 6, 0), 6);
	ck_assert_int_eq(conn_finish(&conn), 0);
	ck_assert_ptr_null(view.socket);
	/* once: another file that gets the number stays open */
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	peer_gets("direct");
}
END_TEST

START_TEST(no_socket)
{
	errno = 0;
	ck_assert_ptr_null(forkd_conn_socket(NULL));
	ck_assert_int_eq(errno, EINVAL);
	view.in_master = true;
	errno = 0;
	ck_assert_ptr_null(forkd_conn_socket(&conn));
	ck_assert_int_eq(errno, EPERM);
	ck_assert_str_eq(forkd_error(NULL), "forkd_conn_socket: only in a "
	    "worker, in serve: allow is called in the master");
	view.in_master = false;
	ck_assert_int_eq(close(conn.fd), 0);
	ck_assert_ptr_null(forkd_conn_socket(&conn));
	ck_assert_int_eq(errno, EBADF);
	conn.fd = -1;
}
END_TEST

START_TEST(finish_sends)
{
	int	in, out;

	in = fileno(forkd_conn_in(&conn));
	out = fileno(forkd_conn_out(&conn));
	ck_assert_int_ge(fputs("buffered", forkd_conn_out(&conn)), 0);
	ck_assert_int_eq(conn_finish(&conn), 0);
	ck_assert_int_eq(conn.fd, -1);
	ck_assert_ptr_null(view.in);
	ck_assert_ptr_null(view.out);
	ck_assert_int_eq(fcntl(in, F_GETFD), -1);
	ck_assert_int_eq(fcntl(out, F_GETFD), -1);
	peer_gets("buffered");
}
END_TEST

START_TEST(finish_without_streams)
{
	int	fd = conn.fd;

	ck_assert_int_eq(fdio_write(fd, "direct", 6), 0);
	ck_assert_int_eq(conn_finish(&conn), 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	peer_gets("direct");
}
END_TEST

/* What the peer sent and nobody read does not destroy the answer. */
START_TEST(finish_with_unread_bytes)
{
	char	line[32];

	ck_assert_int_eq(fdio_write(peer, "read\nnot read\n", 14), 0);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line),
	    forkd_conn_in(&conn)));
	ck_assert_int_eq(fdio_write(peer, "nor this\n", 9), 0);
	ck_assert_int_eq(recv(conn.fd, line, 1, MSG_PEEK), 1);
	ck_assert_int_ge(fputs("answer", forkd_conn_out(&conn)), 0);
	ck_assert_int_eq(conn_finish(&conn), 0);
	peer_gets("answer");
}
END_TEST

/* The peer's reset has arrived. */
static void
reset_by_peer(void)
{
	struct linger	now = { 1, 0 };
	struct pollfd	pollfd = { .fd = conn.fd, .events = POLLIN };

	ck_assert_int_eq(setsockopt(peer, SOL_SOCKET, SO_LINGER, &now,
	    sizeof(now)), 0);
	fdio_close(&peer);
	ck_assert_int_eq(poll(&pollfd, 1, -1), 1);
}

/* errno is why the output was lost, whatever fails after that. */
START_TEST(finish_after_a_reset)
{
	char	line[32];
	void	(*before)(int);

	before = signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(fdio_write(peer, "read\nread ahead\n", 16), 0);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line),
	    forkd_conn_in(&conn)));
	ck_assert_int_ge(fputs("lost", forkd_conn_out(&conn)), 0);
	reset_by_peer();
	errno = 0;
	ck_assert_int_eq(conn_finish(&conn), -1);
	ck_assert(errno == EPIPE || errno == ECONNRESET);
	ck_assert_int_eq(conn.fd, -1);
	(void)signal(SIGPIPE, before);
}
END_TEST

START_TEST(finish_without_output_after_a_reset)
{
	ck_assert_ptr_nonnull(forkd_conn_out(&conn));
	reset_by_peer();
	ck_assert_int_eq(conn_finish(&conn), 0);
}
END_TEST

START_TEST(credentials)
{
	gid_t	gid = 99;
	int	pair[2];
	pid_t	pid = 99;
	uid_t	uid = 99;

	errno = 0;
	ck_assert_int_eq(forkd_conn_peercred(&conn, &uid, &gid, &pid), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_uint_eq(uid, 99);
	gone();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	conn.fd = pair[0];
	peer = pair[1];
	conn.local.u.sa.sa_family = AF_UNIX;
	ck_assert_int_eq(forkd_conn_peercred(&conn, &uid, &gid, &pid), 0);
	ck_assert_uint_eq(uid, geteuid());
	ck_assert_uint_eq(gid, getegid());
	ck_assert_int_eq(pid, getpid());
	ck_assert_int_eq(forkd_conn_peercred(&conn, NULL, NULL, NULL), 0);
}
END_TEST

static int
no_descriptors(void *arg)
{
	(void)arg;
	FORKED_CHECK(forked_no_descriptors() == 0);
	errno = 0;
	FORKED_CHECK(forkd_conn_in(&conn) == NULL);
	FORKED_CHECK(errno == EMFILE || errno == EINVAL);
	FORKED_CHECK(forkd_conn_out(&conn) == NULL);
	FORKED_CHECK(conn_finish(&conn) == 0);
	return 0;
}

START_TEST(without_descriptors)
{
	ck_assert_int_eq(forked(no_descriptors, NULL), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("conn");
	TCase	*tc = tcase_create("conn");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, asking);
	tcase_add_test(tc, streams);
	tcase_add_test(tc, no_streams_in_the_master);
	tcase_add_test(tc, as_a_socket);
	tcase_add_test(tc, no_socket);
	tcase_add_test(tc, finish_sends);
	tcase_add_test(tc, finish_without_streams);
	tcase_add_test(tc, finish_with_unread_bytes);
	tcase_add_test(tc, finish_after_a_reset);
	tcase_add_test(tc, finish_without_output_after_a_reset);
	tcase_add_test(tc, credentials);
	tcase_add_test(tc, without_descriptors);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
