/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_open.c: peers, names and ends; see check_socket_bind.c.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "forkd.h"
#include "socket.h"
#include "socket_ends.h"
#include "socket_try.h"
#include "unit.h"

/* A server on a free port of a loopback address, and a peer that connects. */
static void
meet(int domain, int type, const char *address)
{
	struct forkd_socket	*server;
	int			 port;

	ends_make(domain, type);
	server = sock;
	ck_assert_int_eq(forkd_socket_bind(server, address, 0), 0);
	ck_assert_int_eq(forkd_socket_listen(server, 1), 0);
	ck_assert_int_eq(forkd_socket_getsockname(server, NULL, 0, &port), 0);
	peer = forkd_socket_create(domain, type, 0);
	ck_assert_int_eq(forkd_socket_connect(peer, address, port), 0);
	sock = forkd_socket_accept(server);
	ck_assert_ptr_nonnull(sock);
	ends_name(forkd_socket_getpeername, peer, address, port);
	ends_name(forkd_socket_getsockname, sock, address, port);
	forkd_socket_close(server);
}

static void
they_talk(void)
{
	char	byte;

	ck_assert_int_eq(send(forkd_socket_fd(sock), "a", 1, 0), 1);
	ck_assert_int_eq(recv(forkd_socket_fd(peer), &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 'a');
}

START_TEST(meet_ipv4)
{
	meet(AF_INET, SOCK_STREAM, "127.0.0.1");
	they_talk();
	ck_assert_int_eq(forkd_socket_last_error(NULL), 0);
}
END_TEST

START_TEST(meet_ipv6)
{
	if (!try_ipv6())
		return;
	meet(AF_INET6, SOCK_STREAM, "::1");
	they_talk();
}
END_TEST

START_TEST(meet_unix)
{
	meet(AF_UNIX, SOCK_STREAM, path);
	they_talk();
	ends_name(forkd_socket_getpeername, sock, "", -1);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

START_TEST(meet_seqpacket)
{
	meet(AF_UNIX, SOCK_SEQPACKET, path);
	they_talk();
}
END_TEST

START_TEST(meet_abstract)
{
	char	name[64];

	(void)snprintf(name, sizeof(name), "@%s", path);
	meet(AF_UNIX, SOCK_STREAM, name);
	they_talk();
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

/* An IPv4 client of an IPv6 socket has an address that can be given back. */
START_TEST(mapped)
{
	struct forkd_socket	*server;
	char			 address[FORKD_ADDRESS_SIZE];
	int			 off = 0, port;

	if (!try_ipv6())
		return;
	ends_make(AF_INET6, SOCK_STREAM);
	server = sock;
	ck_assert_int_eq(setsockopt(forkd_socket_fd(server), IPPROTO_IPV6,
	    IPV6_V6ONLY, &off, sizeof(off)), 0);
	ck_assert_int_eq(forkd_socket_bind(server, "::", 0), 0);
	ck_assert_int_eq(forkd_socket_listen(server, 1), 0);
	ck_assert_int_eq(forkd_socket_getsockname(server, NULL, 0, &port), 0);
	peer = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_connect(peer, "127.0.0.1", port), 0);
	sock = forkd_socket_accept(server);
	forkd_socket_close(server);
	ck_assert_int_eq(forkd_socket_getpeername(sock, address,
	    sizeof(address), NULL), 0);
	ck_assert_str_eq(address, "::ffff:127.0.0.1");
	they_talk();
}
END_TEST

START_TEST(datagrams)
{
	int	port;

	ends_make(AF_INET, SOCK_DGRAM);
	ck_assert_int_eq(forkd_socket_bind(sock, "127.0.0.1", 0), 0);
	ck_assert_int_eq(forkd_socket_getsockname(sock, NULL, 0, &port), 0);
	peer = forkd_socket_create(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(forkd_socket_connect(peer, "127.0.0.1", port), 0);
	ck_assert_int_eq(forkd_socket_getsockname(peer, NULL, 0, &port), 0);
	/* a datagram socket may change its peer */
	ck_assert_int_eq(forkd_socket_connect(sock, "127.0.0.1", 9), 0);
	ck_assert_int_eq(forkd_socket_connect(sock, "127.0.0.1", port), 0);
	they_talk();
	try_fails(forkd_socket_listen(sock, 1), sock, EOPNOTSUPP, "listen 127");
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, EOPNOTSUPP, "accept 127.0.0.1:");
}
END_TEST

START_TEST(unix_datagrams)
{
	ends_make(AF_UNIX, SOCK_DGRAM);
	ck_assert_int_eq(forkd_socket_bind(sock, path, 0), 0);
	ends_name(forkd_socket_getsockname, sock, path, -1);
	peer = forkd_socket_create(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_eq(forkd_socket_connect(peer, path, -1), 0);
	ck_assert_int_eq(send(forkd_socket_fd(peer), "a", 1, 0), 1);
}
END_TEST

/* What was begun in a listener's mode and time is not the new one's. */
START_TEST(accept_gives_a_plain_one)
{
	struct forkd_socket	*server;
	struct timeval		 time;
	socklen_t		 length = sizeof(time);
	int			 fd, port;

	server = forkd_socket_create_listen(0, 0);
	ck_assert_int_eq(forkd_socket_set_timeout(server, 60000), 0);
	ck_assert_int_eq(forkd_socket_getsockname(server, NULL, 0, &port), 0);
	peer = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_connect(peer, "127.0.0.1", port), 0);
	sock = forkd_socket_accept(server);
	forkd_socket_close(server);
	ck_assert_ptr_nonnull(sock);
	fd = forkd_socket_fd(sock);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time,
	    &length), 0);
	ck_assert(time.tv_sec == 0 && time.tv_usec == 0);
	ck_assert_int_eq(sock->receive_ms, -1);
	ck_assert_int_eq(sock->send_ms, -1);
	ck_assert_int_eq(sock->domain, AF_INET);
	ck_assert_int_eq(sock->type, SOCK_STREAM);
	they_talk();
}
END_TEST

START_TEST(accept_fails)
{
	char	text[64];
	int	port;

	ends_make(AF_INET, SOCK_STREAM);
	ck_assert_int_eq(forkd_socket_bind(sock, "127.0.0.1", 0), 0);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, EINVAL, "accept 127.0.0.1:");
	ck_assert_int_eq(forkd_socket_listen(sock, 1), 0);
	ck_assert_int_eq(forkd_socket_getsockname(sock, NULL, 0, &port), 0);
	(void)snprintf(text, sizeof(text), "accept 127.0.0.1:%d: %s", port,
	    strerror(EAGAIN));
	ck_assert_int_eq(forkd_socket_set_nonblock(sock), 0);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, EAGAIN, text);
	/* a timeout does not matter then */
	ck_assert_int_eq(forkd_socket_set_timeout(sock, 1), 0);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, EAGAIN, text);
	ck_assert_int_eq(forkd_socket_set_block(sock), 0);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, ETIMEDOUT, "accept 127.0.0.1:");
	ck_assert_int_eq(forkd_socket_shutdown(sock, 2), 0);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, EINVAL, "accept");
}
END_TEST

START_TEST(shutdowns)
{
	char	byte;
	int	how;

	for (how = 0; how <= 2; how++) {
		forkd_socket_close(peer);
		peer = NULL;
		meet(AF_INET, SOCK_STREAM, "127.0.0.1");
		ck_assert_int_eq(forkd_socket_shutdown(sock, how), 0);
		if (how != 0)
			ck_assert_int_eq(recv(peer->fd, &byte, 1, 0), 0);
		if (how != 1)
			ck_assert_int_eq(recv(sock->fd, &byte, 1, 0), 0);
		if (how == 0)
			they_talk();
	}
	try_fails(forkd_socket_shutdown(sock, 3), sock, EINVAL,
	    "forkd_socket_shutdown: how 3: not 0, 1 or 2");
	try_fails(forkd_socket_shutdown(sock, -1), sock, EINVAL,
	    "forkd_socket_shutdown: how -1: not 0, 1 or 2");
	ends_make(AF_INET, SOCK_STREAM);
	try_fails(forkd_socket_shutdown(sock, 2), sock, ENOTCONN, "shutdown");
}
END_TEST

START_TEST(names)
{
	char	address[FORKD_ADDRESS_SIZE] = "as it was";
	int	port = 17;

	ends_make(AF_INET, SOCK_STREAM);
	ends_name(forkd_socket_getsockname, sock, "0.0.0.0", 0);
	try_fails(forkd_socket_getpeername(sock, address, sizeof(address),
	    &port), sock, ENOTCONN, "forkd_socket_getpeername of descriptor");
	ck_assert_int_eq(forkd_socket_bind(sock, "127.0.0.1", 0), 0);
	try_fails(forkd_socket_getsockname(sock, address, 9, &port), sock,
	    ERANGE, "forkd_socket_getsockname: address: 9 bytes are too few "
	    "for 127.0.0.1");
	try_fails(forkd_socket_getsockname(sock, address, 0, &port), sock,
	    ERANGE, "forkd_socket_getsockname: address: 0 bytes are too few ");
	ck_assert_str_eq(address, "as it was");
	ck_assert_int_eq(port, 17);
	ck_assert_int_eq(forkd_socket_getsockname(sock, address, 10, NULL), 0);
	ck_assert_str_eq(address, "127.0.0.1");
	ck_assert_int_eq(forkd_socket_getsockname(sock, NULL, 0, NULL), 0);
	ends_make(AF_UNIX, SOCK_STREAM);
	ends_name(forkd_socket_getsockname, sock, "", -1);
	ends_make(AF_NETLINK, SOCK_RAW);
	try_fails(forkd_socket_getsockname(sock, address, sizeof(address),
	    NULL), sock, EAFNOSUPPORT, "forkd_socket_getsockname: domain 16 ");
}
END_TEST

START_TEST(no_socket)
{
	try_fails(forkd_socket_bind(NULL, "127.0.0.1", 0), NULL, EINVAL,
	    "forkd_socket_bind: no socket");
	try_fails(forkd_socket_listen(NULL, 0), NULL, EINVAL,
	    "forkd_socket_listen: no socket");
	ck_assert_ptr_null(forkd_socket_accept(NULL));
	try_error(NULL, EINVAL, "forkd_socket_accept: no socket");
	try_fails(forkd_socket_shutdown(NULL, 0), NULL, EINVAL,
	    "forkd_socket_shutdown: no socket");
	try_fails(forkd_socket_getsockname(NULL, NULL, 0, NULL), NULL, EINVAL,
	    "forkd_socket_getsockname: no socket");
	try_fails(forkd_socket_getpeername(NULL, NULL, 0, NULL), NULL, EINVAL,
	    "forkd_socket_getpeername: no socket");
}
END_TEST

/* A descriptor that somebody else has closed. */
START_TEST(closed_underneath)
{
	ends_make(AF_INET, SOCK_STREAM);
	ck_assert_int_eq(close(sock->fd), 0);
	try_fails(forkd_socket_bind(sock, "127.0.0.1", 0), sock, EBADF,
	    "bind 127.0.0.1:0: Bad file descriptor");
	try_fails(forkd_socket_listen(sock, 0), sock, EBADF, "listen: Bad");
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, EBADF, "accept: Bad file descriptor");
	try_fails(forkd_socket_shutdown(sock, 0), sock, EBADF, "shutdown of");
	try_fails(forkd_socket_getsockname(sock, NULL, 0, NULL), sock, EBADF,
	    "forkd_socket_getsockname of descriptor");
	sock->fd = -1;
	forkd_socket_close(sock);
	sock = forkd_socket_create_listen(0, 0);
	ck_assert_int_eq(forkd_socket_set_timeout(sock, 1), 0);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, ETIMEDOUT, "accept 0.0.0.0:");
	ck_assert_int_eq(close(sock->fd), 0);
	ck_assert_ptr_null(forkd_socket_accept(sock));
	try_error(sock, EBADF, "accept: Bad file descriptor");
	sock->fd = -1;
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_open");
	TCase	*tc = tcase_create("socket_open");

	tcase_add_checked_fixture(tc, ends_fresh, ends_gone);
	tcase_add_test(tc, meet_ipv4);
	tcase_add_test(tc, meet_ipv6);
	tcase_add_test(tc, meet_unix);
	tcase_add_test(tc, meet_seqpacket);
	tcase_add_test(tc, meet_abstract);
	tcase_add_test(tc, mapped);
	tcase_add_test(tc, datagrams);
	tcase_add_test(tc, unix_datagrams);
	tcase_add_test(tc, accept_gives_a_plain_one);
	tcase_add_test(tc, accept_fails);
	tcase_add_test(tc, shutdowns);
	tcase_add_test(tc, names);
	tcase_add_test(tc, no_socket);
	tcase_add_test(tc, closed_underneath);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
