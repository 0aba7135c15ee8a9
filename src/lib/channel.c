/* SPDX-License-Identifier: ISC */
/*
 * The channel between the master and one worker: messages with a fixed header,
 * one descriptor each at most.  Both ends; what they mean is not known here.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "channel.h"
#include "fdio.h"

static int	channel_end(int);

int
channel_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

int
channel_send(int fd, const struct channel_header *header, const void *data,
    int passed)
{
	struct iovec	parts[2];

	if (header->length > CHANNEL_DATA_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	/* sendmsg(2) only reads them */
	parts[0].iov_base = (void *)(uintptr_t)header;
	parts[0].iov_len = sizeof(*header);
	parts[1].iov_base = (void *)(uintptr_t)data;
	parts[1].iov_len = header->length;
	if (fdio_send(fd, parts, header->length == 0 ? 1 : 2, passed,
	    MSG_DONTWAIT) != -1)
		return 0;
	if (errno == ECONNRESET)
		errno = EPIPE;		/* it has left messages unread */
	return -1;
}

/* SO_SNDBUF sets the double of what it is given. */
int
channel_send_widely(int fd, const struct channel_header *header,
    const void *data, int passed)
{
	int	room;

	if (channel_send(fd, header, data, passed) == 0)
		return 0;
	if (errno != EAGAIN)
		return -1;
	room = fdio_option(fd, SOL_SOCKET, SO_SNDBUF);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) == -1)
		return -1;
	return channel_send(fd, header, data, passed);
}

/*
 * ECONNRESET comes once, and before what the other end has sent, when that is
 * closed with messages that it has not read: not an end yet.
 */
int
channel_receive(int fd, struct channel_header *header, void *data,
    size_t size, int *passed, int flags)
{
	struct iovec	parts[2];
	ssize_t		n;
	int		asked;

	parts[0].iov_base = header;
	parts[0].iov_len = sizeof(*header);
	parts[1].iov_base = data;
	parts[1].iov_len = size;
	asked = flags;
	do {
		flags = asked;
		n = fdio_receive(fd, parts, 2, passed, &flags);
	} while (n == -1 && errno == ECONNRESET);
	if (n == -1)
		return -1;
	if (n == 0 && *passed == -1 && (flags & MSG_CTRUNC) == 0)
		return channel_end(fd);
	if ((size_t)n < sizeof(*header) || (flags & MSG_TRUNC) != 0 ||
	    (size_t)n - sizeof(*header) != header->length) {
		fdio_close_foreign(passed);
		errno = EBADMSG;
		return -1;
	}
	if ((flags & MSG_CTRUNC) != 0) {
		errno = EMFILE;
		return -1;
	}
	return 1;
}

/*
 * From here on nothing comes any more.  An empty message, which only nonsense
 * has, looks like the end: what is behind that is not found.
 */
void
channel_discard(int fd)
{
	struct channel_header	header;
	struct iovec		part;
	ssize_t			n;
	int			flags, passed;

	(void)shutdown(fd, SHUT_RD);
	do {
		part.iov_base = &header;
		part.iov_len = sizeof(header);
		flags = MSG_DONTWAIT;
		n = fdio_receive(fd, &part, 1, &passed, &flags);
		if (n == 0 && passed != -1)
			n = 1;
		fdio_close_foreign(&passed);
	} while (n > 0 || (n == -1 && (errno == EBADMSG || errno == EINTR ||
	    errno == ECONNRESET)));
}

/* Without room for descriptors, none is made, but the message says so. */
int
channel_peek(int fd, struct channel_header *header, bool *passes)
{
	struct iovec	part;
	struct msghdr	message;
	ssize_t		n;

	memset(&message, 0, sizeof(message));
	part.iov_base = header;
	part.iov_len = sizeof(*header);
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	do
		n = recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT);
	while (n == -1 && errno == ECONNRESET);
	if (n == -1)
		return -1;
	*passes = (message.msg_flags & MSG_CTRUNC) != 0;
	return n == (ssize_t)sizeof(*header) ? 1 : 0;
}

/*
 * A message without a byte looks like the end, but is none as long as the
 * other end is open: without this question, garbage would pass as farewell.
 */
static int
channel_end(int fd)
{
	struct pollfd	other;

	other.fd = fd;
	other.events = POLLRDHUP;
	if (poll(&other, 1, 0) == 0) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}
