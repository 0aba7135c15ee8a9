/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of the settings table itself, and of every number in it: default,
 * limits, off and auto.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "settings.h"
#include "unit.h"

#define FOREACH(setting)						\
	for (setting = settings_table; setting->name != NULL; setting++)

static struct settings		 settings;
static struct error		 error;
static const struct setting	*setting;

static bool
has(unsigned int flag)
{
	return (setting->flags & flag) != 0;
}

static bool
is_number(void)
{
	return setting->type < SETTING_CHOICE;
}

/* The bytes of struct settings that a setting takes. */
static size_t
size_of(const struct setting *one)
{
	if (one->type == SETTING_TEXT)
		return sizeof(char *);
	return one->type <= SETTING_CHOICE ? sizeof(int64_t) :
	    sizeof(struct words);
}

START_TEST(names)
{
	const struct setting	*other;

	FOREACH(setting) {
		ck_assert_uint_eq(strspn(setting->name,
		    "abcdefghijklmnopqrstuvwxyz0-"), strlen(setting->name));
		ck_assert_ptr_eq(settings_find(setting->name), setting);
		for (other = settings_table; other != setting; other++)
			ck_assert_str_ne(other->name, setting->name);
	}
	ck_assert_ptr_null(settings_find(""));
	ck_assert_ptr_null(settings_find("Listen"));
	ck_assert_ptr_null(settings_find("max_workers"));
}
END_TEST

START_TEST(groups)
{
	enum setting_group	last = GROUP_SOCKETS;

	FOREACH(setting) {
		ck_assert_int_ge(setting->group, last);
		ck_assert_int_le(setting->group, last + 1);
		last = setting->group;
		ck_assert_str_ne(settings_group_title(last), "");
	}
	ck_assert_int_eq(last, GROUP_COUNT - 1);
	ck_assert_str_eq(settings_group_title(GROUP_LIMITS),
	    "handler limits");
}
END_TEST

/* What was set, whatever the value; a copy knows it, too. */
START_TEST(given)
{
	const struct setting	*other;
	struct settings		 one, copy;
	struct error		 why;
	size_t			 count;

	count = 0;
	FOREACH(setting)
		count++;
	ck_assert_uint_le(count, SETTINGS_MAX);
	ck_assert_int_eq(settings_init(&one), 0);
	FOREACH(setting)
		ck_assert(!settings_is_given(&one, setting->name));
	ck_assert_int_eq(settings_set(&one, "min-workers", "x",
	    &why), -1);
	ck_assert(!settings_is_given(&one, "min-workers"));
	ck_assert_int_eq(settings_set(&one, "min-workers", "2",
	    &why), 0);
	ck_assert_int_eq(settings_set(&one, "notify-fd", "off",
	    &why), 0);
	ck_assert_int_eq(settings_copy(&copy, &one), 0);
	for (other = settings_table; other->name != NULL; other++)
		ck_assert_int_eq(settings_is_given(&copy, other->name),
		    strcmp(other->name, "min-workers") == 0 ||
		    strcmp(other->name, "notify-fd") == 0);
	settings_free(&copy);
	settings_free(&one);
}
END_TEST

START_TEST(help)
{
	FOREACH(setting) {
		ck_assert_ptr_nonnull(setting->help);
		ck_assert_uint_gt(strlen(setting->help), 3);
		ck_assert_ptr_null(strchr(setting->help, '\n'));
		ck_assert(setting->help[strlen(setting->help) - 1] != '.');
	}
}
END_TEST

/* Every byte of struct settings belongs to exactly one setting, but for the
   bits that say what was given. */
START_TEST(offsets)
{
	unsigned char	owner[sizeof(struct settings)];
	size_t		i;

	memset(owner, 0, sizeof(owner));
	FOREACH(setting) {
		if (has(SETTING_LATER)) {
			ck_assert_uint_eq(setting->offset, 0);
			continue;
		}
		ck_assert_uint_le(setting->offset + size_of(setting),
		    sizeof(owner));
		for (i = 0; i < size_of(setting); i++)
			ck_assert_msg(owner[setting->offset + i]++ == 0,
			    "%s shares its place", setting->name);
	}
	for (i = 0; i < offsetof(struct settings, given); i++)
		ck_assert_msg(owner[i] == 1, "byte %zu is nobody's", i);
}
END_TEST

START_TEST(choices)
{
	int	count, found;

	FOREACH(setting) {
		if (setting->type != SETTING_CHOICE) {
			ck_assert_ptr_null(setting->choices[0]);
			continue;
		}
		found = 0;
		for (count = 0; count < SETTING_CHOICES &&
		    setting->choices[count] != NULL; count++)
			found += strcmp(setting->choices[count],
			    setting->initial) == 0;
		ck_assert_int_ge(count, 2);
		ck_assert_int_lt(count, SETTING_CHOICES);
		ck_assert_int_eq(found, 1);
	}
}
END_TEST

START_TEST(limits)
{
	FOREACH(setting) {
		if (!is_number()) {
			ck_assert_int_eq(setting->min, 0);
			ck_assert_int_eq(setting->max, 0);
			continue;
		}
		ck_assert_int_lt(setting->min, setting->max);
		/* no number may mean off or auto */
		if (has(SETTING_MAY_BE_OFF))
			ck_assert_int_gt(setting->min, SETTING_OFF);
		if (has(SETTING_MAY_BE_AUTO))
			ck_assert_int_ge(setting->min, 0);
	}
}
END_TEST

/* A number as a user would write it. */
static void
write_number(int64_t number, char *text, size_t size)
{
	(void)snprintf(text, size, setting->type == SETTING_OCTAL ?
	    "%" PRIo64 : setting->type == SETTING_DURATION ?
	    "%" PRId64 "ms" : "%" PRId64, number);
}

static int64_t
kept(void)
{
	int64_t	value;

	memcpy(&value, (const char *)&settings + setting->offset,
	    sizeof(value));
	return value;
}

static void
taken(const char *text, int64_t expected)
{
	ck_assert_msg(settings_set(&settings, setting->name, text,
	    &error) == 0, "%s=%s: %s", setting->name, text, error.text);
	ck_assert_int_eq(kept(), expected);
}

static void
refused(const char *text)
{
	int64_t	before = kept();

	errno = 0;
	ck_assert_msg(settings_set(&settings, setting->name, text,
	    &error) == -1, "%s=%s is taken", setting->name, text);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(error.number, EINVAL);
	ck_assert_int_eq(error.exit_code, EX_USAGE);
	ck_assert_ptr_nonnull(strstr(error.text, setting->name));
	ck_assert_ptr_nonnull(strstr(error.text, text));
	ck_assert_int_eq(kept(), before);
}

static void
check_limits(void)
{
	char	text[64];

	write_number(setting->min, text, sizeof(text));
	taken(text, setting->min);
	write_number(setting->max, text, sizeof(text));
	taken(text, setting->max);
	if (setting->max == INT64_MAX)
		refused("9223372036854775808");
	else {
		write_number(setting->max + 1, text, sizeof(text));
		refused(text);
	}
	if (setting->min > 0 || setting->type == SETTING_NUMBER)
		write_number(setting->min - 1, text, sizeof(text));
	else
		(void)strlcpy(text, "-1", sizeof(text));
	refused(text);
}

START_TEST(every_number)
{
	static const char	*garbage[] = {
		"", " ", "x", "1x", "1 ", " 1", "0x1", "1.5", "OFF", "none",
		"99999999999999999999", "-", "%n"
	};
	size_t			 i;

	FOREACH(setting) {
		if (!is_number() || has(SETTING_LATER))
			continue;
		if (setting->type == SETTING_YES) {
			taken("yes", 1);
			taken("no", 0);
			refused("1");
		} else
			check_limits();
		for (i = 0; i < sizeof(garbage) / sizeof(*garbage); i++)
			refused(garbage[i]);
		if (has(SETTING_MAY_BE_OFF))
			taken("off", SETTING_OFF);
		else
			refused("off");
		if (has(SETTING_MAY_BE_AUTO))
			taken("auto", SETTING_AUTO);
		else
			refused("auto");
		ck_assert_int_eq(settings_set(&settings, setting->name,
		    setting->initial, &error), 0);
	}
}
END_TEST

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

static Suite *
suite(void)
{
	Suite	*s = suite_create("settings_table");
	TCase	*tc = tcase_create("settings_table");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, names);
	tcase_add_test(tc, groups);
	tcase_add_test(tc, help);
	tcase_add_test(tc, given);
	tcase_add_test(tc, offsets);
	tcase_add_test(tc, choices);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, every_number);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
