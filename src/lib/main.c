/* SPDX-License-Identifier: ISC */
/*
 * forkd_main(): a whole server program, from the command line to the exit
 * code.  The only place in the library that prints.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon.h"
#include "error.h"
#include "fdio.h"
#include "forkd.h"
#include "inherited.h"
#include "listen.h"
#include "notify.h"
#include "options.h"
#include "server.h"
#include "usage.h"
#include "visible.h"

static int	main_run(struct forkd *, const struct options *,
		    const struct forkd_ops *, void *);
static int	main_inherit(struct forkd *);
static int	main_block(void);
static int	main_service(struct forkd *, const struct options *,
		    const struct forkd_ops *, void *);
static int	main_name(struct forkd *, const struct forkd_ops *, char *,
		    size_t);
static int	main_listen(struct forkd *, const struct options *);
static int	main_check(struct forkd *, const struct options *)
		    __attribute__((noinline));
static bool	main_stays(const struct options *);
static bool	main_is_wanted(int, const void *);
static int	main_log(struct forkd *, bool);
static bool	main_is_same(const char *, const char *);
static int	main_failed(const struct error *);

int
forkd_main(int argc, char *argv[], const struct forkd_ops *ops, void *arg)
{
	struct error	 error;
	struct options	 options;
	struct forkd	*forkd;
	int		 code;

	if (argc < 1 || argv == NULL) {
		(void)error_set(error_last(), EX_USAGE, EINVAL,
		    "forkd_main: no arguments: not even a name");
		return main_failed(error_last());
	}
	if (getpid() == 1)
		(void)main_block();	/* else the kernel loses them */
	forkd = forkd_new();
	if (forkd == NULL)
		return main_failed(error_last());
	code = 0;
	if (options_parse(&options, forkd, argc, argv) == -1)
		code = forkd->error.exit_code;
	else if (options.help)
		usage_print(stdout, getprogname(), ops == NULL);
	else if (options.version)
		printf(ops == NULL ? "%s %s\n" : "%s: forkd %s\n",
		    getprogname(), PACKAGE_VERSION);
	else if (main_run(forkd, &options, ops, arg) == -1)
		code = forkd->error.exit_code;
	if (fflush(stdout) == EOF && code == 0) {
		(void)error_system(&forkd->error, errno, "standard output");
		code = forkd->error.exit_code;
	}
	/* first: whoever should read the message may not */
	error = forkd->error;
	forkd_free(forkd);
	return code == 0 ? 0 : main_failed(&error);
}

static int
main_run(struct forkd *forkd, const struct options *options,
    const struct forkd_ops *ops, void *arg)
{
	bool	stays;

	if (main_inherit(forkd) == -1 ||
	    main_service(forkd, options, ops, arg) == -1)
		return -1;
	if (options->check)
		return main_check(forkd, options);
	if (main_is_same(forkd->settings.pid_file, forkd->settings.log))
		return error_set(&forkd->error, EX_CONFIG, EINVAL,
		    "pidfile %s: it is the log, too: name another one",
		    forkd->settings.pid_file);
	/* none of them may end a start that has begun to leave something */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	stays = main_stays(options);
	forkd->announces = !stays;
	if (main_log(forkd, stays) == -1 ||
	    log_start(&forkd->log, &forkd->error) == -1 ||
	    (!stays && daemon_detach(&forkd->error) == -1))
		return -1;
	if (!stays && ops == NULL)	/* else they may be the program's */
		fdio_close_inherited(main_is_wanted, &forkd->settings);
	/* a signal must leave no file behind, and no starter without word */
	if (main_block() == -1)
		return error_system(&forkd->error, errno, "signals");
	if (start_claim(forkd) == -1 || main_listen(forkd, options) == -1)
		return -1;
	return forkd_run(forkd);
}

/* No address at all: the sockets that a service manager passes. */
static int
main_inherit(struct forkd *forkd)
{
	char	text[32];
	int	count, i;

	count = inherited_count(&forkd->error);
	if (count == -1)
		return -1;
	inherited_guard();
	if (forkd->settings.listen.count > 0)
		return 0;
	for (i = 0; i < count; i++) {
		(void)snprintf(text, sizeof(text), "fd://%d",
		    INHERITED_FIRST + i);
		if (forkd_set(forkd, NULL, "listen", text) == -1)
			return -1;
	}
	if (count > 0)
		return 0;
	return error_set(&forkd->error, EX_USAGE, EINVAL,
	    "no address to listen on: say -p 10000");
}

/*
 * From here on only forkd_run() takes the signals that stop it, and none is
 * left to kill us, with another exit code, when it has returned.
 */
static int
main_block(void)
{
	sigset_t	set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGQUIT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGUSR1);
	(void)sigaddset(&set, SIGUSR2);
	(void)sigaddset(&set, SIGTTIN);
	(void)sigaddset(&set, SIGTTOU);
	return sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Operands are the handler; then the service can have its name. */
static int
main_service(struct forkd *forkd, const struct options *options,
    const struct forkd_ops *ops, void *arg)
{
	struct words	*handler;
	char		 name[SERVICE_NAME_SIZE];
	char		**operand;

	operand = options->operand;
	if (operand[0] != NULL && ops != NULL)
		return error_set(&forkd->error, EX_USAGE, EINVAL,
		    "%s: this program is its own handler", operand[0]);
	handler = &forkd->settings.handler;
	if (operand[0] != NULL)
		words_free(handler);
	for (; *operand != NULL; operand++)
		if (words_add(handler, *operand) == -1)
			return error_system(&forkd->error, errno, "handler");
	if (main_name(forkd, ops, name, sizeof(name)) == -1)
		return -1;
	return forkd_service(forkd, name, ops, arg);
}

/* The last component of the handler's path, or the program's name. */
static int
main_name(struct forkd *forkd, const struct forkd_ops *ops, char *name,
    size_t size)
{
	const char	*from, *slash;
	size_t		 i;

	from = getprogname();
	if (ops == NULL) {
		if (forkd->settings.handler.count == 0)
			return error_set(&forkd->error, EX_USAGE, EINVAL,
			    "handler: it is empty");
		from = forkd->settings.handler.word[0];
	}
	slash = strrchr(from, '/');
	(void)strlcpy(name, slash == NULL ? from : slash + 1, size);
	for (i = 0; name[i] != '\0'; i++)
		if (strchr(SERVICE_NAME_CHARACTERS, name[i]) == NULL)
			name[i] = '_';
	if (name[0] == '\0')
		(void)strlcpy(name, "handler", size);
	return 0;
}

static int
main_listen(struct forkd *forkd, const struct options *options)
{
	struct service	*service;
	size_t		 i;

	service = TAILQ_FIRST(&forkd->services);
	for (i = 0; i < service->settings.listen.count; i++) {
		if (listen_open(service, service->settings.listen.word[i],
		    options->only, &forkd->log, &forkd->error) == -1)
			return -1;
		service->bound++;
	}
	return 0;
}

/* -n: names, users, handler; opens nothing and says what it found. */
static int
main_check(struct forkd *forkd, const struct options *options)
{
	struct service	*service;
	char		 shown[PATH_MAX];
	const char	*text;
	size_t		 i;

	service = TAILQ_FIRST(&forkd->services);
	for (i = 0; i < service->settings.listen.count; i++)
		if (listen_check(service, service->settings.listen.word[i],
		    options->only, &forkd->error) == -1)
			return -1;
	if (server_check(forkd) == -1)
		return -1;
	text = service->path != NULL ? service->path : service->name;
	(void)visible(shown, sizeof(shown), text, strlen(text));
	printf("%s: %s: no mistake found\n", getprogname(), shown);
	return 0;
}

/*
 * Who starts a server in the background itself wants to see it: a service
 * manager, or a container, where the end of process 1 is the end of all.
 */
static bool
main_stays(const struct options *options)
{
	return options->foreground || getpid() == 1 || notify_is_supervised();
}

/*
 * Whether an inherited descriptor is to be used.  A daemon with the others
 * would keep open what its starter waits for: a pipe, a lock, a terminal.
 */
static bool
main_is_wanted(int fd, const void *arg)
{
	const struct settings	*settings = arg;
	const struct words	*listen = &settings->listen;
	size_t			 i;

	if (fd == settings->notify_fd)
		return true;
	for (i = 0; i < listen->count; i++)
		if (strncmp(listen->word[i], "fd://", 5) == 0 &&
		    atoi(listen->word[i] + 5) == fd)
			return true;
	return false;
}

/* The only place that chooses where the log goes when nobody has said. */
static int
main_log(struct forkd *forkd, bool stays)
{
	if (forkd->settings.log != NULL)
		return 0;
	return forkd_set(forkd, NULL, "log",
	    stays ? "stderr" : "syslog:daemon");
}

static bool
main_is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static int
main_failed(const struct error *error)
{
	/* nothing to be done when even that cannot be said */
	(void)fprintf(stderr, "%s: %s\n", getprogname(), error->text);
	return error->exit_code;
}
