/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of notify.c: whom to tell, from the environment and a setting,
 * and how.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "error.h"
#include "notify.h"
#include "settings.h"
#include "unit.h"

static struct notify	notify;
static struct settings	settings;
static struct error	error;
static char		name[64];	/* of the peer */
static int		peer;

/* A socket of our own that is in no file system. */
static void
fresh(void)
{
	struct sockaddr_un	address = { .sun_family = AF_UNIX };
	socklen_t		size;

	ck_assert_int_eq(settings_init(&settings), 0);
	peer = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size = sizeof(address.sun_family);	/* any free name */
	ck_assert_int_eq(bind(peer, (struct sockaddr *)&address, size), 0);
	size = sizeof(address);
	ck_assert_int_eq(getsockname(peer, (struct sockaddr *)&address,
	    &size), 0);
	(void)snprintf(name, sizeof(name), "@%.*s",
	    (int)(size - sizeof(address.sun_family) - 1),
	    address.sun_path + 1);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_PID");
	notify_init(&notify);
}

static void
gone(void)
{
	notify_close(&notify);
	settings_free(&settings);
	(void)close(peer);
}

static void
refused(int code, int number, const char *part)
{
	notify_close(&notify);
	ck_assert_int_eq(notify_open(&notify, &settings, &error), -1);
	ck_assert_int_eq(errno, number);
	ck_assert_int_eq(error.exit_code, code);
	ck_assert_ptr_nonnull(strstr(error.text, part));
	ck_assert_int_eq(notify.fd, -1);
	ck_assert_int_eq(notify.ready_fd, -1);
}

START_TEST(nobody)
{
	(void)unsetenv("NOTIFY_SOCKET");
	ck_assert_int_eq(setenv("WATCHDOG_USEC", "1000000", 1), 0);
	ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
	ck_assert_int_eq(notify.fd, -1);
	ck_assert_int_eq(notify.watchdog_ms, 0);
	ck_assert_int_eq(notify.ready_fd, -1);
	ck_assert_int_eq(notify_newline(&notify), 0);
	ck_assert(!notify_is_supervised());
}
END_TEST

START_TEST(message)
{
	char	text[64] = "";

	ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
	ck_assert_int_eq(fcntl(notify.fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(notify_send(&notify, "READY=1\nSTATUS=x"), 0);
	ck_assert_int_eq(recv(peer, text, sizeof(text), 0), 16);
	ck_assert_str_eq(text, "READY=1\nSTATUS=x");
	notify_close(&notify);
	ck_assert_int_eq(notify.fd, -1);
	notify_close(&notify);		/* twice */
}
END_TEST

START_TEST(never_waits)
{
	int	i;

	ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
	for (i = 0; i < 1000000; i++)
		if (notify_send(&notify, "WATCHDOG=1") == -1)
			break;
	ck_assert_int_eq(errno, EAGAIN);
	(void)close(peer);
	ck_assert_int_eq(notify_send(&notify, "WATCHDOG=1"), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
}
END_TEST

START_TEST(names)
{
	static const char	*wrong[] = {
		"x", "run/x", "@", "/", "vsock:2:1", " /x", "./x"
	};
	char			 path[200];
	size_t			 i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		ck_assert_int_eq(setenv("NOTIFY_SOCKET", wrong[i], 1), 0);
		refused(EX_CONFIG, EAFNOSUPPORT, wrong[i]);
	}
	memset(path, 'x', sizeof(path));
	for (i = 0; i < 2; i++) {
		path[0] = "/@"[i];
		path[108] = '\0';
		ck_assert_int_eq(setenv("NOTIFY_SOCKET", path, 1), 0);
		refused(EX_CONFIG, ENAMETOOLONG, "longer than 107 bytes");
		path[108] = 'x';
		path[107] = '\0';
		ck_assert_int_eq(setenv("NOTIFY_SOCKET", path, 1), 0);
		ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
		ck_assert_int_eq(notify_send(&notify, "x"), -1);
		ck_assert_int_eq(errno, i == 0 ? ENOENT : ECONNREFUSED);
		notify_close(&notify);
		path[107] = 'x';
	}
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", "", 1), 0);
	ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
	ck_assert_int_eq(notify.fd, -1);
}
END_TEST

START_TEST(watchdog)
{
	static const struct {
		const char	*usec;
		int64_t		 ms;
	} times[] = {
		{ "30000000", 15000 }, { "3000", 1 }, { "1", 1 },
		{ "9223372036854775807", INT64_MAX / 2000 }
	};
	static const char	*wrong[] = { "0", "-5", "", "5s", " 1", "1 " };
	char			 own[32];
	size_t			 i;

	(void)snprintf(own, sizeof(own), "%ld", (long)getpid());
	for (i = 0; i < sizeof(times) / sizeof(*times); i++) {
		ck_assert_int_eq(setenv("WATCHDOG_USEC", times[i].usec, 1), 0);
		ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
		ck_assert_int_eq(notify.watchdog_ms, times[i].ms);
		notify_close(&notify);
	}
	ck_assert_int_eq(setenv("WATCHDOG_PID", own, 1), 0);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		ck_assert_int_eq(setenv("WATCHDOG_USEC", wrong[i], 1), 0);
		refused(EX_CONFIG, EINVAL, "WATCHDOG_USEC: ");
	}
	ck_assert_int_eq(setenv("WATCHDOG_PID", "1", 1), 0);
	ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
	ck_assert_int_eq(notify.watchdog_ms, 0);
}
END_TEST

START_TEST(newline)
{
	char	text[8];
	int	ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	settings.notify_fd = ends[1];
	ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
	ck_assert_int_eq(settings.notify_fd, SETTING_OFF);
	ck_assert_int_eq(notify.ready_fd, ends[1]);
	ck_assert_int_eq(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(notify_newline(&notify), 0);
	ck_assert_int_eq(fcntl(ends[1], F_GETFD), -1);
	ck_assert_int_eq(read(ends[0], text, sizeof(text)), 1);
	ck_assert_int_eq(text[0], '\n');
	ck_assert_int_eq(read(ends[0], text, sizeof(text)), 0);
	ck_assert_int_eq(notify_newline(&notify), 0);	/* said already */
	(void)close(ends[0]);
}
END_TEST

START_TEST(newline_waits_not)
{
	char	bytes[4096] = "";
	int	ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ends[1], bytes, sizeof(bytes)) > 0)
		;
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, 0), 0);
	settings.notify_fd = ends[1];
	ck_assert_int_eq(notify_open(&notify, &settings, &error), 0);
	ck_assert_int_eq(notify_newline(&notify), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(notify.ready_fd, ends[1]);
	ck_assert_int_gt(read(ends[0], bytes, sizeof(bytes)), 0);
	ck_assert_int_eq(notify_newline(&notify), 0);
	ck_assert_int_eq(notify.ready_fd, -1);
	(void)close(ends[0]);
}
END_TEST

START_TEST(descriptors)
{
	int	ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	settings.notify_fd = ends[0];
	refused(EX_USAGE, EBADF, "cannot be written to");
	ck_assert_int_eq(fcntl(ends[0], F_GETFD), 0);	/* it is not ours */
	settings.notify_fd = ends[1];
	ck_assert_int_eq(fcntl(ends[1], F_SETFD, FD_CLOEXEC), 0);
	refused(EX_USAGE, EBUSY, "one of our own");
	ck_assert_int_eq(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
	(void)close(ends[1]);
	refused(EX_USAGE, EBADF, "is not open");
	(void)close(ends[0]);
}
END_TEST

START_TEST(supervised)
{
	char	own[32];

	ck_assert(notify_is_supervised());
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", "", 1), 0);
	ck_assert(!notify_is_supervised());
	(void)unsetenv("NOTIFY_SOCKET");
	ck_assert_int_eq(setenv("LISTEN_FDS", "1", 1), 0);
	ck_assert(!notify_is_supervised());
	ck_assert_int_eq(setenv("LISTEN_PID", "1", 1), 0);
	ck_assert(!notify_is_supervised());
	(void)snprintf(own, sizeof(own), "%ld", (long)getpid());
	ck_assert_int_eq(setenv("LISTEN_PID", own, 1), 0);
	ck_assert(notify_is_supervised());
	(void)unsetenv("LISTEN_FDS");
	ck_assert(!notify_is_supervised());
}
END_TEST

static Suite *
suite(void)
{
	Suite	*made;
	TCase	*tests;

	made = suite_create("notify");
	tests = tcase_create("notify");
	tcase_add_checked_fixture(tests, fresh, gone);
	tcase_add_test(tests, nobody);
	tcase_add_test(tests, message);
	tcase_add_test(tests, never_waits);
	tcase_add_test(tests, names);
	tcase_add_test(tests, watchdog);
	tcase_add_test(tests, newline);
	tcase_add_test(tests, newline_waits_not);
	tcase_add_test(tests, descriptors);
	tcase_add_test(tests, supervised);
	suite_add_tcase(made, tests);
	return made;
}

int
main(void)
{
	return unit_run(suite());
}
