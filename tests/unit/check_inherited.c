/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of inherited.c and listen_fd.c: which sockets a service manager
 * has passed, and whether they can be listened on.  Each in a process of its
 * own: descriptors 3 to 5 are check's.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "addr.h"
#include "error.h"
#include "forked.h"
#include "inherited.h"
#include "listen_fd.h"
#include "unit.h"

#define PASSED	3

/* The first thing that is wrong ends the part, wherever it is found. */
#define NEED(condition)							\
	do {								\
		if (!(condition))					\
			longjmp(found, __LINE__);			\
	} while (0)

static struct error	error;
static jmp_buf		found;

/* Descriptors 3, 4 and 5 are ours for a while. */
static void
fresh(void)
{
	int	i;

	for (i = 0; i < PASSED; i++)
		NEED(dup2(STDIN_FILENO, INHERITED_FIRST + i) ==
		    INHERITED_FIRST + i);
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDNAMES");
}

/* forked.h's part: one of the functions below. */
static int
part(void *arg)
{
	int	line;

	line = setjmp(found);
	if (line != 0)
		return line;
	fresh();
	(*(void (**)(void))arg)();
	return 0;
}

static void
pass(const char *fds, const char *names)
{
	char	pid[16];

	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	NEED(setenv("LISTEN_PID", pid, 1) == 0);
	NEED(setenv("LISTEN_FDS", fds, 1) == 0);
	(void)unsetenv("LISTEN_FDNAMES");
	if (names != NULL)
		NEED(setenv("LISTEN_FDNAMES", names, 1) == 0);
}

static void
wrong(int code, int number, const char *part)
{
	errno = 0;
	NEED(inherited_count(&error) == -1);
	NEED(errno == number);
	NEED(error.exit_code == code);
	NEED(strstr(error.text, part) != NULL);
}

static void
counts(void)
{
	NEED(inherited_count(&error) == 0);
	NEED(strcmp(inherited_why_none(), "LISTEN_FDS is not set") == 0);
	NEED(setenv("LISTEN_FDS", "3", 1) == 0);
	NEED(inherited_count(&error) == 0);
	NEED(strcmp(inherited_why_none(), "LISTEN_PID is not set") == 0);
	NEED(setenv("LISTEN_PID", "1", 1) == 0);
	NEED(inherited_count(&error) == 0);
	NEED(strcmp(inherited_why_none(),
	    "LISTEN_PID is another process") == 0);
	pass("0", NULL);
	NEED(inherited_count(&error) == 0);
	NEED(strcmp(inherited_why_none(), "LISTEN_FDS is 0") == 0);
	pass("3", NULL);
	NEED(inherited_count(&error) == 3);
}

static void
lies(void)
{
	static const char	*numbers[] = { "", "x", "-1", "+1", " 1", "1 ",
	    "2147483645", "99999999999" };
	size_t			i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		pass(numbers[i], NULL);
		wrong(EX_USAGE, EINVAL, "is not a number of sockets");
	}
	pass("3", NULL);
	(void)close(INHERITED_FIRST + 1);
	wrong(EX_UNAVAILABLE, EBADF, "3 sockets promised, but descriptor 4 is "
	    "not open");
	pass("1", "a:b");
	wrong(EX_USAGE, EINVAL, "2 names for the 1 sockets");
	pass("1", "");
	wrong(EX_USAGE, EINVAL, "0 names for the 1 sockets");
	NEED(setenv("LISTEN_PID", "x", 1) == 0);
	wrong(EX_USAGE, EINVAL, "\"x\" is not a process id");
}

static void
names(void)
{
	NEED(inherited_next("web", 3) == -1);
	pass("3", NULL);
	NEED(inherited_next("web", 3) == -1);
	pass("3", "web:admin:web");
	NEED(inherited_next("web", 3) == 3);
	NEED(inherited_next("web", 4) == 5);
	NEED(inherited_next("web", 6) == -1);
	NEED(inherited_next("admin", 3) == 4);
	NEED(inherited_next("we", 3) == -1);
	NEED(inherited_next("webs", 3) == -1);
	NEED(inherited_next("", 3) == -1);
}

static void
guards(void)
{
	pass("2", NULL);
	inherited_guard();
	NEED(fcntl(3, F_GETFD) == FD_CLOEXEC);
	NEED(fcntl(4, F_GETFD) == FD_CLOEXEC);
	NEED(fcntl(5, F_GETFD) == 0);
}

static int
find(const char *host)
{
	struct addr_spec	spec;

	memset(&spec, 0, sizeof(spec));
	spec.scheme = ADDR_FD;
	(void)strlcpy(spec.host, host, sizeof(spec.host));
	errno = 0;
	return listen_fd_find(&spec, "fd://it", &error);
}

static void
finds(void)
{
	NEED(find("7") == 7);
	NEED(find("2") == -1);
	NEED(errno == EINVAL);
	NEED(error.exit_code == EX_USAGE);
	NEED(find("99999999999") == -1);
	NEED(errno == EINVAL);
	NEED(find("web") == -1);
	NEED(errno == ENOENT);
	NEED(error.exit_code == EX_UNAVAILABLE);
	pass("2", "web:admin");
	NEED(find("admin") == 4);
	NEED(find("other") == -1);
	NEED(errno == ENOENT);
	pass("x", NULL);	/* what is wrong with all is told, too */
	NEED(find("web") == -1);
	NEED(errno == EINVAL);
}

static void
unfit(int fd, int number, const char *part)
{
	errno = 0;
	NEED(listen_fd_check("fd://it", fd, &error) == -1);
	NEED(errno == number);
	NEED(error.exit_code == EX_UNAVAILABLE);
	NEED(strstr(error.text, part) != NULL);
}

static void
kinds(void)
{
	static const struct { int domain, type; } good[] = {
		{ AF_INET, SOCK_STREAM }, { AF_UNIX, SOCK_STREAM },
		{ AF_UNIX, SOCK_SEQPACKET }
	};
	sa_family_t	unix_family = AF_UNIX;
	int		fd, pair[2];
	size_t		i;

	unfit(999, EBADF, "descriptor 999 is not open");
	NEED(pipe(pair) == 0);
	unfit(pair[0], ENOTSOCK, "is a pipe, not a socket that listens");
	(void)close(pair[0]);
	(void)close(pair[1]);
	NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	unfit(pair[0], EINVAL, "is a connection");
	(void)close(pair[0]);
	(void)close(pair[1]);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	unfit(fd, ENOTSUP, "is a udp socket");
	(void)close(fd);
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		fd = socket(good[i].domain, good[i].type, 0);
		unfit(fd, EINVAL, "is a socket that does not listen");
		if (good[i].domain == AF_UNIX)	/* any free abstract name */
			NEED(bind(fd, (struct sockaddr *) &unix_family,
			    sizeof(unix_family)) == 0);
		NEED(listen(fd, 1) == 0);
		NEED(listen_fd_check("fd://it", fd, &error) == 0);
		(void)close(fd);
	}
}

static void
prepares(void)
{
	int	fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	NEED(listen_fd_prepare("fd://it", fd, true, &error) == 0);
	NEED(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	NEED((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	NEED(listen_fd_prepare("fd://it", fd, true, &error) == 0);
	(void)close(fd);
	NEED(listen_fd_prepare("fd://it", fd, true, &error) == -1);
	NEED(errno == EBADF);
}

START_TEST(each)
{
	static void	(*const parts[])(void) = {
		counts, lies, names, guards, finds, kinds, prepares
	};
	void		(*one)(void);

	one = parts[_i];
	ck_assert_int_eq(forked(part, &one), 0);
}
END_TEST

static Suite *
inherited_suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("inherited");
	tcase = tcase_create("part");
	tcase_add_loop_test(tcase, each, 0, 7);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(inherited_suite());
}
