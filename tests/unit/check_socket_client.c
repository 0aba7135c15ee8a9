/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_server.c: clients of a name with several addresses,
 * which a resolver of the test's own has made up.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fdio.h"
#include "forked.h"
#include "resolver.h"
#include "socket.h"
#include "socket_fault.h"
#include "socket_queue.h"
#include "socket_served.h"
#include "socket_try.h"
#include "unit.h"

static char	url[128];

static void
fresh(void)
{
	memset(&resolver, 0, sizeof(resolver));
}

static void
gone(void)
{
	served_gone();
	queue_gone();
}

START_TEST(client_of_a_name)
{
	char	address[FORKD_ADDRESS_SIZE];

	server = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_bind(server, try_own_address(1), 0), 0);
	(void)snprintf(url, sizeof(url), "tcp://name:%d", served_port());
	resolver.address[0] = try_own_address(0);
	resolver.address[1] = try_own_address(1);
	ck_assert_ptr_null(forkd_socket_client(url, -1));
	try_error(NULL, ECONNREFUSED, "connect 127.");
	ck_assert_ptr_nonnull(strstr(forkd_error(NULL), try_own_address(1)));
	ck_assert_int_eq(forkd_socket_listen(server, 4), 0);
	try_fails(forkd_socket_bind(NULL, "0.0.0.0", 0), NULL, EINVAL,
	    "forkd_socket_bind: no socket");
	served_client(url);
	/* that the first address failed is no failure */
	ck_assert_int_eq(forkd_socket_last_error(NULL), EINVAL);
	ck_assert_str_eq(forkd_error(NULL), "forkd_socket_bind: no socket");
	ck_assert_int_eq(forkd_socket_getpeername(sock, address,
	    sizeof(address), NULL), 0);
	ck_assert_str_eq(address, try_own_address(1));
	forkd_socket_close(sock);
	sock = forkd_socket_client(url, -1);
	ck_assert_ptr_nonnull(sock);
	ck_assert_int_eq(resolver.released, resolver.asked);
}
END_TEST

/* One that does not answer leaves time for the next; none has more. */
START_TEST(client_in_time)
{
	struct forkd_socket	*deaf;
	int64_t			 begin_ms;
	int			 i;

	server = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(forkd_socket_bind(server, try_own_address(0), 0), 0);
	queue_fill(server);
	(void)snprintf(url, sizeof(url), "tcp://name:%d", served_port());
	resolver.address[0] = try_own_address(0);
	ck_assert_ptr_null(forkd_socket_client(url, 20));
	try_error(NULL, ETIMEDOUT, "connect 127.");
	deaf = server;
	server = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	(void)forkd_socket_getsockname(deaf, NULL, 0, &i);
	ck_assert_int_eq(forkd_socket_bind(server, try_own_address(1), i), 0);
	ck_assert_int_eq(forkd_socket_listen(server, 4), 0);
	resolver.address[1] = try_own_address(1);
	/* half of it for the first one, and more than enough for the second */
	sock = forkd_socket_client(url, 4000);
	ck_assert_msg(sock != NULL, "%s", forkd_error(NULL));
	resolver.address[1] = try_own_address(0);
	resolver.address[2] = try_own_address(0);
	begin_ms = fdio_clock();
	ck_assert_ptr_null(forkd_socket_client(url, 300));
	try_error(NULL, ETIMEDOUT, "connect ");
	ck_assert_int_ge(fdio_clock() - begin_ms, 290);
	forkd_socket_close(deaf);
}
END_TEST

/* A look-up cannot be cut short, but its time counts. */
START_TEST(client_after_a_long_look_up)
{
	resolver.address[0] = "127.0.0.1";
	resolver.busy_ms = 20;
	ck_assert_ptr_null(forkd_socket_client("tcp://name:9", 10));
	try_error(NULL, ETIMEDOUT, "connect tcp://name:9: Connection timed ou");
	ck_assert_int_eq(resolver.released, 1);
}
END_TEST

/* What is not the address's fault ends it: the second would do. */
START_TEST(client_gives_up)
{
	const struct {
		const char	*call;
		int		 number;
	} tries[] = {
		{ "socket", EMFILE }, { "socket", ENFILE },
		{ "calloc", ENOMEM }, { "connect", EINTR }
	};
	size_t	i;
	int	before;

	resolver.address[0] = resolver.address[1] = "127.0.0.1";
	server = forkd_socket_server("tcp://127.0.0.1:0", 0);
	(void)snprintf(url, sizeof(url), "tcp://name:%d", served_port());
	before = try_descriptors();
	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		if (forked_is_watched() && tries[i].number == ENOMEM)
			continue;	/* valgrind has a calloc of its own */
		/* the resolver here needs memory, too: two answers */
		fault_set(tries[i].call, tries[i].number,
		    tries[i].number == ENOMEM ? 2 : 0);
		ck_assert_ptr_null(forkd_socket_client(url, -1));
		try_error(NULL, tries[i].number, "");
		ck_assert_int_eq(try_descriptors(), before);
	}
	fault_set("connect", ENETUNREACH, 0);
	served_client(url);
	ck_assert_int_eq(resolver.released, resolver.asked);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_client");
	TCase	*tc = tcase_create("socket_client");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, client_of_a_name);
	tcase_add_test(tc, client_in_time);
	tcase_add_test(tc, client_after_a_long_look_up);
	tcase_add_test(tc, client_gives_up);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
