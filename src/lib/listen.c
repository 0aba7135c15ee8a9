/* SPDX-License-Identifier: ISC */
/*
 * Listeners: from an address that a user wrote to sockets that listen, which
 * listen_tcp.c and listen_unix.c make and listen_fd.c finds.  Called before
 * the server runs; accept.c takes over from there.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "error.h"
#include "fdio.h"
#include "inherited.h"
#include "listen.h"
#include "listen_fd.h"
#include "listen_tcp.h"
#include "listen_unix.h"
#include "service.h"

static int	listen_kind(struct binding *, struct error *);
static int	listen_path(struct binding *, struct error *);
static int	listen_inherited(struct binding *, struct error *);
static int	listen_take(struct binding *, int, struct error *);
static bool	listen_has(const struct binding *, int);

int
listen_open(struct service *service, const char *text, enum addr_scheme only,
    struct log *log, struct error *error)
{
	struct binding	 binding = {
		.service = service, .log = log, .text = text
	};
	struct listener	*listener;
	int		 failed;

	TAILQ_INIT(&binding.made);
	if (addr_parse(text, &binding.spec, error) == -1)
		return -1;
	if (only != ADDR_TCP)
		addr_restrict(&binding.spec, only);
	failed = listen_kind(&binding, error);
	if (failed == -1) {
		binding_drop(&binding.made);
		errno = error->number;
		return -1;
	}
	while ((listener = TAILQ_FIRST(&binding.made)) != NULL) {
		TAILQ_REMOVE(&binding.made, listener, link);
		TAILQ_INSERT_TAIL(&service->listeners, listener, link);
	}
	return 0;
}

int
listen_check(struct service *service, const char *text,
    enum addr_scheme only, struct error *error)
{
	struct addr_list	list;
	struct addr_spec	spec;
	int			fd;

	if (addr_parse(text, &spec, error) == -1)
		return -1;
	if (spec.scheme == ADDR_FD) {
		fd = listen_fd_find(&spec, text, error);
		return fd == -1 ? -1 : listen_fd_check(text, fd, error);
	}
	if (!addr_is_tcp(&spec))
		return listen_unix_check(&spec, &service->settings, error);
	if (only != ADDR_TCP)
		addr_restrict(&spec, only);
	if (strcmp(spec.host, "*") == 0)
		return 0;
	if (addr_resolve(&spec, &list, error) == -1)
		return -1;
	addr_list_free(&list);
	return 0;
}

void
listen_close(struct service *service)
{
	struct listener	*listener;

	while ((listener = TAILQ_FIRST(&service->listeners)) != NULL)
		listen_close_one(listener);
}

void
listen_close_one(struct listener *listener)
{
	struct listener_list	one;

	TAILQ_REMOVE(&listener->service->listeners, listener, link);
	TAILQ_INIT(&one);
	TAILQ_INSERT_TAIL(&one, listener, link);
	binding_drop(&one);
}

void
listen_close_in_child(struct service *service)
{
	struct listener	*listener;

	TAILQ_FOREACH(listener, &service->listeners, link) {
		fdio_close(&listener->watch.fd);
		listener->file.path[0] = '\0';
	}
}

static int
listen_kind(struct binding *binding, struct error *error)
{
	switch (binding->spec.scheme) {
	case ADDR_UNIX:
	case ADDR_UNIX_SEQPACKET:
		return listen_path(binding, error);
	case ADDR_FD:
		binding->inherited = true;
		return listen_inherited(binding, error);
	default:
		return listen_tcp(binding, error);
	}
}

static int
listen_path(struct binding *binding, struct error *error)
{
	struct listen_file	file;
	int			fd;

	fd = listen_unix(&binding->spec, &binding->service->settings, &file,
	    error);
	if (fd == -1)
		return -1;
	if (binding_add(binding, fd, false, &file, error) == -1) {
		listen_unix_remove(&file);
		fdio_close(&fd);
		return -1;
	}
	return 0;
}

/* A descriptor, or all those that LISTEN_FDNAMES calls so. */
static int
listen_inherited(struct binding *binding, struct error *error)
{
	int	fd;

	fd = listen_fd_find(&binding->spec, binding->text, error);
	if (fd == -1)
		return -1;
	do {
		if (listen_take(binding, fd, error) == -1)
			return -1;
		/* a number is one descriptor, a name may be several */
		fd = isdigit((unsigned char)binding->spec.host[0]) ? -1 :
		    inherited_next(binding->spec.host, fd + 1);
	} while (fd != -1);
	return 0;
}

static int
listen_take(struct binding *binding, int fd, struct error *error)
{
	if (listen_has(binding, fd))
		return error_set(error, EX_UNAVAILABLE, EBUSY,
		    "%s: descriptor %d is a listener already", binding->text,
		    fd);
	if (listen_fd_check(binding->text, fd, error) == -1 ||
	    listen_fd_prepare(binding->text, fd,
	    binding->service->settings.mode != MODE_WAIT, error) == -1)
		return -1;
	return binding_add(binding, fd, true, NULL, error);
}

/* Of any service: a socket of ours may have got the number that is meant. */
static bool
listen_has(const struct binding *binding, int fd)
{
	const struct listener	*listener;
	const struct service	*service;

	TAILQ_FOREACH(listener, &binding->made, link)
		if (listener->watch.fd == fd)
			return true;
	for (service = service_first(binding->service); service != NULL;
	    service = TAILQ_NEXT(service, link))
		TAILQ_FOREACH(listener, &service->listeners, link)
			if (listener->watch.fd == fd)
				return true;
	return false;
}
