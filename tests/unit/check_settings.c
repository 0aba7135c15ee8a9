/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of settings.c: defaults, texts, lists, choices and copies.
 * Numbers are tested in check_settings_table.c, what is said of mistakes in
 * check_settings_errors.c.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "settings.h"
#include "unit.h"

static struct settings	 settings;
static struct error	 error;

static void
fresh(void)
{
	ck_assert_int_eq(settings_init(&settings), 0);
}

static void
gone(void)
{
	settings_free(&settings);
}

static void
set(const char *name, const char *value)
{
	ck_assert_msg(settings_set(&settings, name, value, &error) == 0,
	    "%s=%s: %s", name, value, error.text);
}

static void
refused(const char *name, const char *value, int number, const char *text)
{
	errno = 0;
	ck_assert_msg(settings_set(&settings, name, value, &error) == -1,
	    "%s=%s is taken", name, value);
	ck_assert_str_eq(error.text, text);
	ck_assert_int_eq(errno, number);
	ck_assert_int_eq(error.number, number);
	ck_assert_int_eq(error.exit_code, EX_USAGE);
}

static void
words_are(const struct words *words, const char *expected)
{
	char	text[256] = "";
	size_t	i;

	for (i = 0; i < words->count; i++) {
		(void)strlcat(text, "[", sizeof(text));
		(void)strlcat(text, words->word[i], sizeof(text));
		(void)strlcat(text, "]", sizeof(text));
	}
	ck_assert_str_eq(text, expected);
}

START_TEST(defaults)
{
	words_are(&settings.listen, "");
	words_are(&settings.handler, "[talkback]");
	words_are(&settings.env, "");
	words_are(&settings.env_keep, "[PATH][LANG][LC_*][TZ]");
	ck_assert_int_eq(settings.backlog, SOMAXCONN);
	ck_assert_int_eq(settings.tcp_nodelay, 0);
	ck_assert_int_eq(settings.keepalive, 1);
	ck_assert_int_eq(settings.freebind, 0);
	ck_assert_int_eq(settings.send_buffer, SETTING_OFF);
	ck_assert_int_eq(settings.receive_buffer, SETTING_OFF);
	ck_assert_ptr_null(settings.argv0);
	ck_assert_int_eq(settings.mode, MODE_FORK);
	ck_assert_ptr_null(settings.directory);
	ck_assert_int_eq(settings.umask, 022);
	ck_assert_int_eq(settings.nice, 0);
	ck_assert_int_eq(settings.standard_error, STDERR_LOG);
	ck_assert_int_eq(settings.resolve, 0);
	ck_assert_ptr_null(settings.user);
	ck_assert_ptr_null(settings.group);
	ck_assert_ptr_null(settings.groups);
	ck_assert_ptr_null(settings.chroot);
	ck_assert_int_eq(settings.no_new_privs, SETTING_AUTO);
	ck_assert_int_eq(settings.max_workers, 128);
	ck_assert_int_eq(settings_least(&settings), 2);
	settings.mode = MODE_WAIT;
	ck_assert_int_eq(settings_least(&settings), 0);
	ck_assert_int_eq(settings.timeout, SETTING_OFF);
	ck_assert_int_eq(settings.kill_grace, 5000);
	ck_assert_int_eq(settings.drain_timeout, 30000);
	ck_assert_int_eq(settings.idle_timeout, SETTING_OFF);
	ck_assert_int_eq(settings.client_gone, GONE_IGNORE);
	ck_assert_ptr_null(settings.log);
	ck_assert_int_eq(settings.log_format, FORMAT_TEXT);
	ck_assert_int_eq(settings.log_level, LEVEL_INFO);
}
END_TEST

/* The places in limits[], the names and what setrlimit(2) calls them. */
START_TEST(handler_limits)
{
	static const struct {
		const char	*name;
		int		 resource;
	} names[LIMIT_COUNT] = {
		{ "limit-as", RLIMIT_AS }, { "limit-cpu", RLIMIT_CPU },
		{ "limit-nofile", RLIMIT_NOFILE },
		{ "limit-nproc", RLIMIT_NPROC },
		{ "limit-fsize", RLIMIT_FSIZE }, { "limit-core", RLIMIT_CORE },
		{ "limit-stack", RLIMIT_STACK }
	};
	int	i, j;

	for (i = 0; i < LIMIT_COUNT; i++) {
		ck_assert_int_eq(settings.limits[i],
		    names[i].resource == RLIMIT_CORE ? 0 : SETTING_OFF);
		ck_assert_int_eq(settings_limit_resource[i],
		    names[i].resource);
		settings.limits[i] = 0;
	}
	for (i = 0; i < LIMIT_COUNT; i++) {
		set(names[i].name, "2000000");
		for (j = 0; j < LIMIT_COUNT; j++)
			ck_assert_int_eq(settings.limits[j],
			    j > i ? 0 : j == 1 ? 2000000000 :
			    2000000);
	}
}
END_TEST

START_TEST(texts)
{
	set("user", "ann:users");
	ck_assert_str_eq(settings.user, "ann:users");
	set("user", " b o b ");
	ck_assert_str_eq(settings.user, " b o b ");
	set("user", "");			/* none */
	ck_assert_ptr_null(settings.user);
	set("user", settings.handler.word[0]);
	ck_assert_str_eq(settings.user, "talkback");
}
END_TEST

START_TEST(commands)
{
	set("handler", "/bin/cat -n 'a b'");
	words_are(&settings.handler, "[/bin/cat][-n][a b]");
	refused("handler", "echo 'x", EINVAL,
	    "handler: echo 'x: a quote is not closed");
	words_are(&settings.handler, "[/bin/cat][-n][a b]");
	set("handler", "/bin/true");
	words_are(&settings.handler, "[/bin/true]");
	set("handler", "");
	ck_assert_uint_eq(settings.handler.count, 0);
}
END_TEST

/* A list is replaced, a line is added. */
START_TEST(lists_and_lines)
{
	set("env-keep", "A, B C");
	words_are(&settings.env_keep, "[A][B][C]");
	set("env-keep", "D");
	words_are(&settings.env_keep, "[D]");
	set("env-keep", "");
	words_are(&settings.env_keep, "");
	set("env", "A=b, c");
	set("env", "A=b, c");
	set("env", "D='e'");
	words_are(&settings.env, "[A=b, c][A=b, c][D='e']");
	set("env", "");
	words_are(&settings.env, "");
	set("listen", "80");
	set("listen", "[::1]:8080");
	words_are(&settings.listen, "[80][[::1]:8080]");
}
END_TEST

START_TEST(choices)
{
	set("stderr", "null");
	ck_assert_int_eq(settings.standard_error, STDERR_NULL);
	set("stderr", "socket");
	ck_assert_int_eq(settings.standard_error, STDERR_SOCKET);
	set("log-level", "error");
	ck_assert_int_eq(settings.log_level, LEVEL_ERROR);
	set("log-level", "debug");
	ck_assert_int_eq(settings.log_level, LEVEL_DEBUG);
	set("log-format", "json");
	ck_assert_int_eq(settings.log_format, FORMAT_JSON);
	refused("stderr", "Log", EINVAL,
	    "stderr: \"Log\" is not log or socket or null");
	refused("stderr", "", EINVAL,
	    "stderr: \"\" is not log or socket or null");
	ck_assert_int_eq(settings.standard_error, STDERR_SOCKET);
}
END_TEST

/* A copy is whole and its own. */
START_TEST(copying)
{
	struct settings	copy;

	set("handler", "/bin/cat 'a b'");
	set("env", "A=1");
	set("listen", "80");
	set("user", "ann");
	set("log", "stderr");
	set("timeout", "7s");
	set("limit-stack", "1M");
	ck_assert_int_eq(settings_copy(&copy, &settings), 0);
	set("handler", "/bin/false");
	set("env", "");
	set("user", "bob");
	set("timeout", "off");
	settings_free(&settings);
	words_are(&copy.handler, "[/bin/cat][a b]");
	words_are(&copy.env, "[A=1]");
	words_are(&copy.listen, "[80]");
	words_are(&copy.env_keep, "[PATH][LANG][LC_*][TZ]");
	ck_assert_str_eq(copy.user, "ann");
	ck_assert_str_eq(copy.log, "stderr");
	ck_assert_ptr_null(copy.chroot);
	ck_assert_int_eq(copy.timeout, 7000);
	ck_assert_int_eq(copy.limits[6], 1 << 20);
	ck_assert_int_eq(copy.no_new_privs, SETTING_AUTO);
	settings_free(&copy);
}
END_TEST

START_TEST(freeing)
{
	errno = ERANGE;
	settings_free(&settings);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_ptr_null(settings.handler.word);
	settings_free(&settings);	/* twice */
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("settings");
	TCase	*tc = tcase_create("settings");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, handler_limits);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, commands);
	tcase_add_test(tc, lists_and_lines);
	tcase_add_test(tc, choices);
	tcase_add_test(tc, copying);
	tcase_add_test(tc, freeing);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
