/* SPDX-License-Identifier: ISC */
/*
 * The last steps of a handler: names and environment, then exec.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "conn.h"
#include "direct.h"
#include "environment.h"
#include "fdio.h"
#include "service.h"

#define NAME_CHARACTERS	"abcdefghijklmnopqrstuvwxyz" \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
#define EXEC_PAUSE_MS	100
#define EXEC_TRIES	50	/* five seconds */

static void	child_pause(void) __attribute__((cold, noinline));
static void	child_nobody(struct addr *) __attribute__((hot));
static bool	child_resolve(const struct addr *, char *);

void
child_environment(struct child *child, char *peer_name, char *local_name)
{
	struct environment_facts	facts;

	facts.service = child->service->name;
	facts.serial = child->conn->serial;
	facts.slot = child->slot;
	facts.peer = &child->conn->peer;
	facts.local = &child->conn->local;
	facts.listeners = 0;
	facts.peer_name = peer_name;
	facts.local_name = local_name;
	child->variables = environment_of(&child->service->environment,
	    &child->room, &facts);
}

/* Any serial but 0: it has a variable.  Only what that takes is filled in. */
void
child_rehearse(struct child *child)
{
	struct forkd_conn	conn;

	conn.serial = 1;
	child_nobody(&conn.peer);
	child_nobody(&conn.local);
	child->conn = &conn;
	child_environment(child, NULL, NULL);
	child->conn = NULL;
}

static void
child_nobody(struct addr *addr)
{
	addr->u.in.sin_family = AF_INET;
	addr->u.in.sin_addr.s_addr = INADDR_ANY;
	addr->u.in.sin_port = 0;
	addr->length = sizeof(addr->u.in);
}

void
child_become(struct child *child)
{
	char	peer[ADDR_TEXT_SIZE];

	if (child->service->settings.resolve == 1) {
		addr_text(&child->conn->peer, peer, sizeof(peer));
		child_title_of(child, peer);	/* that may take its time */
		child_exec_named(child);
	}
	child_environment(child, NULL, NULL);
	child_exec(child);
}

/*
 * EAGAIN: the user has too many processes (limit-nproc, see setrlimit(2)).
 * As when fork fails, the client waits a while; only this worker sleeps.
 */
void
child_exec(const struct child *child)
{
	struct service	*service;
	int		 tries;

	service = child->service;
	for (tries = 0; tries < EXEC_TRIES; tries++) {
		(void)direct_execve(service->path, service->argv.word,
		    child->variables);
		if (errno != EAGAIN)
			break;
		child_pause();
		errno = EAGAIN;
	}
	child_fail(child, STEP_EXEC, errno);
}

/* Apart from its caller, which would map the page of the constant. */
static void
child_pause(void)
{
	const struct timespec	pause = { 0, EXEC_PAUSE_MS * 1000000 };

	(void)nanosleep(&pause, NULL);
}

/* Asks for names and makes the environment anew; the names are on its stack. */
void
child_exec_named(struct child *child)
{
	char	local[ENVIRONMENT_NAME_SIZE + 16] = "TCPLOCALHOST=";
	char	peer[ENVIRONMENT_NAME_SIZE + 16] = "TCPREMOTEHOST=";
	bool	has_local, has_peer;

	has_peer = child_resolve(&child->conn->peer, peer + strlen(peer));
	has_local = child_resolve(&child->conn->local,
	    local + strlen(local));
	child_environment(child, has_peer ? peer : NULL,
	    has_local ? local : NULL);
	/* a resolver may leave descriptors behind */
	(void)direct_close_range(FDIO_KEPT + 1, UINT_MAX);
	child_exec(child);
}

/*
 * The name of an address, if it has one.  Whoever owns the address chooses its name,
 * so that only what RFC 1123 allows in one is passed on.
 */
static bool
child_resolve(const struct addr *addr, char *name)
{
	struct addr	plain;
	size_t		i;

	if (addr->u.sa.sa_family == AF_UNIX)
		return false;	/* getnameinfo(3) would name this machine */
	plain = *addr;
	addr_unmap(&plain);	/* the other form has no name */
	if (getnameinfo(&plain.u.sa, plain.length, name,
	    ENVIRONMENT_NAME_SIZE, NULL, 0, NI_NAMEREQD) != 0)
		return false;
	for (i = 0; name[i] != '\0'; i++)
		if (strchr(NAME_CHARACTERS, name[i]) == NULL)
			return false;
	return i > 0;
}
