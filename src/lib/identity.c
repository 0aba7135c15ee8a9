/* SPDX-License-Identifier: ISC */
/*
 * Users and groups by name.  Called at start, never in a worker: looking up
 * names needs files and servers that a chroot or a limit may hide.
 * privilege.c acts on the result.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "fdio.h"
#include "identity.h"
#include "words.h"

#define BUFFER_FIRST	1024
#define BUFFER_LAST	(1 << 20)
#define GROUPS_FIRST	32
#define GROUPS_LAST	65536	/* NGROUPS_MAX of Linux */

static int	identity_user(struct identity *, const char *,
		    struct error *);
static int	identity_group(const char *, gid_t *, struct error *);
static int	identity_own_groups(struct identity *, struct error *);
static int	identity_list(struct identity *, const char *,
		    struct error *);
static int	identity_remember(struct identity *, const struct passwd *);
static bool	identity_number(const char *, unsigned int *);
static int	write_text(int, const char *);
static int	read_text(int, char **, int64_t);
static int	read_whole(int, void *, size_t, int64_t);
static int	find_user(const char *, struct passwd *, char **);
static int	find_group(const char *, gid_t *);

int
identity_resolve(struct identity *identity, const char *user,
    const char *group, const char *groups, struct error *error)
{
	char	*colon, *copy;
	int	 failed;

	memset(identity, 0, sizeof(*identity));
	if (user == NULL) {
		if (group == NULL && groups == NULL)
			return 0;
		return error_set(error, EX_CONFIG, EINVAL,
		    "%s: given without user: say -u too",
		    group != NULL ? "group" : "groups");
	}
	copy = strdup(user);
	if (copy == NULL)
		return error_system(error, errno, "user %s", user);
	colon = strchr(copy, ':');
	if (colon != NULL) {
		*colon = '\0';
		if (group != NULL && strcmp(group, colon + 1) != 0) {
			free(copy);
			return error_set(error, EX_CONFIG, EINVAL,
			    "user %s: group %s contradicts it", user, group);
		}
		group = colon + 1;
	}
	identity->given = true;
	identity->gid = (gid_t)-1;
	failed = identity_user(identity, copy, error);
	if (failed == 0 && group != NULL)
		failed = identity_group(group, &identity->gid, error);
	if (failed == 0 && identity->gid == (gid_t)-1)
		failed = error_set(error, EX_CONFIG, EINVAL,
		    "user %s: not in the password file, so say which group: "
		    "-u %s:GROUP", copy, copy);
	if (failed == 0 && groups == NULL)
		failed = identity_own_groups(identity, error);
	else if (failed == 0)
		failed = identity_list(identity, groups, error);
	free(copy);
	if (failed == -1)
		identity_free(identity);
	return failed;
}

int
identity_owner(const char *owner, const char *group, uid_t *uid, gid_t *gid,
    struct error *error)
{
	struct passwd	 entry;
	char		*buffer;
	int		 found;

	*uid = (uid_t)-1;
	*gid = (gid_t)-1;
	if (owner != NULL && !identity_number(owner, uid)) {
		buffer = NULL;
		found = find_user(owner, &entry, &buffer);
		if (found == 1)
			*uid = entry.pw_uid;
		free(buffer);
		if (found == -1)
			return error_system(error, errno, "socket-owner %s",
			    owner);
		if (found == 0)
			return error_set(error, EX_NOUSER, ENOENT,
			    "socket-owner %s: no such user", owner);
	}
	if (group == NULL || identity_number(group, gid))
		return 0;
	found = find_group(group, gid);
	if (found == -1)
		return error_system(error, errno, "socket-group %s", group);
	if (found == 0)
		return error_set(error, EX_NOUSER, ENOENT,
		    "socket-group %s: no such group", group);
	return 0;
}

int
identity_write(int fd, const struct identity *identity)
{
	if (fdio_write(fd, identity, sizeof(*identity)) == -1 ||
	    fdio_write(fd, identity->groups,
	    (size_t)identity->group_count * sizeof(gid_t)) == -1 ||
	    write_text(fd, identity->user) == -1 ||
	    write_text(fd, identity->home) == -1)
		return -1;
	return write_text(fd, identity->shell);
}

int
identity_read(int fd, struct identity *identity, int64_t deadline_ms)
{
	struct identity	made;
	size_t		count;

	if (read_whole(fd, &made, sizeof(made), deadline_ms) == -1)
		return -1;
	made.groups = NULL;	/* the pointers are the writer's */
	made.user = made.home = made.shell = NULL;
	if (made.group_count < 0 || made.group_count > GROUPS_LAST) {
		errno = EIO;
		return -1;
	}
	count = (size_t)made.group_count;
	made.groups = calloc(count + 1, sizeof(gid_t));
	if (made.groups == NULL ||
	    read_whole(fd, made.groups, count * sizeof(gid_t),
	    deadline_ms) == -1 ||
	    read_text(fd, &made.user, deadline_ms) == -1 ||
	    read_text(fd, &made.home, deadline_ms) == -1 ||
	    read_text(fd, &made.shell, deadline_ms) == -1) {
		identity_free(&made);
		return -1;
	}
	*identity = made;
	return 0;
}

void
identity_free(struct identity *identity)
{
	int	saved;

	saved = errno;
	free(identity->groups);
	free(identity->user);
	free(identity->home);
	free(identity->shell);
	memset(identity, 0, sizeof(*identity));
	errno = saved;
}

static int
identity_user(struct identity *identity, const char *name,
    struct error *error)
{
	struct passwd	 entry;
	char		*buffer;
	int		 found, remembered;

	buffer = NULL;
	found = find_user(name, &entry, &buffer);
	if (found == 1) {
		remembered = identity_remember(identity, &entry);
		free(buffer);
		return remembered == 0 ? 0 :
		    error_system(error, errno, "user %s", name);
	}
	free(buffer);
	if (found == -1)
		return error_system(error, errno, "user %s", name);
	if (identity_number(name, &identity->uid))
		return 0;
	return error_set(error, EX_NOUSER, ENOENT, "user %s: no such user",
	    name);
}

static int
identity_group(const char *name, gid_t *gid, struct error *error)
{
	int	found;

	found = find_group(name, gid);
	if (found == 1 || (found == 0 && identity_number(name, gid)))
		return 0;
	if (found == -1)
		return error_system(error, errno, "group %s", name);
	return error_set(error, EX_NOUSER, ENOENT, "group %s: no such group",
	    name);
}

/* The groups that the user database gives the user, and gid. */
static int
identity_own_groups(struct identity *identity, struct error *error)
{
	gid_t	*groups;
	int	 count, room;

	for (room = GROUPS_FIRST; room <= GROUPS_LAST; room *= 2) {
		groups = reallocarray(identity->groups, (size_t)room,
		    sizeof(*groups));
		if (groups == NULL)
			return error_system(error, errno, "groups");
		identity->groups = groups;
		count = room;
		if (identity->user == NULL) {
			groups[0] = identity->gid;
			count = 1;
		} else if (getgrouplist(identity->user, identity->gid, groups,
		    &count) == -1)
			continue;
		identity->group_count = count;
		return 0;
	}
	return error_set(error, EX_OSERR, EINVAL,
	    "user %s: more than %d groups", identity->user, GROUPS_LAST);
}

/* Names and numbers; `none' is no group at all. */
static int
identity_list(struct identity *identity, const char *list,
    struct error *error)
{
	struct words	words = { NULL, 0 };
	size_t		i;
	int		failed;

	if (words_list(&words, list) == -1)
		return error_system(error, errno, "groups");
	identity->groups = calloc(words.count + 1, sizeof(gid_t));
	failed = identity->groups == NULL ?
	    error_system(error, errno, "groups") : 0;
	if (words.count == 1 && strcmp(words.word[0], "none") == 0)
		words_free(&words);
	for (i = 0; failed == 0 && i < words.count; i++)
		failed = identity_group(words.word[i], &identity->groups[i],
		    error);
	identity->group_count = (int)words.count;
	words_free(&words);
	return failed;
}

static int
identity_remember(struct identity *identity, const struct passwd *entry)
{
	identity->uid = entry->pw_uid;
	identity->gid = entry->pw_gid;
	identity->user = strdup(entry->pw_name);
	identity->home = strdup(entry->pw_dir);
	identity->shell = strdup(entry->pw_shell[0] == '\0' ?
	    "/bin/sh" : entry->pw_shell);	/* passwd(5) */
	if (identity->user == NULL || identity->home == NULL ||
	    identity->shell == NULL)
		return -1;
	return 0;
}

/* -1 as an id means "unchanged" to the system: it is no one's number. */
static bool
identity_number(const char *text, unsigned int *number)
{
	const char	*wrong;
	unsigned int	 n;

	if (!isdigit((unsigned char)text[0]))
		return false;
	n = (unsigned int)strtonum(text, 0, UINT_MAX - 1, &wrong);
	if (wrong != NULL)
		return false;
	*number = n;
	return true;
}

/* A length, 0 for NULL, and the text with its NUL. */
static int
write_text(int fd, const char *text)
{
	size_t	length;

	length = text == NULL ? 0 : strlen(text) + 1;
	if (fdio_write(fd, &length, sizeof(length)) == -1)
		return -1;
	return fdio_write(fd, text, length);
}

static int
read_text(int fd, char **text, int64_t deadline_ms)
{
	size_t	length;

	if (read_whole(fd, &length, sizeof(length), deadline_ms) == -1)
		return -1;
	if (length == 0)
		return 0;
	*text = malloc(length);
	if (*text == NULL)
		return -1;
	return read_whole(fd, *text, length, deadline_ms);
}

static int
read_whole(int fd, void *data, size_t size, int64_t deadline_ms)
{
	ssize_t	n;

	n = fdio_read_by(fd, data, size, deadline_ms);
	if (n != -1 && (size_t)n < size)
		errno = EIO;
	return n == (ssize_t)size ? 0 : -1;
}

/* 1: found, 0: there is none, -1: could not be asked. */
static int
find_user(const char *name, struct passwd *entry, char **buffer)
{
	struct passwd	*result;
	unsigned int	 uid;
	char		*grown;
	size_t		 size;
	int		 code;

	for (size = BUFFER_FIRST; size <= BUFFER_LAST; size *= 2) {
		grown = realloc(*buffer, size);
		if (grown == NULL)
			return -1;
		*buffer = grown;
		code = getpwnam_r(name, entry, grown, size, &result);
		if (result == NULL && code != ERANGE &&
		    identity_number(name, &uid))
			code = getpwuid_r(uid, entry, grown, size, &result);
		if (result != NULL)
			return 1;
		if (code == ERANGE)
			continue;
		errno = code;	/* ENOENT and the like: passwd(5) is absent */
		return code == 0 || code == ENOENT || code == ESRCH ? 0 : -1;
	}
	errno = ERANGE;
	return -1;
}

static int
find_group(const char *name, gid_t *gid)
{
	struct group	 entry, *result;
	char		*buffer, *grown;
	size_t		 size;
	int		 code;

	buffer = NULL;
	code = ERANGE;
	result = NULL;
	for (size = BUFFER_FIRST; size <= BUFFER_LAST && code == ERANGE;
	    size *= 2) {
		grown = realloc(buffer, size);
		if (grown == NULL) {
			code = ENOMEM;
			break;
		}
		buffer = grown;
		code = getgrnam_r(name, &entry, buffer, size, &result);
	}
	if (result != NULL)
		*gid = entry.gr_gid;
	free(buffer);
	errno = code;
	if (result != NULL)
		return 1;
	return code == 0 || code == ENOENT || code == ESRCH ? 0 : -1;
}
