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
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "ask.h"
#include "child.h"
#include "environment.h"
#include "error.h"
#include "fdio.h"
#include "handler.h"
#include "lookup.h"
#include "service.h"

/* What the child found; the identity follows when nothing failed. */
struct finding {
	int		failed;
	struct error	error;
	char		path[PATH_MAX];
};

/* The question, and where the answer goes. */
struct proof {
	struct service	*service;
	struct finding	 finding;
};

static int	handler_answer(void *, int);
static int	handler_hear(void *, int, int64_t);
static int	handler_arrange(int *, struct error *);
static int	handler_restrict(const struct service *, struct error *);
static int	handler_argv(struct service *, const char *);

int
handler_prove(struct service *service, struct error *error)
{
	struct proof		proof;
	const struct question	question = {
		.who = "handler: the process that checks it",
		.patience_ms = ASK_PATIENCE_MS,
		.answer = handler_answer,
		.hear = handler_hear,
		.arg = &proof
	};

	if (service->ops == NULL && service->settings.handler.count == 0)
		return error_set(error, EX_CONFIG, EINVAL,
		    "handler: none given");
	memset(&proof, 0, sizeof(proof));	/* all of it is written */
	proof.service = service;
	if (ask_child(&question, error) == -1)
		return -1;
	if (proof.finding.failed) {
		*error = proof.finding.error;
		errno = error->number;
		return -1;
	}
	environment_free(&service->environment);
	if (environment_make(&service->environment, &service->settings,
	    &service->identity, environ, error) == -1)
		return -1;
	if (service->ops == NULL && handler_argv(service, proof.finding.path) == -1)
		return error_system(error, errno, "handler");
	return 0;
}

static int
handler_answer(void *arg, int fd)
{
	struct finding	*finding;
	struct service	*service;
	char		 start[PATH_MAX];

	service = ((struct proof *)arg)->service;
	finding = &((struct proof *)arg)->finding;
	/* a relative path begins where forkd was started, or at its root */
	if (service->settings.chroot != NULL ||
	    getcwd(start, sizeof(start)) == NULL)
		(void)strlcpy(start, "/", sizeof(start));
	finding->failed = service_identify(service, &finding->error) == -1 ||
	    environment_make(&service->environment, &service->settings,
	    &service->identity, environ, &finding->error) == -1 ||
	    handler_arrange(&fd, &finding->error) == -1 ||
	    handler_restrict(service, &finding->error) == -1 ||
	    (service->ops == NULL && lookup_handler(service, start,
	    finding->path, sizeof(finding->path), &finding->error) == -1);
	if (fdio_write(fd, finding, sizeof(*finding)) == -1)
		return -1;
	return finding->failed ? 0 : identity_write(fd, &service->identity);
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
handler_hear(void *arg, int fd, int64_t deadline_ms)
{
	struct identity	 identity;
	struct proof	*proof;

	proof = arg;
	if (ask_read(fd, &proof->finding, sizeof(proof->finding),
	    deadline_ms) == -1)
		return -1;
	if (proof->finding.failed)
		return 0;
	if (identity_read(fd, &identity, deadline_ms) == -1)
		return -1;
	identity_free(&proof->service->identity);
	proof->service->identity = identity;
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
