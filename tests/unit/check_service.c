/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of service.c: names, finding, and who the workers are.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "error.h"
#include "service.h"
#include "unit.h"

static struct settings		 settings;
static struct service_list	 list;
static struct error		 error;

static void
fresh(void)
{
	ck_assert_int_eq(settings_init(&settings), 0);
	TAILQ_INIT(&list);
}

static void
gone(void)
{
	struct service	*service;

	while ((service = TAILQ_FIRST(&list)) != NULL) {
		TAILQ_REMOVE(&list, service, link);
		service_free(service);
	}
	settings_free(&settings);
}

static struct service *
add(const char *name)
{
	struct service	*service;

	service = service_new(name, &settings);
	ck_assert_msg(service != NULL, "\"%s\" is refused", name);
	ck_assert_str_eq(service->name, name);
	TAILQ_INSERT_TAIL(&list, service, link);
	return service;
}

static void
refused(const char *name)
{
	errno = 0;
	ck_assert_msg(service_new(name, &settings) == NULL,
	    "\"%s\" is taken", name);
	ck_assert_int_eq(errno, EINVAL);
}

START_TEST(names)
{
	char	longest[SERVICE_NAME_SIZE + 1];

	(void)add("web");
	(void)add("a");
	(void)add("-._");
	(void)add("abcdefghijklmnopqrstuvwxyz-0123456789");
	(void)add("ABCDEFGHIJKLMNOPQRSTUVWXYZ.x");
	memset(longest, 'n', sizeof(longest));
	longest[SERVICE_NAME_SIZE] = '\0';
	refused(longest);
	longest[SERVICE_NAME_SIZE - 1] = '\0';
	(void)add(longest);
}
END_TEST

START_TEST(wrong_names)
{
	char	name[] = "a?b";
	int	c;

	refused("");
	refused(" ");
	for (c = 1; c < 256; c++) {
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || strchr("._-", c) != NULL)
			continue;
		name[1] = (char)c;
		refused(name);
	}
}
END_TEST

/* What is set later for the program does not change it, nor the reverse. */
START_TEST(settings_are_its_own)
{
	struct service	*service;

	ck_assert_int_eq(settings_set(&settings, "max-workers", "7", &error),
	    0);
	service = add("web");
	ck_assert_int_eq(settings_set(&settings, "handler", "x", &error), 0);
	ck_assert_int_eq(settings_set(&service->settings, "backlog", "9",
	    &error), 0);
	ck_assert_int_eq(service->settings.max_workers, 7);
	ck_assert_str_eq(service->settings.handler.word[0], "talkback");
	ck_assert_int_ne(settings.backlog, 9);
	ck_assert(TAILQ_EMPTY(&service->listeners));
	ck_assert_ptr_null(service->ops);
	ck_assert_ptr_null(service->path);
	ck_assert_uint_eq(service->serial, 0);
	ck_assert_ptr_null(service->state);	/* the program may fork yet */
	ck_assert_uint_eq(service->bound, 0);
}
END_TEST

START_TEST(finding)
{
	struct service	*mail, *web;

	ck_assert_ptr_null(service_find(&list, NULL));
	ck_assert_ptr_null(service_find(&list, "web"));
	web = add("web");
	ck_assert_ptr_eq(service_find(&list, NULL), web);	/* the only */
	ck_assert_ptr_eq(service_find(&list, "web"), web);
	mail = add("mail");
	ck_assert_ptr_null(service_find(&list, NULL));
	ck_assert_ptr_eq(service_find(&list, "mail"), mail);
	ck_assert_ptr_eq(service_find(&list, "web"), web);
	ck_assert_ptr_null(service_find(&list, "we"));
	ck_assert_ptr_null(service_find(&list, "webb"));
	ck_assert_ptr_null(service_find(&list, "Web"));
	ck_assert_ptr_null(service_find(&list, ""));
}
END_TEST

START_TEST(freeing)
{
	service_free(NULL);
	service_free(service_new("web", &settings));
}
END_TEST

static int
identify(const char *user, const char *group)
{
	struct service	*service;

	gone();
	fresh();
	service = add("web");
	ck_assert_int_eq(settings_set(&service->settings, "user", user,
	    &error), 0);
	ck_assert_int_eq(settings_set(&service->settings, "group", group,
	    &error), 0);
	errno = 0;
	return service_identify(service, &error);
}

START_TEST(as_root)
{
	const struct service	*service;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(identify("", ""), -1);
	ck_assert_int_eq(error.exit_code, EX_CONFIG);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_str_eq(error.text, "user: started as root and no user "
	    "given: say -u nobody, or -u root if you mean it");
	ck_assert_int_eq(identify("root", ""), 0);
	service = TAILQ_FIRST(&list);
	ck_assert(service->identity.given);
	ck_assert_uint_eq(service->identity.uid, 0);
	ck_assert_int_eq(identify("12345:54321", ""), 0);
	service = TAILQ_FIRST(&list);
	ck_assert_uint_eq(service->identity.uid, 12345);
	ck_assert_uint_eq(service->identity.gid, 54321);
	ck_assert_int_eq(identify("root", "no-such-group-9"), -1);
	ck_assert_int_eq(error.exit_code, EX_NOUSER);
}
END_TEST

START_TEST(as_somebody)
{
	char	gid[16], user[32];

	if (geteuid() == 0)
		return;
	ck_assert_int_eq(identify("", ""), 0);
	ck_assert(!TAILQ_FIRST(&list)->identity.given);
	(void)snprintf(user, sizeof(user), "%u:%u", (unsigned int)geteuid(),
	    (unsigned int)getegid());
	(void)snprintf(gid, sizeof(gid), "%u", (unsigned int)getegid() + 1);
	ck_assert_int_eq(identify(user, ""), 0);
	ck_assert_int_eq(identify("root", ""), -1);
	ck_assert_int_eq(error.exit_code, EX_NOPERM);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_str_eq(error.text,
	    "user root: only root can run handlers as another user");
	user[strcspn(user, ":")] = '\0';
	ck_assert_int_eq(identify(user, gid), -1);
	ck_assert_int_eq(error.exit_code, EX_NOPERM);
	ck_assert_str_eq(error.text,
	    "group: only root can run handlers in another group");
}
END_TEST

/* Numbers of connections go on when it runs again. */
START_TEST(running)
{
	struct service	*service;

	service = service_new("web", &settings);
	service_stop(service);
	ck_assert_int_eq(service_start(service), 0);
	ck_assert_uint_eq(service->state->serial, 0);
	service->state->serial = 17;
	service->state->resting = true;
	service_stop(service);
	ck_assert_ptr_null(service->state);
	ck_assert_int_eq(service_start(service), 0);
	ck_assert_uint_eq(service->state->serial, 17);
	ck_assert(!service->state->resting);
	service_stop(service);
	service_free(service);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("service");
	TCase	*tc = tcase_create("service");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, names);
	tcase_add_test(tc, wrong_names);
	tcase_add_test(tc, settings_are_its_own);
	tcase_add_test(tc, finding);
	tcase_add_test(tc, freeing);
	tcase_add_test(tc, running);
	tcase_add_test(tc, as_root);
	tcase_add_test(tc, as_somebody);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
