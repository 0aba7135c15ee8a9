/* SPDX-License-Identifier: ISC */
/*
 * starve: the public calls of forkd.h without memory; see starving.h.  The
 * argument is a directory.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forkd.h"
#include "starving.h"

static void	free_forkd(void);

static struct forkd	*forkd;
static char		*scratch;	/* a directory */

static int
serve(struct forkd_conn *conn, void *arg)
{
	(void)arg;
	return conn == NULL ? -1 : 0;
}

static const struct forkd_ops	ops = { .serve = serve };

/* A master with a service that could run. */
static void
make_forkd(void)
{
	forkd = forkd_new();
	if (forkd == NULL || forkd_service(forkd, "s", &ops, NULL) == -1 ||
	    (geteuid() == 0 &&
	    forkd_set(forkd, "s", "user", "root") == -1)) {
		printf("Bail out! %s\n", forkd_error(forkd));
		exit(EXIT_FAILURE);
	}
}

static void
free_forkd(void)
{
	forkd_free(forkd);
	forkd = NULL;
}

static void
renew(void)
{
	free_forkd();
	make_forkd();
}

static int
call_new(void)
{
	forkd = forkd_new();
	return forkd == NULL ? -1 : 0;
}

static int
call_service(void)
{
	return forkd_service(forkd, "another", &ops, NULL);
}

static int
call_executable(void)
{
	return forkd_service(forkd, "third", NULL, NULL);
}

static int
set_text(void)
{
	return forkd_set(forkd, "s", "directory", "/tmp");
}

static int
set_list(void)
{
	return forkd_set(forkd, "s", "env-keep", "PATH LC_* TZ");
}

static int
set_lines(void)
{
	return forkd_set(forkd, "s", "env", "A=b");
}

static int
set_command(void)
{
	return forkd_set(forkd, "s", "handler", "/bin/echo 'a b' c");
}

static int
set_log(void)
{
	char	path[256];

	(void)snprintf(path, sizeof(path), "%s/log", scratch);
	return forkd_set(forkd, NULL, "log", path);
}

static int
set_default(void)
{
	return forkd_set(forkd, NULL, "log-level", "debug");
}

static int
listen_tcp(void)
{
	return forkd_listen(forkd, "s", "127.0.0.1:0");
}

static int
listen_unix(void)
{
	char	address[300];

	(void)snprintf(address, sizeof(address), "unix://%s/socket", scratch);
	return forkd_listen(forkd, "s", address);
}

static int
listen_abstract(void)
{
	char	address[300];

	(void)snprintf(address, sizeof(address), "unix://@%s/a", scratch);
	return forkd_listen(forkd, "s", address);
}

static int
call_load(void)
{
	return forkd_load(forkd, "/nonexistent") == -1 && errno == ENOTSUP ?
	    0 : -1;
}

static int
call_address(void)
{
	char	text[64];

	return forkd_address(forkd, "s", 0, text, sizeof(text));
}

static int
call_stat(void)
{
	int64_t	value;

	return forkd_stat(forkd, NULL, "served", &value);
}

static int
call_worker_stat(void)
{
	int64_t	value;

	return forkd_worker_stat(forkd, 0, "pid", &value) == -1 &&
	    errno == ENOENT ? 0 : -1;
}

static int
call_error(void)
{
	return forkd_error(forkd) == NULL ? -1 : 0;
}

/* It is asked to stop before it begins, so it begins and stops. */
static int
call_run(void)
{
	forkd_stop(forkd, FORKD_STOP_NOW);
	return forkd_run(forkd);
}

/* The same in steps; the first one opens. */
static int
call_step(void)
{
	int	n;

	forkd_stop(forkd, FORKD_STOP_NOW);
	while ((n = forkd_step(forkd, -1)) == 1)
		continue;
	return n;
}

static int
call_fd(void)
{
	return forkd_fd(forkd) == -1 ? -1 : 0;
}

static int
call_send(void)
{
	return forkd_send(forkd, 0, 0, NULL, 0, -1) == -1 &&
	    errno == ENOENT ? 0 : -1;
}

static int
call_receive(void)
{
	return forkd_receive(forkd, NULL, NULL, 0, NULL, 0) == -1 &&
	    errno == EPERM ? 0 : -1;
}

static int
call_draining(void)
{
	return forkd_draining(forkd);
}

static int
call_ready(void)
{
	return forkd_ready(0);
}

/* Who we are already; that needs no name and no privilege. */
static int
call_drop(void)
{
	char	group[32], user[32];

	(void)snprintf(user, sizeof(user), "%ld", (long)geteuid());
	(void)snprintf(group, sizeof(group), "%ld", (long)getegid());
	return forkd_drop_privileges(user, group, group);
}

static void
listening(void)
{
	renew();
	if (listen_tcp() == -1)
		exit(EXIT_FAILURE);
}

static const struct starving_step	steps[] = {
	{ "forkd_new", call_new, free_forkd },
	{ NULL, NULL, make_forkd },
	{ "forkd_service of functions", call_service, renew },
	{ "forkd_service of an executable", call_executable, renew },
	{ "forkd_set of a text", set_text, NULL },
	{ "forkd_set of a list", set_list, renew },
	{ "forkd_set of a line", set_lines, renew },
	{ "forkd_set of a command", set_command, NULL },
	{ "forkd_set of a default", set_default, NULL },
	{ "forkd_set of the log", set_log, renew },
	{ "forkd_load", call_load, NULL },
	{ "forkd_listen, TCP", listen_tcp, renew },
	{ "forkd_listen, a path", listen_unix, renew },
	{ "forkd_listen, an abstract name", listen_abstract, renew },
	{ NULL, NULL, listening },
	{ "forkd_address", call_address, NULL },
	{ "forkd_stat", call_stat, NULL },
	{ "forkd_worker_stat", call_worker_stat, NULL },
	{ "forkd_error", call_error, NULL },
	{ "forkd_send", call_send, NULL },
	{ "forkd_receive", call_receive, NULL },
	{ "forkd_draining", call_draining, NULL },
	{ "forkd_run", call_run, listening },
	{ "forkd_step", call_step, listening },
	{ "forkd_fd", call_fd, listening },
	{ "forkd_ready", call_ready, NULL },
	{ "forkd_drop_privileges", call_drop, NULL },
	{ NULL, NULL, free_forkd },
};

int
main(int argc, char *argv[])
{
	if (argc != 2)
		return EXIT_FAILURE;
	scratch = argv[1];
	return starving(steps, sizeof(steps) / sizeof(*steps), &forkd);
}
