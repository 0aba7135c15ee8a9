/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_lookup.c and socket_entry.c, with a resolver of the
 * test's own.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "resolver.h"
#include "socket.h"
#include "socket_try.h"
#include "unit.h"

static struct addrinfo		*found;
static struct forkd_socket	*sock, *server;
static struct {
	const char	*name;		/* getnameinfo's answer */
	int		 code, number, flags;
	char		 asked[ADDR_TEXT_SIZE];
} names;

/* In place of the C library's. */
int
getnameinfo(const struct sockaddr *restrict address, socklen_t length,
    char *restrict host, socklen_t size, char *restrict service,
    socklen_t service_size, int flags)
{
	struct addr	addr;

	ck_assert(service == NULL && service_size == 0);
	ck_assert_uint_eq(length, address->sa_family == AF_INET ?
	    sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	memcpy(&addr.u, address, length);
	addr.length = length;
	addr_host_text(&addr, names.asked, sizeof(names.asked));
	names.flags = flags;
	if (names.number != 0)
		errno = names.number;
	if (names.code == 0)
		(void)snprintf(host, size, "%s", names.name);
	return names.code;
}

static void
fresh(void)
{
	memset(&resolver, 0, sizeof(resolver));
	memset(&names, 0, sizeof(names));
	forkd_socket_clear_error(NULL);
}

static void
gone(void)
{
	if (found != NULL)
		freeaddrinfo(found);
	forkd_socket_close(sock);
	forkd_socket_close(server);
	found = NULL;
	sock = server = NULL;
}

static void
explained(const struct addrinfo *entry, const char *expected, int port)
{
	char	address[FORKD_ADDRESS_SIZE];
	int	seen;

	ck_assert_int_eq(forkd_socket_lookup_explain(entry, address,
	    sizeof(address), &seen), 0);
	ck_assert_str_eq(address, expected);
	ck_assert_int_eq(seen, port);
}

START_TEST(all)
{
	struct addrinfo	hints = {
		.ai_flags = AI_PASSIVE, .ai_family = AF_INET6,
		.ai_socktype = SOCK_DGRAM, .ai_protocol = IPPROTO_UDP
	};

	resolver.address[0] = "192.0.2.1";
	resolver.address[1] = "2001:db8::1";
	resolver.address[2] = "::ffff:192.0.2.2";
	found = forkd_socket_lookup("web.example.org", "80", &hints);
	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(resolver.host, "web.example.org");
	ck_assert_int_eq(resolver.hints.ai_flags, AI_PASSIVE);
	ck_assert_int_eq(resolver.hints.ai_family, AF_INET6);
	ck_assert_int_eq(resolver.hints.ai_socktype, SOCK_DGRAM);
	ck_assert_int_eq(resolver.hints.ai_protocol, IPPROTO_UDP);
	explained(found, "192.0.2.1", 80);
	explained(found->ai_next, "2001:db8::1", 80);
	explained(found->ai_next->ai_next, "::ffff:192.0.2.2", 80);
	ck_assert_ptr_null(found->ai_next->ai_next->ai_next);
	ck_assert_int_eq(forkd_socket_last_error(NULL), 0);
}
END_TEST

START_TEST(parts)
{
	resolver.address[0] = "127.0.0.1";
	found = forkd_socket_lookup("host", NULL, NULL);
	explained(found, "127.0.0.1", 0);
	freeaddrinfo(found);
	found = forkd_socket_lookup(NULL, "65535", NULL);
	explained(found, "127.0.0.1", 65535);
}
END_TEST

START_TEST(refuses)
{
	const char	*const services[] = {
		"", "-1", "65536", " 80", "80 ", "+1", "a b", "4294967376"
	};
	size_t		 i;

	ck_assert_ptr_null(forkd_socket_lookup(NULL, NULL, NULL));
	try_error(NULL, EINVAL, "forkd_socket_lookup: host and service: NULL");
	ck_assert_ptr_null(forkd_socket_lookup("", "80", NULL));
	try_error(NULL, EINVAL, "forkd_socket_lookup: host: empty");
	for (i = 0; i < sizeof(services) / sizeof(*services); i++) {
		ck_assert_ptr_null(forkd_socket_lookup("a", services[i],
		    NULL));
		try_error(NULL, EINVAL, "forkd_socket_lookup: service ");
	}
	ck_assert_int_eq(resolver.asked, 0);
}
END_TEST

static void
fails(int code, int number, int expected, const char *why)
{
	char	text[256];

	resolver.code = code;
	resolver.number = number;
	(void)snprintf(text, sizeof(text), "look-up of host: %s", why);
	errno = ENOMEM;		/* of something else, before */
	ck_assert_ptr_null(forkd_socket_lookup("host", NULL, NULL));
	try_error(NULL, expected, text);
	(void)snprintf(text, sizeof(text), "look-up of host port 80: %s", why);
	ck_assert_ptr_null(forkd_socket_lookup("host", "80", NULL));
	try_error(NULL, expected, text);
	(void)snprintf(text, sizeof(text), "look-up of * port 80: %s", why);
	ck_assert_ptr_null(forkd_socket_lookup(NULL, "80", NULL));
	try_error(NULL, expected, text);
}

START_TEST(failures)
{
	fails(EAI_NONAME, 0, EHOSTUNREACH, gai_strerror(EAI_NONAME));
	fails(EAI_FAIL, 0, EHOSTUNREACH, gai_strerror(EAI_FAIL));
	fails(EAI_AGAIN, 0, EAGAIN, gai_strerror(EAI_AGAIN));
	fails(EAI_MEMORY, 0, ENOMEM, strerror(ENOMEM));
	/* what the GNU C library says when it has no memory */
	fails(EAI_NONAME, ENOMEM, ENOMEM, strerror(ENOMEM));
	fails(EAI_SERVICE, ENOMEM, ENOMEM, strerror(ENOMEM));
	fails(EAI_FAMILY, 0, EAFNOSUPPORT, gai_strerror(EAI_FAMILY));
	fails(EAI_SOCKTYPE, 0, ESOCKTNOSUPPORT, gai_strerror(EAI_SOCKTYPE));
	fails(EAI_SERVICE, 0, EINVAL, gai_strerror(EAI_SERVICE));
	fails(EAI_BADFLAGS, 0, EINVAL, gai_strerror(EAI_BADFLAGS));
	fails(EAI_SYSTEM, EMFILE, EMFILE, strerror(EMFILE));
	fails(EAI_SYSTEM, 0, EIO, strerror(EIO));
	ck_assert_int_eq(resolver.released, 0);
}
END_TEST

/* A socket of an entry, and one that connects to it. */
START_TEST(bind_and_connect)
{
	struct addrinfo	hints = { .ai_socktype = SOCK_STREAM };
	char		text[16];
	int		port;

	resolver.address[0] = "127.0.0.1";
	found = forkd_socket_lookup("host", "0", &hints);
	server = forkd_socket_lookup_bind(found);
	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(fdio_option(server->fd, SOL_SOCKET, SO_REUSEADDR), 1);
	ck_assert_int_eq(forkd_socket_getsockname(server, NULL, 0, &port), 0);
	freeaddrinfo(found);
	(void)snprintf(text, sizeof(text), "%d", port);
	found = forkd_socket_lookup("host", text, &hints);
	ck_assert_ptr_null(forkd_socket_lookup_connect(found, -1));
	try_error(NULL, ECONNREFUSED, "connect 127.0.0.1:");
	ck_assert_int_eq(forkd_socket_listen(server, 1), 0);
	ck_assert_ptr_null(forkd_socket_lookup_bind(found));
	try_error(NULL, EADDRINUSE, "bind 127.0.0.1:");
	sock = forkd_socket_lookup_connect(found, 60000);
	ck_assert_ptr_nonnull(sock);
	ck_assert_int_eq(sock->receive_ms, -1);
	ck_assert_int_eq(sock->send_ms, -1);
	ck_assert_ptr_null(forkd_socket_lookup_connect(found, 0));
	try_error(NULL, EINVAL, "forkd_socket_lookup_connect: timeout_ms 0: ");
	ck_assert_ptr_null(forkd_socket_lookup_connect(found, -2));
	try_error(NULL, EINVAL, "forkd_socket_lookup_connect: timeout_ms -2");
}
END_TEST

START_TEST(bind_ipv6)
{
	struct addrinfo	hints = { .ai_socktype = SOCK_DGRAM };

	if (!try_ipv6())
		return;
	resolver.address[0] = "::1";
	found = forkd_socket_lookup("host", "0", &hints);
	server = forkd_socket_lookup_bind(found);
	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(fdio_option(server->fd, IPPROTO_IPV6, IPV6_V6ONLY),
	    1);
	ck_assert_int_eq(fdio_option(server->fd, SOL_SOCKET, SO_REUSEADDR), 0);
}
END_TEST

/* An entry that somebody has made by hand, and badly. */
START_TEST(odd_entries)
{
	struct sockaddr_storage	address;
	struct addrinfo		entry;
	char			text[8];
	int			port;

	memset(&address, 0, sizeof(address));
	memset(&entry, 0, sizeof(entry));
	ck_assert_ptr_null(forkd_socket_lookup_bind(NULL));
	try_error(NULL, EINVAL, "forkd_socket_lookup_bind: entry: NULL");
	ck_assert_ptr_null(forkd_socket_lookup_connect(&entry, -1));
	try_error(NULL, EINVAL, "forkd_socket_lookup_connect: entry: it has n");
	entry.ai_addr = (struct sockaddr *)&address;
	try_fails(forkd_socket_lookup_explain(&entry, text, 8, &port), NULL,
	    EAFNOSUPPORT, "forkd_socket_lookup_explain: entry: family 0: not");
	entry.ai_family = AF_INET;
	entry.ai_addrlen = sizeof(address);
	try_fails(forkd_socket_lookup_explain(&entry, text, 8, &port), NULL,
	    EINVAL, "forkd_socket_lookup_explain: entry: its address is not");
	entry.ai_addrlen = sizeof(struct sockaddr_in);
	try_fails(forkd_socket_lookup_explain(&entry, text, 8, &port), NULL,
	    EINVAL, "forkd_socket_lookup_explain: entry: its address is not");
	address.ss_family = AF_INET;
	explained(&entry, "0.0.0.0", 0);
	try_fails(forkd_socket_lookup_explain(&entry, text, 7, &port), NULL,
	    ERANGE, "forkd_socket_lookup_explain: address: 7 bytes are too");
	ck_assert_int_eq(forkd_socket_lookup_explain(&entry, NULL, 0, NULL),
	    0);
	ck_assert_ptr_null(forkd_socket_lookup_bind(&entry));
	try_error(NULL, ESOCKTNOSUPPORT, "socket of domain 2, type 0");
	ck_assert_ptr_null(forkd_socket_lookup_connect(&entry, -1));
	try_error(NULL, ESOCKTNOSUPPORT, "socket of domain 2, type 0");
}
END_TEST

START_TEST(address_of_a_name)
{
	char	text[INET6_ADDRSTRLEN] = "as it was";

	resolver.address[0] = "2001:db8::1";
	resolver.address[1] = "192.0.2.1";
	ck_assert_int_eq(forkd_socket_lookup_address("host", AF_UNSPEC, text,
	    sizeof(text)), 0);
	ck_assert_str_eq(text, "2001:db8::1");
	ck_assert_int_eq(resolver.hints.ai_family, AF_UNSPEC);
	ck_assert_int_eq(forkd_socket_lookup_address("host", AF_INET6, text,
	    sizeof(text)), 0);
	ck_assert_int_eq(resolver.hints.ai_family, AF_INET6);
	ck_assert_int_eq(resolver.released, resolver.asked);
	(void)strlcpy(text, "as it was", sizeof(text));
	try_fails(forkd_socket_lookup_address("host", AF_INET, text, 11), NULL,
	    ERANGE, "forkd_socket_lookup_address: address: 11 bytes are too");
	ck_assert_int_eq(resolver.released, resolver.asked);
	try_fails(forkd_socket_lookup_address("host", AF_UNIX, text, 99), NULL,
	    EAFNOSUPPORT, "forkd_socket_lookup_address: domain 1: not AF_");
	try_fails(forkd_socket_lookup_address(NULL, AF_INET, text, 99), NULL,
	    EINVAL, "forkd_socket_lookup_address: name: NULL");
	try_fails(forkd_socket_lookup_address("a", AF_INET, NULL, 99), NULL,
	    EINVAL, "forkd_socket_lookup_address: address: NULL");
	try_fails(forkd_socket_lookup_address("", AF_INET, text, 99), NULL,
	    EINVAL, "forkd_socket_lookup: host: empty");
	resolver.code = EAI_NONAME;
	try_fails(forkd_socket_lookup_address("host", AF_INET, text, 99), NULL,
	    EHOSTUNREACH, "look-up of host: ");
	ck_assert_str_eq(text, "as it was");
}
END_TEST

START_TEST(name_of_an_address)
{
	char	text[32] = "as it was", why[128];

	names.name = "web.example.org";
	try_fails(forkd_socket_lookup_name("192.0.2.1", text, 15), NULL,
	    ERANGE, "forkd_socket_lookup_name: name: 15 bytes are too few ");
	ck_assert_str_eq(text, "as it was");
	ck_assert_int_eq(forkd_socket_lookup_name("192.0.2.1", text, 16), 0);
	ck_assert_str_eq(text, "web.example.org");
	ck_assert_str_eq(names.asked, "192.0.2.1");
	ck_assert_int_eq(names.flags, NI_NAMEREQD);
	ck_assert_int_eq(forkd_socket_lookup_name("2001:db8::1", text,
	    sizeof(text)), 0);
	ck_assert_str_eq(names.asked, "2001:db8::1");
	try_fails(forkd_socket_lookup_name("web.example.org", text, 16), NULL,
	    EINVAL, "forkd_socket_lookup_name: address web.example.org: not");
	try_fails(forkd_socket_lookup_name("", text, 16), NULL, EINVAL,
	    "forkd_socket_lookup_name: address: empty");
	try_fails(forkd_socket_lookup_name(NULL, text, 16), NULL, EINVAL,
	    "forkd_socket_lookup_name: address: NULL");
	try_fails(forkd_socket_lookup_name("::1", NULL, 16), NULL, EINVAL,
	    "forkd_socket_lookup_name: name: NULL");
	names.code = EAI_NONAME;
	(void)snprintf(why, sizeof(why), "look-up of 192.0.2.1: %s",
	    gai_strerror(EAI_NONAME));
	errno = ENOMEM;		/* of something else, before */
	try_fails(forkd_socket_lookup_name("192.0.2.1", text, 16), NULL,
	    EHOSTUNREACH, why);
	names.number = ENOMEM;
	(void)snprintf(why, sizeof(why), "look-up of 192.0.2.1: %s",
	    strerror(ENOMEM));
	try_fails(forkd_socket_lookup_name("192.0.2.1", text, 16), NULL,
	    ENOMEM, why);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_lookup");
	TCase	*tc = tcase_create("socket_lookup");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, all);
	tcase_add_test(tc, parts);
	tcase_add_test(tc, refuses);
	tcase_add_test(tc, failures);
	tcase_add_test(tc, bind_and_connect);
	tcase_add_test(tc, bind_ipv6);
	tcase_add_test(tc, odd_entries);
	tcase_add_test(tc, address_of_a_name);
	tcase_add_test(tc, name_of_an_address);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
