/* SPDX-License-Identifier: ISC */
/*
 * Unix sockets that listen, and their files.  The file of a server that was
 * killed stays, and nobody can bind to its name: it is removed, under a lock,
 * once the kernel has said that no socket belongs to it.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "addr.h"
#include "error.h"
#include "fdio.h"
#include "listen_unix.h"
#include "owner.h"
#include "settings.h"

#define LOCK_SUFFIX	".lock"
#define LOCK_TRIES	64	/* others may remove it under our hands */
#define TEXT_SIZE	(sizeof(((struct addr_spec *)0)->host) + 32)

/* Keeps others off a path while we look at it and bind. */
struct lock {
	int	fd;
	char	path[TEXT_SIZE];
};

static int	unix_bind(int, const struct addr_spec *,
		    const struct settings *, struct listen_file *,
		    struct error *);
static int	unix_bind_file(int, const struct addr *,
		    const struct settings *, const struct owner *,
		    struct listen_file *, const char *, struct error *);
static int	unix_own(const struct listen_file *, const struct owner *,
		    const struct settings *, struct error *);
static int	unix_lock(struct lock *, const struct addr_spec *,
		    const char *, struct error *);
static int	unix_lock_once(struct lock *);
static void	unix_unlock(struct lock *);
static int	unix_clear(const struct addr *, const char *,
		    struct error *);
static int	unix_look(const char *, const char *, struct stat *,
		    struct error *);
static int	unix_probe(const struct addr *);
static int	unix_in_use(const char *, const char *, struct error *);
static void	unix_text(const struct addr_spec *, char *, size_t);
static int	unix_failed(const char *, const char *, int, struct error *);

int
listen_unix(const struct addr_spec *spec, const struct settings *settings,
    struct listen_file *file, struct error *error)
{
	char	text[TEXT_SIZE];
	int	fd;

	memset(file, 0, sizeof(*file));
	unix_text(spec, text, sizeof(text));
	fd = socket(AF_UNIX, (spec->scheme == ADDR_UNIX ? SOCK_STREAM :
	    SOCK_SEQPACKET) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return error_system(error, errno, "%s", text);
	if (unix_bind(fd, spec, settings, file, error) == -1) {
		listen_unix_remove(file);
		fdio_close(&fd);
		errno = error->number;
		return -1;
	}
	return fd;
}

int
listen_unix_check(const struct addr_spec *spec,
    const struct settings *settings, struct error *error)
{
	struct owner	owner;
	struct stat	st;
	char		directory[LISTEN_FILE_SIZE], text[TEXT_SIZE];

	if (spec->host[0] == '@')
		return 0;
	unix_text(spec, text, sizeof(text));
	if (owner_find(&owner, settings, error) == -1)
		return -1;
	(void)strlcpy(directory, spec->host, sizeof(directory));
	strrchr(directory, '/')[1] = '\0';
	if (stat(directory, &st) == -1)
		return unix_failed(text, spec->host, errno, error);
	return unix_look(spec->host, text, &st, error) == -1 ? -1 : 0;
}

void
listen_unix_remove(struct listen_file *file)
{
	struct stat	st;
	int		saved;

	saved = errno;
	/* by name, as there is no other way: nobody who asks us whether we
	   live can take it for his own before this */
	if (file->path[0] != '\0' && lstat(file->path, &st) == 0 &&
	    st.st_dev == file->dev && st.st_ino == file->ino)
		(void)unlink(file->path);
	file->path[0] = '\0';
	errno = saved;
}

static int
unix_bind(int fd, const struct addr_spec *spec,
    const struct settings *settings, struct listen_file *file,
    struct error *error)
{
	struct addr	addr;
	struct lock	lock = { .fd = -1 };
	struct owner	owner;
	char		text[TEXT_SIZE];
	int		failed;

	unix_text(spec, text, sizeof(text));
	addr_unix(&addr, spec);
	if (spec->host[0] != '@') {
		/* first: the child that looks it up would have the lock, too */
		if (owner_find(&owner, settings, error) == -1 ||
		    unix_lock(&lock, spec, text, error) == -1)
			return -1;
		failed = unix_bind_file(fd, &addr, settings, &owner, file,
		    text, error);
	} else
		failed = bind(fd, &addr.u.sa, addr.length) == -1 ?
		    unix_failed(text, spec->host, errno, error) : 0;
	if (failed == 0 && listen(fd, (int)settings->backlog) == -1)
		failed = error_system(error, errno, "%s", text);
	unix_unlock(&lock);
	return failed;
}

/*
 * The mode is there from the beginning, and nobody can connect before
 * listen(2), so that no one gets in whom owner and mode keep out.
 */
static int
unix_bind_file(int fd, const struct addr *addr,
    const struct settings *settings, const struct owner *owner,
    struct listen_file *file, const char *text, struct error *error)
{
	struct stat	st;
	const char	*path;
	mode_t		before;
	int		failed, number;

	path = addr->u.un.name.sun_path;
	if (unix_clear(addr, text, error) == -1)
		return -1;
	before = umask(~(mode_t)settings->socket_mode & 0777);
	failed = bind(fd, &addr->u.sa, addr->length);
	number = errno;
	(void)umask(before);
	if (failed == -1)
		return unix_failed(text, path, number, error);
	if (lstat(path, &st) == -1) {
		number = errno;
		(void)unlink(path);
		return error_system(error, number, "%s", text);
	}
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	(void)strlcpy(file->path, path, sizeof(file->path));
	return unix_own(file, owner, settings, error);
}

static int
unix_own(const struct listen_file *file, const struct owner *owner,
    const struct settings *settings, struct error *error)
{
	const char	*group, *user;

	if (owner->uid == (uid_t)-1 && owner->gid == (gid_t)-1)
		return 0;
	if (lchown(file->path, owner->uid, owner->gid) == 0)
		return 0;
	user = settings->socket_owner;
	group = settings->socket_group;
	return error_system(error, errno, "%s: %s%s%s%s", file->path,
	    user == NULL ? "" : "socket-owner ", user == NULL ? "" : user,
	    group == NULL ? "" : user == NULL ? "socket-group " :
	    " socket-group ", group == NULL ? "" : group);
}

/*
 * A file beside the socket, which is there only as long as this takes.
 * Whoever has it locked owns it only if it is still the one with that name.
 */
static int
unix_lock(struct lock *lock, const struct addr_spec *spec, const char *text,
    struct error *error)
{
	int	number, tries;

	(void)snprintf(lock->path, sizeof(lock->path), "%s%s", spec->host,
	    LOCK_SUFFIX);
	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (unix_lock_once(lock) == 0)
			return 0;
		number = errno;
		fdio_close(&lock->fd);
		if (number == EWOULDBLOCK)
			return error_set(error, EX_UNAVAILABLE, EADDRINUSE,
			    "%s: another process is starting there and has "
			    "locked %s", text, lock->path);
		if (number == EEXIST)
			return error_set(error, EX_UNAVAILABLE, EEXIST,
			    "%s: %s is in the way: not a lock of forkd's",
			    text, lock->path);
		if (number == ELOOP || number == EISDIR)
			return error_system(error, number, "%s", lock->path);
		if (number != EAGAIN && number != ESTALE)
			return unix_failed(text, spec->host, number, error);
	}
	return error_set(error, EX_UNAVAILABLE, EADDRINUSE,
	    "%s: others start there all the time", text);
}

/* ESTALE: it was removed before it was locked. */
static int
unix_lock_once(struct lock *lock)
{
	struct stat	locked, named;

	lock->fd = open(lock->path, O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (lock->fd == -1 || flock(lock->fd, LOCK_EX | LOCK_NB) == -1 ||
	    fstat(lock->fd, &locked) == -1)
		return -1;
	/* ours is empty; another program's may have the same name */
	if (!S_ISREG(locked.st_mode) || locked.st_size != 0) {
		errno = EEXIST;
		return -1;
	}
	if (lstat(lock->path, &named) == -1)
		return errno == ENOENT ? (errno = ESTALE, -1) : -1;
	if (locked.st_dev == named.st_dev && locked.st_ino == named.st_ino)
		return 0;
	errno = ESTALE;
	return -1;
}

static void
unix_unlock(struct lock *lock)
{
	int	saved;

	saved = errno;
	if (lock->fd != -1)
		(void)unlink(lock->path);	/* before others can lock it */
	fdio_close(&lock->fd);
	errno = saved;
}

/* Makes the place free, if what is there is a socket that nobody has. */
static int
unix_clear(const struct addr *addr, const char *text, struct error *error)
{
	struct stat	 now, st;
	const char	*path;
	int		 there;

	path = addr->u.un.name.sun_path;
	there = unix_look(path, text, &st, error);
	if (there != 1)
		return there;
	switch (unix_probe(addr)) {
	case ECONNREFUSED:
		break;
	case ENOENT:
		return 0;
	case 0:
		return unix_in_use(text, path, error);
	default:
		return error_system(error, errno,
		    "%s: it cannot be asked whether it is in use", text);
	}
	there = unix_look(path, text, &now, error);
	if (there != 1)
		return there;
	if (now.st_dev != st.st_dev || now.st_ino != st.st_ino)
		return 0;	/* bind(2) says what is there now */
	if (unlink(path) == -1 && errno != ENOENT)
		return error_system(error, errno,
		    "%s: a stale socket file that cannot be removed", text);
	return 0;
}

/* 1: a socket is there, 0: nothing is, -1: something else, with error. */
static int
unix_look(const char *path, const char *text, struct stat *st,
    struct error *error)
{
	if (lstat(path, st) == -1)
		return errno == ENOENT ? 0 :
		    unix_failed(text, path, errno, error);
	if (S_ISSOCK(st->st_mode))
		return 1;
	return error_set(error, EX_UNAVAILABLE, EADDRINUSE,
	    "%s: %s is in its place, which is not removed", text,
	    S_ISREG(st->st_mode) ? "a file" :
	    S_ISDIR(st->st_mode) ? "a directory" :
	    S_ISLNK(st->st_mode) ? "a symbolic link" :
	    "what is not a socket");
}

/*
 * 0: a socket belongs to the file, ECONNREFUSED: none does, or what else
 * connect(2) says.  A datagram socket asks, so that a server of streams does
 * not take it for a client: it gets EPROTOTYPE.
 */
static int
unix_probe(const struct addr *addr)
{
	int	fd, number;

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return errno;
	number = connect(fd, &addr->u.sa, addr->length) == -1 ? errno : 0;
	fdio_close(&fd);
	errno = number;
	return number == EPROTOTYPE || number == EPERM ? 0 : number;
}

static int
unix_in_use(const char *text, const char *path, struct error *error)
{
	return error_set(error, EX_UNAVAILABLE, EADDRINUSE,
	    "%s: Address already in use; see: ss -lxp src '%s'", text, path);
}

static void
unix_text(const struct addr_spec *spec, char *text, size_t size)
{
	(void)snprintf(text, size, "%s://%s", spec->scheme == ADDR_UNIX ?
	    "unix" : "unix-seqpacket", spec->host);
}

static int
unix_failed(const char *text, const char *path, int number,
    struct error *error)
{
	if (number == EADDRINUSE)
		return unix_in_use(text, path, error);
	if (number == ENOENT || number == ENOTDIR)
		return error_set(error, EX_UNAVAILABLE, number,
		    "%s: %s; make the directory first", text,
		    strerror(number));
	return error_system(error, number, "%s", text);
}
