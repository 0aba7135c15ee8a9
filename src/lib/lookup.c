/* SPDX-License-Identifier: ISC */
/*
 * The path of a handler, and whether exec would take it.  Runs in the child
 * that handler.c forks, as the worker's user in the worker's root.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "elf_linker.h"
#include "error.h"
#include "fdio.h"
#include "lookup.h"
#include "service.h"

#define HEAD_SIZE	256	/* what the kernel reads of a script */

static int	lookup_name(const struct service *, const char *, char *,
		    size_t, struct error *);
static int	lookup_absolute(const char *, const char *, char *, size_t,
		    struct error *);
static int	check_search(const char *, const char *, struct error *);
static int	check_program(const char *, const char *, struct error *);
static int	check_head(const char *, const char *, struct error *);
static int	check_interpreter(const char *, const char *, struct error *);
static bool	can_run(const char *);
static const char *user_name(const struct service *, char *, size_t);

int
lookup_handler(const struct service *service, const char *start, char *path,
    size_t size, struct error *error)
{
	const char	*name;
	char		 user[64];

	name = service->settings.handler.word[0];
	if (name[0] == '\0')
		return error_set(error, EX_NOINPUT, ENOENT,
		    "handler: its name is empty");
	(void)user_name(service, user, sizeof(user));
	if (strchr(name, '/') == NULL) {
		if (lookup_name(service, name, path, size, error) == -1)
			return -1;
	} else if (lookup_absolute(name, start, path, size, error) == -1)
		return -1;
	if (check_search(path, user, error) == -1)
		return -1;
	return check_program(path, user, error);
}

/* The first that can be run; else an error about the first that exists. */
static int
lookup_name(const struct service *service, const char *name, char *path,
    size_t size, struct error *error)
{
	char		 found[PATH_MAX];
	char		*const *variable;
	const char	*directory;
	size_t		 length;

	(void)snprintf(path, size, "%s/%s", HANDLERDIR, name);
	if (can_run(path))
		return 0;
	found[0] = '\0';
	if (access(path, F_OK) == 0)
		(void)strlcpy(found, path, sizeof(found));
	directory = "";
	for (variable = service->environment.variable; *variable != NULL;
	    variable++)
		if (strncmp(*variable, "PATH=", 5) == 0)
			directory = *variable + 5;
	for (; *directory != '\0'; directory += length +
	    (directory[length] == ':')) {
		length = strcspn(directory, ":");
		/* only absolute ones: where we stand is no place to look */
		if (directory[0] != '/')
			continue;
		(void)snprintf(path, size, "%.*s/%s", (int)length, directory,
		    name);
		if (can_run(path))
			return 0;
		if (found[0] == '\0' && access(path, F_OK) == 0)
			(void)strlcpy(found, path, sizeof(found));
	}
	(void)strlcpy(path, found, size);
	return found[0] != '\0' ? 0 : error_set(error, EX_NOINPUT, ENOENT,
	    "%s: no such handler in %s or PATH; see forkd-handlers(8)", name,
	    HANDLERDIR);
}

static int
lookup_absolute(const char *name, const char *start, char *path, size_t size,
    struct error *error)
{
	int	n;

	if (strncmp(name, "./", 2) == 0)
		name += 2;
	if (name[0] == '/')
		n = snprintf(path, size, "%s", name);
	else
		n = snprintf(path, size, "%s/%s",
		    strcmp(start, "/") == 0 ? "" : start, name);
	if (n < 0 || (size_t)n >= size)
		return error_system(error, ENAMETOOLONG, "%s", name);
	return 0;
}

/* Every directory on the way must let the user through. */
static int
check_search(const char *path, const char *user, struct error *error)
{
	char	 directory[PATH_MAX];
	char	*slash;

	(void)strlcpy(directory, path, sizeof(directory));
	for (slash = strchr(directory + 1, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (access(directory, X_OK) == -1) {
			if (errno == EACCES)
				return error_set(error, EX_NOPERM, EACCES,
				    "%s: user %s cannot search %s: %s", path,
				    user, directory, strerror(EACCES));
			return error_set(error, EX_NOINPUT, errno,
			    "%s: %s: %s", path, directory, strerror(errno));
		}
		*slash = '/';
	}
	return 0;
}

static int
check_program(const char *path, const char *user, struct error *error)
{
	struct stat	st;

	if (stat(path, &st) == -1)
		return error_set(error, EX_NOINPUT, errno, "%s: %s", path,
		    strerror(errno));
	if (S_ISDIR(st.st_mode))
		return error_set(error, EX_NOINPUT, EISDIR,
		    "%s: a directory, not a program", path);
	if (!S_ISREG(st.st_mode))	/* to open a FIFO would wait, too */
		return error_set(error, EX_NOINPUT, EACCES,
		    "%s: not a regular file", path);
	if (access(path, X_OK) == -1 && errno == EACCES)
		return error_set(error, EX_NOINPUT, EACCES,
		    "%s: user %s cannot execute it, its mode is %04o: %s",
		    path, user, (unsigned int)st.st_mode & 07777,
		    (st.st_mode & 0111) == 0111 ?
		    "a file system mounted noexec?" : "chmod +x it?");
	if (access(path, X_OK) == -1)
		return error_system(error, errno, "%s", path);
	return check_head(path, user, error);
}

/* What the first bytes say about how the kernel would run it. */
static int
check_head(const char *path, const char *user, struct error *error)
{
	char	head[HEAD_SIZE + 1], linker[PATH_MAX];
	ssize_t	n;
	bool	dynamic;
	int	fd;

	fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd == -1 && errno == EACCES)
		return 0;	/* a program need not be readable */
	if (fd == -1)
		return error_system(error, errno, "%s", path);
	n = fdio_read(fd, head, HEAD_SIZE);
	dynamic = elf_linker(fd, linker, sizeof(linker));
	fdio_close(&fd);
	if (n == -1)
		return error_system(error, errno, "%s", path);
	head[n] = '\0';
	if (n >= 2 && memcmp(head, "#!", 2) == 0)
		return check_interpreter(path, head + 2, error);
	if (n == 0)
		return error_set(error, EX_NOINPUT, ENOEXEC,
		    "%s: it is empty", path);
	if (dynamic && access(linker, F_OK) == -1)
		return error_set(error, EX_NOINPUT, errno,
		    "%s: its dynamic linker %s: %s; in a chroot, link it "
		    "statically", path, linker, strerror(errno));
	/* programs have zeros in their head, text has not */
	if (memchr(head, '\0', (size_t)n) == NULL)
		return error_set(error, EX_NOINPUT, ENOEXEC,
		    "%s: neither a program nor a script with a first line "
		    "like #!/bin/sh, so user %s cannot run it", path, user);
	return 0;
}

static int
check_interpreter(const char *path, const char *line, struct error *error)
{
	char	interpreter[HEAD_SIZE + 1];
	size_t	length;

	line += strspn(line, " \t");
	length = strcspn(line, " \t\n");
	memcpy(interpreter, line, length);
	interpreter[length] = '\0';
	if (can_run(interpreter) && strstr(line, "\r\n") ==
	    line + strcspn(line, "\n") - 1)
		return error_set(error, EX_NOINPUT, ENOENT,
		    "%s: interpreter \"%s\" would get an argument that ends "
		    "in CR: the file has CR LF line ends", path, interpreter);
	if (can_run(interpreter))
		return 0;
	if (errno == ENOENT && length > 0 && interpreter[length - 1] == '\r')
		return error_set(error, EX_NOINPUT, ENOENT,
		    "%s: interpreter \"%s\" does not exist: the file has "
		    "CR LF line ends", path, interpreter);
	if (errno == ENOENT)
		return error_set(error, EX_NOINPUT, ENOENT,
		    "%s: interpreter \"%s\" does not exist", path,
		    interpreter);
	return error_set(error, EX_NOINPUT, errno, "%s: interpreter \"%s\": "
	    "%s", path, interpreter, strerror(errno));
}

/* errno is what exec would say. */
static bool
can_run(const char *path)
{
	struct stat	st;

	if (stat(path, &st) == -1 || access(path, X_OK) == -1)
		return false;
	errno = EACCES;
	return S_ISREG(st.st_mode);
}

static const char *
user_name(const struct service *service, char *text, size_t size)
{
	if (service->settings.user != NULL) {
		(void)strlcpy(text, service->settings.user, size);
		text[strcspn(text, ":")] = '\0';
	} else
		(void)snprintf(text, size, "%lu", (unsigned long)getuid());
	return text;
}
