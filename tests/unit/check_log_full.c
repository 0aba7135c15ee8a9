/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of log.c: destinations that are full lose lines, are told so
 * later, and never make the master wait.
 */
#include "config.h"

#include <sys/socket.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "event.h"
#include "fdio.h"
#include "forked.h"
#include "log.h"
#include "unit.h"

static struct log	 logger;
static int		 ends[2];
static char		 input[1 << 18];
static size_t		 input_length;

static void
fresh(void)
{
	log_init(&logger);
	ck_assert_int_eq(fdio_pipe(ends), 0);
}

static void
gone(void)
{
	log_close(&logger);
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
}

static void
say(const char *reason)
{
	struct event	event;

	event_init(&event, EVENT_STOP, LEVEL_ERROR, "web");
	event.reason = reason;
	log_event(&logger, &event, 1000);
}

/* Reads all that is there now. */
static void
receive(void)
{
	ssize_t	n;

	input_length = 0;
	while ((n = read(ends[0], input + input_length,
	    sizeof(input) - input_length - 1)) > 0)
		input_length += (size_t)n;
	input[input_length] = '\0';
}

/* Lines, shorter than any other, until one is lost; how many were not. */
static int
fill(void)
{
	int	lines;

	for (lines = 0; logger.lost == 0; lines++)
		say(NULL);
	return lines - 1;
}

/* A full pipe: whole lines are lost, and the next one that fits says so. */
static void
check_losses(const char *told_lost)
{
	const char	*first;
	int		 written;

	written = fill();
	ck_assert_int_gt(written, 0);
	say(NULL);
	say(NULL);
	ck_assert_uint_eq(logger.lost, 3);
	receive();
	ck_assert_int_eq(input[input_length - 1], '\n');
	for (first = input; *first != '\0'; first = strchr(first, '\n') + 1)
		written--;
	ck_assert_int_eq(written, 0);
	say("after");
	ck_assert_uint_eq(logger.lost, 0);
	receive();
	ck_assert_ptr_nonnull(strstr(input, told_lost));
	ck_assert_ptr_nonnull(strstr(strchr(input, '\n'), "after"));
	say("again");
	receive();
	ck_assert_ptr_null(strstr(input, "lost"));
}

START_TEST(full_pipe)
{
	logger.stream.fd = ends[1];
	check_losses(" warning forkd: 3 log lines lost\n");
	logger.format = FORMAT_JSON;
	check_losses("Z\",\"level\":\"warning\",\"event\":\"lost\","
	    "\"repeated\":3}\n");
}
END_TEST

/* One that could not be opened again: it is not waited for, either. */
START_TEST(full_blocking_pipe)
{
	ck_assert_int_ne(fcntl(ends[1], F_SETFL, 0), -1);
	logger.stream.fd = ends[1];
	logger.stream.may_block = true;
	check_losses(" warning forkd: 3 log lines lost\n");
	ck_assert_int_eq(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
}
END_TEST

/* Its own end waits, were it not for MSG_DONTWAIT. */
static void
fresh_socket(void)
{
	int	buffer = 1;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &buffer,
	    sizeof(buffer)), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

START_TEST(full_socket)
{
	gone();
	fresh_socket();
	logger.stream.fd = ends[1];
	logger.stream.is_socket = true;
	check_losses(" warning forkd: 3 log lines lost\n");
	fdio_close(&ends[0]);		/* no SIGPIPE */
	say("nobody reads");
	ck_assert_uint_eq(logger.lost, 1);
}
END_TEST

/* What follows changes descriptor 2, each part in a process of its own. */
static int
open_log(void)
{
	struct settings	settings;
	struct error	error;

	FORKED_CHECK(settings_init(&settings) == 0);
	FORKED_CHECK(settings_set(&settings, "log", "stderr", &error) == 0);
	FORKED_CHECK(settings_set(&settings, "log-format", "json",
	    &error) == 0);
	FORKED_CHECK(settings_set(&settings, "log-level", "error",
	    &error) == 0);
	FORKED_CHECK(log_open(&logger, &settings, &error) == 0);
	FORKED_CHECK(logger.format == FORMAT_JSON);
	FORKED_CHECK(logger.level == LEVEL_ERROR);
	settings_free(&settings);
	return 0;
}

static int
close_log(void)
{
	log_close(&logger);
	FORKED_CHECK(logger.stream.fd == -1 && !logger.stream.own);
	FORKED_CHECK(fcntl(STDERR_FILENO, F_GETFD) != -1);
	return 0;
}

/* A pipe is not waited for, and yet stays as it is for others. */
static int
adopt_pipe(void *arg)
{
	int	line;

	(void)arg;
	FORKED_CHECK(fcntl(ends[1], F_SETFL, 0) != -1);
	FORKED_CHECK(dup2(ends[1], STDERR_FILENO) != -1);
	line = open_log();
	if (line != 0)
		return line;
	FORKED_CHECK(logger.stream.may_block || (logger.stream.own &&
	    logger.stream.fd > STDERR_FILENO));
	FORKED_CHECK(fill() > 0);
	FORKED_CHECK((fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) == 0);
	return close_log();
}

static int
adopt_socket(void *arg)
{
	int	line;

	(void)arg;
	FORKED_CHECK(dup2(ends[1], STDERR_FILENO) != -1);
	line = open_log();
	if (line != 0)
		return line;
	FORKED_CHECK(logger.stream.fd == STDERR_FILENO && logger.stream.is_socket);
	FORKED_CHECK(!logger.stream.own);
	FORKED_CHECK(fill() > 0);
	return close_log();
}

/* A file takes everything; one to append to gets a description of ours. */
static int
adopt_file(void *arg)
{
	int	fd, flags, line;

	flags = *(int *)arg;
	fd = open("/dev/null", O_RDWR | flags);
	FORKED_CHECK(fd != -1 && dup2(fd, STDERR_FILENO) != -1);
	line = open_log();
	if (line != 0)
		return line;
	FORKED_CHECK(logger.stream.own == (flags == O_APPEND));
	FORKED_CHECK(logger.stream.own == (logger.stream.fd != STDERR_FILENO));
	FORKED_CHECK((fcntl(logger.stream.fd, F_GETFL) & (O_APPEND | O_NONBLOCK)) ==
	    flags);
	FORKED_CHECK(!logger.stream.may_block && !logger.stream.is_socket);
	say("x");
	FORKED_CHECK(logger.lost == 0);
	return close_log();
}

START_TEST(standard_error)
{
	static int	append = O_APPEND, none = 0;

	ck_assert_int_eq(forked(adopt_pipe, NULL), 0);
	ck_assert_int_eq(forked(adopt_file, &none), 0);
	ck_assert_int_eq(forked(adopt_file, &append), 0);
	gone();
	fresh_socket();
	ck_assert_int_eq(forked(adopt_socket, NULL), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("log_full");
	TCase	*tc = tcase_create("log_full");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, full_pipe);
	tcase_add_test(tc, full_blocking_pipe);
	tcase_add_test(tc, full_socket);
	tcase_add_test(tc, standard_error);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
