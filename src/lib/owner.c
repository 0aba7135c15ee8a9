/* SPDX-License-Identifier: ISC */
/*
 * Owners of socket files: names become numbers in a child, so that the master
 * does not get what a name service loads (see ask.c).
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "ask.h"
#include "error.h"
#include "fdio.h"
#include "identity.h"
#include "owner.h"
#include "settings.h"

/* The question, and what the child found. */
struct finding {
	const struct settings	*settings;
	int			 failed;
	struct error		 error;
	struct owner		 owner;
};

static int	owner_answer(void *, int);
static int	owner_hear(void *, int, int64_t);

int
owner_find(struct owner *owner, const struct settings *settings,
    struct error *error)
{
	struct finding		finding;
	const struct question	question = {
		.who = "socket-owner: the process that looks it up",
		.patience_ms = ASK_PATIENCE_MS,
		.answer = owner_answer,
		.hear = owner_hear,
		.arg = &finding
	};

	owner->uid = (uid_t)-1;
	owner->gid = (gid_t)-1;
	if (settings->socket_owner == NULL && settings->socket_group == NULL)
		return 0;
	memset(&finding, 0, sizeof(finding));	/* all of it is written */
	finding.settings = settings;
	if (ask_child(&question, error) == -1)
		return -1;
	if (finding.failed) {
		*error = finding.error;
		errno = error->number;
		return -1;
	}
	*owner = finding.owner;
	return 0;
}

static int
owner_answer(void *arg, int fd)
{
	struct finding	*finding;

	finding = arg;
	finding->failed = identity_owner(finding->settings->socket_owner,
	    finding->settings->socket_group, &finding->owner.uid,
	    &finding->owner.gid, &finding->error) == -1;
	return fdio_write(fd, finding, sizeof(*finding));
}

static int
owner_hear(void *arg, int fd, int64_t deadline_ms)
{
	return ask_read(fd, arg, sizeof(struct finding), deadline_ms);
}
