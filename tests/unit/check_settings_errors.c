/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of settings.c: what is said of mistakes, and of what is not
 * there yet.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sysexits.h>

#include "error.h"
#include "settings.h"
#include "unit.h"
#include "value.h"

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

START_TEST(unknown_names)
{
	refused("max-worker", "1", EINVAL,
	    "max-worker: no such setting; max-workers?");
	refused("backlgo", "1", EINVAL, "backlgo: no such setting; backlog?");
	refused("User", "x", EINVAL, "User: no such setting; user?");
	refused("max_workers", "1", EINVAL,
	    "max_workers: no such setting; max-workers?");
	refused("entirely-different", "1", EINVAL,
	    "entirely-different: no such setting; see forkd -h");
	refused("a\nb entirely different", "1", EINVAL,
	    "a\\nb entirely different: no such setting; see forkd -h");
}
END_TEST

static void
limits_are(const char *name, const char *expected)
{
	char	text[128];

	settings_limits_text(settings_find(name), text, sizeof(text));
	ck_assert_str_eq(text, expected);
}

START_TEST(limits_texts)
{
	limits_are("user", "text");
	limits_are("listen", "text");
	limits_are("keepalive", "yes or no");
	limits_are("no-new-privs", "yes or no or auto");
	limits_are("stderr", "log or socket or null");
	limits_are("umask", "0 to 777");
	limits_are("nice", "-20 to 19");
	limits_are("max-workers", "1 to 65536");
	limits_are("timeout", "1ms to 24000h or off");
	limits_are("limit-cpu", "1s to 24000h or off");
	refused("umask", "8", EINVAL, "umask: \"8\" is not 0 to 777");
	refused("timeout", "1d", EINVAL,
	    "timeout: \"1d\" is not 1ms to 24000h or off");
}
END_TEST

START_TEST(choices_not_there_yet)
{
	const struct setting	*setting;
	char			 text[128];
	int			 i, later;

	later = 0;
	for (setting = settings_table; setting->name != NULL; setting++)
		for (i = 0; setting->choices[i] != NULL; i++) {
			if (setting->choices[i][0] != '-')
				continue;
			later++;
			(void)snprintf(text, sizeof(text),
			    "%s: %s is not there yet", setting->name,
			    setting->choices[i] + 1);
			refused(setting->name, setting->choices[i] + 1,
			    ENOTSUP, text);
			ck_assert_int_eq(settings_set(&settings,
			    setting->name, setting->choices[i], &error), -1);
			ck_assert_int_eq(error.number, EINVAL);
		}
	ck_assert_int_ge(later, 0);
}
END_TEST

START_TEST(settings_not_there_yet)
{
	const struct setting	*setting;
	char			 text[128];
	struct settings		 before;

	before = settings;
	for (setting = settings_table; setting->name != NULL; setting++) {
		if ((setting->flags & SETTING_LATER) == 0)
			continue;
		(void)snprintf(text, sizeof(text),
		    "%s: this setting is not there yet", setting->name);
		refused(setting->name, setting->initial == NULL ? "x" :
		    setting->initial, ENOTSUP, text);
		refused(setting->name, "", ENOTSUP, text);
	}
	ck_assert_mem_eq(&settings, &before, sizeof(before));
}
END_TEST

/* Those that are not there yet promise a default, too: it must parse. */
START_TEST(defaults_of_later_ones)
{
	const struct setting	*setting;
	int64_t			 value = -1;
	int			 failed = 0;

	for (setting = settings_table; setting->name != NULL; setting++) {
		if (setting->type >= SETTING_CHOICE ||
		    (setting->flags & SETTING_LATER) == 0)
			continue;
		if ((setting->flags & SETTING_MAY_BE_OFF) != 0) {
			ck_assert_str_eq(setting->initial, "off");
			continue;
		}
		if (setting->type == SETTING_YES)
			failed = value_yes(setting->initial, &value);
		else if (setting->type == SETTING_OCTAL)
			failed = value_octal(setting->initial, &value);
		else if (setting->type == SETTING_DURATION)
			failed = value_duration(setting->initial, &value);
		else
			failed = value_number(setting->initial, &value);
		ck_assert_int_eq(failed, 0);
		ck_assert(value >= setting->min && value <= setting->max);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("settings_errors");
	TCase	*tc = tcase_create("settings_errors");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, unknown_names);
	tcase_add_test(tc, limits_texts);
	tcase_add_test(tc, choices_not_there_yet);
	tcase_add_test(tc, settings_not_there_yet);
	tcase_add_test(tc, defaults_of_later_ones);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
