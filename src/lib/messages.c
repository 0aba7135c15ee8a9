/* SPDX-License-Identifier: ISC */
/*
 * Messages of the program: forkd_send() on both sides, and the master's side
 * of what workers send.  What a worker receives is in messages_in.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "caller.h"
#include "channel.h"
#include "fdio.h"
#include "forkd.h"
#include "messages.h"
#include "server.h"

_Static_assert(FORKD_MESSAGE_MAX == CHANNEL_DATA_MAX, "one limit");

static int	message_args(struct forkd *, int, const void *, size_t, int);
static int	message_channel(struct forkd *, int, uint32_t *);

int
forkd_send(struct forkd *forkd, int slot, uint32_t type, const void *data,
    size_t size, int fd)
{
	struct channel_header	header;
	int			channel;

	if (message_args(forkd, slot, data, size, fd) == -1)
		return -1;
	channel = message_channel(forkd, slot, &header.generation);
	if (channel == -1)
		return -1;
	header.type = CHANNEL_USER;
	header.length = (uint32_t)size;
	header.flags = type;
	if (channel_send(channel, &header, data, fd) == 0)
		return 0;
	if (errno == EPIPE || errno == ECONNRESET)
		return error_set(&forkd->error, EX_OSERR, EPIPE,
		    "forkd_send: %s is gone", slot == FORKD_MASTER ?
		    "the master" : "the worker");
	if (errno == EAGAIN)
		return error_set(&forkd->error, EX_OSERR, EAGAIN,
		    "forkd_send: the channel is full: %s has yet to read",
		    slot == FORKD_MASTER ? "the master" : "the worker");
	return error_system(&forkd->error, errno, "forkd_send");
}

void
messages_heard(struct worker *worker, const struct channel_header *header,
    const void *data, int fd)
{
	const struct forkd_ops	*ops;
	struct service		*service;
	char			 text[80];

	service = worker->service;
	ops = service->ops;
	if (ops == NULL || ops->message == NULL) {
		(void)snprintf(text, sizeof(text), "message of type %lu: "
		    "the program has no function for it",
		    (unsigned long)header->flags);
		lifetime_say(worker, text);
		fdio_close_foreign(&fd);
		return;
	}
	ops->message(service->server, worker->slot, header->flags, data,
	    header->length, fd, service->arg);
}

void
messages_missed(struct worker *worker, const struct channel_header *header)
{
	char	text[80];

	(void)snprintf(text, sizeof(text), "message of type %lu is lost: "
	    "no descriptor is left for what it carries",
	    (unsigned long)header->flags);
	lifetime_say(worker, text);
}

/*
 * A worker that has not read for long has a full channel.  It may still ask
 * whether to finish, so that this gets through: twice the room holds it.
 */
void
messages_drain(struct worker *worker)
{
	struct channel_header	header;

	if (worker->channel.fd == -1)
		return;
	memset(&header, 0, sizeof(header));
	header.type = CHANNEL_DRAIN;
	header.generation = worker->generation;
	/* if it has ended, it knows enough */
	if (channel_send_widely(worker->channel.fd, &header, NULL, -1) == -1 &&
	    errno != EPIPE)
		lifetime_say(worker, "it does not read its messages, and "
		    "cannot be told of the stop");
}

static int
message_args(struct forkd *forkd, int slot, const void *data, size_t size,
    int fd)
{
	if (forkd == NULL)
		return caller_check(forkd, "forkd_send");
	if (slot < FORKD_MASTER)
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "forkd_send: slot %d: FORKD_MASTER, or 0 and above", slot);
	if (data == NULL && size > 0)
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "forkd_send: data is NULL, and size is %zu", size);
	if (fd < -1)
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "forkd_send: descriptor %d: -1 for none", fd);
	if (size > FORKD_MESSAGE_MAX)
		return error_set(&forkd->error, EX_SOFTWARE, EMSGSIZE,
		    "forkd_send: a message of %zu bytes: at most %d "
		    "(FORKD_MESSAGE_MAX)", size, FORKD_MESSAGE_MAX);
	return 0;
}

/* Where it goes to, with the generation of the worker; -1 with the error. */
static int
message_channel(struct forkd *forkd, int slot, uint32_t *generation)
{
	struct worker	*worker;

	if (slot == FORKD_MASTER && forkd->self.channel != -1) {
		*generation = forkd->self.generation;
		return forkd->self.channel;
	}
	if (slot == FORKD_MASTER)
		return error_set(&forkd->error, EX_SOFTWARE, EPERM,
		    "forkd_send: FORKD_MASTER is for workers");
	if (caller_check(forkd, "forkd_send: to a worker") == -1)
		return -1;
	worker = forkd->workers == NULL ? NULL :
	    worker_next(forkd->workers, slot - 1);
	if (worker == NULL || worker->slot != slot)
		return error_set(&forkd->error, EX_SOFTWARE, ENOENT,
		    "forkd_send: no worker has slot %d", slot);
	if (worker->service->ops == NULL)
		return error_set(&forkd->error, EX_SOFTWARE, EOPNOTSUPP,
		    "forkd_send: the worker in slot %d runs an executable, "
		    "which gets no messages", slot);
	if (worker->channel.fd == -1 || worker->state == WORKER_RETIRING)
		return error_set(&forkd->error, EX_SOFTWARE, EPIPE,
		    "forkd_send: the worker is gone");
	*generation = worker->generation;
	return worker->channel.fd;
}
