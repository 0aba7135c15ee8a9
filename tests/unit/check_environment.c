/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of environment.c: the whole environment of a handler, compared.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "environment.h"
#include "error.h"
#include "identity.h"
#include "settings.h"
#include "unit.h"

#define PATH_DEFAULT	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:" \
			"/usr/bin:/sbin:/bin"
#define OWN		12	/* variables of a connection, at most */

static struct settings			 settings;
static struct identity			 identity;
static struct environment		 environment;
static struct environment_room		 room;
static struct environment_facts		 facts;
static struct error			 error;
static struct addr			 peer, local;

static void
set(const char *name, const char *value)
{
	ck_assert_int_eq(settings_set(&settings, name, value, &error), 0);
}

static void
fresh(void)
{
	memset(&identity, 0, sizeof(identity));
	memset(&environment, 0, sizeof(environment));
	memset(&facts, 0, sizeof(facts));
	ck_assert_int_eq(settings_init(&settings), 0);
	addr_any(&peer, AF_INET, 53422);
	peer.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr_any(&local, AF_INET6, 80);
	local.u.in6.sin6_addr = in6addr_loopback;
	facts.service = "web";
	facts.serial = 17;
	facts.slot = 3;
	facts.peer = &peer;
	facts.local = &local;
}

static void
gone(void)
{
	environment_free(&environment);
	settings_free(&settings);
}

static void
make(const char *const inherited[])
{
	environment_free(&environment);
	ck_assert_int_eq(environment_make(&environment, &settings, &identity,
	    (char *const *)(uintptr_t)inherited, &error), 0);
}

/* Whether the fixed variables are these, in this order. */
static void
fixed_are(const char *const expected[])
{
	size_t	i;

	for (i = 0; expected[i] != NULL; i++) {
		ck_assert_uint_lt(i, environment.fixed);
		ck_assert_str_eq(environment.variable[i], expected[i]);
	}
	ck_assert_uint_eq(environment.fixed, i);
	ck_assert_ptr_null(environment.variable[i]);
}

#define LIST(...)	((const char *const []){ __VA_ARGS__, NULL })

START_TEST(default_patterns)
{
	make(LIST("HOME=/root", "PATH=/bin", "LANG=C", "LC_ALL=C", "LC_=",
	    "TZ=UTC", "TZDIR=/x", "PATHS=/x", "LANGUAGE=de", "path=/x",
	    "LC", "LD_PRELOAD=x.so"));
	fixed_are(LIST("PATH=/bin", "LANG=C", "LC_ALL=C", "LC_=",
	    "TZ=UTC"));
}
END_TEST

START_TEST(patterns)
{
	set("env-keep", "A? [xy]1 *_END EXACT");
	make(LIST("A=1", "AB=2", "ABC=3", "x1=4", "z1=5", "MY_END=6",
	    "_END=7", "EXACT=8=9", "EXACTLY=10", "a*=11", "PATH=/x"));
	fixed_are(LIST("AB=2", "x1=4", "MY_END=6", "_END=7", "EXACT=8=9",
	    PATH_DEFAULT));
	set("env-keep", "");
	make(LIST("PATH=/bin", "A=1"));
	fixed_are(LIST(PATH_DEFAULT));
}
END_TEST

/* Also under `*': what forkd says itself, and what was said to forkd. */
START_TEST(never_inherited)
{
	set("env-keep", "* LISTEN_FDS FORKD_*");
	make(LIST("A=1", "PROTO=UDP", "TCPLOCALIP=x", "TCPREMOTEHOST=x",
	    "UNIXLOCALPATH=x", "UNIXREMOTEEUID=0", "REMOTE_ADDR=x",
	    "REMOTE_PORT=1", "REMOTE_USER=x", "FORKD_SERVICE=x", "FORKD_=x",
	    "NOTIFY_SOCKET=/x", "WATCHDOG_USEC=1", "WATCHDOG_PID=1",
	    "LISTEN_FDS=1", "LISTEN_PID=1", "LISTEN_FDNAMES=x",
	    "PROTOCOL=x", "FORKD=x", "REMOTE=x", "without equals", "B="));
	fixed_are(LIST("A=1", "PROTOCOL=x", "FORKD=x", "REMOTE=x", "B=",
	    PATH_DEFAULT));
}
END_TEST

START_TEST(path)
{
	make(LIST("PATH="));
	fixed_are(LIST("PATH="));	/* there is one: it stays */
	set("env", "PATH=/opt/bin");
	make(LIST("PATH=/bin", "TZ=UTC"));
	fixed_are(LIST("PATH=/opt/bin", "TZ=UTC"));
}
END_TEST

/* The later one wins: inherited, the user's, env. */
START_TEST(order)
{
	char	user[] = "ann", home[] = "/home/ann", shell[] = "/bin/zsh";

	identity.given = true;
	identity.user = user;
	identity.home = home;
	identity.shell = shell;
	set("env-keep", "*");
	set("env", "A=env");
	set("env", "SHELL=env");
	set("env", "A=env=2");
	set("env", "EMPTY=");
	make(LIST("A=1", "HOME=/root", "B=2", "A=3", "USER=root"));
	fixed_are(LIST("A=env=2", "B=2", "HOME=/home/ann", "USER=ann",
	    "LOGNAME=ann", "SHELL=env", "EMPTY=", PATH_DEFAULT));
}
END_TEST

/* What describes the user is never that of another one. */
START_TEST(user_without_a_name)
{
	set("env-keep", "*");
	make(LIST("HOME=/root", "USER=root", "LOGNAME=x", "SHELL=x", "HO=1"));
	fixed_are(LIST("HOME=/root", "USER=root", "LOGNAME=x", "SHELL=x",
	    "HO=1", PATH_DEFAULT));
	identity.given = true;
	make(LIST("HOME=/root", "USER=root", "LOGNAME=x", "SHELL=x", "HO=1"));
	fixed_are(LIST("HO=1", PATH_DEFAULT));
}
END_TEST

static void
refused(const char *variable, const char *text)
{
	set("env", "");
	set("env", "GOOD=1");
	set("env", variable);
	errno = 0;
	ck_assert_int_eq(environment_make(&environment, &settings, &identity,
	    (char *const *)(uintptr_t)LIST("PATH=/bin"), &error), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_str_eq(error.text, text);
	ck_assert_ptr_null(environment.variable);
}

/* The connection's own are not the administrator's to say. */
START_TEST(env_of_forkd)
{
	refused("TCPREMOTEIP=x", "env: TCPREMOTEIP=x: forkd itself says what "
	    "that is");
	refused("FORKD_X=", "env: FORKD_X=: forkd itself says what that is");
	refused("LISTEN_FDS=1", "env: LISTEN_FDS=1: forkd itself says what "
	    "that is");
}
END_TEST

START_TEST(env_without_a_name)
{
	refused("NAME", "env: \"NAME\" is not NAME=VALUE");
	refused("=VALUE", "env: \"=VALUE\" is not NAME=VALUE");
	refused("a\nb", "env: \"a\\nb\" is not NAME=VALUE");
}
END_TEST

START_TEST(long_names)
{
	char	fits[300], longer[300];

	memset(fits, 'N', sizeof(fits));
	(void)snprintf(fits + 255, sizeof(fits) - 255, "=fits");
	memset(longer, 'N', sizeof(longer));
	(void)snprintf(longer + 256, sizeof(longer) - 256, "=longer");
	set("env-keep", "N*");
	make(LIST(fits, longer));
	fixed_are(LIST(fits, PATH_DEFAULT));
	set("env-keep", "*");
	make(LIST(fits, longer));
	fixed_are(LIST(fits, longer, PATH_DEFAULT));
	set("env", longer);
	make(LIST("NN=1"));
	fixed_are(LIST("NN=1", longer, PATH_DEFAULT));
}
END_TEST

static void
connection_is(const char *const expected[])
{
	char	**all;
	size_t	  i;

	all = environment_of(&environment, &room, &facts);
	ck_assert_ptr_eq(all, environment.variable);
	for (i = 0; i < environment.fixed; i++)
		ck_assert_ptr_nonnull(all[i]);
	all += environment.fixed;
	for (i = 0; expected[i] != NULL; i++) {
		ck_assert_ptr_nonnull(all[i]);
		ck_assert_str_eq(all[i], expected[i]);
	}
	ck_assert_ptr_null(all[i]);
}

START_TEST(connections)
{
	make(LIST("TZ=UTC"));
	connection_is(LIST("PROTO=TCP", "TCPLOCALIP=::1", "TCPLOCALPORT=80",
	    "TCPREMOTEIP=127.0.0.1", "TCPREMOTEPORT=53422",
	    "REMOTE_ADDR=127.0.0.1", "REMOTE_PORT=53422",
	    "FORKD_SERVICE=web", "FORKD_CONNECTION=17", "FORKD_WORKER=3"));
}
END_TEST

/* Mode wait: nothing of a peer, and what sd_listen_fds(3) reads. */
START_TEST(listeners)
{
	static char	names[] = "LISTEN_FDNAMES=web:web";

	make(LIST("TZ=UTC"));
	facts.peer = NULL;
	facts.serial = 0;
	facts.listeners = 2;
	facts.listen_names = names;
	connection_is(LIST("PROTO=TCP", "TCPLOCALIP=::1", "TCPLOCALPORT=80",
	    "FORKD_SERVICE=web", "FORKD_WORKER=3", "LISTEN_FDS=2",
	    "LISTEN_PID=", "LISTEN_FDNAMES=web:web"));
	environment_pid(environment.variable, 4711);
	ck_assert_str_eq(environment.variable[environment.fixed + 6],
	    "LISTEN_PID=4711");
	memset(&local, 0, sizeof(local));
	local.u.un.name.sun_family = AF_UNIX;
	(void)strlcpy(local.u.un.name.sun_path, "/run/x", 7);
	local.length = offsetof(struct sockaddr_un, sun_path) + 7;
	connection_is(LIST("PROTO=UNIX", "UNIXLOCALPATH=/run/x",
	    "FORKD_SERVICE=web", "FORKD_WORKER=3", "LISTEN_FDS=2",
	    "LISTEN_PID=", "LISTEN_FDNAMES=web:web"));
}
END_TEST

START_TEST(names_of_hosts)
{
	char	local_name[] = "TCPLOCALHOST=localhost";
	char	name[ENVIRONMENT_NAME_SIZE], variable[300];

	make(LIST("TZ=UTC"));
	memset(name, 'h', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(variable, sizeof(variable), "TCPREMOTEHOST=%s", name);
	facts.peer_name = variable;
	facts.local_name = local_name;
	facts.serial = UINT64_MAX;
	facts.slot = 65535;
	(void)inet_pton(AF_INET6, "::ffff:192.0.2.9", &peer.u.in6.sin6_addr);
	peer.u.sa.sa_family = AF_INET6;
	peer.length = sizeof(peer.u.in6);
	connection_is(LIST("PROTO=TCP", "TCPLOCALIP=::1", "TCPLOCALPORT=80",
	    "TCPREMOTEIP=192.0.2.9", "TCPREMOTEPORT=53422",
	    "REMOTE_ADDR=192.0.2.9", "REMOTE_PORT=53422",
	    "FORKD_SERVICE=web", "FORKD_CONNECTION=18446744073709551615",
	    "FORKD_WORKER=65535", local_name, variable));
	facts.peer_name = facts.local_name = NULL;
	(void)environment_of(&environment, &room, &facts); /* until the next */
	ck_assert_ptr_null(environment.variable[environment.fixed + OWN - 2]);
}
END_TEST

/* The longest of each fits into its cell. */
START_TEST(longest)
{
	char	name[64];

	make(LIST("TZ=UTC"));
	memset(name, 's', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	facts.service = name;
	facts.serial = UINT64_MAX;
	facts.slot = INT_MAX;
	addr_any(&peer, AF_INET6, 65535);
	memset(&peer.u.in6.sin6_addr, 0xff, sizeof(peer.u.in6.sin6_addr));
	peer.u.in6.sin6_scope_id = UINT32_MAX;	/* has no name */
	connection_is(LIST("PROTO=TCP", "TCPLOCALIP=::1", "TCPLOCALPORT=80",
	    "TCPREMOTEIP=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295",
	    "TCPREMOTEPORT=65535",
	    "REMOTE_ADDR=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295",
	    "REMOTE_PORT=65535", "FORKD_SERVICE="
	    "sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss",
	    "FORKD_CONNECTION=18446744073709551615",
	    "FORKD_WORKER=2147483647"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("environment");
	TCase	*tc = tcase_create("environment");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, default_patterns);
	tcase_add_test(tc, patterns);
	tcase_add_test(tc, never_inherited);
	tcase_add_test(tc, path);
	tcase_add_test(tc, order);
	tcase_add_test(tc, user_without_a_name);
	tcase_add_test(tc, env_of_forkd);
	tcase_add_test(tc, env_without_a_name);
	tcase_add_test(tc, long_names);
	tcase_add_test(tc, connections);
	tcase_add_test(tc, listeners);
	tcase_add_test(tc, names_of_hosts);
	tcase_add_test(tc, longest);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
