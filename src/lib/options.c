/* SPDX-License-Identifier: ISC */
/*
 * The command line: options become settings, which check their values
 * themselves.  main.c of the library, below forkd_main(), acts on the result.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "forkd.h"
#include "options.h"
#include "server.h"

#define EXPLAIN		256	/* long only */
#define VALUE_SIZE	512

static int	option_apply(struct options *, struct forkd *, int,
		    const char *);
static int	option_setting(struct forkd *, const char *);
static int	option_port(struct forkd *, const char *);
static int	option_family(struct options *, struct forkd *,
		    enum addr_scheme);
static int	option_wrong(struct forkd *, int, char *[], int);

/* Sorted, as in the manual; `+' ends options at the first operand. */
static const char		letters[] =
    "+:46b:C:c:df:g:hl:m:no:P:p:qr:u:Vv";

static const struct option	longs[] = {
	{ "ipv4", no_argument, NULL, '4' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "backlog", required_argument, NULL, 'b' },
	{ "max-per-source", required_argument, NULL, 'C' },
	{ "max-workers", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'd' },
	{ "explain", no_argument, NULL, EXPLAIN },
	{ "config", required_argument, NULL, 'f' },
	{ "group", required_argument, NULL, 'g' },
	{ "help", no_argument, NULL, 'h' },
	{ "listen", required_argument, NULL, 'l' },
	{ "mode", required_argument, NULL, 'm' },
	{ "check", no_argument, NULL, 'n' },
	{ "option", required_argument, NULL, 'o' },
	{ "pidfile", required_argument, NULL, 'P' },
	{ "port", required_argument, NULL, 'p' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "chroot", required_argument, NULL, 'r' },
	{ "user", required_argument, NULL, 'u' },
	{ "version", no_argument, NULL, 'V' },
	{ "verbose", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 }
};

/* Options that are another name for a setting. */
static const struct {
	int		 letter;
	const char	*setting, *value;	/* value NULL: the option's */
} same[] = {
	{ 'b', "backlog", NULL }, { 'C', "max-per-source", NULL },
	{ 'c', "max-workers", NULL }, { 'g', "group", NULL },
	{ 'l', "listen", NULL }, { 'm', "mode", NULL },
	{ 'P', "pidfile", NULL }, { 'q', "log-level", "warning" },
	{ 'r', "chroot", NULL }, { 'u', "user", NULL },
	{ 'v', "log-level", "debug" }
};

int
options_parse(struct options *options, struct forkd *forkd, int argc,
    char *argv[])
{
	int	letter, before;

	memset(options, 0, sizeof(*options));
	options->only = ADDR_TCP;
	optind = 0;		/* glibc: begin anew, with the `+' */
	opterr = 0;
	for (;;) {
		before = optind == 0 ? 1 : optind;
		letter = getopt_long(argc, argv, letters, longs, NULL);
		if (letter == -1)
			break;
		if (letter == '?' || letter == ':')
			return option_wrong(forkd, letter, argv, before);
		if (option_apply(options, forkd, letter, optarg) == -1)
			return -1;
		if (options->help || options->version)
			return 0;
	}
	options->operand = argv + optind;
	return 0;
}

static int
option_apply(struct options *options, struct forkd *forkd, int letter,
    const char *value)
{
	size_t	i;

	if (letter == 'l' && value[0] == '\0')
		return error_set(&forkd->error, EX_USAGE, EINVAL,
		    "-l: the address is empty");
	for (i = 0; i < sizeof(same) / sizeof(*same); i++)
		if (same[i].letter == letter)
			return forkd_set(forkd, NULL, same[i].setting,
			    same[i].value != NULL ? same[i].value : value);
	switch (letter) {
	case '4':
		return option_family(options, forkd, ADDR_TCP4);
	case '6':
		return option_family(options, forkd, ADDR_TCP6);
	case 'd':
		options->foreground = true;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	case 'n':
		options->check = true;
		return 0;
	case 'o':
		return option_setting(forkd, value);
	case 'p':
		return option_port(forkd, value);
	case 'V':
		options->version = true;
		return 0;
	default:
		return error_set(&forkd->error, EX_USAGE, ENOTSUP,
		    letter == 'f' ? "-f: a configuration file is not there yet"
		    : "--explain: it is not there yet");
	}
}

/* -o name=value */
static int
option_setting(struct forkd *forkd, const char *text)
{
	char		 name[64];
	const char	*equals;

	equals = strchr(text, '=');
	if (equals == NULL || equals == text ||
	    (size_t)(equals - text) >= sizeof(name))
		return error_set(&forkd->error, EX_USAGE, EINVAL,
		    "-o %s: not of the form name=value", text);
	memcpy(name, text, (size_t)(equals - text));
	name[equals - text] = '\0';
	return forkd_set(forkd, NULL, name, equals + 1);
}

/* -p is short for -l with every address. */
static int
option_port(struct forkd *forkd, const char *port)
{
	struct addr_spec	spec;
	char			text[VALUE_SIZE];
	int			n;

	n = snprintf(text, sizeof(text), "tcp://*:%s", port);
	if (n < 0 || (size_t)n >= sizeof(text) || strchr(port, ':') != NULL ||
	    addr_parse(text, &spec, &forkd->error) == -1)
		return error_set(&forkd->error, EX_USAGE, EINVAL,
		    "-p %s: not a port: 0 to 65535 or a service name", port);
	return forkd_set(forkd, NULL, "listen", text);
}

static int
option_family(struct options *options, struct forkd *forkd,
    enum addr_scheme only)
{
	if (options->only != ADDR_TCP && options->only != only)
		return error_set(&forkd->error, EX_USAGE, EINVAL,
		    "-4 and -6 exclude each other; both is the default");
	options->only = only;
	return 0;
}

/* `before' is where getopt_long(3) began to look. */
static int
option_wrong(struct forkd *forkd, int letter, char *argv[], int before)
{
	char	option[3] = { '-', (char)optopt, '\0' };
	char	*text;

	text = strncmp(argv[before], "--", 2) == 0 ? argv[before] : option;
	if (letter == ':')
		return error_set(&forkd->error, EX_USAGE, EINVAL,
		    "%s: it needs a value; see forkd -h", text);
	/* glibc and the BSDs name the option here, and 0 if there is none */
	if (text != option && optopt != 0)
		return error_set(&forkd->error, EX_USAGE, EINVAL,
		    "%s: it takes no value; see forkd -h", text);
	return error_set(&forkd->error, EX_USAGE, EINVAL,
	    "%s: no such option; see forkd -h", text);
}
