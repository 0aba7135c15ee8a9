/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_server.c: servers, and clients of one address; see
 * check_socket_client.c.  Names are those of a resolver of the test's own.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "resolver.h"
#include "socket.h"
#include "socket_fault.h"
#include "socket_path.h"
#include "socket_served.h"
#include "socket_try.h"
#include "unit.h"

static char	url[128];

static void
fresh(void)
{
	path_make();
	memset(&resolver, 0, sizeof(resolver));
}

static void
gone(void)
{
	served_gone();
	path_remove();
}

static void
server_is(const char *expected, int type, int listens)
{
	char	address[FORKD_ADDRESS_SIZE];

	ck_assert_msg(server != NULL, "%s", forkd_error(NULL));
	ck_assert_int_eq(forkd_socket_getsockname(server, address,
	    sizeof(address), NULL), 0);
	ck_assert_str_eq(address, expected);
	ck_assert_int_eq(server->type, type);
	ck_assert_int_eq(fdio_option(server->fd, SOL_SOCKET, SO_ACCEPTCONN),
	    listens);
	ck_assert_int_eq(fdio_option(server->fd, SOL_SOCKET, SO_REUSEADDR),
	    server->domain != AF_UNIX && type == SOCK_STREAM);
	ck_assert_int_eq(fcntl(server->fd, F_GETFD), FD_CLOEXEC);
}

START_TEST(tcp)
{
	resolver.address[0] = "127.0.0.1";
	server = forkd_socket_server("tcp://127.0.0.1:0", 0);
	server_is("127.0.0.1", SOCK_STREAM, 1);
	(void)snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", served_port());
	ck_assert_int_eq(resolver.hints.ai_flags, AI_PASSIVE);
	served_client(url);
	ck_assert_int_eq(resolver.hints.ai_flags, 0);
	ck_assert_ptr_null(forkd_socket_server(url, 0));
	try_error(NULL, EADDRINUSE, "bind 127.0.0.1:");
}
END_TEST

START_TEST(tcp_ipv6)
{
	if (!try_ipv6())
		return;
	resolver.address[0] = "::1";
	server = forkd_socket_server("tcp://[::1]:0", 0);
	server_is("::1", SOCK_STREAM, 1);
	ck_assert_str_eq(resolver.host, "::1");
	ck_assert_int_eq(fdio_option(server->fd, IPPROTO_IPV6, IPV6_V6ONLY),
	    1);
	(void)snprintf(url, sizeof(url), "tcp://[::1]:%d", served_port());
	served_client(url);
}
END_TEST

START_TEST(every_address)
{
	resolver.address[0] = "0.0.0.0";	/* what getaddrinfo would say */
	server = forkd_socket_server("tcp://:0", 0);
	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(server->domain == AF_INET6 || !try_ipv6(), 1);
	ck_assert_str_eq(resolver.host, "(none)");
	server_is(server->domain == AF_INET6 ? "::" : "0.0.0.0", SOCK_STREAM,
	    1);
	resolver.address[0] = "127.0.0.1";
	(void)snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", served_port());
	served_client(url);
	served_gone();
	resolver.address[0] = "0.0.0.0";
	server = forkd_socket_server("udp://*:0", 0);
	ck_assert_ptr_nonnull(server);
	server_is(server->domain == AF_INET6 ? "::" : "0.0.0.0", SOCK_DGRAM,
	    0);
}
END_TEST

START_TEST(udp)
{
	struct forkd_socket	*other;

	resolver.address[0] = "127.0.0.1";
	server = forkd_socket_server("udp://127.0.0.1:0", 0);
	server_is("127.0.0.1", SOCK_DGRAM, 0);
	(void)snprintf(url, sizeof(url), "udp://127.0.0.1:%d", served_port());
	served_client(url);
	forkd_socket_close(server);
	/* a port that no other process is given, as another has it here */
	resolver.address[0] = try_own_address(0);
	server = forkd_socket_server("udp://name:0", 0);
	(void)snprintf(url, sizeof(url), "udp://name:%d", served_port());
	other = server;
	resolver.address[0] = try_own_address(1);
	server = forkd_socket_server(url, FORKD_SERVER_BIND);
	server_is(try_own_address(1), SOCK_DGRAM, 0);
	forkd_socket_close(other);
}
END_TEST

START_TEST(unix_paths)
{
	(void)snprintf(url, sizeof(url), "unix://%s", path);
	server = forkd_socket_server(url, 0);
	server_is(path, SOCK_STREAM, 1);
	served_client(url);
	ck_assert_ptr_null(forkd_socket_server(url, 0));
	try_error(NULL, EADDRINUSE, "bind /tmp/");
	ck_assert_int_eq(access(path, F_OK), 0);
	forkd_socket_close(server);
	/* the file is left, and nobody has it any more: it is the user's */
	server = forkd_socket_server(url, 0);
	ck_assert_ptr_null(server);
	try_error(NULL, EADDRINUSE, "forkd_socket_server: url unix:///tmp/");
	ck_assert_ptr_nonnull(strstr(forkd_error(NULL), "unlink(2) it"));
	ck_assert_int_eq(unlink(path), 0);
	(void)snprintf(url, sizeof(url), "udg://%s", path);
	server = forkd_socket_server(url, 0);
	server_is(path, SOCK_DGRAM, 0);
	forkd_socket_close(sock);
	served_client(url);
}
END_TEST

/* What is not a socket is in the way, and nobody is told to remove it. */
START_TEST(unix_file)
{
	int	fd;

	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ne(fd, -1);
	fdio_close(&fd);
	(void)snprintf(url, sizeof(url), "unix://%s", path);
	ck_assert_ptr_null(forkd_socket_server(url, 0));
	try_error(NULL, EADDRINUSE, "bind /tmp/");
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_ptr_null(forkd_socket_client(url, -1));
	try_error(NULL, ECONNREFUSED, "connect /tmp/");
	ck_assert_ptr_null(forkd_socket_client("unix:///nonexistent/s",
	    60000));
	try_error(NULL, ENOENT, "connect /nonexistent/s: No such file");
}
END_TEST

START_TEST(unix_abstract)
{
	(void)snprintf(url, sizeof(url), "unix://@%s", path);
	server = forkd_socket_server(url, 0);
	server_is(url + strlen("unix://"), SOCK_STREAM, 1);
	served_client(url);
	ck_assert_ptr_null(forkd_socket_server(url, 0));
	try_error(NULL, EADDRINUSE, "bind @/tmp/");
}
END_TEST

START_TEST(flags)
{
	const struct {
		const char	*url;
		int		 flags;
		const char	*text;
	} tries[] = {
		{ "tcp://a:1", 4, "forkd_socket_server: flags 4 for tcp://a:1"
		    ": more than" },
		{ "tcp://a:1", -1, "forkd_socket_server: flags -1 for tcp" },
		{ "tcp://a:1", FORKD_SERVER_LISTEN, "forkd_socket_server: "
		    "flags 2 for tcp://a:1: FORKD_SERVER_LISTEN needs" },
		{ "udp://a:1", FORKD_SERVER_BIND | FORKD_SERVER_LISTEN,
		    "forkd_socket_server: flags 3 for udp://a:1: a datagram" },
		{ "udg:///a", FORKD_SERVER_BIND | FORKD_SERVER_LISTEN,
		    "forkd_socket_server: flags 3 for udg:///a: a datagram" }
	};
	size_t	i;

	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		ck_assert_ptr_null(forkd_socket_server(tries[i].url,
		    tries[i].flags));
		try_error(NULL, EINVAL, tries[i].text);
	}
	ck_assert_int_eq(resolver.asked, 0);
	resolver.address[0] = "127.0.0.1";
	server = forkd_socket_server("tcp://a:0", FORKD_SERVER_BIND);
	server_is("127.0.0.1", SOCK_STREAM, 0);
	forkd_socket_close(server);
	server = forkd_socket_server("tcp://a:0", FORKD_SERVER_BIND |
	    FORKD_SERVER_LISTEN);
	server_is("127.0.0.1", SOCK_STREAM, 1);
}
END_TEST

START_TEST(refuses)
{
	char	longest[2048];

	ck_assert_ptr_null(forkd_socket_server(NULL, 0));
	try_error(NULL, EINVAL, "forkd_socket_server: url: NULL");
	ck_assert_ptr_null(forkd_socket_client(NULL, -1));
	try_error(NULL, EINVAL, "forkd_socket_client: url: NULL");
	ck_assert_ptr_null(forkd_socket_server("http://a:1", 0));
	try_error(NULL, EPROTONOSUPPORT, "forkd_socket_server: url http://a:1"
	    ": none of tcp://, udp://, unix:// and udg://");
	ck_assert_ptr_null(forkd_socket_client("tcp://a:1", 0));
	try_error(NULL, EINVAL, "forkd_socket_client: timeout_ms 0: neither");
	ck_assert_ptr_null(forkd_socket_client("tcp://a:1", -2));
	try_error(NULL, EINVAL, "forkd_socket_client: timeout_ms -2: neither");
	ck_assert_ptr_null(forkd_socket_client("tcp://:80", -1));
	try_error(NULL, EINVAL, "forkd_socket_client: url tcp://:80: no host");
	ck_assert_ptr_null(forkd_socket_client("udp://a:00", -1));
	try_error(NULL, EINVAL, "forkd_socket_client: url udp://a:00: no port");
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "tcp://", 6);
	(void)strlcpy(longest + sizeof(longest) - 4, ":80", 4);
	ck_assert_ptr_null(forkd_socket_client(longest, -1));
	try_error(NULL, ENAMETOOLONG, "forkd_socket_client: url tcp://aaa");
	ck_assert_ptr_nonnull(strstr(forkd_error(NULL), "too long"));
	ck_assert_int_eq(resolver.asked, 0);
	resolver.code = EAI_NONAME;
	ck_assert_ptr_null(forkd_socket_client("tcp://nosuch:80", -1));
	try_error(NULL, EHOSTUNREACH, "look-up of nosuch port 80: ");
	ck_assert_ptr_null(forkd_socket_server("tcp://nosuch:80", 0));
	try_error(NULL, EHOSTUNREACH, "look-up of nosuch port 80: ");
}
END_TEST

/* The first address of a name that is here; one in use is no excuse. */
START_TEST(server_of_a_mapped_address)
{
	if (!try_ipv6())
		return;
	resolver.address[0] = "::ffff:127.0.0.1";
	server = forkd_socket_server("tcp://[::ffff:127.0.0.1]:0", 0);
	server_is("::ffff:127.0.0.1", SOCK_STREAM, 1);
}
END_TEST

START_TEST(server_of_a_name)
{
	resolver.address[0] = "192.0.2.1";
	resolver.address[1] = try_own_address(0);
	server = forkd_socket_server("tcp://name:0", 0);
	server_is(try_own_address(0), SOCK_STREAM, 1);
	(void)snprintf(url, sizeof(url), "tcp://name:%d", served_port());
	resolver.address[2] = try_own_address(1);
	ck_assert_ptr_null(forkd_socket_server(url, 0));
	try_error(NULL, EADDRINUSE, "bind 127.");
	ck_assert_ptr_nonnull(strstr(forkd_error(NULL), try_own_address(0)));
	resolver.address[1] = NULL;
	ck_assert_ptr_null(forkd_socket_server(url, 0));
	try_error(NULL, EADDRNOTAVAIL, "bind 192.0.2.1:");
	ck_assert_int_eq(resolver.released, resolver.asked);
}
END_TEST

START_TEST(server_gives_up)
{
	resolver.address[0] = "0.0.0.0";
	fault_set("bind", EADDRINUSE, 0);
	ck_assert_ptr_null(forkd_socket_server("tcp://:0", 0));
	try_error(NULL, EADDRINUSE, "bind ");
	fault_set("socket", EMFILE, 0);
	ck_assert_ptr_null(forkd_socket_server("unix:///nonexistent/s", 0));
	try_error(NULL, EMFILE, "socket of domain 1, type 1, protocol 0: ");
	if (!try_ipv6())
		return;
	resolver.address[0] = "::1";
	fault_set("setsockopt", ENOBUFS, 0);
	ck_assert_ptr_null(forkd_socket_server("udp://[::1]:0", 0));
	try_error(NULL, ENOBUFS, "IPV6_V6ONLY: ");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_server");
	TCase	*tc = tcase_create("socket_server");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, tcp);
	tcase_add_test(tc, tcp_ipv6);
	tcase_add_test(tc, every_address);
	tcase_add_test(tc, udp);
	tcase_add_test(tc, unix_paths);
	tcase_add_test(tc, unix_file);
	tcase_add_test(tc, unix_abstract);
	tcase_add_test(tc, flags);
	tcase_add_test(tc, refuses);
	tcase_add_test(tc, server_of_a_mapped_address);
	tcase_add_test(tc, server_of_a_name);
	tcase_add_test(tc, server_gives_up);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
