/* SPDX-License-Identifier: ISC */
/*
 * The usage text: the synopsis, the options, and the settings as the settings
 * table has them.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "settings.h"
#include "usage.h"

static void	usage_setting(FILE *, const struct setting *);

/* A test holds this against the manual page. */
static const char	synopsis[] =
    "usage: %s [-46dhnqVv] [-b backlog] [-C max-per-source]\n"
    "             [-c max-workers] [-f file] [-g group] [-l address]...\n"
    "             [-m mode] [-o name=value]... [-P pidfile] [-p port]...\n"
    "             [-r directory] [-u user[:group]]%s\n";

static const char	operand_synopsis[] =
    " [--]\n             [handler [argument ...]]";

static const char	options[] =
    "  -4, --ipv4             IPv4 only, for -p and for names\n"
    "  -6, --ipv6             IPv6 only, for -p and for names\n"
    "  -b, --backlog n        connections that the kernel queues\n"
    "  -C, --max-per-source n not there yet\n"
    "  -c, --max-workers n    workers at once\n"
    "  -d, --foreground       stay in the foreground, log to standard error\n"
    "  -f, --config file      not there yet\n"
    "  -g, --group group      group of the workers\n"
    "  -h, --help             this text\n"
    "  -l, --listen address   listen on tcp://host:port, tcp4://, tcp6://\n"
    "  -m, --mode mode        fork\n"
    "  -n, --check            check everything, open nothing\n"
    "  -o, --option n=v       any setting\n"
    "  -P, --pidfile file     file for the process id\n"
    "  -p, --port port        listen on tcp://*:port\n"
    "  -q, --quiet            log warnings and errors only\n"
    "  -r, --chroot directory root directory of the workers\n"
    "  -u, --user user        user[:group] of the workers\n"
    "  -V, --version          print the version\n"
    "  -v, --verbose          log more\n"
    "      --explain service address  not there yet\n";

void
usage_print(FILE *stream, const char *name, bool operands)
{
	const struct setting	*setting;
	enum setting_group	 group;

	fprintf(stream, synopsis, name, operands ? operand_synopsis : "");
	fprintf(stream, "\n%s\nsettings, for -o name=value:\n", options);
	group = GROUP_COUNT;
	for (setting = settings_table; setting->name != NULL; setting++) {
		if (setting->group != group)
			fprintf(stream, " %s\n",
			    settings_group_title(setting->group));
		group = setting->group;
		usage_setting(stream, setting);
	}
}

static void
usage_setting(FILE *stream, const struct setting *setting)
{
	char	limits[128];

	settings_limits_text(setting, limits, sizeof(limits));
	if ((setting->flags & SETTING_LATER) != 0) {
		fprintf(stream, "  %-16s not there yet: %s\n", setting->name,
		    setting->help);
		return;
	}
	fprintf(stream, "  %-16s %s (%s; %s)\n", setting->name, setting->help,
	    limits, setting->initial == NULL ? "none" : setting->initial);
}
