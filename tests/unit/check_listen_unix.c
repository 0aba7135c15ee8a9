/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of listen_unix.c: whose a path is, and of listen_text.c: what a
 * list of listeners looks like.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "addr.h"
#include "error.h"
#include "listen_text.h"
#include "listen_unix.h"
#include "settings.h"
#include "unit.h"

static char			directory[64], path[80], lock[96];
static struct addr_spec		spec;
static struct error		error;
static struct listen_file	file;
static struct settings		settings;

static void
fresh(void)
{
	(void)strlcpy(directory, "/tmp/forkd-unit-XXXXXX", sizeof(directory));
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/x", directory);
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	memset(&spec, 0, sizeof(spec));
	spec.scheme = ADDR_UNIX;
	(void)strlcpy(spec.host, path, sizeof(spec.host));
	ck_assert_int_eq(settings_init(&settings), 0);
}

static void
gone(void)
{
	settings_free(&settings);
	(void)unlink(path);
	(void)unlink(lock);
	ck_assert_int_eq(rmdir(directory), 0);	/* nothing else is left */
}

static int
open_it(void)
{
	errno = 0;
	return listen_unix(&spec, &settings, &file, &error);
}

static void
refused(int code, int number, const char *part)
{
	ck_assert_int_eq(open_it(), -1);
	ck_assert_int_eq(errno, number);
	ck_assert_int_eq(error.exit_code, code);
	ck_assert_msg(strstr(error.text, part) != NULL, "%s", error.text);
	ck_assert_str_eq(file.path, "");
}

static int
there(const char *name)
{
	struct stat	st;

	return lstat(name, &st) == 0;
}

START_TEST(makes)
{
	struct stat	st;
	mode_t		before;
	int		fd, kind;

	ck_assert_int_eq(settings_set(&settings, "socket-mode", "0640",
	    &error), 0);
	for (kind = 0; kind < 2; kind++) {
		spec.scheme = kind == 0 ? ADDR_UNIX : ADDR_UNIX_SEQPACKET;
		before = umask(0777);
		fd = open_it();
		ck_assert_int_eq(umask(before), 0777);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		ck_assert_int_eq(lstat(path, &st), 0);
		ck_assert(S_ISSOCK(st.st_mode));
		ck_assert_int_eq(st.st_mode & 0777, 0640);
		ck_assert(!there(lock));
		errno = EDOM;
		listen_unix_remove(&file);
		ck_assert_int_eq(errno, EDOM);
		ck_assert(!there(path));
		listen_unix_remove(&file);	/* twice is nothing */
		(void)close(fd);
	}
}
END_TEST

START_TEST(stale_and_live)
{
	int	fd, second;

	fd = open_it();
	ck_assert_int_ge(fd, 0);
	refused(EX_UNAVAILABLE, EADDRINUSE, "Address already in use");
	ck_assert(there(path));
	(void)close(fd);	/* as after kill -9 */
	second = open_it();
	ck_assert_int_ge(second, 0);
	listen_unix_remove(&file);
	(void)close(second);
}
END_TEST

START_TEST(in_the_way)
{
	int	fd;

	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	refused(EX_UNAVAILABLE, EADDRINUSE, "a file is in its place");
	ck_assert_int_eq(listen_unix_check(&spec, &settings, &error), -1);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("/nonexistent", path), 0);
	refused(EX_UNAVAILABLE, EADDRINUSE, "a symbolic link is in its place");
	ck_assert(there(path));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(listen_unix_check(&spec, &settings, &error), 0);
}
END_TEST

START_TEST(locked)
{
	int	fd;

	fd = open(lock, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	refused(EX_UNAVAILABLE, EADDRINUSE, "another process is starting");
	ck_assert(there(lock));
	ck_assert_int_eq(write(fd, "x", 1), 1);
	(void)close(fd);
	refused(EX_UNAVAILABLE, EEXIST, "not a lock of forkd's");
}
END_TEST

START_TEST(places)
{
	(void)strlcpy(spec.host, "/nonexistent/x", sizeof(spec.host));
	refused(EX_UNAVAILABLE, ENOENT, "make the directory first");
	ck_assert_int_eq(listen_unix_check(&spec, &settings, &error), -1);
	(void)strlcpy(spec.host, "/dev/null/x", sizeof(spec.host));
	refused(EX_UNAVAILABLE, ENOTDIR, "make the directory first");
	(void)strlcpy(spec.host, path, sizeof(spec.host));
	ck_assert_int_eq(settings_set(&settings, "socket-owner",
	    "no-such-user", &error), 0);
	refused(EX_NOUSER, ENOENT, "no-such-user");
	ck_assert_int_eq(listen_unix_check(&spec, &settings, &error), -1);
	ck_assert_int_eq(error.exit_code, EX_NOUSER);
}
END_TEST

/* Somebody else's file has its name now. */
START_TEST(replaced)
{
	char	aside[96];
	int	fd;

	fd = open_it();
	ck_assert_int_ge(fd, 0);
	(void)snprintf(aside, sizeof(aside), "%s/y", directory);
	ck_assert_int_eq(rename(path, aside), 0);
	ck_assert_int_eq(symlink("/nonexistent", path), 0);
	listen_unix_remove(&file);
	ck_assert(there(path));
	ck_assert_int_eq(unlink(aside), 0);
	(void)close(fd);
}
END_TEST

START_TEST(list)
{
	char	text[32] = "";

	ck_assert(listen_text_add(text, sizeof(text), "tcp://*:1"));
	ck_assert_str_eq(text, "tcp://*:1");
	ck_assert(listen_text_add(text, sizeof(text), "tcp://*:2"));
	ck_assert_str_eq(text, "tcp://*:1, tcp://*:2");
	ck_assert(!listen_text_add(text, sizeof(text), "tcp://*:3"));
	ck_assert_str_eq(text, "tcp://*:1, tcp://*:2, ...");
	text[0] = '\0';
	ck_assert(!listen_text_add(text, 12, "tcp://*:12345"));
	ck_assert_str_eq(text, "...");
}
END_TEST

static Suite *
listen_unix_suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("listen_unix");
	tcase = tcase_create("path");
	tcase_add_checked_fixture(tcase, fresh, gone);
	tcase_add_test(tcase, makes);
	tcase_add_test(tcase, stale_and_live);
	tcase_add_test(tcase, in_the_way);
	tcase_add_test(tcase, locked);
	tcase_add_test(tcase, places);
	tcase_add_test(tcase, replaced);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("text");
	tcase_add_test(tcase, list);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(listen_unix_suite());
}
