/* SPDX-License-Identifier: ISC */
/*
 * What a worker receives: forkd_receive() and forkd_draining(), and what is
 * kept of the master's messages while nobody receives.  A message is taken
 * from the channel only when it has a place to go to; what the library itself
 * says (CHANNEL_DRAIN, CHANNEL_RETIRE) is noted by whoever comes across it.
 */
#include "config.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "caller.h"
#include "channel.h"
#include "fdio.h"
#include "forkd.h"
#include "messages.h"
#include "serve.h"
#include "server.h"

struct message {
	STAILQ_ENTRY(message)	 link;
	struct channel_header	 header;
	int			 fd;		/* owned; -1: none */
	char			 data[];
};

/* Where forkd_receive() puts one. */
struct receiver {
	uint32_t		*type;
	void			*data;
	size_t			 size;
	int			*fd;
};

/* The worker's alone; in the master it is empty. */
static struct {
	STAILQ_HEAD(, message)	 list;		/* the first one first */
	size_t			 count;
	size_t			 lost;		/* behind the last one */
} kept = { STAILQ_HEAD_INITIALIZER(kept.list), 0, 0 };

static int	receive_check(struct forkd *, const struct receiver *, int);
static ssize_t	receive_kept(struct forkd *, const struct receiver *);
static ssize_t	receive_next(struct forkd *, const struct receiver *);
static int	receive_fits(struct forkd *, const struct receiver *,
		    const struct channel_header *, bool);
static ssize_t	receive_done(const struct receiver *,
		    const struct channel_header *, int);
static int	receive_failed(struct forkd *, int);
static int	receive_wait(struct forkd *, int64_t);
static bool	is_room(int);

ssize_t
forkd_receive(struct forkd *forkd, uint32_t *type, void *data, size_t size,
    int *fd, int timeout_ms)
{
	const struct receiver	to = { type, data, size, fd };
	int64_t			until_ms;
	ssize_t			n;

	if (receive_check(forkd, &to, timeout_ms) == -1)
		return -1;
	until_ms = timeout_ms == -1 ? -1 : fdio_clock() + timeout_ms;
	for (;;) {
		n = kept.count > 0 || kept.lost > 0 ?
		    receive_kept(forkd, &to) : receive_next(forkd, &to);
		if (n != -1 || errno != EAGAIN)
			return n;
		if (receive_wait(forkd, until_ms) == -1)
			return -1;
	}
}

int
forkd_draining(const struct forkd *forkd)
{
	struct channel_header	 header;
	struct forkd		*own;
	char			 data[CHANNEL_DATA_MAX];
	bool			 passes;
	int			 channel, fd, n;

	if (forkd == NULL)
		return caller_check(NULL, "forkd_draining");
	if (forkd->self.channel == -1)
		return forkd->stop != STOP_NO;
	own = (struct forkd *)(uintptr_t)forkd;
	channel = forkd->self.channel;
	/* what has no room waits in the channel, and what is behind it, too */
	while (!forkd->self.draining && kept.count < MESSAGES_KEPT &&
	    kept.lost == 0) {
		n = channel_peek(channel, &header, &passes);
		if (n == -1 || (passes && !is_room(channel)))
			break;
		n = channel_receive(channel, &header, data, sizeof(data), &fd,
		    MSG_DONTWAIT);
		if (n != 1)
			return n == 0;	/* the master is gone */
		if (header.type == CHANNEL_USER)
			messages_kept(own, &header, data, fd);
		else {
			fdio_close(&fd);
			(void)serve_heard(own, &header);
		}
	}
	return forkd->self.draining;
}

void
messages_kept(struct forkd *forkd, const struct channel_header *header,
    const void *data, int fd)
{
	struct message	*message;

	(void)forkd;
	message = NULL;
	if (kept.count < MESSAGES_KEPT && kept.lost == 0)
		message = malloc(sizeof(*message) + header->length);
	if (message == NULL) {
		fdio_close(&fd);
		messages_lost();
		return;
	}
	message->header = *header;
	message->fd = fd;
	memcpy(message->data, data, header->length);
	STAILQ_INSERT_TAIL(&kept.list, message, link);
	kept.count++;
}

void
messages_lost(void)
{
	kept.lost++;
}

static int
receive_check(struct forkd *forkd, const struct receiver *to, int timeout_ms)
{
	if (forkd == NULL)
		return caller_check(forkd, "forkd_receive");
	if (forkd->self.channel == -1)
		return error_set(&forkd->error, EX_SOFTWARE, EPERM,
		    "forkd_receive: only workers can; the master has the "
		    "member message of struct forkd_ops");
	if (to->data == NULL && to->size > 0)
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "forkd_receive: data is NULL, and size is %zu", to->size);
	if (timeout_ms < -1)
		return error_set(&forkd->error, EX_SOFTWARE, EINVAL,
		    "forkd_receive: timeout %d: -1 for none", timeout_ms);
	return 0;
}

/* The first one that was kept, or word of those that could not be. */
static ssize_t
receive_kept(struct forkd *forkd, const struct receiver *to)
{
	struct message	*message;
	ssize_t		 length;
	size_t		 lost;

	message = STAILQ_FIRST(&kept.list);
	if (message == NULL) {
		lost = kept.lost;
		kept.lost = 0;
		return error_set(&forkd->error, EX_SOFTWARE, ENOBUFS,
		    "forkd_receive: %zu messages are lost: there was no room "
		    "for them between connections", lost);
	}
	if (receive_fits(forkd, to, &message->header, false) == -1)
		return -1;
	STAILQ_REMOVE_HEAD(&kept.list, link);
	kept.count--;
	if (message->header.length > 0)
		memcpy(to->data, message->data, message->header.length);
	length = receive_done(to, &message->header, message->fd);
	free(message);
	return length;
}

/* The next one of the channel; EAGAIN: not yet, without a sentence. */
static ssize_t
receive_next(struct forkd *forkd, const struct receiver *to)
{
	struct channel_header	header;
	bool			passes;
	int			fd, n;

	do {
		n = channel_peek(forkd->self.channel, &header, &passes);
		if (n == -1)
			return -1;
		if (n == 1 && header.type == CHANNEL_USER &&
		    receive_fits(forkd, to, &header, passes) == -1)
			return -1;
		n = channel_receive(forkd->self.channel, &header, to->data,
		    to->size, &fd, MSG_DONTWAIT);
		if (n == 0)
			return error_set(&forkd->error, EX_OSERR, EPIPE,
			    "forkd_receive: the master is gone");
		if (n == -1 && (errno != EMFILE || to->fd != NULL))
			return receive_failed(forkd, errno);
		if (header.type == CHANNEL_USER)
			return receive_done(to, &header, fd);
		fdio_close(&fd);
	} while (serve_heard(forkd, &header));
	return receive_failed(forkd, EBADMSG);
}

static ssize_t
receive_done(const struct receiver *to, const struct channel_header *header,
    int fd)
{
	if (to->type != NULL)
		*to->type = header->flags;
	if (to->fd != NULL)
		*to->fd = fd;
	else
		fdio_close(&fd);
	return (ssize_t)header->length;
}

/* Whether the receiver has room for it; if not, it stays where it is. */
static int
receive_fits(struct forkd *forkd, const struct receiver *to,
    const struct channel_header *header, bool passes)
{
	if (header->length > to->size && header->length <= CHANNEL_DATA_MAX)
		return error_set(&forkd->error, EX_SOFTWARE, EMSGSIZE,
		    "forkd_receive: a message of %lu bytes, and room for %zu: "
		    "it stays", (unsigned long)header->length, to->size);
	if (passes && to->fd != NULL && !is_room(forkd->self.channel))
		return error_system(&forkd->error, errno,
		    "forkd_receive: no room for a descriptor, it stays");
	return 0;
}

/* EBADMSG: the master is this program, so that it is a mistake of ours. */
static int
receive_failed(struct forkd *forkd, int number)
{
	return error_system(&forkd->error, number, "forkd_receive");
}

/*
 * EINTR is told: a function of the program's that a signal called may have
 * changed what it waits for.
 */
static int
receive_wait(struct forkd *forkd, int64_t until_ms)
{
	struct pollfd	poll_fd;
	int64_t		left_ms;
	int		n;

	left_ms = -1;
	if (until_ms != -1) {
		left_ms = until_ms - fdio_clock();
		if (left_ms <= 0)
			return error_set(&forkd->error, EX_SOFTWARE, ETIMEDOUT,
			    "forkd_receive: no message came in time");
	}
	poll_fd.fd = forkd->self.channel;
	poll_fd.events = POLLIN;
	n = poll(&poll_fd, 1, (int)left_ms);
	if (n == -1)
		return error_system(&forkd->error, errno, "forkd_receive");
	return 0;
}

/* Whether one more descriptor can be had. */
static bool
is_room(int channel)
{
	int	fd;

	fd = fcntl(channel, F_DUPFD_CLOEXEC, 0);
	if (fd == -1)
		return false;
	fdio_close(&fd);
	return true;
}
