/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of addr.c: what becomes of a resolver's answers.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "addr.h"
#include "error.h"
#include "resolver.h"
#include "unit.h"

static struct addr_spec	 spec;
static struct addr_list	 list;
static struct error	 error;

static void
fresh(void)
{
	memset(&resolver, 0, sizeof(resolver));
}

static void
gone(void)
{
	addr_list_free(&list);
}

static void
resolve(const char *text)
{
	ck_assert_int_eq(addr_parse(text, &spec, &error), 0);
	ck_assert_int_eq(addr_resolve(&spec, &list, &error), 0);
	ck_assert_int_eq(resolver.asked, 1);
	ck_assert_int_eq(resolver.released, 1);
}

static void
list_is(const char *expected)
{
	char	seen[512] = "", text[ADDR_TEXT_SIZE];
	size_t	i;

	for (i = 0; i < list.count; i++) {
		addr_text(&list.addr[i], text, sizeof(text));
		(void)strlcat(seen, i == 0 ? "" : " ", sizeof(seen));
		(void)strlcat(seen, text, sizeof(seen));
	}
	ck_assert_str_eq(seen, expected);
}

START_TEST(all_of_them)
{
	resolver.address[0] = "2001:db8::1";
	resolver.address[1] = "192.0.2.9";
	resolver.address[2] = "2001:db8::2";
	resolve("web.example.org:80");
	ck_assert_str_eq(resolver.host, "web.example.org");
	list_is("[2001:db8::1]:80 192.0.2.9:80 [2001:db8::2]:80");
}
END_TEST

/* Resolvers give an address once for each line that has it. */
START_TEST(each_one_once)
{
	resolver.address[0] = "127.0.0.1";
	resolver.address[1] = "::1";
	resolver.address[2] = "127.0.0.1";
	resolver.address[3] = "127.0.0.2";
	resolver.address[4] = "::1";
	resolve("localhost:7");
	list_is("127.0.0.1:7 [::1]:7 127.0.0.2:7");
}
END_TEST

START_TEST(too_long_for_us)
{
	resolver.address[0] = "of another family";
	resolver.address[1] = "127.0.0.1";
	resolve("localhost:7");
	list_is("127.0.0.1:7");
}
END_TEST

START_TEST(families)
{
	resolver.address[0] = "::1";
	resolve("host:7");
	ck_assert_int_eq(resolver.hints.ai_family, AF_UNSPEC);
	ck_assert_int_eq(resolver.hints.ai_socktype, SOCK_STREAM);
	ck_assert_int_eq(resolver.hints.ai_flags & AI_PASSIVE, AI_PASSIVE);
	gone();
	resolver.asked = resolver.released = 0;
	resolve("tcp4://host:7");
	ck_assert_int_eq(resolver.hints.ai_family, AF_INET);
	gone();
	resolver.asked = resolver.released = 0;
	resolve("tcp6://host:7");
	ck_assert_int_eq(resolver.hints.ai_family, AF_INET6);
}
END_TEST

static void
fails(int code, int number, int expected, int exit_code, const char *text)
{
	fresh();
	resolver.code = code;
	resolver.number = number;
	ck_assert_int_eq(addr_parse("host:7", &spec, &error), 0);
	errno = 0;
	ck_assert_int_eq(addr_resolve(&spec, &list, &error), -1);
	ck_assert_int_eq(errno, expected);
	ck_assert_int_eq(error.number, expected);
	ck_assert_int_eq(error.exit_code, exit_code);
	ck_assert_str_eq(error.text, text);
	ck_assert_int_eq(resolver.released, 0);
	ck_assert_ptr_null(list.addr);
}

START_TEST(failures)
{
	char	text[128];

	(void)snprintf(text, sizeof(text), "host: %s",
	    gai_strerror(EAI_NONAME));
	fails(EAI_NONAME, 0, EHOSTUNREACH, EX_NOHOST, text);
	(void)snprintf(text, sizeof(text), "host: %s",
	    gai_strerror(EAI_AGAIN));
	fails(EAI_AGAIN, 0, EHOSTUNREACH, EX_NOHOST, text);
	(void)snprintf(text, sizeof(text), "host: %s",
	    gai_strerror(EAI_SYSTEM));
	fails(EAI_SYSTEM, EMFILE, EHOSTUNREACH, EX_NOHOST, text);
	(void)snprintf(text, sizeof(text), "host: %s", strerror(ENOMEM));
	fails(EAI_MEMORY, 0, ENOMEM, EX_OSERR, text);
	fails(EAI_SYSTEM, ENOMEM, ENOMEM, EX_OSERR, text);
}
END_TEST

/* A port that is wrong needs no resolver. */
START_TEST(not_asked)
{
	ck_assert_int_eq(addr_parse("host:7", &spec, &error), 0);
	(void)strlcpy(spec.port, "-1", sizeof(spec.port));
	ck_assert_int_eq(addr_resolve(&spec, &list, &error), -1);
	ck_assert_int_eq(resolver.asked, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("addr_names");
	TCase	*tc = tcase_create("addr_names");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, all_of_them);
	tcase_add_test(tc, each_one_once);
	tcase_add_test(tc, too_long_for_us);
	tcase_add_test(tc, families);
	tcase_add_test(tc, failures);
	tcase_add_test(tc, not_asked);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
