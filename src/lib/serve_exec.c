/* SPDX-License-Identifier: ISC */
/*
 * A pool's worker that will run an executable: all that comes before exec is
 * done, and it waits for its connection.  Its channel is descriptor 0 and 1,
 * so that the connection takes the channel's place.
 */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "channel.h"
#include "child.h"
#include "conn.h"
#include "direct.h"
#include "fdio.h"
#include "serve.h"
#include "service.h"

static void	serve_exec_conn(struct child *,
		    const struct channel_conn *, int)
		    __attribute__((hot, noreturn));
static void	serve_exec_say(const struct child *, enum channel_type)
		    __attribute__((hot));

void
serve_exec(struct child *child)
{
	struct channel_header	header;
	struct channel_conn	given;
	int			fd, n;

	child_title_of(child, "idle");
	child_rehearse(child);
	serve_exec_say(child, CHANNEL_READY);
	for (;;) {
		n = channel_receive(STDIN_FILENO, &header, &given,
		    sizeof(given), &fd, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EMFILE) {
			serve_exec_say(child, CHANNEL_MISSED);
			continue;
		}
		if (n != 1)
			_exit(0);	/* the master is gone */
		if (header.type == CHANNEL_CONN && fd != -1 &&
		    header.length == sizeof(given))
			serve_exec_conn(child, &given, fd);
		fdio_close(&fd);
		if (header.type == CHANNEL_RETIRE) {
			serve_exec_say(child, CHANNEL_RETIRED);
			_exit(0);
		}
	}
}

static void
serve_exec_conn(struct child *child, const struct channel_conn *given, int fd)
{
	struct forkd_conn	conn;

	serve_exec_say(child, CHANNEL_TAKEN);
	conn.fd = fd;
	conn.service = child->service;
	conn.peer = given->peer;
	conn.local = given->local;
	conn.serial = given->serial;
	conn.born_ms = given->born_ms;
	conn.view = NULL;
	child->conn = &conn;
	if (direct_dup3(fd, STDIN_FILENO, 0) == -1 ||
	    direct_dup3(fd, STDOUT_FILENO, 0) == -1 ||
	    (child->service->settings.standard_error == STDERR_SOCKET &&
	    direct_dup3(fd, STDERR_FILENO, 0) == -1))
		child_fail(child, STEP_DESCRIPTORS, errno);
	child_become(child);
}

/* It has so little to say that the channel is never full. */
static void
serve_exec_say(const struct child *child, enum channel_type type)
{
	struct channel_header	header;

	header.type = type;
	header.length = header.flags = 0;
	header.generation = child->generation;
	(void)channel_send(STDIN_FILENO, &header, NULL, -1);
}
