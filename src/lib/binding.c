/* SPDX-License-Identifier: ISC */
/*
 * Bindings: the listeners that one address of a user makes, until they are
 * given to the service, all or none.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "binding.h"
#include "error.h"
#include "listen_text.h"

int
binding_add(struct binding *binding, int fd, bool any,
    const struct listen_file *file, struct error *error)
{
	struct listener	*listener;

	listener = calloc(1, sizeof(*listener));
	if (listener == NULL)
		return error_system(error, errno, "listener");
	if (listen_text(fd, any, &listener->local, listener->text,
	    sizeof(listener->text), error) == -1) {
		free(listener);
		return -1;
	}
	if (file != NULL)
		listener->file = *file;
	listener->is_fixed = addr_port(&listener->local) != -1 &&
	    !addr_is_any(&listener->local);
	listener->service = binding->service;
	listener->inherited = binding->inherited;
	listener->watch.fd = fd;
	listener->watch.arg = listener;
	TAILQ_INSERT_TAIL(&binding->made, listener, link);
	return 0;
}

void
binding_drop(struct listener_list *list)
{
	struct listener	*listener;

	while ((listener = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, listener, link);
		/* first, so that it is never taken for a stale one */
		listen_unix_remove(&listener->file);
		(void)close(listener->watch.fd);
		free(listener);
	}
}
