/* SPDX-License-Identifier: ISC */
/*
 * Privileges: the one function that gives them up, and proves it.  Called in
 * children, and by programs through forkd_drop_privileges().
 */
#include "config.h"

#include <sys/types.h>
#include <sys/prctl.h>

#include <linux/capability.h>

#include <errno.h>
#include <grp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "direct.h"
#include "error.h"
#include "forkd.h"
#include "identity.h"
#include "privilege.h"

static int	privilege_become_all(const struct identity *);
static int	privilege_prove(const struct identity *) __attribute__((hot));
static int	privilege_capabilities(uint32_t *) __attribute__((hot));
static bool	privilege_has_groups(const struct identity *);
static bool	same_groups(const gid_t *, int, const gid_t *, int, gid_t);
static bool	has_group(const gid_t *, int, gid_t);

bool
privilege_drops(const struct identity *identity)
{
	return identity->given && identity->uid != 0 && direct_geteuid() == 0;
}

int
privilege_become(const struct identity *identity)
{
	if (!identity->given)
		return 0;
	if (direct_setgroups((size_t)identity->group_count,
	    identity->groups) == -1 && !privilege_has_groups(identity))
		return -1;
	if (direct_setresgid(identity->gid) == -1 ||
	    direct_setresuid(identity->uid) == -1)
		return -1;
	return privilege_prove(identity);
}

/* The same for all threads of a program. */
static int
privilege_become_all(const struct identity *identity)
{
	if (setgroups((size_t)identity->group_count, identity->groups) == -1 &&
	    !privilege_has_groups(identity))
		return -1;
	if (setresgid(identity->gid, identity->gid, identity->gid) == -1 ||
	    setresuid(identity->uid, identity->uid, identity->uid) == -1)
		return -1;
	return privilege_prove(identity);
}

int
privilege_no_more(void)
{
	return direct_prctl(PR_SET_NO_NEW_PRIVS, 1);
}

int
forkd_drop_privileges(const char *user, const char *group,
    const char *groups)
{
	struct identity	 identity;
	struct error	*error;
	int		 failed;

	error = error_last();
	if (user == NULL)
		return error_set(error, EX_USAGE, EINVAL, "user: none given");
	if (identity_resolve(&identity, user, group, groups, error) == -1)
		return -1;
	failed = privilege_become_all(&identity);
	if (failed == -1)
		(void)error_system(error, errno, "user %s", user);
	identity_free(&identity);
	return failed;
}

/* Who may not set groups (errno) may already have just the right ones. */
static bool
privilege_has_groups(const struct identity *identity)
{
	gid_t	*have;
	bool	 same;
	int	 count, saved;

	if (errno != EPERM || geteuid() == 0)
		return false;
	saved = errno;
	count = getgroups(0, NULL);
	have = calloc((size_t)count + 1, sizeof(*have));
	if (have == NULL)
		return false;
	count = getgroups(count, have);
	/* the group itself is had in any case, in the list or not */
	same = count != -1 && same_groups(have, count, identity->groups,
	    identity->group_count, identity->gid);
	free(have);
	errno = saved;
	return same;
}

static int
privilege_prove(const struct identity *identity)
{
	uint32_t	left;
	gid_t		gids[3];
	uid_t		uids[3];
	int		i;

	if (direct_getresuid(uids) == -1 || direct_getresgid(gids) == -1)
		return -1;
	for (i = 0; i < 3; i++)
		if (uids[i] != identity->uid || gids[i] != identity->gid)
			goto fail;
	if (identity->uid == 0)
		return 0;
	if (privilege_capabilities(&left) == -1)
		return -1;
	if ((left & (1U << CAP_SETUID | 1U << CAP_SETGID)) == 0)
		return 0;
fail:
	errno = EPERM;
	return -1;
}

/*
 * The first 32 of capabilities(7), CAP_SETUID and CAP_SETGID among them: once
 * real, effective and saved ids are all the same, these alone could change
 * them.  Asked and not tried: calls that fail cost much more, and touch errno.
 */
static int
privilege_capabilities(uint32_t *permitted)
{
	struct __user_cap_header_struct	header;
	struct __user_cap_data_struct	have[_LINUX_CAPABILITY_U32S_3];

	header.version = _LINUX_CAPABILITY_VERSION_3;
	header.pid = 0;
	memset(have, 0xff, sizeof(have));
	if (direct_capget(&header, have) == -1)
		return -1;
	*permitted = have[0].permitted;
	return 0;
}

static bool
same_groups(const gid_t *a, int a_count, const gid_t *b, int b_count,
    gid_t both)
{
	int	i;

	for (i = 0; i < a_count; i++)
		if (a[i] != both && !has_group(b, b_count, a[i]))
			return false;
	for (i = 0; i < b_count; i++)
		if (b[i] != both && !has_group(a, a_count, b[i]))
			return false;
	return true;
}

static bool
has_group(const gid_t *groups, int count, gid_t group)
{
	int	i;

	for (i = 0; i < count; i++)
		if (groups[i] == group)
			return true;
	return false;
}
