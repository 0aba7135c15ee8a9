/* SPDX-License-Identifier: ISC */
/*
 * connload: a load of connections for a server, and how it bore them.  This
 * file has the options and the report; load.c makes the connections.
 *
 * Standard output gets a line for people and one for scripts, of NAME=VALUE;
 * -q leaves out the first.
 */

#include "config.h"

#include <sys/types.h>
#include <sys/resource.h>

#include <err.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "load.h"

#define SECOND_US	UINT64_C(1000000)
#define FILES_OTHER	16		/* descriptors that are no connection */

struct options {
	struct load_plan	plan;
	int			wait_ms;	/* for the server to listen */
	bool			quiet;
};

static void	read_options(struct options *, int, char *[]);
static uint64_t	number(const char *, const char *, long long, long long);
static void	set_request(struct load_plan *, const char *);
static void	allow_files(rlim_t);
static void	catch_signals(void);
static void	on_signal(int);
static void	show_progress(const struct load_result *);
static void	report(const struct options *, const struct load_result *);
static void	report_errors(const struct load_result *);
static uint64_t	count_errors(const struct load_plan *,
		    const struct load_result *);
static double	rate(const struct load_result *);
static void	usage(void) __attribute__((__noreturn__));

static const char *const	names[LOAD_ENDS] = {
	[LOAD_OK] = "ok",
	[LOAD_REFUSED] = "refused",
	[LOAD_RESET] = "reset",
	[LOAD_TIMEOUT] = "timeout",
	[LOAD_EMPTY] = "empty",
	[LOAD_OTHER] = "other",
	[LOAD_IDLE_LOST] = "idle_lost",
};

int
main(int argc, char *argv[])
{
	static struct load_result	 result;
	static struct options		 options;
	const struct load_plan		*plan = &options.plan;

	read_options(&options, argc, argv);
	allow_files((rlim_t)plan->connections + plan->idle + FILES_OTHER);
	catch_signals();
	if (options.wait_ms > 0 &&
	    dial_wait(&plan->target, options.wait_ms) == -1)
		err(EXIT_FAILURE, "connect");
	if (load_run(plan, &result, !options.quiet && isatty(STDERR_FILENO) ?
	    show_progress : NULL) == -1)
		err(EXIT_FAILURE, "load");
	report(&options, &result);
	if (fflush(stdout) == EOF)
		err(EXIT_FAILURE, "standard output");
	return result.ends[LOAD_OK] > 0 && count_errors(plan, &result) == 0 ?
	    EXIT_SUCCESS : EXIT_FAILURE;
}

static void
read_options(struct options *options, int argc, char *argv[])
{
	struct load_plan	*plan = &options->plan;
	bool			 timed = false;
	int			 error, option;

	memset(options, 0, sizeof(*options));
	plan->connections = 1;
	plan->total = UINT64_MAX;
	plan->duration_us = UINT64_MAX;
	plan->deadline_us = 10 * SECOND_US;
	while ((option = getopt(argc, argv, "Cc:d:H:n:qr:st:w:")) != -1) {
		switch (option) {
		case 'C':
			plan->complete = true;
			break;
		case 'c':
			plan->connections = (unsigned)number("-c", optarg, 1,
			    1000000);
			break;
		case 'd':
			plan->deadline_us = SECOND_US *
			    number("-d", optarg, 1, 86400);
			break;
		case 'H':
			plan->idle = (unsigned)number("-H", optarg, 0, 1000000);
			break;
		case 'n':
			plan->total = number("-n", optarg, 1, INT64_MAX);
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'r':
			set_request(plan, optarg);
			break;
		case 's':
			plan->half_close = true;
			break;
		case 't':
			plan->duration_us = SECOND_US *
			    number("-t", optarg, 1, 86400);
			timed = true;
			break;
		case 'w':
			options->wait_ms = 1000 *
			    (int)number("-w", optarg, 0, 86400);
			break;
		default:
			usage();
		}
	}
	if (argc - optind != 2)
		usage();
	if (!timed && plan->total == UINT64_MAX)
		plan->duration_us = 5 * SECOND_US;
	error = dial_resolve(&plan->target, argv[optind], argv[optind + 1]);
	if (error != 0)
		errx(EX_USAGE, "%s:%s: %s", argv[optind], argv[optind + 1],
		    gai_strerror(error));
}

static uint64_t
number(const char *option, const char *text, long long least, long long most)
{
	const char	*error;
	long long	 value;

	value = strtonum(text, least, most, &error);
	if (error != NULL)
		errx(EX_USAGE, "%s %s: %s, %lld to %lld", option, text, error,
		    least, most);
	return (uint64_t)value;
}

/* The line and its end; lives as long as the program. */
static void
set_request(struct load_plan *plan, const char *line)
{
	char	*request;
	int	 length;

	if ((length = asprintf(&request, "%s\n", line)) == -1)
		err(EXIT_FAILURE, "-r");
	plan->request = request;
	plan->request_len = (size_t)length;
}

static void
allow_files(rlim_t wanted)
{
	struct rlimit	limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(EXIT_FAILURE, "limit of open files");
	if (limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(EXIT_FAILURE, "%" PRIu64 " open files", (uint64_t)wanted);
}

/* Interrupted, it still reports. */
static void
catch_signals(void)
{
	struct sigaction	action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	if (sigaction(SIGINT, &action, NULL) == -1 ||
	    sigaction(SIGTERM, &action, NULL) == -1)
		err(EXIT_FAILURE, "sigaction");
}

static void
on_signal(int signal_number)
{
	(void)signal_number;
	load_stop();
}

static void
show_progress(const struct load_result *result)
{
	fprintf(stderr, "%3.0f s: %" PRIu64 " ok, %.0f/s, p99 %" PRIu64 " us\n",
	    (double)result->elapsed_us / 1e6, result->ends[LOAD_OK],
	    rate(result), histogram_quantile(&result->latency, 0.99));
}

static void
report(const struct options *options, const struct load_result *result)
{
	const uint64_t	p50 = histogram_quantile(&result->latency, 0.5);
	const uint64_t	p99 = histogram_quantile(&result->latency, 0.99);
	const uint64_t	max = result->latency.max;
	const double	seconds = (double)result->elapsed_us / 1e6;
	int		n;

	if (!options->quiet) {
		printf("%" PRIu64 " connections in %.2f s, %.1f a second; "
		    "p50 %" PRIu64 " us, p99 %" PRIu64 " us, max %" PRIu64
		    " us; errors:", result->ends[LOAD_OK], seconds,
		    rate(result), p50, p99, max);
		report_errors(result);
	}
	printf("connload rate=%.1f p50_us=%" PRIu64 " p99_us=%" PRIu64
	    " max_us=%" PRIu64 " seconds=%.3f bytes=%" PRIu64
	    " errors=%" PRIu64 " unfinished=%" PRIu64, rate(result), p50, p99,
	    max, seconds, result->bytes, count_errors(&options->plan, result),
	    result->unfinished);
	for (n = 0; n < LOAD_ENDS; n++)
		printf(" %s=%" PRIu64, names[n], result->ends[n]);
	printf("\n");
}

static void
report_errors(const struct load_result *result)
{
	const char	*separator = " ";
	int		 n;

	for (n = LOAD_OK + 1; n < LOAD_ENDS; n++) {
		if (result->ends[n] == 0)
			continue;
		printf("%s%" PRIu64 " %s", separator, result->ends[n],
		    n == LOAD_OTHER ? strerror(result->other) : names[n]);
		separator = ", ";
	}
	printf("%s; %" PRIu64 " unfinished\n",
	    separator[0] == ' ' ? " none" : "", result->unfinished);
}

/* What did not finish is an error where all were to be waited for. */
static uint64_t
count_errors(const struct load_plan *plan, const struct load_result *result)
{
	uint64_t	errors = plan->complete ? result->unfinished : 0;
	int		n;

	for (n = LOAD_OK + 1; n < LOAD_ENDS; n++)
		errors += result->ends[n];
	return errors;
}

static double
rate(const struct load_result *result)
{
	if (result->elapsed_us == 0)
		return 0;
	return (double)result->ends[LOAD_OK] /
	    ((double)result->elapsed_us / 1e6);
}

static void
usage(void)
{
	fprintf(stderr, "usage: connload [-Cqs] [-c connections] "
	    "[-d deadline] [-H idle] [-n total]\n"
	    "                [-r line] [-t seconds] [-w seconds] "
	    "address port\n");
	exit(EX_USAGE);
}
