/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of stderr_pipe.c: bytes of handlers become lines of the log, a
 * bounded number a turn, whatever the handlers write.
 */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "event.h"
#include "log.h"
#include "loop.h"
#include "service.h"
#include "stderr_pipe.h"
#include "unit.h"
#include "worker.h"

#define WORKERS	4

static struct stderr_pipes	 pipes;
static struct log		 logger;
static struct loop		*loop;
static struct service		*service;
static struct settings		 settings;
static struct worker_table	*workers;

/* What came to the log. */
static struct {
	int	lines;
	size_t	bytes;		/* of the last line */
	char	last[5000];
} seen;

static void
sink(int priority, const char *line, void *arg)
{
	(void)priority;
	(void)arg;
	seen.lines++;
	seen.bytes = strlen(line);
	(void)strlcpy(seen.last, line, sizeof(seen.last));
}

static void
fresh(void)
{
	memset(&seen, 0, sizeof(seen));
	ck_assert_int_eq(settings_init(&settings), 0);
	service = service_new("web", &settings);
	ck_assert_ptr_nonnull(service);
	ck_assert_int_eq(service_start(service), 0);
	log_init(&logger);
	logger.sink = sink;
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ck_assert_int_eq(loop_reserve(loop, WORKERS), 0);
	workers = worker_table_new(WORKERS);
	ck_assert_ptr_nonnull(workers);
	ck_assert_int_eq(stderr_pipes_open(&pipes, loop, &logger, WORKERS, 0),
	    0);
}

static void
gone(void)
{
	stderr_pipes_close(&pipes);
	worker_table_free(workers);
	loop_free(loop);
	log_close(&logger);
	service_free(service);
	settings_free(&settings);
}

/* A worker with a pipe; the end that is the handler's. */
static struct worker *
begin(int *end)
{
	struct worker	*worker;

	worker = worker_take(workers, service);
	ck_assert_ptr_nonnull(worker);
	worker->serial = 7;
	worker->pid = 42;
	*end = stderr_pipe_begin(&pipes, worker);
	return worker;
}

static void
say(int fd, const char *bytes, size_t size)
{
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
}

START_TEST(lines)
{
	struct worker	*worker;
	int		 end;

	worker = begin(&end);
	ck_assert_int_ge(end, 0);
	ck_assert_int_eq(fcntl(end, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(end, F_GETFL) & O_NONBLOCK, 0);
	say(end, "one\n\n\ntw", 8);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(seen.lines, 1);	/* empty ones are none */
	ck_assert_ptr_nonnull(strstr(seen.last, "web#7: handler-error pid 42"));
	ck_assert_ptr_nonnull(strstr(seen.last, ": one"));
	say(end, "o\n", 2);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_ptr_nonnull(strstr(seen.last, ": two"));
	/* what has no end is a line when the worker has ended */
	say(end, "three", 5);
	(void)close(end);
	stderr_pipe_end(&pipes, worker);
	ck_assert_ptr_nonnull(strstr(seen.last, ": three"));
	ck_assert_int_eq(seen.lines, 3);
	stderr_pipe_end(&pipes, worker);	/* twice */
}
END_TEST

START_TEST(long_line)
{
	struct worker	*worker;
	char		 bytes[STDERR_LINE + 10];
	int		 end;

	worker = begin(&end);
	memset(bytes, 'x', sizeof(bytes));
	bytes[sizeof(bytes) - 1] = '\n';
	say(end, bytes, sizeof(bytes));
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(seen.lines, 2);	/* it goes on in the next one */
	ck_assert_ptr_nonnull(strstr(seen.last, ": xxxxxxxxx"));
	ck_assert_ptr_null(strstr(seen.last, "xxxxxxxxxx"));
	(void)close(end);
	stderr_pipe_end(&pipes, worker);
}
END_TEST

/* One that fills a turn rests; the other one is heard. */
START_TEST(turns)
{
	struct worker	*loud, *quiet;
	char		 bytes[2 * STDERR_TURN];
	int		 loud_end, quiet_end, left;

	loud = begin(&loud_end);
	quiet = begin(&quiet_end);
	memset(bytes, '\n', sizeof(bytes));
	say(loud_end, bytes, sizeof(bytes));
	say(quiet_end, "heard\n", 6);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_ptr_nonnull(strstr(seen.last, "heard"));
	ck_assert_int_eq(ioctl(loud_end, FIONREAD, &left), 0);
	ck_assert_int_eq(left, STDERR_TURN);	/* not more than one turn's */
	for (left = 10; left > 0; left--) {	/* both halves, after a rest */
		ck_assert_int_eq(loop_turn(loop), 0);
		say(loud_end, "last\n", 5);
		if (strstr(seen.last, "last") != NULL)
			break;
	}
	ck_assert_int_gt(left, 0);
	(void)close(loud_end);
	(void)close(quiet_end);
	stderr_pipe_end(&pipes, loud);
	stderr_pipe_end(&pipes, quiet);
}
END_TEST

/* Who keeps the other end does not keep the master at the end. */
START_TEST(bounded)
{
	struct worker	*worker;
	char		 bytes[65536];
	int		 end;

	worker = begin(&end);
	memset(bytes, '\n', sizeof(bytes));
	if (fcntl(end, F_SETPIPE_SZ, 1 << 18) == -1) {
		(void)close(end);
		return;		/* this user has too many pipes */
	}
	say(end, bytes, sizeof(bytes));
	say(end, "behind\n", 7);
	stderr_pipe_end(&pipes, worker);
	ck_assert_int_eq(seen.lines, 0);
	(void)close(end);
}
END_TEST

START_TEST(flood)
{
	struct worker	*worker;
	int		 end, i;

	worker = begin(&end);
	for (i = 0; i < STDERR_BURST + 50; i++)
		say(end, "x\n", 2);
	ck_assert_int_eq(loop_turn(loop), 0);
	ck_assert_int_eq(seen.lines, STDERR_BURST);
	ck_assert_uint_eq(service->state->stderr_limit.left_out, 50);
	(void)close(end);
	stderr_pipe_end(&pipes, worker);
}
END_TEST

/* No descriptor is left: the log says so once. */
START_TEST(no_descriptor)
{
	struct rlimit	 before, limit;
	struct worker	*worker;
	int		 end;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = 3;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	worker = begin(&end);
	ck_assert_int_eq(end, -1);
	ck_assert_int_eq(stderr_pipe_begin(&pipes, worker), -1);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_int_eq(seen.lines, 1);
	ck_assert_ptr_nonnull(strstr(seen.last, "leads nowhere: Too many open "
	    "files"));
	stderr_pipe_end(&pipes, worker);
}
END_TEST

START_TEST(not_wanted)
{
	struct stderr_pipes	 none;
	struct error		 error;
	struct worker		*worker;
	int			 end;

	ck_assert_int_eq(settings_set(&service->settings, "stderr", "null",
	    &error), 0);
	worker = begin(&end);
	ck_assert_int_eq(end, -1);
	ck_assert_int_eq(seen.lines, 0);
	memset(&none, 0, sizeof(none));
	ck_assert_int_eq(stderr_pipe_begin(&none, worker), -1);
	stderr_pipe_end(&none, worker);
	stderr_pipes_close_in_child(&none);
	stderr_pipes_close(&none);
}
END_TEST

/* C functions close all of them: ends are known in ordinary memory. */
START_TEST(in_child)
{
	int	end, fd;

	stderr_pipes_close(&pipes);
	ck_assert_int_eq(stderr_pipes_open(&pipes, loop, &logger, WORKERS, 1),
	    0);
	(void)begin(&end);
	fd = pipes.ends[0];
	ck_assert_int_ge(fd, 0);
	stderr_pipes_close_in_child(&pipes);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	ck_assert_int_eq(errno, EBADF);
	(void)close(end);
}
END_TEST

static Suite *
stderr_pipe_suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("stderr_pipe");
	tcase = tcase_create("pipe");
	tcase_add_checked_fixture(tcase, fresh, gone);
	tcase_add_test(tcase, lines);
	tcase_add_test(tcase, long_line);
	tcase_add_test(tcase, turns);
	tcase_add_test(tcase, bounded);
	tcase_add_test(tcase, flood);
	tcase_add_test(tcase, no_descriptor);
	tcase_add_test(tcase, not_wanted);
	tcase_add_test(tcase, in_child);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(stderr_pipe_suite());
}
