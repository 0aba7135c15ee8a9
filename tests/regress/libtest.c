/* SPDX-License-Identifier: ISC */
/*
 * libtest: calls libforkd as its arguments say, in their order, and prints
 * what came of it, a line each: the call, its result, and after -1 errno and
 * forkd_error().  A `-' stands for NULL.
 *
 *	new, free, error, run
 *	service NAME HOOKS	HOOKS: see libtest_hooks(); - for ops NULL
 *	set SERVICE NAME VALUE
 *	listen SERVICE ADDRESS
 *	address SERVICE N SIZE
 *	stat SERVICE FIELD	forkd_stat()
 *	stop HOW		forkd_stop() now
 *	stop-on SIGNAL HOW	forkd_stop() in a signal handler
 *	drop USER GROUP GROUPS	forkd_drop_privileges(), then a report
 *	detach			forkd_detach(), then what the daemon is
 *	ready STATUS		forkd_ready()
 *	leave STATUS		ends at once
 *	ignore SIGNAL		what a program may have done before
 *	flag FILE		for startflag
 *	fork			goes on in a child, as daemon(3) does
 *	send SLOT, receive, draining	messages, without a worker
 *	report			what this process is
 *	atexit FILE		at exit, a line in FILE
 *	buffer FILE TEXT	TEXT in a stream that is never flushed
 *	main HOOKS ARGUMENT...	forkd_main() with the rest; ends
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forkd.h"
#include "libtest.h"
#include "report.h"

static void	call(char *[]);
static void	call_service(char *[]);
static void	call_address(char *[]);
static void	call_stat(char *[]);
static void	call_drop(char *[]);
static void	call_stop_on(char *[]);
static void	call_buffer(char *[]);
static void	call_fork(void);
static void	result(const char *, int);
static void	alone(const char *, int);
static const char *maybe(const char *);
static void	at_exit(void);
static void	stop_now(int);

static const struct {
	const char	*name;
	int		 arity;
} calls[] = {
	{ "new", 0 }, { "free", 0 }, { "error", 0 }, { "run", 0 },
	{ "service", 2 }, { "set", 3 }, { "listen", 2 }, { "address", 3 },
	{ "stat", 2 }, { "stop", 1 }, { "stop-on", 2 }, { "drop", 3 }, { "ignore", 1 },
	{ "fork", 0 }, { "report", 0 }, { "atexit", 1 }, { "buffer", 2 },
	{ "flag", 1 }, { "detach", 0 }, { "ready", 1 }, { "leave", 1 },
	{ "send", 1 }, { "receive", 0 }, { "draining", 0 }
};

struct forkd		*libtest_forkd;
const char		*libtest_flag;
static const char	*exit_file;
static int		 signal_how;	/* of stop_now */

int
main(int argc, char *argv[])
{
	struct hooks	*own;
	size_t		 i;

	libtest_forkd = forkd_new();
	for (argc -= 2, argv++; *argv != NULL; ) {
		if (strcmp(*argv, "main") == 0) {
			own = libtest_hooks(argv[1]);
			return forkd_main(argc, argv + 1, &own->ops, own);
		}
		for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
			if (strcmp(calls[i].name, *argv) == 0)
				break;
		if (i == sizeof(calls) / sizeof(*calls) ||
		    argc < calls[i].arity) {
			fprintf(stderr, "libtest: %s?\n", *argv);
			return EXIT_FAILURE;
		}
		call(argv);
		argv += 1 + calls[i].arity;
		argc -= 1 + calls[i].arity;
	}
	forkd_free(libtest_forkd);
	return EXIT_SUCCESS;
}

static void
call(char *word[])
{
	const char	*name = word[0];

	if (strcmp(name, "new") == 0) {
		libtest_forkd = forkd_new();
		result(name, libtest_forkd == NULL ? -1 : 0);
	} else if (strcmp(name, "free") == 0) {
		forkd_free(libtest_forkd);
		libtest_forkd = NULL;
	} else if (strcmp(name, "error") == 0)
		printf("error %s\n", forkd_error(libtest_forkd));
	else if (strcmp(name, "run") == 0)
		result(name, forkd_run(libtest_forkd));
	else if (strcmp(name, "service") == 0)
		call_service(word);
	else if (strcmp(name, "set") == 0)
		result(name, forkd_set(libtest_forkd, maybe(word[1]),
		    maybe(word[2]), maybe(word[3])));
	else if (strcmp(name, "listen") == 0)
		result(name, forkd_listen(libtest_forkd, maybe(word[1]),
		    maybe(word[2])));
	else if (strcmp(name, "address") == 0)
		call_address(word);
	else if (strcmp(name, "stat") == 0)
		call_stat(word);
	else if (strcmp(name, "stop") == 0)
		forkd_stop(libtest_forkd, atoi(word[1]));
	else if (strcmp(name, "stop-on") == 0)
		call_stop_on(word);
	else if (strcmp(name, "drop") == 0)
		call_drop(word);
	else if (strcmp(name, "ignore") == 0)
		(void)signal(atoi(word[1]), SIG_IGN);
	else if (strcmp(name, "flag") == 0)
		libtest_flag = word[1];
	else if (strcmp(name, "fork") == 0)
		call_fork();
	else if (strcmp(name, "report") == 0)
		report(stdout);
	else if (strcmp(name, "atexit") == 0) {
		exit_file = word[1];
		(void)atexit(at_exit);
	} else if (strcmp(name, "detach") == 0)
		alone(name, forkd_detach());
	else if (strcmp(name, "ready") == 0)
		alone(name, forkd_ready(atoi(word[1])));
	else if (strcmp(name, "send") == 0)
		result(name, forkd_send(libtest_forkd, atoi(word[1]), 0, NULL,
		    0, -1));
	else if (strcmp(name, "receive") == 0)
		result(name, (int)forkd_receive(libtest_forkd, NULL, NULL, 0,
		    NULL, 0));
	else if (strcmp(name, "draining") == 0)
		result(name, forkd_draining(libtest_forkd));
	else if (strcmp(name, "leave") == 0)
		_exit(atoi(word[1]));
	else
		call_buffer(word);
	(void)fflush(stdout);
}

static void
call_service(char *word[])
{
	struct hooks	*own;

	own = strcmp(word[2], "-") == 0 ? NULL : libtest_hooks(word[2]);
	result("service", forkd_service(libtest_forkd, maybe(word[1]),
	    own == NULL ? NULL : &own->ops, own));
}

static void
call_address(char *word[])
{
	char	text[256];
	size_t	size;

	size = (size_t)atoi(word[3]);
	if (forkd_address(libtest_forkd, maybe(word[1]), (unsigned int)atoi(word[2]),
	    text, size < sizeof(text) ? size : sizeof(text)) == 0)
		printf("address %s\n", text);
	else
		printf("address -1 %d\n", errno);
}

static void
call_stat(char *word[])
{
	int64_t	value;

	if (forkd_stat(libtest_forkd, maybe(word[1]), word[2], &value) == -1)
		result("stat", -1);
	else
		printf("stat %s %jd\n", word[2], (intmax_t)value);
}

static void
call_drop(char *word[])
{
	int	failed;

	failed = forkd_drop_privileges(maybe(word[1]), maybe(word[2]),
	    maybe(word[3]));
	if (failed == -1)
		printf("drop -1 %d %s\n", errno,
		    forkd_error(NULL));
	else
		report(stdout);
}

static void
call_stop_on(char *word[])
{
	signal_how = atoi(word[2]);
	(void)signal(atoi(word[1]), stop_now);
}

static void
call_fork(void)
{
	pid_t	pid;
	int	status;

	pid = fork();
	if (pid == 0)
		return;
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		_exit(EXIT_FAILURE);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}

static void
call_buffer(char *word[])
{
	FILE	*stream;

	stream = fopen(word[1], "ae");
	if (stream == NULL)
		exit(EXIT_FAILURE);
	fprintf(stream, "%s\n", word[2]);	/* and no flush */
}

static void
result(const char *name, int value)
{
	int	number;

	number = errno;
	printf("%s %d", name, value);
	if (value == -1)
		printf(" %d %s", number, forkd_error(libtest_forkd));
	putchar('\n');
}

/* Of a function that knows no master. */
static void
alone(const char *name, int failed)
{
	if (failed == -1)
		printf("%s -1 %d %s\n", name, errno, forkd_error(NULL));
	else
		printf("%s %d\n", name, failed);
}

static const char *
maybe(const char *word)
{
	return strcmp(word, "-") == 0 ? NULL : word;
}

static void
at_exit(void)
{
	int	fd;

	fd = open(exit_file, O_WRONLY | O_CREAT | O_APPEND, 0666);
	(void)dprintf(fd, "exit\n");
}

static void
stop_now(int number)
{
	(void)number;
	errno = EDOM;
	forkd_stop(libtest_forkd, signal_how);
	if (errno != EDOM)
		_exit(EXIT_FAILURE);
}
