/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of log_syslog.c: what is sent to the system's log, and what
 * becomes of it when that is not there, is full, or has been started anew.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log_syslog.h"
#include "unit.h"

static struct log_syslog	syslog_log;
static int			peer = -1;	/* in the place of /dev/log */
static int			connects;
static struct sockaddr_un	name;
static socklen_t		name_size;

/* The log's socket is ours, wherever it is looked for. */
int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
	struct sockaddr_un	wanted;

	memcpy(&wanted, address, sizeof(wanted));
	ck_assert_uint_eq(size, sizeof(wanted));
	ck_assert_str_eq(wanted.sun_path, _PATH_LOG);
	connects++;
	return (int)syscall(SYS_connect, fd, &name, name_size);
}

static void
listen_anew(void)
{
	peer = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(peer, 0);
	ck_assert_int_eq(bind(peer, (struct sockaddr *)&name, name_size), 0);
}

static void
fresh(void)
{
	connects = 0;
	name.sun_family = AF_UNIX;
	name_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	    (size_t)snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1,
	    "forkd-unit-%d", (int)getpid()));
	listen_anew();
	log_syslog_init(&syslog_log);
	log_syslog_open(&syslog_log, LOG_LOCAL3);
}

static void
gone(void)
{
	log_syslog_close(&syslog_log);
	(void)close(peer);
}

static const char *
received(void)
{
	static char	text[8192];
	ssize_t		n;

	n = recv(peer, text, sizeof(text) - 1, 0);
	if (n == -1)
		return NULL;
	text[n] = '\0';
	return text;
}

START_TEST(facilities)
{
	const char	*nearest;

	ck_assert_int_eq(log_syslog_facility("daemon", &nearest), LOG_DAEMON);
	ck_assert_int_eq(log_syslog_facility("local7", &nearest), LOG_LOCAL7);
	ck_assert_int_eq(log_syslog_facility("deamon", &nearest), -1);
	ck_assert_str_eq(nearest, "daemon");
	ck_assert_int_eq(log_syslog_facility("", &nearest), -1);
	ck_assert_int_eq(log_syslog_facility("something", &nearest), -1);
	ck_assert_ptr_null(nearest);
}
END_TEST

START_TEST(message)
{
	char		head[64], want[64];
	const char	*text;

	ck_assert_int_eq(connects, 0);	/* with the first line */
	ck_assert(log_syslog_write(&syslog_log, LOG_WARNING, "one"));
	text = received();
	ck_assert_ptr_nonnull(text);
	(void)snprintf(head, sizeof(head), "<%d>", LOG_LOCAL3 | LOG_WARNING);
	ck_assert_int_eq(strncmp(text, head, strlen(head)), 0);
	(void)snprintf(want, sizeof(want), " %s[%d]: one", getprogname(),
	    (int)getpid());
	text = strstr(text, want);
	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, want);
	ck_assert(log_syslog_write(&syslog_log, LOG_ERR, "two"));
	ck_assert_int_eq(connects, 1);
	ck_assert_int_eq(fcntl(syslog_log.fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(long_line)
{
	char	line[6000];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	(void)log_syslog_write(&syslog_log, LOG_INFO, line);
	line[4000] = '\0';
	ck_assert(log_syslog_write(&syslog_log, LOG_INFO, line));
}
END_TEST

START_TEST(full)
{
	int	i;

	for (i = 0; i < 100000; i++)
		if (!log_syslog_write(&syslog_log, LOG_INFO, "line"))
			break;
	ck_assert_int_gt(i, 0);
	ck_assert_int_lt(i, 100000);
	ck_assert_int_eq(connects, 1);		/* it is there */
	while (received() != NULL)
		;
	ck_assert(log_syslog_write(&syslog_log, LOG_INFO, "line"));
}
END_TEST

START_TEST(comes_back)
{
	ck_assert(log_syslog_write(&syslog_log, LOG_INFO, "one"));
	(void)close(peer);
	ck_assert(!log_syslog_write(&syslog_log, LOG_INFO, "lost"));
	ck_assert_int_eq(syslog_log.fd, -1);
	ck_assert(!log_syslog_write(&syslog_log, LOG_INFO, "lost"));
	listen_anew();
	ck_assert(log_syslog_write(&syslog_log, LOG_INFO, "two"));
	ck_assert_ptr_nonnull(strstr(received(), "two"));
	/* started anew between two lines: none is lost */
	(void)close(peer);
	listen_anew();
	ck_assert(log_syslog_write(&syslog_log, LOG_INFO, "three"));
	ck_assert_ptr_nonnull(strstr(received(), "three"));
}
END_TEST

START_TEST(closes)
{
	ck_assert(log_syslog_write(&syslog_log, LOG_INFO, "one"));
	log_syslog_close(&syslog_log);
	ck_assert_int_eq(syslog_log.fd, -1);
	ck_assert_int_eq(syslog_log.facility, -1);
	log_syslog_close(&syslog_log);		/* twice */
}
END_TEST

static Suite *
log_syslog_suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("log_syslog");
	tcase = tcase_create("lines");
	tcase_add_checked_fixture(tcase, fresh, gone);
	tcase_add_test(tcase, facilities);
	tcase_add_test(tcase, message);
	tcase_add_test(tcase, long_line);
	tcase_add_test(tcase, full);
	tcase_add_test(tcase, comes_back);
	tcase_add_test(tcase, closes);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(log_syslog_suite());
}
