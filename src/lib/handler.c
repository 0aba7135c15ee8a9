/* SPDX-License-Identifier: ISC */
/*
 * Handlers before the first connection: a child with the identity, root and
 * limits of a worker looks for the handler and checks what exec would need,
 * so that a mistake is told at start, in full, and not once per client.  It
 * also looks up the names of users and groups: what that loads (modules of
 * nsswitch.conf(5), their memory and connections) would stay in the master
 * and be copied at each fork.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "child.h"
#include "daemon.h"
#include "environment.h"
#include "error.h"
#include "fdio.h"
#include "handler.h"
#include "lookup.h"
#include "pid_file.h"
#include "reap.h"
#include "service.h"

#define PATIENCE_MS	20000	/* a name service may be slow */

/* What the child found; the identity follows when nothing failed. */
struct finding {
	int		failed;
	struct error	error;
	char		path[PATH_MAX];
};

static void	handler_child(struct service *, int)
		    __attribute__((noreturn));
static int	handler_arrange(int *, struct error *);
static int	handler_restrict(const struct service *, struct error *);
static int	handler_read(int, struct service *, struct finding *);
static int	handler_argv(struct service *, const char *);

int
handler_prove(struct service *service, struct error *error)
{
	struct finding	finding;
	int		ends[2], failed, saved;
	pid_t		pid;

	if (service->ops == NULL && service->settings.handler.count == 0)
		return error_set(error, EX_CONFIG, EINVAL,
		    "handler: none given");
	if (fdio_pipe(ends) == -1)
		return error_system(error, errno, "pipe");
	pid = fork();
	if (pid == 0)
		handler_child(service, ends[1]);
	fdio_close(&ends[1]);
	if (pid == -1) {
		fdio_close(&ends[0]);
		return error_system(error, errno, "fork");
	}
	failed = handler_read(ends[0], service, &finding);
	saved = errno;
	fdio_close(&ends[0]);
	/* it has the user's identity: whoever else has it may have stopped it */
	(void)kill(pid, SIGKILL);
	reap_wait(pid);
	if (failed == -1)
		return error_set(error, EX_OSERR, saved,
		    "handler: the process that checks it failed: %s",
		    saved == ETIMEDOUT ? "no answer in 20s" : strerror(saved));
	if (finding.failed) {
		*error = finding.error;
		errno = error->number;
		return -1;
	}
	environment_free(&service->environment);
	if (environment_make(&service->environment, &service->settings,
	    &service->identity, environ, error) == -1)
		return -1;
	if (service->ops == NULL && handler_argv(service, finding.path) == -1)
		return error_system(error, errno, "handler");
	return 0;
}

static void
handler_child(struct service *service, int fd)
{
	struct finding	finding;
	char		start[PATH_MAX];

	memset(&finding, 0, sizeof(finding));
	/* should the master end now, that must not wait for us */
	pid_file_close_in_child();
	daemon_close_in_child();
	/* a relative path begins where forkd was started, or at its root */
	if (service->settings.chroot != NULL ||
	    getcwd(start, sizeof(start)) == NULL)
		(void)strlcpy(start, "/", sizeof(start));
	finding.failed = service_identify(service, &finding.error) == -1 ||
	    environment_make(&service->environment, &service->settings,
	    &service->identity, environ, &finding.error) == -1 ||
	    handler_arrange(&fd, &finding.error) == -1 ||
	    handler_restrict(service, &finding.error) == -1 ||
	    (service->ops == NULL && lookup_handler(service, start,
	    finding.path, sizeof(finding.path), &finding.error) == -1);
	if (fdio_write(fd, &finding, sizeof(finding)) == -1)
		_exit(1);
	if (!finding.failed && identity_write(fd, &service->identity) == -1)
		_exit(1);
	_exit(0);
}

/* As few descriptors as a worker has, so that its limit can be tried. */
static int
handler_arrange(int *fd, struct error *error)
{
	if (fdio_arrange(STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO,
	    *fd) == -1)
		return error_system(error, errno, "descriptors");
	*fd = FDIO_KEPT;
	return 0;
}

static int
handler_restrict(const struct service *service, struct error *error)
{
	char		text[ERROR_TEXT_SIZE];
	enum child_step	step;
	int		saved;

	step = child_restrict(service);
	if (step == STEP_NONE)
		return 0;
	saved = errno;
	child_step_text(service, step, text, sizeof(text));
	return error_system(error, saved, "%s", text);
}

static int
handler_read(int fd, struct service *service, struct finding *finding)
{
	struct identity	identity;
	int64_t		deadline_ms;
	ssize_t		n;

	deadline_ms = fdio_clock() + PATIENCE_MS;
	n = fdio_read_by(fd, finding, sizeof(*finding), deadline_ms);
	if (n != (ssize_t)sizeof(*finding)) {
		errno = n == -1 ? errno : EIO;
		return -1;
	}
	if (finding->failed)
		return 0;
	if (identity_read(fd, &identity, deadline_ms) == -1)
		return -1;
	identity_free(&service->identity);
	service->identity = identity;
	return 0;
}

/* What the handler sees as its arguments. */
static int
handler_argv(struct service *service, const char *path)
{
	struct words	 argv;
	char		*first, *copy;

	if (words_copy(&argv, &service->settings.handler) == -1)
		return -1;
	copy = strdup(path);
	first = strdup(service->settings.argv0 != NULL ?
	    service->settings.argv0 : path);
	if (copy == NULL || first == NULL) {
		free(copy);
		free(first);
		words_free(&argv);
		return -1;
	}
	free(argv.word[0]);
	argv.word[0] = first;
	words_free(&service->argv);
	free(service->path);
	service->argv = argv;
	service->path = copy;
	return 0;
}
