/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of child.c and privilege.c: the steps of a child from nice to
 * its directory, each in a process of its own.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "error.h"
#include "forked.h"
#include "privilege.h"
#include "service.h"
#include "unit.h"

static struct service	*service;
static struct error	 error;

static void
fresh(void)
{
	struct settings	settings;

	ck_assert_int_eq(settings_init(&settings), 0);
	service = service_new("web", &settings);
	ck_assert_ptr_nonnull(service);
	settings_free(&settings);
}

static void
gone(void)
{
	service_free(service);
}

/* The state is the master's alone. */
static void
free_in_child(void)
{
	service->state = NULL;
	service_free(service);
}

static void
set(const char *name, const char *value)
{
	ck_assert_int_eq(settings_set(&service->settings, name, value,
	    &error), 0);
}

/* The part ends as it began: valgrind looks at children, too. */
static int
step_of(void *arg)
{
	enum child_step	step;
	int		number;

	errno = 0;
	step = child_restrict(service);
	number = errno;
	free_in_child();
	FORKED_CHECK((int)step == ((int *)arg)[0]);
	FORKED_CHECK(step == STEP_NONE || number == ((int *)arg)[1]);
	return 0;
}

static void
stops_at(enum child_step step, int number)
{
	int	expected[2];

	expected[0] = (int)step;
	expected[1] = number;
	ck_assert_int_eq(forked(step_of, expected), 0);
}

START_TEST(failing_steps)
{
	stops_at(STEP_NONE, 0);
	set("directory", "/no/such/directory");
	stops_at(STEP_DIRECTORY, ENOENT);
	set("directory", "/dev/null");
	stops_at(STEP_DIRECTORY, ENOTDIR);
	set("chroot", "/no/such/root");
	stops_at(STEP_CHROOT, ENOENT);
	if (geteuid() == 0)
		return;
	set("chroot", "/");
	stops_at(STEP_CHROOT, EPERM);
	service->identity.given = true;
	service->identity.uid = geteuid() + 1;
	set("chroot", "");
	stops_at(STEP_IDENTITY, EPERM);
	set("nice", "-20");
	stops_at(STEP_NICE, EACCES);
}
END_TEST

static bool
limited(int resource, rlim_t value)
{
	struct rlimit	limit;

	return getrlimit(resource, &limit) == 0 && limit.rlim_cur == value &&
	    limit.rlim_max == value;
}

static int
all_steps(void *arg)
{
	struct rlimit	before, now;
	char		path[PATH_MAX];
	int		priority;

	(void)arg;
	FORKED_CHECK(getrlimit(RLIMIT_AS, &before) == 0);
	priority = getpriority(PRIO_PROCESS, 0);
	(void)umask(0777);
	FORKED_CHECK(child_restrict(service) == STEP_NONE);
	FORKED_CHECK(umask(0) == 027);
	FORKED_CHECK(getpriority(PRIO_PROCESS, 0) == priority + 3 ||
	    priority > 16);
	FORKED_CHECK(limited(RLIMIT_CORE, 0));
	FORKED_CHECK(limited(RLIMIT_CPU, 61));	/* whole seconds */
	FORKED_CHECK(limited(RLIMIT_FSIZE, 1 << 20));
	FORKED_CHECK(getrlimit(RLIMIT_AS, &now) == 0);
	FORKED_CHECK(now.rlim_cur == before.rlim_cur);
	FORKED_CHECK(getcwd(path, sizeof(path)) != NULL);
	FORKED_CHECK(strcmp(path, "/") == 0);
	FORKED_CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	free_in_child();
	return 0;
}

START_TEST(steps)
{
	set("umask", "027");
	set("nice", "3");
	set("limit-cpu", "61999ms");
	set("limit-fsize", "1M");
	set("directory", "/");
	set("no-new-privs", "yes");
	ck_assert_int_eq(forked(all_steps, NULL), 0);
}
END_TEST

/* auto: only where privileges are dropped. */
static int
no_new_privs(void *arg)
{
	int	before, expected;

	before = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	expected = *(int *)arg;
	FORKED_CHECK(child_restrict(service) == STEP_NONE);
	free_in_child();
	FORKED_CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) ==
	    (before | expected));
	return 0;
}

START_TEST(protections)
{
	static int	off = 0, on = 1;

	ck_assert_int_eq(forked(no_new_privs, &off), 0);
	if (geteuid() != 0)
		return;
	service->identity.given = true;		/* root is no drop */
	ck_assert_int_eq(forked(no_new_privs, &off), 0);
	service->identity.uid = 12345;
	ck_assert_int_eq(forked(no_new_privs, &on), 0);
	set("no-new-privs", "no");
	ck_assert_int_eq(forked(no_new_privs, &off), 0);
}
END_TEST

static int
become(void *arg)
{
	struct identity	*identity = arg;
	gid_t		 groups[8];
	uid_t		 ids[3];

	FORKED_CHECK(privilege_become(identity) == 0);
	FORKED_CHECK(getresuid(&ids[0], &ids[1], &ids[2]) == 0);
	FORKED_CHECK(ids[0] == 12345 && ids[1] == 12345 && ids[2] == 12345);
	FORKED_CHECK(getgid() == 54321 && getegid() == 54321);
	FORKED_CHECK(getgroups(8, groups) == 2);
	FORKED_CHECK(groups[0] == 7 && groups[1] == 9);
	FORKED_CHECK(setuid(0) == -1 && setgid(0) == -1);
	FORKED_CHECK(seteuid(0) == -1 && setegid(0) == -1);
	FORKED_CHECK(setgroups(0, NULL) == -1);
	/* once more, as who may set nothing but has it already */
	FORKED_CHECK(privilege_become(identity) == 0);
	identity->groups[0] = 8;
	FORKED_CHECK(privilege_become(identity) == -1 && errno == EPERM);
	return 0;
}

START_TEST(privileges)
{
	gid_t		groups[2] = { 7, 9 };
	struct identity	identity;

	memset(&identity, 0, sizeof(identity));
	ck_assert(!privilege_drops(&identity));
	ck_assert_int_eq(privilege_become(&identity), 0);	/* nobody */
	identity.given = true;
	ck_assert(!privilege_drops(&identity));
	identity.uid = 12345;
	ck_assert_int_eq(privilege_drops(&identity), geteuid() == 0);
	identity.gid = 54321;
	identity.groups = groups;
	identity.group_count = 2;
	if (geteuid() == 0)
		ck_assert_int_eq(forked(become, &identity), 0);
}
END_TEST

static void
text_of(int step, const char *expected)
{
	char	text[64];

	child_step_text(service, (enum child_step)step, text, sizeof(text));
	ck_assert_str_eq(text, expected);
}

START_TEST(texts)
{
	static const char	*expected[] = {
		"step 0", "setsid", "descriptors", "signals", "nice 3",
		"chroot /srv", "user ann:users",
		"no-new-privs", "directory /tmp", "exec /bin/x", "start"
	};
	int			 step;

	set("nice", "3");
	set("chroot", "/srv");
	set("user", "ann:users");
	set("directory", "/tmp");
	service->path = strdup("/bin/x");
	for (step = STEP_NONE; step <= STEP_START; step++)
		text_of(step, expected[step]);
}
END_TEST

/* The step of a limit names it; a child may say anything. */
START_TEST(texts_of_limits)
{
	static const char	*expected[LIMIT_COUNT] = {
		"limit-as 100", "limit-cpu 101", "limit-nofile 102",
		"limit-nproc 103", "limit-fsize 104", "limit-core 105",
		"limit-stack 106"
	};
	int			 i;

	for (i = 0; i < LIMIT_COUNT; i++)
		service->settings.limits[i] = 100 + i;
	for (i = 0; i < LIMIT_COUNT; i++)
		text_of(STEP_LIMIT + i, expected[i]);
	text_of(STEP_LIMIT + LIMIT_COUNT, "step 18");
	text_of(INT32_MAX, "step 2147483647");
	text_of(-1, "step -1");
	text_of(INT32_MIN, "step -2147483648");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("child");
	TCase	*tc = tcase_create("child");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, failing_steps);
	tcase_add_test(tc, steps);
	tcase_add_test(tc, protections);
	tcase_add_test(tc, privileges);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, texts_of_limits);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
