/* SPDX-License-Identifier: ISC */
/*
 * Owners of socket files: names become numbers in a child, so that the master
 * does not get what a name service loads (see handler.c).
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon.h"
#include "error.h"
#include "fdio.h"
#include "identity.h"
#include "owner.h"
#include "pid_file.h"
#include "reap.h"
#include "settings.h"

#define PATIENCE_MS	20000	/* a name service may be slow */

/* What the child found. */
struct finding {
	int		failed;
	struct error	error;
	struct owner	owner;
};

static void	owner_child(const struct settings *, int)
		    __attribute__((noreturn));

int
owner_find(struct owner *owner, const struct settings *settings,
    struct error *error)
{
	struct finding	finding;
	int		ends[2], number;
	ssize_t		n;
	pid_t		pid;

	owner->uid = (uid_t)-1;
	owner->gid = (gid_t)-1;
	if (settings->socket_owner == NULL && settings->socket_group == NULL)
		return 0;
	if (fdio_pipe(ends) == -1)
		return error_system(error, errno, "pipe");
	pid = fork();
	if (pid == 0)
		owner_child(settings, ends[1]);
	number = errno;
	fdio_close(&ends[1]);
	if (pid == -1) {
		fdio_close(&ends[0]);
		return error_system(error, number, "fork");
	}
	n = fdio_read_by(ends[0], &finding, sizeof(finding),
	    fdio_clock() + PATIENCE_MS);
	number = n == -1 ? errno : EIO;
	fdio_close(&ends[0]);
	(void)kill(pid, SIGKILL);	/* it may still wait for an answer */
	reap_wait(pid);
	if (n != (ssize_t)sizeof(finding))
		return error_set(error, EX_OSERR, number,
		    "socket-owner: the process that looks it up failed: %s",
		    number == ETIMEDOUT ? "no answer in 20s" :
		    strerror(number));
	if (finding.failed) {
		*error = finding.error;
		errno = error->number;
		return -1;
	}
	*owner = finding.owner;
	return 0;
}

static void
owner_child(const struct settings *settings, int fd)
{
	struct finding	finding;

	/* should the master end now, that must not wait for us */
	pid_file_close_in_child();
	daemon_close_in_child();
	memset(&finding, 0, sizeof(finding));
	finding.failed = identity_owner(settings->socket_owner,
	    settings->socket_group, &finding.owner.uid, &finding.owner.gid,
	    &finding.error) == -1;
	_exit(fdio_write(fd, &finding, sizeof(finding)) == -1 ? 1 : 0);
}
