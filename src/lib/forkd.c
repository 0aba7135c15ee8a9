/* SPDX-License-Identifier: ISC */
/*
 * The library's calls that make and fill a master.  Running it is server.c.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "caller.h"
#include "error.h"
#include "fdio.h"
#include "forkd.h"
#include "listen.h"
#include "server.h"
#include "sig.h"

static struct settings	*forkd_settings(struct forkd *, const char *,
			    const struct setting *);
static int		 forkd_set_program(struct forkd *, const char *,
			    const char *);
static bool		 forkd_is_known(const struct forkd_ops *);

struct forkd *
forkd_new(void)
{
	struct forkd	*forkd;

	if (fdio_standard() == -1) {
		(void)error_system(error_last(), errno, "/dev/null");
		return NULL;
	}
	forkd = calloc(1, sizeof(*forkd));
	if (forkd == NULL || settings_init(&forkd->settings) == -1) {
		free(forkd);
		(void)error_system(error_last(), ENOMEM, "forkd_new");
		return NULL;
	}
	forkd->error_of = &forkd->error;
	TAILQ_INIT(&forkd->services);
	log_init(&forkd->log);
	forkd->signals.fd = forkd->self.channel = -1;
	atomic_init(&forkd->wake_fd, -1);
	spawn_init(&forkd->spawn);
	notify_init(&forkd->supervise.notify);
	embed_add(forkd);
	return forkd;
}

void
forkd_free(struct forkd *forkd)
{
	struct service	*service;
	int		 saved;

	if (forkd == NULL)
		return;
	saved = errno;
	/* of whoever calls us from a function of a service */
	if (embed_abort(forkd) == -1) {
		errno = saved;
		return;
	}
	embed_remove(forkd);
	while ((service = TAILQ_FIRST(&forkd->services)) != NULL) {
		TAILQ_REMOVE(&forkd->services, service, link);
		listen_close(service);
		service_free(service);
	}
	start_release(forkd);
	log_close(&forkd->log);
	settings_free(&forkd->settings);
	free(forkd);
	errno = saved;
}

int
forkd_service(struct forkd *forkd, const char *name,
    const struct forkd_ops *ops, void *arg)
{
	struct service	*service;

	if (caller_changes(forkd, "forkd_service") == -1)
		return -1;
	if (name == NULL || (ops != NULL && ops->serve == NULL))
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "service: %s", name == NULL ? "no name" : "no serve");
	if (ops != NULL && !forkd_is_known(ops))
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "%s: ops.reserved is not zero: this library does not know "
		    "what that is for", name);
	if (service_find(&forkd->services, name) != NULL)
		return error_set(&forkd->error, EX_CONFIG, EEXIST,
		    "%s: there is such a service already", name);
	service = service_new(name, &forkd->settings);
	if (service == NULL && errno == EINVAL)
		return error_set(&forkd->error, EX_CONFIG, EINVAL,
		    "%s: a service's name is 1 to 63 letters, digits, "
		    "\".\", \"_\" or \"-\"", name);
	if (service == NULL)
		return error_system(&forkd->error, errno, "%s", name);
	service->ops = ops;
	service->arg = arg;
	service->server = forkd;
	TAILQ_INSERT_TAIL(&forkd->services, service, link);
	if (ops != NULL && ops->log != NULL) {
		forkd->log.sink = ops->log;
		forkd->log.sink_arg = arg;
	}
	return 0;
}

int
forkd_set(struct forkd *forkd, const char *service, const char *name,
    const char *value)
{
	const struct setting	*setting;
	struct settings		*settings;

	if (caller_changes(forkd, "forkd_set") == -1)
		return -1;
	if (name == NULL || value == NULL)
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "setting: no %s", name == NULL ? "name" : "value");
	setting = settings_find(name);
	settings = forkd_settings(forkd, service, setting);
	if (settings == NULL)
		return -1;
	if (setting != NULL && setting->group == GROUP_PROGRAM)
		return forkd_set_program(forkd, name, value);
	return settings_set(settings, name, value, &forkd->error);
}

int
forkd_load(struct forkd *forkd, const char *file)
{
	if (caller_changes(forkd, "forkd_load") == -1)
		return -1;
	if (file == NULL)
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "forkd_load: no file");
	return error_set(&forkd->error, EX_UNAVAILABLE, ENOTSUP,
	    "%s: configuration files are not there yet", file);
}

int
forkd_listen(struct forkd *forkd, const char *service, const char *address)
{
	struct service	*found;

	if (caller_changes(forkd, "forkd_listen") == -1)
		return -1;
	found = service_find(&forkd->services, service);
	if (found == NULL)
		return caller_no_service(forkd, service);
	if (address == NULL)
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "listen: no address");
	if (log_start(&forkd->log, &forkd->error) == -1)
		return -1;	/* what is listened to may be worth a line */
	return listen_open(found, address, ADDR_TCP, &forkd->log,
	    &forkd->error);
}

int
forkd_address(const struct forkd *forkd, const char *service, unsigned int n,
    char *text, size_t size)
{
	const struct listener	*listener;
	const struct service	*found;
	unsigned int		 i;

	if (caller_asks(forkd, "forkd_address") == -1)
		return -1;
	if (text == NULL)
		return error_set(forkd->error_of, EX_SOFTWARE, EINVAL,
		    "forkd_address: no room for the text: it is NULL");
	found = service_find(&forkd->services, service);
	if (found == NULL)
		return caller_no_service(forkd, service);
	i = 0;
	TAILQ_FOREACH(listener, &found->listeners, link)
		if (i++ == n)
			break;
	if (listener == NULL)
		return error_set(forkd->error_of, EX_SOFTWARE, ENOENT,
		    "%s: address %u: it has %u", found->name, n, i);
	if (strlcpy(text, listener->text, size) >= size)
		return error_set(forkd->error_of, EX_SOFTWARE, ERANGE,
		    "%s: address %u: it takes %zu bytes and not %zu",
		    found->name, n, strlen(listener->text) + 1, size);
	return 0;
}

void
forkd_stop(struct forkd *forkd, int how)
{
	if (forkd == NULL)
		return;
	atomic_store(&forkd->stop_asked, how == FORKD_STOP_NOW ?
	    FORKD_STOP_NOW : FORKD_STOP_GRACEFUL);
	sig_wake();
	embed_wake(forkd);
}

const char *
forkd_error(const struct forkd *forkd)
{
	return forkd == NULL ? error_last()->text : forkd->error.text;
}

/* Whose value it is: the program's, a service's, or those of all to come. */
static struct settings *
forkd_settings(struct forkd *forkd, const char *service,
    const struct setting *setting)
{
	struct service	*found;

	if (setting != NULL && setting->group == GROUP_PROGRAM) {
		if (service == NULL)
			return &forkd->settings;
		(void)error_set(&forkd->error, EX_CONFIG, EINVAL,
		    "%s: a setting of the whole program, not of service %s",
		    setting->name, service);
		return NULL;
	}
	if (service == NULL && TAILQ_EMPTY(&forkd->services))
		return &forkd->settings;
	found = service_find(&forkd->services, service);
	if (found == NULL) {
		(void)caller_no_service(forkd, service);
		return NULL;
	}
	return &found->settings;
}

/* The old value stays when the log cannot follow the new one. */
static int
forkd_set_program(struct forkd *forkd, const char *name, const char *value)
{
	struct settings	tried;

	if (settings_copy(&tried, &forkd->settings) == -1)
		return error_system(&forkd->error, errno, "%s", name);
	if (settings_set(&tried, name, value, &forkd->error) == -1 ||
	    log_open(&forkd->log, &tried, &forkd->error) == -1) {
		settings_free(&tried);
		return -1;
	}
	settings_free(&forkd->settings);
	forkd->settings = tried;
	return 0;
}

/* A program that is newer than we are may count on more than we do. */
static bool
forkd_is_known(const struct forkd_ops *ops)
{
	size_t	i;

	for (i = 0; i < sizeof(ops->reserved) / sizeof(*ops->reserved); i++)
		if (ops->reserved[i] != NULL)
			return false;
	return true;
}
