/* SPDX-License-Identifier: ISC */
/*
 * What a start owes to whoever asked for it: the pid file, paths that still
 * mean the same when the daemon has left for /, and the word that it serves.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "error.h"
#include "fdio.h"
#include "listen.h"
#include "listen_text.h"
#include "pid_file.h"
#include "server.h"
#include "visible.h"

#define ADDRESSES_SIZE	(DAEMON_LINE_SIZE - 256)

static int	start_absolute(char **, struct error *);
static void	start_addresses(const struct forkd *, char *, size_t);

int
start_claim(struct forkd *forkd)
{
	if (forkd->has_pid_file || forkd->settings.pid_file == NULL)
		return 0;
	if (pid_file_take(forkd->settings.pid_file, &forkd->error) == -1)
		return -1;
	forkd->has_pid_file = true;
	return 0;
}

void
start_release(struct forkd *forkd)
{
	if (forkd->has_pid_file)
		pid_file_release();
	forkd->has_pid_file = false;
}

int
start_anchor(struct forkd *forkd)
{
	struct service	*service;
	struct settings	*settings;

	if (!daemon_is_awaited())
		return 0;
	TAILQ_FOREACH(service, &forkd->services, link) {
		settings = &service->settings;
		if (start_absolute(&settings->chroot, &forkd->error) == -1)
			return -1;
		/* in a chroot, it begins there */
		if (settings->chroot == NULL && start_absolute(
		    &settings->directory, &forkd->error) == -1)
			return -1;
	}
	return 0;
}

int
start_tell(struct forkd *forkd)
{
	char	addresses[ADDRESSES_SIZE], line[DAEMON_LINE_SIZE];
	long	pid;

	/* embedded, that is the program's to say */
	if (forkd->embed != NULL || !daemon_is_awaited())
		return 0;
	line[0] = '\0';
	if (forkd->announces) {
		pid = (long)getpid();
		start_addresses(forkd, addresses, sizeof(addresses));
		(void)snprintf(line, sizeof(line),
		    "%s: pid %ld on %s; stop: kill %ld", getprogname(), pid,
		    addresses, pid);
	}
	if (daemon_ready(start_keeps_stderr(forkd), line,
	    &forkd->error) == -1)
		return -1;
	spawn_renew_stderr(&forkd->spawn);
	return 0;
}

bool
start_keeps_stderr(const struct forkd *forkd)
{
	return forkd->settings.log != NULL &&
	    strcmp(forkd->settings.log, "stderr") == 0;
}

static int
start_absolute(char **path, struct error *error)
{
	char	*copy;

	if (*path == NULL)
		return 0;
	copy = fdio_absolute(*path);
	if (copy == NULL)
		return error_system(error, errno, "%s", *path);
	free(*path);
	*path = copy;
	return 0;
}

/* All of them, as far as they fit. */
static void
start_addresses(const struct forkd *forkd, char *text, size_t size)
{
	struct listener	*listener;
	struct service	*service;
	char		 one[sizeof(listener->text) * 4];

	text[0] = '\0';
	TAILQ_FOREACH(service, &forkd->services, link)
		TAILQ_FOREACH(listener, &service->listeners, link) {
			(void)visible(one, sizeof(one), listener->text,
			    strlen(listener->text));
			if (!listen_text_add(text, size, one))
				return;
		}
}
