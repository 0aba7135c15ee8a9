/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket.c and socket_error.c: made, closed, and what failed.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forked.h"
#include "socket.h"
#include "socket_try.h"
#include "unit.h"

static struct forkd_socket	*sock;

static void
gone(void)
{
	forkd_socket_close(sock);
	sock = NULL;
}

static void
made(int domain, int type, int protocol)
{
	int	fd;

	gone();
	sock = forkd_socket_create(domain, type, protocol);
	ck_assert_ptr_nonnull(sock);
	fd = forkd_socket_fd(sock);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fdio_option(fd, SOL_SOCKET, SO_DOMAIN), domain);
	ck_assert_int_eq(fdio_option(fd, SOL_SOCKET, SO_TYPE), type);
	ck_assert_int_eq(forkd_socket_last_error(sock), 0);
}

START_TEST(create)
{
	made(AF_INET, SOCK_STREAM, 0);
	made(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	made(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	made(AF_UNIX, SOCK_STREAM, 0);
	made(AF_UNIX, SOCK_DGRAM, 0);
	made(AF_UNIX, SOCK_SEQPACKET, 0);
	if (try_ipv6())
		made(AF_INET6, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_last_error(NULL), 0);
}
END_TEST

START_TEST(create_refuses)
{
	const struct {
		int		 domain, type, protocol, number;
		const char	*text;
	} tries[] = {
		{ -1, SOCK_STREAM, 0, EAFNOSUPPORT,
		    "forkd_socket_create: domain -1" },
		{ 9999, SOCK_STREAM, 0, EAFNOSUPPORT, "socket of domain 9999" },
		{ AF_INET, -1, 0, EINVAL, "forkd_socket_create: type -1" },
		{ AF_INET, 0, 0, ESOCKTNOSUPPORT, "socket of domain 2, ty" },
		{ AF_INET, 99, 0, EINVAL, "socket of domain 2, type 99" },
		{ AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0, EINVAL,
		    "forkd_socket_create: type" },
		{ AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, EINVAL,
		    "forkd_socket_create: type" },
		{ AF_INET, SOCK_STREAM, IPPROTO_UDP, EPROTONOSUPPORT,
		    "socket of domain 2, type 1, protocol 17: Protocol not" },
		{ AF_INET, SOCK_STREAM, -1, EINVAL, "socket of domain 2" },
		{ AF_UNIX, SOCK_STREAM, 99, EPROTONOSUPPORT, "socket of dom" }
	};
	size_t	i;

	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		ck_assert_ptr_null(forkd_socket_create(tries[i].domain,
		    tries[i].type, tries[i].protocol));
		try_error(NULL, tries[i].number, tries[i].text);
	}
	if (geteuid() != 0) {
		ck_assert_ptr_null(forkd_socket_create(AF_INET, SOCK_RAW,
		    IPPROTO_ICMP));
		try_error(NULL, EPERM, "socket of domain 2, type 3, protocol");
	}
}
END_TEST

START_TEST(pair)
{
	struct forkd_socket	*ends[2];
	const int		 types[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
	};
	char			 byte;
	size_t			 i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		ck_assert_int_eq(forkd_socket_create_pair(AF_UNIX, types[i], 0,
		    ends), 0);
		ck_assert_int_eq(send(ends[0]->fd, "a", 1, 0), 1);
		ck_assert_int_eq(recv(ends[1]->fd, &byte, 1, 0), 1);
		ck_assert_int_eq(fcntl(ends[0]->fd, F_GETFD), FD_CLOEXEC);
		ck_assert_int_eq(fcntl(ends[1]->fd, F_GETFD), FD_CLOEXEC);
		forkd_socket_close(ends[0]);
		forkd_socket_close(ends[1]);
	}
}
END_TEST

START_TEST(pair_refuses)
{
	struct forkd_socket	*ends[2] = { NULL, NULL };

	try_fails(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0, NULL),
	    NULL, EINVAL, "forkd_socket_create_pair: pair: NULL");
	try_fails(forkd_socket_create_pair(AF_INET, SOCK_STREAM, 0, ends),
	    NULL, EOPNOTSUPP, "pair of domain 2, type 1, protocol 0: ");
	try_fails(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM |
	    SOCK_NONBLOCK, 0, ends), NULL, EINVAL,
	    "forkd_socket_create_pair: type");
	try_fails(forkd_socket_create_pair(-1, SOCK_STREAM, 0, ends), NULL,
	    EAFNOSUPPORT, "forkd_socket_create_pair: domain -1");
	ck_assert_ptr_null(ends[0]);
	ck_assert_ptr_null(ends[1]);
}
END_TEST

START_TEST(from_fd)
{
	int	fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	sock = forkd_socket_from_fd(fds[0]);
	ck_assert_ptr_nonnull(sock);
	ck_assert_int_eq(forkd_socket_fd(sock), fds[0]);
	ck_assert_int_eq(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(sock->domain, AF_UNIX);
	ck_assert_int_eq(sock->type, SOCK_DGRAM);
	gone();
	ck_assert_int_eq(fcntl(fds[0], F_GETFD), -1);
	ck_assert_int_eq(close(fds[1]), 0);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_ptr_null(forkd_socket_from_fd(fds[0]));
	try_error(NULL, ENOTSOCK, "descriptor ");
	ck_assert_int_eq(fcntl(fds[0], F_GETFD), 0);	/* as it was */
	ck_assert_int_eq(close(fds[0]), 0);
	ck_assert_int_eq(close(fds[1]), 0);
	ck_assert_ptr_null(forkd_socket_from_fd(fds[0]));
	try_error(NULL, EBADF, "descriptor ");
	ck_assert_ptr_null(forkd_socket_from_fd(-1));
	try_error(NULL, EBADF, "descriptor -1: Bad file descriptor");
}
END_TEST

START_TEST(closing)
{
	int	fd;

	made(AF_INET, SOCK_STREAM, 0);
	fd = forkd_socket_fd(sock);
	sock->ahead = malloc(1);	/* goes with it */
	errno = EDOM;
	gone();
	forkd_socket_close(NULL);
	ck_assert_int_eq(errno, EDOM);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	try_fails(forkd_socket_fd(NULL), NULL, EINVAL,
	    "forkd_socket_fd: no socket");
}
END_TEST

/* A descriptor that stays its owner's. */
START_TEST(lent)
{
	const struct timeval	time = { .tv_usec = 20000 };
	char			byte;
	int			fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert_int_eq(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time,
	    sizeof(time)), 0);
	sock = socket_lend(fds[0]);
	ck_assert_ptr_nonnull(sock);
	try_fails((int)forkd_socket_read(sock, &byte, 1, FORKD_READ_BINARY),
	    sock, ETIMEDOUT, "read from ");
	forkd_socket_close(sock);
	ck_assert_int_eq(forkd_socket_fd(sock), fds[0]);
	socket_take_back(sock);
	socket_take_back(NULL);
	sock = NULL;
	ck_assert_int_eq(close(fds[0]), 0);
	ck_assert_int_eq(close(fds[1]), 0);
	ck_assert_ptr_null(socket_lend(-1));
	try_error(NULL, EBADF, "descriptor -1");
}
END_TEST

/* Each has its own, and the thread the last; success changes nothing. */
START_TEST(errors)
{
	struct forkd_socket	*other;

	made(AF_INET, SOCK_STREAM, 0);
	other = forkd_socket_create(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_last_error(other), 0);
	try_fails(forkd_socket_listen(sock, -1), sock, EINVAL, "forkd_sock");
	try_fails(forkd_socket_connect(other, "/nonexistent/s", 0), other,
	    ENOENT, "connect /nonexistent/s: No such file or directory");
	ck_assert_int_eq(forkd_socket_last_error(sock), EINVAL);
	ck_assert_int_eq(forkd_socket_bind(sock, "127.0.0.1", 0), 0);
	ck_assert_int_eq(forkd_socket_last_error(sock), EINVAL);
	ck_assert_int_eq(forkd_socket_last_error(NULL), ENOENT);
	forkd_socket_clear_error(sock);
	ck_assert_int_eq(forkd_socket_last_error(sock), 0);
	ck_assert_int_eq(forkd_socket_last_error(other), ENOENT);
	ck_assert_int_eq(forkd_socket_last_error(NULL), ENOENT);
	forkd_socket_clear_error(NULL);
	ck_assert_int_eq(forkd_socket_last_error(NULL), 0);
	ck_assert_int_eq(forkd_socket_last_error(other), ENOENT);
	forkd_socket_close(other);
}
END_TEST

static void *
other_thread(void *arg)
{
	int	*seen = arg;

	seen[0] = forkd_socket_last_error(NULL);
	(void)forkd_socket_shutdown(NULL, 0);
	seen[1] = forkd_socket_last_error(NULL);
	return NULL;
}

START_TEST(threads)
{
	pthread_t	thread;
	int		seen[2] = { -1, -1 };

	ck_assert_ptr_null(forkd_socket_from_fd(-1));
	ck_assert_int_eq(pthread_create(&thread, NULL, other_thread, seen), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(seen[0], 0);
	ck_assert_int_eq(seen[1], EINVAL);
	ck_assert_int_eq(forkd_socket_last_error(NULL), EBADF);
}
END_TEST

START_TEST(texts)
{
	ck_assert_str_eq(forkd_socket_strerror(ECONNREFUSED),
	    "Connection refused");
	ck_assert_str_eq(forkd_socket_strerror(0), "Success");
	ck_assert_ptr_nonnull(forkd_socket_strerror(-1));
	ck_assert_ptr_nonnull(forkd_socket_strerror(2147483647));
	/* what a caller writes is made visible, and one line */
	ck_assert_ptr_null(forkd_socket_client("tcp://\n\033[31m:80", -1));
	try_error(NULL, EINVAL, "forkd_socket_client: url tcp://\\n\\^[");
	ck_assert_ptr_null(strchr(forkd_error(NULL), '\n'));
}
END_TEST

static int
no_descriptors(void *arg)
{
	struct forkd_socket	*ends[2];

	(void)arg;
	FORKED_CHECK(forked_no_descriptors() == 0);
	FORKED_CHECK(forkd_socket_create(AF_INET, SOCK_STREAM, 0) == NULL);
	FORKED_CHECK(errno == EMFILE);
	FORKED_CHECK(forkd_socket_last_error(NULL) == EMFILE);
	FORKED_CHECK(forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0,
	    ends) == -1 && errno == EMFILE);
	FORKED_CHECK(forkd_socket_create_listen(0, 0) == NULL &&
	    errno == EMFILE);
	return 0;
}

START_TEST(without_descriptors)
{
	if (!forked_is_watched())
		ck_assert_int_eq(forked(no_descriptors, NULL), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket");
	TCase	*tc = tcase_create("socket");

	tcase_add_checked_fixture(tc, NULL, gone);
	tcase_add_test(tc, create);
	tcase_add_test(tc, create_refuses);
	tcase_add_test(tc, pair);
	tcase_add_test(tc, pair_refuses);
	tcase_add_test(tc, from_fd);
	tcase_add_test(tc, closing);
	tcase_add_test(tc, lent);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, threads);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, without_descriptors);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
