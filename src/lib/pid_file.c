/* SPDX-License-Identifier: ISC */
/*
 * The pid file.  What counts is the lock on it and not that it exists: the
 * kernel gives the lock back however a process ends, so that a file that was
 * left behind is taken over without a race.  libbsd does the locking; here
 * stands what it does not look at: whose file it would empty or remove.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libutil.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "error.h"
#include "fdio.h"
#include "pid_file.h"

#define MODE		0644
#define CONTENT_MAX	16	/* digits of a pid, and a newline */

static int	pid_file_look(const char *, struct error *);
static bool	pid_file_is_one(int);
static int	pid_file_locked(const char *, pid_t, struct error *);
static int	pid_file_failed(const char *, struct error *);
static bool	pid_file_is_ours(void);

/* Of the process: it has one id. */
static struct pidfh	*held;
static char		*held_path;	/* absolute */
static pid_t		 held_by;
static struct pidfh *volatile spent;	/* libbsd frees none that it could
					   not write; in a child, the master's */

int
pid_file_take(const char *path, struct error *error)
{
	pid_t	other;

	if (held != NULL)
		return error_set(error, EX_CANTCREAT, EBUSY,
		    "pidfile %s: this process has one already", path);
	if (pid_file_look(path, error) == -1)
		return -1;
	/* the daemon goes to another directory and removes the file there */
	free(held_path);	/* of the parent */
	held_path = fdio_absolute(path);
	if (held_path == NULL)
		return pid_file_failed(path, error);
	other = -1;
	held = pidfile_open(held_path, MODE, &other);
	held_by = getpid();
	if (held != NULL && pidfile_write(held) == 0)
		return 0;
	if (held == NULL && errno == EEXIST)
		(void)pid_file_locked(path, other, error);
	else
		(void)pid_file_failed(path, error);
	pid_file_release();
	errno = error->number;
	return -1;
}

void
pid_file_release(void)
{
	int	saved;

	saved = errno;
	if (held != NULL && (pid_file_is_ours() ? pidfile_remove(held) :
	    pidfile_close(held)) == -1)
		spent = held;
	held = NULL;
	free(held_path);
	held_path = NULL;
	errno = saved;
}

void
pid_file_close_in_child(void)
{
	int	fd;

	if (held == NULL)
		return;
	/* not pidfile_close(3): freeing memory copies a page */
	fd = pidfile_fileno(held);
	fdio_close(&fd);
	spent = held;
	held = NULL;
}

/*
 * What is there is emptied only if it can be a pid file: a wrong argument must
 * not cost a file that somebody needs, nor a link in a directory for everybody
 * one that the attacker chose.
 */
static int
pid_file_look(const char *path, struct error *error)
{
	bool	is_one;
	int	fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY |
	    O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1 && errno == ELOOP)
		return error_set(error, EX_CANTCREAT, EEXIST,
		    "pidfile %s: a symbolic link, which is not followed", path);
	if (fd == -1)
		return pid_file_failed(path, error);
	is_one = pid_file_is_one(fd);
	fdio_close(&fd);
	if (is_one)
		return 0;
	return error_set(error, EX_CANTCREAT, EEXIST,
	    "pidfile %s: not a pid file: name another one", path);
}

/* A regular file with nothing but a number, or with nothing at all. */
static bool
pid_file_is_one(int fd)
{
	struct stat	st;
	char		text[CONTENT_MAX + 1];
	ssize_t		n;
	size_t		digits;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	n = fdio_read(fd, text, sizeof(text));
	if (n == -1 || n > CONTENT_MAX)
		return false;
	text[n] = '\0';
	digits = strspn(text, "0123456789");
	if (digits > 0 && text[digits] == '\n')
		digits++;
	return digits == (size_t)n;
}

static int
pid_file_locked(const char *path, pid_t other, struct error *error)
{
	if (other > 0)
		return error_set(error, EX_CANTCREAT, EEXIST,
		    "pidfile %s: in use by pid %ld; stop it: kill %ld", path,
		    (long)other, (long)other);
	return error_set(error, EX_CANTCREAT, EEXIST,
	    "pidfile %s: locked by a process that has not written its pid",
	    path);
}

static int
pid_file_failed(const char *path, struct error *error)
{
	(void)error_system(error, errno, "pidfile %s", path);
	error->exit_code = EX_CANTCREAT;
	return -1;
}

/* Somebody may have removed it, and another process made one of that name. */
static bool
pid_file_is_ours(void)
{
	struct stat	locked, named;

	return held_by == getpid() &&
	    fstat(pidfile_fileno(held), &locked) == 0 &&
	    lstat(held_path, &named) == 0 &&
	    locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}
