/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of accept.c: what comes out of a listener, and what an error of
 * accept(2) means.  Where the kernel cannot be made to fail, the calls below,
 * in place of the C library's, do.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "accept.h"
#include "conn.h"
#include "error.h"
#include "fdio.h"
#include "listen.h"
#include "log.h"
#include "service.h"
#include "unit.h"

static int		 accept_error, name_error;	/* 0: none */
static struct service	*service;
static struct listener	*listener;
static struct forkd_conn conn;
static struct addr	 bound;
static int		 client;

int
accept4(int fd, struct sockaddr *restrict addr, socklen_t *restrict length,
    int flags)
{
	if (accept_error != 0) {
		errno = accept_error;
		return -1;
	}
	return (int)syscall(SYS_accept4, fd, addr, length, flags);
}

int
getsockname(int fd, struct sockaddr *restrict addr,
    socklen_t *restrict length)
{
	if (name_error != 0) {
		errno = name_error;
		return -1;
	}
	return (int)syscall(SYS_getsockname, fd, addr, length);
}

static void
fresh(void)
{
	struct settings	settings;
	struct error	error;
	struct log	logger;

	accept_error = name_error = 0;
	log_init(&logger);
	ck_assert_int_eq(settings_init(&settings), 0);
	service = service_new("web", &settings);
	ck_assert_ptr_nonnull(service);
	settings_free(&settings);
	ck_assert_int_eq(listen_open(service, "127.0.0.1:0", ADDR_TCP,
	    &logger, &error), 0);
	listener = TAILQ_FIRST(&service->listeners);
	bound.length = sizeof(bound.u);
	ck_assert_int_eq(getsockname(listener->watch.fd, &bound.u.sa,
	    &bound.length), 0);
	memset(&conn, '#', sizeof(conn));
	conn.fd = client = -1;
}

static void
gone(void)
{
	fdio_close(&client);
	fdio_close(&conn.fd);
	listen_close(service);
	service_free(service);
}

static void
connect_client(void)
{
	fdio_close(&client);
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(client, &bound.u.sa, bound.length), 0);
}

static void
await(int fd)
{
	struct pollfd	pollfd = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(poll(&pollfd, 1, 10000), 1);
}

START_TEST(nobody)
{
	ck_assert_int_eq(accept_conn(listener, &conn), ACCEPT_NONE);
	ck_assert_int_eq(conn.fd, -1);
}
END_TEST

START_TEST(somebody)
{
	struct addr	addr;

	connect_client();
	await(listener->watch.fd);
	ck_assert_int_eq(accept_conn(listener, &conn), ACCEPT_CONN);
	ck_assert_int_eq(fcntl(conn.fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(conn.fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_ptr_eq(conn.service, service);
	ck_assert_uint_eq(conn.serial, 0);
	ck_assert_ptr_null(conn.view);
	ck_assert_uint_eq(conn.local.length, bound.length);
	ck_assert_mem_eq(&conn.local.u, &bound.u, bound.length);
	addr.length = sizeof(addr.u);
	ck_assert_int_eq(getsockname(client, &addr.u.sa, &addr.length), 0);
	ck_assert_uint_eq(conn.peer.length, addr.length);
	ck_assert_int_eq(addr_port(&conn.peer), addr_port(&addr));
	ck_assert_uint_eq(conn.peer.u.in.sin_addr.s_addr,
	    addr.u.in.sin_addr.s_addr);
	ck_assert_int_eq(write(client, "x", 1), 1);
	ck_assert_int_eq(read(conn.fd, &addr, 1), 1);
	fdio_close(&conn.fd);
	ck_assert_int_eq(accept_conn(listener, &conn), ACCEPT_NONE);
}
END_TEST

START_TEST(one_after_the_other)
{
	int	clients[3], i;

	for (i = 0; i < 3; i++) {
		client = -1;
		connect_client();
		clients[i] = client;
	}
	client = -1;
	for (i = 0; i < 3; i++) {
		await(listener->watch.fd);
		ck_assert_int_eq(accept_conn(listener, &conn), ACCEPT_CONN);
		fdio_close(&conn.fd);
		fdio_close(&clients[i]);
	}
	ck_assert_int_eq(accept_conn(listener, &conn), ACCEPT_NONE);
}
END_TEST

/* Closed, or reset, while it waited: a connection, or the next at once. */
START_TEST(already_gone)
{
	struct linger		now = { 1, 0 };
	enum accept_result	result;

	connect_client();
	await(listener->watch.fd);
	if (_i == 1)
		ck_assert_int_eq(setsockopt(client, SOL_SOCKET, SO_LINGER,
		    &now, sizeof(now)), 0);
	fdio_close(&client);
	result = accept_conn(listener, &conn);
	if (_i == 0)
		ck_assert_int_eq(result, ACCEPT_CONN);
	else	/* some kernels take it out of the queue */
		ck_assert(result == ACCEPT_CONN || result == ACCEPT_AGAIN ||
		    result == ACCEPT_NONE);
	ck_assert_int_eq(conn.fd != -1, result == ACCEPT_CONN);
}
END_TEST

START_TEST(errors)
{
	static const struct {
		int			number;
		enum accept_result	result;
	} table[] = {
		{ EAGAIN, ACCEPT_NONE }, { EWOULDBLOCK, ACCEPT_NONE },
		{ EINTR, ACCEPT_AGAIN }, { ECONNABORTED, ACCEPT_AGAIN },
		{ EPROTO, ACCEPT_AGAIN }, { EPERM, ACCEPT_AGAIN },
		{ ENETDOWN, ACCEPT_AGAIN }, { ENOPROTOOPT, ACCEPT_AGAIN },
		{ EHOSTDOWN, ACCEPT_AGAIN }, { ENONET, ACCEPT_AGAIN },
		{ EHOSTUNREACH, ACCEPT_AGAIN }, { EOPNOTSUPP, ACCEPT_AGAIN },
		{ ENETUNREACH, ACCEPT_AGAIN }, { ETIMEDOUT, ACCEPT_AGAIN },
		{ ECONNRESET, ACCEPT_AGAIN },
		{ EMFILE, ACCEPT_LATER }, { ENFILE, ACCEPT_LATER },
		{ ENOBUFS, ACCEPT_LATER }, { ENOMEM, ACCEPT_LATER },
		{ EBADF, ACCEPT_LATER }, { EINVAL, ACCEPT_LATER },
		{ ENOTSOCK, ACCEPT_LATER }, { EFAULT, ACCEPT_LATER },
		{ ENOSYS, ACCEPT_LATER }
	};
	size_t	i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		accept_error = table[i].number;
		ck_assert_msg(accept_conn(listener, &conn) == table[i].result,
		    "%s", strerror(table[i].number));
		if (table[i].result != ACCEPT_NONE)
			ck_assert_int_eq(errno, table[i].number);
		ck_assert_int_eq(conn.fd, -1);
	}
}
END_TEST

/* It listens on one address: which, nobody has to ask. */
START_TEST(known_local_address)
{
	connect_client();
	await(listener->watch.fd);
	name_error = ENOMEM;
	ck_assert_int_eq(accept_conn(listener, &conn), ACCEPT_CONN);
	name_error = 0;
	ck_assert_uint_eq(conn.local.length, bound.length);
	ck_assert_mem_eq(&conn.local.u, &bound.u, bound.length);
}
END_TEST

/* The connection is there, but its own address cannot be had. */
START_TEST(no_local_address)
{
	static const struct {
		int			number;
		enum accept_result	result;
	} table[] = {
		{ ENOBUFS, ACCEPT_LATER }, { ENOMEM, ACCEPT_LATER },
		{ ENOTCONN, ACCEPT_AGAIN }, { EINVAL, ACCEPT_AGAIN }
	};
	size_t	i;
	char	byte;

	ck_assert(listener->is_fixed);
	listener->is_fixed = false;	/* as with all addresses */
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		connect_client();
		await(listener->watch.fd);
		name_error = table[i].number;
		ck_assert_int_eq(accept_conn(listener, &conn),
		    table[i].result);
		ck_assert_int_eq(errno, table[i].number);
		ck_assert_int_eq(conn.fd, -1);
		ck_assert_int_le(read(client, &byte, 1), 0);	/* closed */
		name_error = 0;
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("accept");
	TCase	*tc = tcase_create("accept");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, nobody);
	tcase_add_test(tc, somebody);
	tcase_add_test(tc, one_after_the_other);
	tcase_add_loop_test(tc, already_gone, 0, 2);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, known_local_address);
	tcase_add_test(tc, no_local_address);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
