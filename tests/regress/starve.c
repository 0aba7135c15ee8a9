/* SPDX-License-Identifier: ISC */
/*
 * starve: each allocation of each public call fails once.  Such a call returns
 * -1 or NULL with ENOMEM and says so in forkd_error(), leaves no descriptor
 * and no memory behind, and works when it is called again.  A line of TAP for
 * each call.  Needs nomalloc.so in LD_PRELOAD.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forkd.h"
#include "forkd_socket.h"
#include "nomalloc.h"

#define MOST	5000	/* allocations of one call */

/* A call, and how to undo it when it has worked. */
struct step {
	const char	*name;
	int		(*call)(void);
	void		(*undo)(void);
};

static int	starve(const struct step *);
static bool	is_good_failure(const char *, long);
static int	descriptors(void);
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

static struct forkd_socket	*shared[2];
static struct forkd_socket	*received;

/* One end of a pair goes through it. */
static int
call_socket_receive(void)
{
	if (shared[0] == NULL && forkd_socket_create_pair(AF_UNIX, SOCK_STREAM,
	    0, shared) == -1)
		return -1;
	if (forkd_socket_share(shared[0], shared[0]) == -1)
		return -1;
	received = forkd_socket_receive(shared[1]);
	return received == NULL ? -1 : 0;
}

static void
close_received(void)
{
	forkd_socket_close(received);
	received = NULL;
}

static void
close_shared(void)
{
	forkd_socket_close(shared[0]);
	forkd_socket_close(shared[1]);
}

static const struct step	steps[] = {
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
	{ "forkd_socket_receive", call_socket_receive, close_received },
	{ NULL, NULL, close_shared },
	{ NULL, NULL, free_forkd },
};

int
main(int argc, char *argv[])
{
	size_t	i;
	int	number;

	if (argc != 2 || nomalloc_arm == NULL)
		return EXIT_FAILURE;
	scratch = argv[1];
	number = 0;
	(void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (steps[i].name == NULL) {
			steps[i].undo();
			continue;
		}
		printf("%sok %d - %s\n", starve(&steps[i]) == 0 ? "" : "not ",
		    ++number, steps[i].name);
	}
	printf("1..%d\n", number);
	return EXIT_SUCCESS;
}

/* Fails its first allocation, its second one, and so on until all work. */
static int
starve(const struct step *step)
{
	long	live, nth;
	int	before, result, number, starved;

	/* what the C library keeps from the first time on is there then */
	if (step->call() == -1) {
		printf("# it fails: %s\n", forkd_error(forkd));
		return -1;
	}
	if (step->undo != NULL)
		step->undo();
	for (nth = 1; nth < MOST; nth++) {
		before = descriptors();
		live = nomalloc_live();
		nomalloc_arm(nth);
		errno = 0;
		result = step->call();
		number = errno;
		starved = nomalloc_disarm();
		errno = number;
		if (!starved) {
			printf("# allocations: %ld\n", nth - 1);
			if (result == 0 && step->undo != NULL)
				step->undo();
			return result;
		}
		if (result == 0) {	/* it can do without */
			if (step->undo != NULL)
				step->undo();
			continue;
		}
		if (!is_good_failure(forkd_error(forkd), nth))
			return -1;
		if (descriptors() != before) {
			printf("# allocation %ld: %d descriptors are left\n",
			    nth, descriptors() - before);
			return -1;
		}
		if (step->call() == -1) {
			printf("# allocation %ld: not again: %s\n", nth,
			    forkd_error(forkd));
			return -1;
		}
		if (step->undo != NULL)
			step->undo();
		if (nomalloc_live() != live) {
			printf("# allocation %ld: %ld allocations are left\n",
			    nth, nomalloc_live() - live);
			return -1;
		}
	}
	return -1;
}

static bool
is_good_failure(const char *error, long nth)
{
	int	number;

	number = errno;
	if (number == ENOMEM && strstr(error, strerror(ENOMEM)) != NULL)
		return true;
	/* where there is no master, or the call does not know it */
	error = forkd_error(NULL);
	if (number == ENOMEM && strstr(error, strerror(ENOMEM)) != NULL)
		return true;
	printf("# allocation %ld: %s; %s, %s\n", nth, strerror(number),
	    forkd_error(forkd), error);
	return false;
}

static int
descriptors(void)
{
	int	count, fd;

	count = 0;
	for (fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			count++;
	return count;
}
