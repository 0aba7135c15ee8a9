/* SPDX-License-Identifier: ISC */
/*
 * Services: what belongs together under one name.  Made by the public calls,
 * run by the server; opens no sockets and forks nothing.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "apart.h"
#include "error.h"
#include "service.h"

struct service *
service_new(const char *name, const struct settings *settings)
{
	struct service	*service;
	size_t		 length;

	length = strlen(name);
	if (length == 0 || length >= SERVICE_NAME_SIZE ||
	    strspn(name, SERVICE_NAME_CHARACTERS) != length) {
		errno = EINVAL;
		return NULL;
	}
	service = calloc(1, sizeof(*service));
	if (service == NULL)
		return NULL;
	if (settings_copy(&service->settings, settings) == -1) {
		free(service);
		return NULL;
	}
	memcpy(service->name, name, length + 1);
	TAILQ_INIT(&service->listeners);
	return service;
}

void
service_free(struct service *service)
{
	if (service == NULL)
		return;
	settings_free(&service->settings);
	identity_free(&service->identity);
	environment_free(&service->environment);
	words_free(&service->argv);
	free(service->path);
	free(service->listen_names);
	free(service);
}

int
service_start(struct service *service)
{
	service->state = apart_new(1, sizeof(*service->state));
	if (service->state == NULL)
		return -1;
	service->state->serial = service->serial;
	return 0;
}

void
service_stop(struct service *service)
{
	if (service->state == NULL)
		return;
	service->serial = service->state->serial;
	service->last = *service->state;
	apart_free(service->state);
	service->state = NULL;
}

struct service *
service_find(const struct service_list *list, const char *name)
{
	struct service	*service;

	if (name == NULL) {
		service = TAILQ_FIRST(list);
		return service != NULL && TAILQ_NEXT(service, link) == NULL ?
		    service : NULL;
	}
	TAILQ_FOREACH(service, list, link)
		if (strcmp(service->name, name) == 0)
			return service;
	return NULL;
}

const struct service *
service_first(const struct service *service)
{
	const struct service	*before;

	/* one that is in no list has nothing before it */
	while (service->link.tqe_prev != NULL &&
	    (before = TAILQ_PREV(service, service_list, link)) != NULL)
		service = before;
	return service;
}

int
service_identify(struct service *service, struct error *error)
{
	const struct settings	*settings;
	const struct identity	*identity;

	settings = &service->settings;
	identity = &service->identity;
	identity_free(&service->identity);
	if (geteuid() == 0 && settings->user == NULL)
		return error_set(error, EX_CONFIG, EINVAL,
		    "user: started as root and no user given: say -u nobody, "
		    "or -u root if you mean it");
	if (identity_resolve(&service->identity, settings->user,
	    settings->group, settings->groups, error) == -1)
		return -1;
	if (geteuid() == 0 || !identity->given)
		return 0;
	if (identity->uid != geteuid())
		return error_set(error, EX_NOPERM, EPERM,
		    "user %s: only root can run handlers as another user",
		    settings->user);
	if (identity->gid != getegid())
		return error_set(error, EX_NOPERM, EPERM,
		    "group: only root can run handlers in another group");
	return 0;
}
