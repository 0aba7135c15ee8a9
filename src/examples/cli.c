/* SPDX-License-Identifier: ISC */
/* cli: see cli.h. */
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <forkd.h>

#include "cli.h"

#define SECONDS_MAX	86400
#define SAY_MAX		1000	/* bytes of a message */
#define LATER_MS	200	/* so that the library's sentence comes first */

static void	open_standard(void);
static int	alarm_at(int64_t);
static void	alarm_in(int64_t);
static void	too_late(int);
static void	say(const char *, va_list)
		    __attribute__((format(printf, 1, 0)));
static int	status_of(int);

static const char	*program = "";

void
cli_start(const char *argv0)
{
	const char	*slash;

	open_standard();
	if (argv0 == NULL)
		return;
	slash = strrchr(argv0, '/');
	program = slash == NULL ? argv0 : slash + 1;
}

/*
 * Of standard input, output and error, one that is closed would become the
 * first socket: what is meant for the user would go to the other side.  So each
 * gets what can only be used the wrong way round, and fails as it did.
 */
static void
open_standard(void)
{
	int	fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null",
		    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(EX_OSERR);	/* it could be said nowhere */
}

int
cli_number(const char *what, const char *text, int least, int most)
{
	size_t		length;
	intmax_t	number;

	length = strlen(text);
	/* the limit on digits keeps strtoimax(3) from overflowing */
	number = length == 0 || length > 18 ||
	    strspn(text, "0123456789") != length ? -1 :
	    strtoimax(text, NULL, 10);
	if (number < least || number > most)
		cli_fail(EX_USAGE, "%s: %s is not a number of %d to %d", what,
		    text, least, most);
	return (int)number;
}

/* Digits, and up to three of them behind a point: no rounding, no locale. */
int
cli_seconds(const char *what, const char *text)
{
	size_t	after, before;
	int	i, ms;

	before = strspn(text, "0123456789");
	after = text[before] == '.' ?
	    strspn(text + before + 1, "0123456789") : 0;
	ms = 0;
	if (before >= 1 && before <= 5 && after <= 3 && text[before + (after >
	    0 ? after + 1 : 0)] == '\0') {
		ms = (int)strtol(text, NULL, 10) * 1000;
		for (i = 0; i < (int)after; i++)
			ms += (text[before + 1 + (size_t)i] - '0') *
			    (i == 0 ? 100 : i == 1 ? 10 : 1);
	}
	if (ms < 1 || ms > SECONDS_MAX * 1000)
		cli_fail(EX_USAGE, "%s: %s is not a time of 0.001 to %d "
		    "seconds", what, text, SECONDS_MAX);
	return ms;
}

/* CLOCK_MONOTONIC cannot fail, and nobody sets it. */
int64_t
cli_after(int ms)
{
	struct timespec	now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
}

int
cli_left(int64_t end)
{
	int64_t	left;

	left = end - cli_after(0);
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

int
cli_limit(struct forkd_socket *sock, int64_t end)
{
	int	left;

	left = cli_left(end);
	if (left == 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	return forkd_socket_set_timeout(sock, left);
}

void
cli_stream(const char *url)
{
	if (strncmp(url, "udp:", 4) == 0 || strncmp(url, "udg:", 4) == 0)
		cli_fail(EX_USAGE, "%s: no stream, as tcp:// and unix:// are",
		    url);
}

struct forkd_socket *
cli_client(const char *url, int64_t end)
{
	struct forkd_socket	*sock;
	int			 left;

	left = alarm_at(end);
	sock = forkd_socket_client(url, left);
	alarm_in(0);
	if (sock == NULL)
		cli_fail_errno();
	return sock;
}

struct addrinfo *
cli_lookup(const char *host, const struct addrinfo *hints, int64_t end)
{
	struct addrinfo	*list;

	(void)alarm_at(end);
	list = forkd_socket_lookup(host, NULL, hints);
	alarm_in(0);
	if (list == NULL)
		cli_fail_errno();
	return list;
}

/*
 * getaddrinfo(3) takes no time-out: if need be, a signal ends it.  Returns how
 * many ms are left.
 */
static int
alarm_at(int64_t end)
{
	int	left = cli_left(end);

	if (left == 0) {
		errno = ETIMEDOUT;
		cli_fail_errno();
	}
	alarm_in((int64_t)left + LATER_MS);
	return left;
}

/* 0: never mind.  Whoever has started us may have blocked the signal. */
static void
alarm_in(int64_t ms)
{
	struct sigaction	action;
	struct itimerval	timer;
	sigset_t		set;
	int			number = errno;

	memset(&action, 0, sizeof(action));
	action.sa_handler = too_late;
	memset(&timer, 0, sizeof(timer));
	timer.it_value.tv_sec = (time_t)(ms / 1000);
	timer.it_value.tv_usec = (suseconds_t)(ms % 1000) * 1000;
	/* none of them can fail with such arguments */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGALRM);
	(void)sigaction(SIGALRM, &action, NULL);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
	errno = number;
}

/* In a signal handler: only what signal-safety(7) allows. */
static void
too_late(int signo)
{
	static const char	text[] = ": no answer in time\n";

	(void)signo;
	if (write(STDERR_FILENO, program, strlen(program)) == -1 ||
	    write(STDERR_FILENO, text, sizeof(text) - 1) == -1)
		_exit(EX_TEMPFAIL);	/* there is nowhere to say it */
	_exit(EX_TEMPFAIL);
}

void
cli_show(const char *text, size_t size)
{
	size_t	i;

	for (i = 0; i < size; i++) {
		if (text[i] == '\\')
			fputs("\\\\", stdout);
		else if (text[i] >= ' ' && text[i] <= '~')
			putchar(text[i]);
		else
			printf("\\%03o", (unsigned char)text[i]);
	}
}

void
cli_fail(int status, const char *format, ...)
{
	va_list	arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	exit(status);
}

void
cli_warn(const char *format, ...)
{
	va_list	arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

/*
 * What the user gives comes into it, or the other side: one line all the same,
 * and nothing in it that a terminal would obey.
 */
static void
say(const char *format, va_list arguments)
{
	char	text[SAY_MAX];
	int	i, length;

	(void)fflush(stdout);	/* what came before, comes before */
	length = vsnprintf(text, sizeof(text), format, arguments);
	fprintf(stderr, "%s: ", program);
	for (i = 0; i < length && i < SAY_MAX - 1; i++)
		if (text[i] >= ' ' && text[i] <= '~')
			putc(text[i], stderr);
		else
			fprintf(stderr, "\\%03o", (unsigned char)text[i]);
	fprintf(stderr, "%s\n", i < length ? " ..." : "");
}

void
cli_fail_errno(void)
{
	int	number = errno;

	/* cli_limit() and libc have no sentence of libforkd's */
	cli_fail(status_of(number), "%s",
	    number == forkd_socket_last_error(NULL) ? forkd_error(NULL) :
	    number == ETIMEDOUT ? "no answer in time" : strerror(number));
}

static int
status_of(int number)
{
	switch (number) {
	case EAGAIN:
	case EINTR:
	case ETIMEDOUT:
		return EX_TEMPFAIL;
	case ECONNREFUSED:
	case ECONNRESET:
	case EPIPE:
	case ENOTCONN:		/* it went away before the call */
	case ENETUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case ENOENT:
	case ENODEV:
	case EADDRINUSE:
	case EADDRNOTAVAIL:
		return EX_UNAVAILABLE;
	case EMSGSIZE:
		return EX_DATAERR;
	case EACCES:
	case EPERM:
		return EX_NOPERM;
	case EHOSTUNREACH:	/* also forkd_socket_lookup(): no such name */
		return EX_NOHOST;
	case EINVAL:
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
	case ENAMETOOLONG:
		return EX_USAGE;
	default:
		return EX_OSERR;
	}
}

void
cli_flush(void)
{
	if (fflush(stdout) == EOF || ferror(stdout))
		cli_fail(EX_IOERR, "standard output: %s", strerror(errno));
}
