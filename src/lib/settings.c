/* SPDX-License-Identifier: ISC */
/*
 * Settings: values by the settings table.  Called by whoever has a name and a
 * text for it: the command line, forkd_set(), later the configuration file.
 * Looks nothing up: names of users, files and hosts are only texts here.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "settings.h"
#include "value.h"

#define NEAR	3	/* letters; farther names are not suggested */

static int	 settings_read(struct settings *, const struct setting *,
		    const char *, struct error *);
static int	 settings_number(const struct setting *, const char *,
		    int64_t *, struct error *);
static int	 settings_choice(const struct setting *, const char *,
		    int64_t *, struct error *);
static int	 settings_text(char **, const char *);
static int	 settings_words(const struct setting *, struct words *,
		    const char *, struct error *);
static int	 settings_unknown(const char *, struct error *);
static int	 settings_wrong(const struct setting *, const char *,
		    struct error *);
static void	*settings_value(const struct settings *,
		    const struct setting *);
static void	 settings_number_text(const struct setting *, int64_t, char *);

static const char	*group_titles[GROUP_COUNT] = {
	"sockets", "handler", "identity", "pool", "admission", "access",
	"time", "handler limits", "proxy", "service", "whole program"
};

int
settings_init(struct settings *settings)
{
	const struct setting	*setting;
	struct error		 error;

	memset(settings, 0, sizeof(*settings));
	for (setting = settings_table; setting->name != NULL; setting++) {
		if (setting->initial == NULL ||
		    (setting->flags & SETTING_LATER) != 0)
			continue;
		if (settings_set(settings, setting->name, setting->initial,
		    &error) == -1) {
			settings_free(settings);
			return -1;
		}
	}
	memset(settings->given, 0, sizeof(settings->given));
	return 0;
}

int
settings_copy(struct settings *to, const struct settings *from)
{
	const struct setting	*setting;
	struct settings		 made = { .backlog = 0 };
	char			**text;
	void			*source, *value;

	for (setting = settings_table; setting->name != NULL; setting++) {
		if ((setting->flags & SETTING_LATER) != 0)
			continue;
		source = settings_value(from, setting);
		value = settings_value(&made, setting);
		switch (setting->type) {
		case SETTING_TEXT:
			text = source;
			if (*text != NULL && settings_text(value, *text) == -1)
				goto fail;
			break;
		case SETTING_COMMAND:
		case SETTING_LIST:
		case SETTING_LINES:
			if (words_copy(value, source) == -1)
				goto fail;
			break;
		default:
			memcpy(value, source, sizeof(int64_t));
		}
	}
	memcpy(made.given, from->given, sizeof(made.given));
	*to = made;
	return 0;
fail:
	settings_free(&made);
	return -1;
}

void
settings_free(struct settings *settings)
{
	const struct setting	*setting;
	char			**text;
	int			 saved;

	saved = errno;
	for (setting = settings_table; setting->name != NULL; setting++) {
		if ((setting->flags & SETTING_LATER) != 0)
			continue;
		if (setting->type == SETTING_TEXT) {
			text = settings_value(settings, setting);
			free(*text);
			*text = NULL;
		} else if (setting->type == SETTING_COMMAND ||
		    setting->type == SETTING_LIST ||
		    setting->type == SETTING_LINES)
			words_free(settings_value(settings, setting));
	}
	errno = saved;
}

const struct setting *
settings_find(const char *name)
{
	const struct setting	*setting;

	for (setting = settings_table; setting->name != NULL; setting++)
		if (strcmp(setting->name, name) == 0)
			return setting;
	return NULL;
}

int64_t
settings_least(const struct settings *settings)
{
	if (settings->mode == MODE_WAIT &&
	    !settings_is_given(settings, "min-workers"))
		return 0;
	return settings->min_workers;
}

const char *
settings_group_title(enum setting_group group)
{
	return group_titles[group];
}

int
settings_set(struct settings *settings, const char *name, const char *value,
    struct error *error)
{
	const struct setting	*setting;
	size_t			 number;

	setting = settings_find(name);
	if (setting == NULL)
		return settings_unknown(name, error);
	if ((setting->flags & SETTING_LATER) != 0)
		return error_set(error, EX_USAGE, ENOTSUP,
		    "%s: this setting is not there yet", name);
	if (settings_read(settings, setting, value, error) == -1)
		return -1;
	number = (size_t)(setting - settings_table);
	settings->given[number / 64] |= UINT64_C(1) << number % 64;
	return 0;
}

bool
settings_is_given(const struct settings *settings, const char *name)
{
	size_t	number;

	number = (size_t)(settings_find(name) - settings_table);
	return (settings->given[number / 64] >> number % 64 & 1) != 0;
}

void
settings_limits_text(const struct setting *setting, char *text, size_t size)
{
	char	least[VALUE_TEXT_SIZE], most[VALUE_TEXT_SIZE];
	int	i;

	(void)snprintf(text, size, "%s", "text");
	if (setting->type == SETTING_YES)
		(void)snprintf(text, size, "yes or no");
	else if (setting->type == SETTING_CHOICE) {
		text[0] = '\0';
		for (i = 0; setting->choices[i] != NULL; i++) {
			if (setting->choices[i][0] == '-')
				continue;	/* not there yet */
			if (text[0] != '\0')
				(void)strlcat(text, " or ", size);
			(void)strlcat(text, setting->choices[i], size);
		}
	} else if (setting->type < SETTING_CHOICE) {
		settings_number_text(setting, setting->min, least);
		settings_number_text(setting, setting->max, most);
		(void)snprintf(text, size, "%s to %s", least, most);
	}
	if ((setting->flags & SETTING_MAY_BE_OFF) != 0)
		(void)strlcat(text, " or off", size);
	if ((setting->flags & SETTING_MAY_BE_AUTO) != 0)
		(void)strlcat(text, " or auto", size);
}

static int
settings_read(struct settings *settings, const struct setting *setting,
    const char *value, struct error *error)
{
	void	*place;

	place = settings_value(settings, setting);
	switch (setting->type) {
	case SETTING_TEXT:
		if (settings_text(place, value) == -1)
			return error_system(error, errno, "%s", setting->name);
		return 0;
	case SETTING_COMMAND:
	case SETTING_LIST:
	case SETTING_LINES:
		return settings_words(setting, place, value, error);
	case SETTING_CHOICE:
		return settings_choice(setting, value, place, error);
	default:
		return settings_number(setting, value, place, error);
	}
}

static void
settings_number_text(const struct setting *setting, int64_t value, char *text)
{
	if (setting->type == SETTING_DURATION)
		value_duration_text(value, text);
	else
		(void)snprintf(text, VALUE_TEXT_SIZE,
		    setting->type == SETTING_OCTAL ? "%" PRIo64 : "%" PRId64,
		    value);
}

static int
settings_number(const struct setting *setting, const char *text,
    int64_t *place, struct error *error)
{
	int64_t	value;
	int	failed;

	if ((setting->flags & SETTING_MAY_BE_OFF) != 0 &&
	    strcmp(text, "off") == 0) {
		*place = SETTING_OFF;
		return 0;
	}
	if ((setting->flags & SETTING_MAY_BE_AUTO) != 0 &&
	    strcmp(text, "auto") == 0) {
		*place = SETTING_AUTO;
		return 0;
	}
	switch (setting->type) {
	case SETTING_YES:
		failed = value_yes(text, &value);
		break;
	case SETTING_OCTAL:
		failed = value_octal(text, &value);
		break;
	case SETTING_DURATION:
		failed = value_duration(text, &value);
		break;
	case SETTING_SIZE:
		failed = value_size(text, &value);
		break;
	default:
		failed = value_number(text, &value);
	}
	if (failed == -1 || value < setting->min || value > setting->max)
		return settings_wrong(setting, text, error);
	*place = value;
	return 0;
}

static int
settings_choice(const struct setting *setting, const char *text,
    int64_t *place, struct error *error)
{
	const char	*choice;
	int		 i;

	for (i = 0; (choice = setting->choices[i]) != NULL; i++) {
		if (choice[0] == '-' && strcmp(choice + 1, text) == 0)
			return error_set(error, EX_USAGE, ENOTSUP,
			    "%s: %s is not there yet", setting->name, text);
		if (choice[0] != '-' && strcmp(choice, text) == 0) {
			*place = i;
			return 0;
		}
	}
	return settings_wrong(setting, text, error);
}

/* An empty text is none. */
static int
settings_text(char **place, const char *value)
{
	char	*copy;

	copy = NULL;
	if (value[0] != '\0' && (copy = strdup(value)) == NULL)
		return -1;
	free(*place);
	*place = copy;
	return 0;
}

static int
settings_words(const struct setting *setting, struct words *place,
    const char *value, struct error *error)
{
	struct words	words = { NULL, 0 };
	int		failed;

	if (setting->type == SETTING_LINES) {
		failed = 0;
		if (value[0] == '\0')
			words_free(place);
		else
			failed = words_add(place, value);
		return failed == 0 ? 0 :
		    error_system(error, errno, "%s", setting->name);
	}
	failed = setting->type == SETTING_COMMAND ?
	    words_split(&words, value) : words_list(&words, value);
	if (failed == -1 && errno == EINVAL)
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: %s: a quote is not closed", setting->name, value);
	if (failed == -1)
		return error_system(error, errno, "%s", setting->name);
	words_free(place);
	*place = words;
	return 0;
}

static int
settings_unknown(const char *name, struct error *error)
{
	const struct setting	*nearest, *setting;
	size_t			 distance, least;

	nearest = NULL;
	least = NEAR + 1;
	for (setting = settings_table; setting->name != NULL; setting++) {
		distance = value_distance(name, setting->name);
		if (distance < least) {
			least = distance;
			nearest = setting;
		}
	}
	if (nearest == NULL)
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: no such setting; see forkd -h", name);
	return error_set(error, EX_USAGE, EINVAL, "%s: no such setting; %s?",
	    name, nearest->name);
}

static int
settings_wrong(const struct setting *setting, const char *text,
    struct error *error)
{
	char	limits[128];

	settings_limits_text(setting, limits, sizeof(limits));
	return error_set(error, EX_USAGE, EINVAL,
	    "%s: \"%s\" is not %s", setting->name, text, limits);
}

/* Where the value of a setting is kept; its type says what it is. */
static void *
settings_value(const struct settings *settings, const struct setting *setting)
{
	return (char *)(uintptr_t)settings + setting->offset;
}
