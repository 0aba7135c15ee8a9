/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of log.c: lines, levels and the sink.  Losses are tested in
 * check_log_full.c, the limit of lines in check_log_limit.c.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "error.h"
#include "event.h"
#include "fdio.h"
#include "log.h"
#include "unit.h"

#define TIME_LENGTH	24	/* 2026-01-02T03:04:05.678Z */

static struct log	 logger;
static struct settings	 settings;
static struct error	 error;
static int		 ends[2];
static char		 input[1 << 13];
static size_t		 input_length;

/* What the sink was told last. */
static struct {
	int		 priority, calls;
	char		 line[5000];
	const void	*arg;
} told;

static void
fresh(void)
{
	log_init(&logger);
	ck_assert_int_eq(settings_init(&settings), 0);
	ck_assert_int_eq(fdio_pipe(ends), 0);
	memset(&told, 0, sizeof(told));
}

static void
gone(void)
{
	log_close(&logger);
	settings_free(&settings);
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
}

static void
sink(int priority, const char *line, void *arg)
{
	told.priority = priority;
	told.calls++;
	told.arg = arg;
	(void)strlcpy(told.line, line, sizeof(told.line));
}

static void
say(enum setting_log_level level, const char *reason)
{
	struct event	event;

	event_init(&event, EVENT_STOP, level, "web");
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

/* One line: the time of now, as RFC 3339 has it, and the rest. */
static void
received(const char *expected)
{
	static const char	form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	int			i;

	receive();
	ck_assert_uint_gt(input_length, TIME_LENGTH);
	for (i = 0; i < TIME_LENGTH; i++)
		if (form[i] == 'd')
			ck_assert(input[i] >= '0' && input[i] <= '9');
		else
			ck_assert_int_eq(input[i], form[i]);
	ck_assert_str_eq(input + TIME_LENGTH, expected);
}

START_TEST(silent)
{
	ck_assert(!log_wants(&logger, LEVEL_ERROR));
	say(LEVEL_ERROR, "x");
	ck_assert_uint_eq(logger.lost, 0);
	log_close(&logger);
	ck_assert_int_eq(log_open(&logger, &settings, &error), 0);
	ck_assert(!log_wants(&logger, LEVEL_ERROR));
}
END_TEST

START_TEST(lines)
{
	logger.stream.fd = ends[1];
	say(LEVEL_INFO, "one");
	received(" info web: stop: one\n");
	say(LEVEL_WARNING, "two");
	received(" warning web: stop: two\n");
	say(LEVEL_ERROR, "a\nb");
	received(" error web: stop: a\\nb\n");
}
END_TEST

START_TEST(json)
{
	logger.stream.fd = ends[1];
	logger.format = FORMAT_JSON;
	say(LEVEL_INFO, "one");
	receive();
	ck_assert_int_eq(strncmp(input, "{\"time\":\"20", 11), 0);
	ck_assert_str_eq(input + 9 + TIME_LENGTH, "\",\"level\":\"info\","
	    "\"event\":\"stop\",\"service\":\"web\",\"reason\":\"one\"}\n");
}
END_TEST

START_TEST(levels)
{
	int	level, wanted;

	logger.stream.fd = ends[1];
	for (wanted = LEVEL_ERROR; wanted <= LEVEL_DEBUG; wanted++)
		for (level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++) {
			logger.level = (enum setting_log_level)wanted;
			ck_assert_int_eq(log_wants(&logger,
			    (enum setting_log_level)level), level <= wanted);
			say((enum setting_log_level)level, "x");
			receive();
			ck_assert_int_eq(input_length > 0, level <= wanted);
		}
}
END_TEST

START_TEST(sinks)
{
	static const int	priorities[] = {
		LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG
	};
	int			level;

	logger.sink = sink;
	logger.sink_arg = &told;
	logger.level = LEVEL_DEBUG;
	for (level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++) {
		say((enum setting_log_level)level, "x");
		ck_assert_int_eq(told.priority, priorities[level]);
		ck_assert_int_eq(told.calls, level + 1);
		ck_assert_str_eq(told.line, "web: stop: x");
		ck_assert_ptr_eq(told.arg, &told);
	}
	logger.level = LEVEL_INFO;
	say(LEVEL_DEBUG, "not wanted");
	ck_assert_int_eq(told.calls, 4);
	logger.stream.fd = ends[1];		/* both, and the format is the file's */
	logger.format = FORMAT_JSON;
	say(LEVEL_INFO, "both");
	ck_assert_str_eq(told.line, "web: stop: both");
	receive();
	ck_assert_int_eq(input[0], '{');
}
END_TEST

START_TEST(long_lines)
{
	char	reason[8000];

	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	logger.stream.fd = ends[1];
	say(LEVEL_INFO, reason);
	receive();
	ck_assert_uint_le(input_length, 4096);	/* one write is whole */
	ck_assert_uint_gt(input_length, 4000);
	ck_assert_ptr_eq(strchr(input, '\n'), input + input_length - 1);
	logger.format = FORMAT_JSON;
	say(LEVEL_INFO, reason);
	receive();
	ck_assert_str_eq(input + input_length - 4, "r\"}\n");
}
END_TEST

static int
opens(const char *value)
{
	ck_assert_int_eq(settings_set(&settings, "log", value, &error), 0);
	errno = 0;
	return log_open(&logger, &settings, &error);
}

static void
is_refused(const char *value, const char *message)
{
	ck_assert_int_eq(opens(value), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(error.exit_code, EX_USAGE);
	ck_assert_str_eq(error.text, message);
}

/* Nothing is opened before it has to be, and what is wrong changes nothing. */
START_TEST(destinations)
{
	ck_assert(!log_is_elsewhere(&logger));
	ck_assert_int_eq(opens("stderr"), 0);
	ck_assert(!log_is_elsewhere(&logger));
	ck_assert_int_eq(opens("syslog:local3"), 0);
	ck_assert(log_is_elsewhere(&logger));
	ck_assert_int_eq(logger.syslog.facility, LOG_LOCAL3);
	ck_assert_int_eq(logger.syslog.fd, -1);
	ck_assert_int_eq(logger.stream.fd, -1);
	is_refused("syslog:local8",
	    "log: syslog:local8: no such facility; syslog:local0?");
	is_refused("syslog:",
	    "log: syslog:: no such facility; syslog:daemon?");
	is_refused("relative", "log: \"relative\" is not stderr, "
	    "syslog:daemon or the path of a file, from / on");
	ck_assert_int_eq(logger.syslog.facility, LOG_LOCAL3);
	ck_assert_int_eq(opens("/nonexistent/log"), 0);
	ck_assert(log_is_elsewhere(&logger));
	ck_assert_int_eq(logger.syslog.facility, -1);
	ck_assert_int_eq(log_start(&logger, &error), -1);
	ck_assert_int_eq(error.exit_code, EX_CANTCREAT);
	ck_assert_str_eq(error.text,
	    "log: /nonexistent/log: No such file or directory");
	ck_assert_int_eq(opens(""), 0);
	ck_assert_int_eq(log_start(&logger, &error), 0);
	ck_assert(!log_is_elsewhere(&logger));
}
END_TEST

/* systemd.exec(5): its stream takes the level, and adds time and name. */
START_TEST(journal)
{
	logger.stream.fd = ends[1];
	logger.stream.is_journal = true;
	say(LEVEL_WARNING, "two");
	receive();
	ck_assert_str_eq(input, "<4>web: stop: two\n");
	logger.lost = 2;
	say(LEVEL_ERROR, "three");
	receive();
	ck_assert_str_eq(input, "<4>forkd: 2 log lines lost\n"
	    "<3>web: stop: three\n");
	logger.format = FORMAT_JSON;
	say(LEVEL_INFO, "four");
	receive();
	ck_assert_int_eq(strncmp(input, "<6>{\"time\":\"20", 14), 0);
}
END_TEST

/* A line that was cut is ended before the next one. */
START_TEST(torn)
{
	logger.stream.fd = ends[1];
	logger.stream.is_torn = true;
	say(LEVEL_INFO, "whole");
	receive();
	ck_assert_int_eq(input[0], '\n');
	ck_assert_ptr_nonnull(strstr(input, "Z info web: stop: whole\n"));
	ck_assert(!logger.stream.is_torn);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("log");
	TCase	*tc = tcase_create("log");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, silent);
	tcase_add_test(tc, lines);
	tcase_add_test(tc, json);
	tcase_add_test(tc, levels);
	tcase_add_test(tc, sinks);
	tcase_add_test(tc, long_lines);
	tcase_add_test(tc, destinations);
	tcase_add_test(tc, journal);
	tcase_add_test(tc, torn);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
