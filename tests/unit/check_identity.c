/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of identity.c: users and groups by name and number, as the
 * machine has them.  Passing them on is tested in check_identity_pass.c.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "identity.h"
#include "unit.h"

#define NOBODY		"no-such-user-9"	/* nor group */

static struct identity	 identity;
static struct error	 error;
static char		 root_group[64];	/* its name */
static char		 nobody[16];		/* a number that nobody has */

static void
fresh(void)
{
	const struct group	*group;
	unsigned int		 n;

	group = getgrgid(0);
	(void)strlcpy(root_group, group == NULL ? "0" : group->gr_name,
	    sizeof(root_group));
	n = 3000000000;
	while (getpwuid(n) != NULL || getgrgid(n) != NULL)
		n++;
	(void)snprintf(nobody, sizeof(nobody), "%u", n);
}

static void
gone(void)
{
	identity_free(&identity);
}

static void
resolve(const char *user, const char *group, const char *groups)
{
	identity_free(&identity);
	ck_assert_msg(identity_resolve(&identity, user, group, groups,
	    &error) == 0, "%s: %s", user == NULL ? "none" : user, error.text);
}

static void
refused(const char *user, const char *group, const char *groups,
    int exit_code, int number, const char *text)
{
	static const struct identity	none;

	identity_free(&identity);
	errno = 0;
	ck_assert_int_eq(identity_resolve(&identity, user, group, groups,
	    &error), -1);
	ck_assert_str_eq(error.text, text);
	ck_assert_int_eq(error.exit_code, exit_code);
	ck_assert_int_eq(error.number, number);
	ck_assert_int_eq(errno, number);
	ck_assert_mem_eq(&identity, &none, sizeof(none));
}

START_TEST(not_given)
{
	memset(&identity, '#', sizeof(identity));
	ck_assert_int_eq(identity_resolve(&identity, NULL, NULL, NULL,
	    &error), 0);
	ck_assert(!identity.given);
	ck_assert_ptr_null(identity.groups);
	ck_assert_ptr_null(identity.user);
	refused(NULL, root_group, NULL, EX_CONFIG, EINVAL,
	    "group: given without user: say -u too");
	refused(NULL, NULL, "none", EX_CONFIG, EINVAL,
	    "groups: given without user: say -u too");
}
END_TEST

static void
is_root(void)
{
	const struct passwd	*entry;

	entry = getpwuid(0);
	ck_assert_ptr_nonnull(entry);
	ck_assert(identity.given);
	ck_assert_uint_eq(identity.uid, 0);
	ck_assert_str_eq(identity.user, entry->pw_name);
	ck_assert_str_eq(identity.home, entry->pw_dir);
	ck_assert_str_eq(identity.shell, entry->pw_shell[0] == '\0' ?
	    "/bin/sh" : entry->pw_shell);
}

START_TEST(root)
{
	char	text[80];

	resolve("root", NULL, NULL);
	is_root();
	ck_assert_uint_eq(identity.gid, getpwuid(0)->pw_gid);
	resolve("0", NULL, NULL);
	is_root();
	(void)snprintf(text, sizeof(text), "root:%s", root_group);
	resolve(text, NULL, NULL);
	is_root();
	ck_assert_uint_eq(identity.gid, 0);
	resolve(text, root_group, NULL);	/* twice, but the same */
	ck_assert_uint_eq(identity.gid, 0);
	resolve("0:0", NULL, NULL);
	ck_assert_uint_eq(identity.gid, 0);
}
END_TEST

START_TEST(another_user)
{
	const struct passwd	*entry;
	char			 name[64], text[80];
	gid_t			 gid;
	uid_t			 uid;

	entry = getpwnam("nobody");
	if (entry == NULL)
		return;
	uid = entry->pw_uid;
	gid = entry->pw_gid;
	(void)strlcpy(name, entry->pw_dir, sizeof(name));
	resolve("nobody", NULL, NULL);
	ck_assert_uint_eq(identity.uid, uid);
	ck_assert_uint_eq(identity.gid, gid);
	ck_assert_str_eq(identity.home, name);
	(void)snprintf(text, sizeof(text), "%u", (unsigned int)uid);
	resolve(text, NULL, NULL);
	ck_assert_str_eq(identity.user, "nobody");
	resolve("nobody", root_group, NULL);
	ck_assert_uint_eq(identity.uid, uid);
	ck_assert_uint_eq(identity.gid, 0);
}
END_TEST

START_TEST(numbers_without_names)
{
	char	text[80], expected[160];

	(void)snprintf(text, sizeof(text), "%s:%s", nobody, nobody);
	resolve(text, NULL, NULL);
	ck_assert_uint_ge(identity.uid, 3000000000);
	ck_assert_uint_eq(identity.gid, identity.uid);
	ck_assert_ptr_null(identity.user);
	ck_assert_ptr_null(identity.home);
	ck_assert_ptr_null(identity.shell);
	ck_assert_int_eq(identity.group_count, 1);
	ck_assert_uint_eq(identity.groups[0], identity.gid);
	(void)snprintf(expected, sizeof(expected), "user %s: not in the "
	    "password file, so say which group: -u %s:GROUP", nobody, nobody);
	refused(nobody, NULL, NULL, EX_CONFIG, EINVAL, expected);
	resolve("4294967294:4294967294", NULL, NULL);
	ck_assert_uint_eq(identity.uid, 4294967294);
}
END_TEST

/* -1 would mean: unchanged. */
START_TEST(no_numbers)
{
	static const char	*texts[] = {
		"4294967295", "4294967296", "-1", "+0", " 0", "0x0", "0 ",
		"99999999999999999999", "", "root ", NOBODY
	};
	char			 expected[80];
	size_t			 i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		(void)snprintf(expected, sizeof(expected),
		    "user %s: no such user", texts[i]);
		refused(texts[i], "0", NULL, EX_NOUSER, ENOENT, expected);
		(void)snprintf(expected, sizeof(expected),
		    "group %s: no such group", texts[i]);
		refused("root", texts[i], NULL, EX_NOUSER, ENOENT, expected);
	}
	refused("root:", NULL, NULL, EX_NOUSER, ENOENT,
	    "group : no such group");
	refused(":0", NULL, NULL, EX_NOUSER, ENOENT, "user : no such user");
}
END_TEST

START_TEST(contradictions)
{
	refused("root:1", "2", NULL, EX_CONFIG, EINVAL,
	    "user root:1: group 2 contradicts it");
	refused(NOBODY ":1", "2", NULL, EX_CONFIG, EINVAL,
	    "user " NOBODY ":1: group 2 contradicts it");
}
END_TEST

START_TEST(own_groups)
{
	gid_t	groups[1024];
	int	count, i;

	count = 1024;
	resolve("root", "7", NULL);
	ck_assert_int_ne(getgrouplist(identity.user, 7, groups, &count), -1);
	ck_assert_int_eq(identity.group_count, count);
	for (i = 0; i < count; i++)
		ck_assert_uint_eq(identity.groups[i], groups[i]);
}
END_TEST

START_TEST(lists_of_groups)
{
	char	list[128];

	resolve("root", NULL, "none");
	ck_assert_int_eq(identity.group_count, 0);
	resolve("root", NULL, "");
	ck_assert_int_eq(identity.group_count, 0);
	(void)snprintf(list, sizeof(list), "%s, 7,%s 7", root_group, nobody);
	resolve("root", NULL, list);
	ck_assert_int_eq(identity.group_count, 4);
	ck_assert_uint_eq(identity.groups[0], 0);
	ck_assert_uint_eq(identity.groups[1], 7);
	ck_assert_uint_ge(identity.groups[2], 3000000000);
	ck_assert_uint_eq(identity.groups[3], 7);
	refused("root", NULL, "0 " NOBODY, EX_NOUSER, ENOENT,
	    "group " NOBODY ": no such group");
	refused("root", NULL, "none none", EX_NOUSER, ENOENT,
	    "group none: no such group");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("identity");
	TCase	*tc = tcase_create("identity");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, not_given);
	tcase_add_test(tc, root);
	tcase_add_test(tc, another_user);
	tcase_add_test(tc, numbers_without_names);
	tcase_add_test(tc, no_numbers);
	tcase_add_test(tc, contradictions);
	tcase_add_test(tc, own_groups);
	tcase_add_test(tc, lists_of_groups);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
