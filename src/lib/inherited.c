/* SPDX-License-Identifier: ISC */
/*
 * Sockets that a service manager passes: LISTEN_PID, LISTEN_FDS and
 * LISTEN_FDNAMES, see sd_listen_fds(3).  Reads the environment and asks
 * whether descriptors are open; what they are is for listen_fd.c.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "error.h"
#include "inherited.h"

static bool		 is_ours(void);
static int		 number_of(const char *);
static int		 names_count(const char *);
static const char	*name_at(const char *, int, size_t *);

int
inherited_count(struct error *error)
{
	const char	*fds, *names, *pid;
	int		 count, i;

	fds = getenv("LISTEN_FDS");
	pid = getenv("LISTEN_PID");
	if (fds == NULL || pid == NULL)
		return 0;
	if (number_of(pid) == -1)
		return error_set(error, EX_USAGE, EINVAL,
		    "LISTEN_PID: \"%s\" is not a process id", pid);
	if (!is_ours())
		return 0;
	count = number_of(fds);
	if (count == -1 || count > INT_MAX - INHERITED_FIRST)
		return error_set(error, EX_USAGE, EINVAL,
		    "LISTEN_FDS: \"%s\" is not a number of sockets", fds);
	for (i = 0; i < count; i++)
		if (fcntl(INHERITED_FIRST + i, F_GETFD) == -1)
			return error_set(error, EX_UNAVAILABLE, EBADF,
			    "LISTEN_FDS: %d sockets promised, but descriptor "
			    "%d is not open", count, INHERITED_FIRST + i);
	names = getenv("LISTEN_FDNAMES");
	if (names != NULL && names_count(names) != count)
		return error_set(error, EX_USAGE, EINVAL,
		    "LISTEN_FDNAMES: %d names for the %d sockets of "
		    "LISTEN_FDS", names_count(names), count);
	return count;
}

int
inherited_next(const char *name, int fd)
{
	struct error	 ignored;
	const char	*names, *one;
	size_t		 length;
	int		 count;

	names = getenv("LISTEN_FDNAMES");
	count = inherited_count(&ignored);
	if (names == NULL)
		return -1;
	for (; fd - INHERITED_FIRST < count; fd++) {
		one = name_at(names, fd - INHERITED_FIRST, &length);
		if (strlen(name) == length && memcmp(one, name, length) == 0)
			return fd;
	}
	return -1;
}

const char *
inherited_name(int fd, size_t *length)
{
	struct error	 ignored;
	const char	*names;

	names = getenv("LISTEN_FDNAMES");
	if (names == NULL || fd < INHERITED_FIRST ||
	    fd - INHERITED_FIRST >= inherited_count(&ignored))
		return NULL;
	return name_at(names, fd - INHERITED_FIRST, length);
}

const char *
inherited_why_none(void)
{
	if (getenv("LISTEN_FDS") == NULL)
		return "LISTEN_FDS is not set";
	if (getenv("LISTEN_PID") == NULL)
		return "LISTEN_PID is not set";
	return is_ours() ? "LISTEN_FDS is 0" :
	    "LISTEN_PID is another process";
}

void
inherited_guard(void)
{
	struct error	ignored;
	int		count, i;

	count = inherited_count(&ignored);
	for (i = 0; i < count; i++)
		(void)fcntl(INHERITED_FIRST + i, F_SETFD, FD_CLOEXEC);
}

static bool
is_ours(void)
{
	const char	*pid;

	pid = getenv("LISTEN_PID");
	return pid != NULL && number_of(pid) == getpid();
}

/* Digits alone: strtonum(3) takes blanks and a sign. */
static int
number_of(const char *text)
{
	const char	*wrong;
	int		 number;

	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
		return -1;
	number = (int)strtonum(text, 0, INT_MAX, &wrong);
	return wrong == NULL ? number : -1;
}

static int
names_count(const char *names)
{
	int	count;

	if (names[0] == '\0')
		return 0;
	for (count = 1; (names = strchr(names, ':')) != NULL; names++)
		count++;
	return count;
}

/* Names stand between colons; there are more than `place' of them. */
static const char *
name_at(const char *names, int place, size_t *length)
{
	for (; place > 0; place--)
		names += strcspn(names, ":") + 1;
	*length = strcspn(names, ":");
	return names;
}
