/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of pid_file.c: what is a pid file, who has it, and whose it is
 * when it is removed.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "error.h"
#include "forked.h"
#include "pid_file.h"
#include "unit.h"

static char		directory[64], path[96];
static struct error	error;

static void
fresh(void)
{
	(void)strlcpy(directory, "/tmp/forkd-unit-XXXXXX", sizeof(directory));
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/pid", directory);
}

static void
gone(void)
{
	pid_file_release();
	(void)unlink(path);
	(void)rmdir(directory);
}

static void
fill(const char *text, size_t size)
{
	FILE	*file;

	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

static int
content(void)
{
	FILE	*file;
	int	number;

	file = fopen(path, "r");
	if (file == NULL)
		return -1;
	if (fscanf(file, "%d", &number) != 1)
		number = -2;
	(void)fclose(file);
	return number;
}

static void
refused(const char *name, int number, const char *part)
{
	errno = 0;
	ck_assert_int_eq(pid_file_take(name, &error), -1);
	ck_assert_int_eq(errno, number);
	ck_assert_int_eq(error.number, number);
	ck_assert_int_eq(error.exit_code, EX_CANTCREAT);
	ck_assert_msg(strstr(error.text, part) != NULL, "%s", error.text);
}

START_TEST(takes)
{
	static const char	*stale[] = { "", "1", "4194304\n",
	    "123456789012345\n" };
	struct stat		st;
	size_t			i;

	for (i = 0; i < sizeof(stale) / sizeof(*stale); i++) {
		fill(stale[i], strlen(stale[i]));
		ck_assert_int_eq(pid_file_take(path, &error), 0);
		ck_assert_int_eq(content(), getpid());
		errno = EDOM;
		pid_file_release();
		ck_assert_int_eq(errno, EDOM);
		ck_assert_int_eq(lstat(path, &st), -1);
	}
	pid_file_release();	/* twice is nothing */
}
END_TEST

START_TEST(not_one)
{
	static const struct { const char *text; size_t size; } others[] = {
		{ "x", 1 }, { "12 ", 3 }, { "-1\n", 3 }, { "\n", 1 },
		{ "1\n\n", 3 }, { "1\0", 2 }, { "12345678901234567", 17 }
	};
	struct stat		st;
	size_t			i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		fill(others[i].text, others[i].size);
		refused(path, EEXIST, "not a pid file: name another one");
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_int_eq(st.st_size, others[i].size);
	}
	refused(directory, EEXIST, "not a pid file");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("/tmp/nothing", path), 0);
	refused(path, EEXIST, "a symbolic link, which is not followed");
}
END_TEST

START_TEST(paths)
{
	refused("/nonexistent/pid", ENOENT, "pidfile /nonexistent/pid: ");
	refused("/dev/null/pid", ENOTDIR, "pidfile /dev/null/pid: ");
}
END_TEST

/* Another process wants it, while we have it. */
static int
other(void *arg)
{
	struct error	own;
	char		want[64];

	(void)arg;
	(void)snprintf(want, sizeof(want), "in use by pid %d; stop it: kill "
	    "%d", (int)getppid(), (int)getppid());
	/* the lock belongs to the description that fork(2) shares */
	pid_file_close_in_child();
	FORKED_CHECK(pid_file_take(path, &own) == -1 && errno == EEXIST);
	FORKED_CHECK(strstr(own.text, want) != NULL);
	pid_file_release();
	return 0;
}

START_TEST(in_use)
{
	ck_assert_int_eq(pid_file_take(path, &error), 0);
	ck_assert_int_eq(forked(other, NULL), 0);
	ck_assert_int_eq(content(), getpid());
}
END_TEST

/* One that has inherited it does not remove it. */
static int
heir(void *arg)
{
	(void)arg;
	pid_file_release();
	return 0;
}

START_TEST(inherited)
{
	ck_assert_int_eq(pid_file_take(path, &error), 0);
	ck_assert_int_eq(forked(heir, NULL), 0);
	ck_assert_int_eq(content(), getpid());
}
END_TEST

START_TEST(replaced)
{
	ck_assert_int_eq(pid_file_take(path, &error), 0);
	ck_assert_int_eq(unlink(path), 0);
	fill("77\n", 3);
	pid_file_release();
	ck_assert_int_eq(content(), 77);
}
END_TEST

/* It is found when the process has gone elsewhere. */
START_TEST(relative)
{
	ck_assert_int_eq(chdir(directory), 0);
	ck_assert_int_eq(pid_file_take("pid", &error), 0);
	ck_assert_int_eq(chdir("/"), 0);
	pid_file_release();
	ck_assert_int_eq(content(), -1);
}
END_TEST

static Suite *
pid_file_suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("pid_file");
	tcase = tcase_create("file");
	tcase_add_checked_fixture(tcase, fresh, gone);
	tcase_add_test(tcase, takes);
	tcase_add_test(tcase, not_one);
	tcase_add_test(tcase, paths);
	tcase_add_test(tcase, in_use);
	tcase_add_test(tcase, inherited);
	tcase_add_test(tcase, replaced);
	tcase_add_test(tcase, relative);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(pid_file_suite());
}
