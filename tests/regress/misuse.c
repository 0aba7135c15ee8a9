/* SPDX-License-Identifier: ISC */
/*
 * misuse: every public function with arguments that are wrong, or called where
 * it may not be called.  Prints a line for each: the call, its result, the
 * number of errno, the sentence.
 *
 *	misuse null	NULL for everything that may not be NULL
 *	misuse arguments  other arguments that are wrong
 *	misuse master	from a function of a service, in the master
 *	misuse worker	in a worker
 *	misuse kept	nothing is kept of what a call that failed was given,
 *			and what one that worked was given is copied
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forkd.h"

static int	serve(struct forkd_conn *, void *);
static int	reload(struct forkd *, void *);

static const struct forkd_ops	ops = { .serve = serve, .reload = reload };
static const struct forkd_ops	no_serve = { .reload = reload };
static struct forkd_ops		newer = { .serve = serve };
static int64_t			value;
static FILE			*out;	/* also a worker's */

/* Of a call that should fail; `from' is whom forkd_error() asks. */
static void
say(const char *call, long result, const struct forkd *from)
{
	int	number;

	number = errno;
	fprintf(out, "%s %ld %d %s\n", call, result, number,
	    forkd_error(from));
	(void)fflush(out);
	errno = 0;
}

#define TRY(call, from)		say(#call, (long)(call), from)
#define TRY_POINTER(call)	say(#call, (call) == NULL ? -1 : 0, NULL)

static void
nothing(void)
{
}

static void
try_null(void)
{
	char	text[64];

	errno = 0;
	TRY(forkd_service(NULL, "a", &ops, NULL), NULL);
	TRY(forkd_set(NULL, NULL, "umask", "077"), NULL);
	TRY(forkd_load(NULL, "/etc/forkd.conf"), NULL);
	TRY(forkd_listen(NULL, NULL, "127.0.0.1:0"), NULL);
	TRY(forkd_address(NULL, NULL, 0, text, sizeof(text)), NULL);
	TRY(forkd_run(NULL), NULL);
	TRY(forkd_step(NULL, 0), NULL);
	TRY(forkd_fd(NULL), NULL);
	TRY(forkd_send(NULL, FORKD_MASTER, 0, NULL, 0, -1), NULL);
	TRY(forkd_receive(NULL, NULL, text, sizeof(text), NULL, 0), NULL);
	TRY(forkd_draining(NULL), NULL);
	TRY(forkd_stat(NULL, NULL, "served", &value), NULL);
	TRY(forkd_worker_stat(NULL, 0, "pid", &value), NULL);
	TRY(forkd_drop_privileges(NULL, NULL, NULL), NULL);
	TRY(forkd_ready(-1), NULL);
	TRY(forkd_ready(256), NULL);
	TRY(forkd_conn_fd(NULL), NULL);
	TRY_POINTER(forkd_conn_socket(NULL));
	TRY_POINTER(forkd_conn_in(NULL));
	TRY_POINTER(forkd_conn_out(NULL));
	TRY_POINTER(forkd_conn_peer(NULL));
	TRY_POINTER(forkd_conn_local(NULL));
	TRY(forkd_conn_peercred(NULL, NULL, NULL, NULL), NULL);
	TRY(forkd_conn_serial(NULL), NULL);
	TRY_POINTER(forkd_conn_server(NULL));
	/* these have nothing to say */
	forkd_stop(NULL, FORKD_STOP_NOW);
	forkd_free(NULL);
}

static void
try_arguments(void)
{
	struct forkd	*forkd;
	char		 text[64];

	forkd = forkd_new();
	newer.reserved[7] = nothing;
	errno = 0;
	TRY(forkd_stat(forkd, NULL, "served", &value), forkd);
	TRY(forkd_run(forkd), forkd);
	TRY(forkd_step(forkd, 0), forkd);
	TRY(forkd_fd(forkd), forkd);
	TRY(forkd_service(forkd, NULL, &ops, NULL), forkd);
	TRY(forkd_service(forkd, "a", &no_serve, NULL), forkd);
	TRY(forkd_service(forkd, "a", &newer, NULL), forkd);
	(void)forkd_service(forkd, "a", &ops, NULL);
	TRY(forkd_set(forkd, NULL, NULL, "077"), forkd);
	TRY(forkd_set(forkd, NULL, "umask", NULL), forkd);
	TRY(forkd_load(forkd, NULL), forkd);
	TRY(forkd_load(forkd, "/etc/forkd.conf"), forkd);
	TRY(forkd_listen(forkd, NULL, NULL), forkd);
	TRY(forkd_address(forkd, NULL, 0, NULL, 0), forkd);
	TRY(forkd_address(forkd, "b", 0, text, sizeof(text)), forkd);
	TRY(forkd_address(forkd, NULL, 0, text, sizeof(text)), forkd);
	(void)forkd_listen(forkd, NULL, "unix://@forkd-misuse");
	TRY(forkd_address(forkd, NULL, 0, text, 4), forkd);
	TRY(forkd_stat(forkd, NULL, NULL, &value), forkd);
	TRY(forkd_stat(forkd, NULL, "served", NULL), forkd);
	TRY(forkd_stat(forkd, "b", "served", &value), forkd);
	TRY(forkd_stat(forkd, NULL, "serve", &value), forkd);
	TRY(forkd_worker_stat(forkd, 0, NULL, &value), forkd);
	TRY(forkd_worker_stat(forkd, 0, "pid", NULL), forkd);
	TRY(forkd_worker_stat(forkd, 0, "uid", &value), forkd);
	TRY(forkd_worker_stat(forkd, 0, "pid", &value), forkd);
	TRY(forkd_worker_stat(forkd, -1, "pid", &value), forkd);
	TRY(forkd_send(forkd, -2, 0, NULL, 0, -1), forkd);
	TRY(forkd_send(forkd, 0, 0, NULL, 1, -1), forkd);
	TRY(forkd_send(forkd, 0, 0, text, FORKD_MESSAGE_MAX + 1, -1), forkd);
	TRY(forkd_send(forkd, 0, 0, NULL, 0, -2), forkd);
	TRY(forkd_send(forkd, 0, 0, NULL, 0, -1), forkd);
	TRY(forkd_send(forkd, FORKD_MASTER, 0, NULL, 0, -1), forkd);
	TRY(forkd_receive(forkd, NULL, text, sizeof(text), NULL, 0), forkd);
	TRY(forkd_draining(forkd), forkd);
	TRY(forkd_main(0, NULL, &ops, NULL), NULL);
	forkd_free(forkd);
}

/* What may not be called while the master runs, or not in its workers. */
static void
try_there(struct forkd *forkd)
{
	struct forkd	*other;

	errno = 0;
	TRY(forkd_service(forkd, "b", &ops, NULL), forkd);
	TRY(forkd_set(forkd, NULL, "umask", "077"), forkd);
	TRY(forkd_load(forkd, "/etc/forkd.conf"), forkd);
	TRY(forkd_listen(forkd, NULL, "127.0.0.1:0"), forkd);
	TRY(forkd_run(forkd), forkd);
	TRY(forkd_step(forkd, 0), forkd);
	TRY(forkd_fd(forkd), forkd);
	TRY(forkd_send(forkd, 0, 0, NULL, 0, -1), forkd);
	TRY(forkd_receive(forkd, NULL, NULL, 1, NULL, 0), forkd);
	TRY(forkd_draining(forkd), forkd);
	TRY(forkd_stat(forkd, NULL, "workers", &value), forkd);
	TRY(forkd_worker_stat(forkd, 0, "state", &value), forkd);
	errno = EDOM;
	forkd_free(forkd);
	say("forkd_free", 0, forkd);
	other = forkd_new();
	(void)forkd_service(other, "other", &ops, NULL);
	if (geteuid() == 0)
		(void)forkd_set(other, NULL, "user", "root");
	(void)forkd_listen(other, NULL, "127.0.0.1:0");
	forkd_stop(other, FORKD_STOP_NOW);
	errno = 0;
	TRY(forkd_run(other), other);
	forkd_free(other);
}

static int
serve(struct forkd_conn *conn, void *arg)
{
	char	text[64];

	try_there(forkd_conn_server(conn));
	/* what a worker may ask */
	TRY(forkd_address(forkd_conn_server(conn), NULL, 0, text,
	    sizeof(text)), forkd_conn_server(conn));
	forkd_stop(forkd_conn_server(conn), FORKD_STOP_NOW);
	TRY(forkd_receive(forkd_conn_server(conn), NULL, text, sizeof(text),
	    NULL, -2), forkd_conn_server(conn));
	TRY_POINTER(forkd_conn_socket(conn));
	TRY(forkd_conn_peercred(conn, NULL, NULL, NULL), NULL);
	(void)arg;
	return 0;
}

static int
reload(struct forkd *forkd, void *arg)
{
	struct forkd	*other;

	(void)arg;
	try_there(forkd);
	other = forkd_new();
	errno = 0;
	TRY(forkd_step(other, 0), other);
	TRY(forkd_fd(other), other);
	forkd_free(other);
	return 0;
}

static void
count_line(int priority, const char *line, void *arg)
{
	int	*count = arg;

	(void)priority;
	(void)line;
	++*count;
}

/* Everything is overwritten as soon as the call has returned. */
static void
try_kept(void)
{
	struct forkd_ops	*gone;
	struct forkd		*forkd;
	char			 name[64], text[64];
	int			 lines = 0;

	forkd = forkd_new();
	gone = calloc(1, sizeof(*gone));
	if (forkd == NULL || gone == NULL)
		exit(EXIT_FAILURE);
	(void)strcpy(name, "a");
	(void)forkd_service(forkd, name, &ops, NULL);
	gone->serve = serve;
	gone->log = count_line;
	errno = 0;
	TRY(forkd_service(forkd, name, gone, &lines), forkd);
	(void)strcpy(name, "b c");
	TRY(forkd_service(forkd, name, gone, &lines), forkd);
	free(gone);
	if (geteuid() == 0)
		(void)forkd_set(forkd, NULL, "user", "root");
	(void)strcpy(name, "directory");
	(void)strcpy(text, "/tmp");
	(void)forkd_set(forkd, "a", name, text);
	(void)strcpy(name, "a");
	(void)strcpy(text, "127.0.0.1:0");
	(void)forkd_listen(forkd, name, text);
	(void)memset(name, 'x', sizeof(name) - 1);
	(void)memset(text, 'x', sizeof(text) - 1);
	(void)forkd_address(forkd, "a", 0, text, 16);
	forkd_stop(forkd, FORKD_STOP_NOW);
	errno = 0;
	TRY(forkd_run(forkd), forkd);
	forkd_free(forkd);
	fprintf(out, "lines %d\n", lines);
	(void)fflush(out);
}

/* One client, or one HUP, and then TERM. */
static void
disturb(const char *address, int is_worker)
{
	struct sockaddr_in	in = { .sin_family = AF_INET };
	char			byte;
	int			fd;

	if (is_worker) {
		in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		in.sin_port = htons((in_port_t)atoi(
		    strrchr(address, ':') + 1));
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0)
			while (read(fd, &byte, 1) > 0)
				;
	} else
		(void)kill(getppid(), SIGHUP);
	(void)kill(getppid(), SIGTERM);
	_exit(0);
}

static void
try_running(int is_worker)
{
	struct forkd	*forkd;
	char		 text[64];
	sigset_t	 set;
	pid_t		 pid;

	forkd = forkd_new();
	if (forkd_service(forkd, "a", &ops, NULL) == -1 ||
	    (geteuid() == 0 &&
	    forkd_set(forkd, NULL, "user", "root") == -1) ||
	    forkd_listen(forkd, NULL, "127.0.0.1:0") == -1 ||
	    forkd_address(forkd, NULL, 0, text, sizeof(text)) == -1)
		exit(EXIT_FAILURE);
	/* until it runs */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	pid = fork();
	if (pid == 0)
		disturb(text, is_worker);
	TRY(forkd_run(forkd), forkd);
	forkd_free(forkd);
}

int
main(int argc, char *argv[])
{
	out = fdopen(dup(STDOUT_FILENO), "w");
	if (argc != 2 || out == NULL)
		return EXIT_FAILURE;
	if (strcmp(argv[1], "null") == 0)
		try_null();
	else if (strcmp(argv[1], "arguments") == 0)
		try_arguments();
	else if (strcmp(argv[1], "kept") == 0)
		try_kept();
	else
		try_running(strcmp(argv[1], "worker") == 0);
	return EXIT_SUCCESS;
}
