/* SPDX-License-Identifier: ISC */
/*
 * Messages that carry a descriptor: SCM_RIGHTS, see unix(7) and cmsg(3).
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>

#include "direct.h"
#include "fdio.h"

/*
 * The kernel's own limit, SCM_MAX_FD.  Those that a buffer has no room for it
 * would close itself, and wait if that is what SO_LINGER of one says.
 */
#define PASS_MOST	253

/* Aligned for its header. */
union pass_buffer {
	struct cmsghdr	align;
	char		bytes[CMSG_SPACE(sizeof(int))];
};

union pass_room {
	struct cmsghdr	align;
	char		bytes[CMSG_SPACE(PASS_MOST * sizeof(int))];
};

static size_t	pass_collect(struct msghdr *, int *);

ssize_t
fdio_send(int fd, struct iovec *parts, size_t count, int passed, int flags)
{
	union pass_buffer	 control;
	struct cmsghdr		*head;
	struct msghdr		 message;
	ssize_t			 n;

	memset(&message, 0, sizeof(message));
	message.msg_iov = parts;
	message.msg_iovlen = count;
	if (passed != -1) {
		memset(&control, 0, sizeof(control));
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(passed));
		memcpy(CMSG_DATA(head), &passed, sizeof(passed));
	}
	do
		n = direct_sendmsg(fd, &message, flags | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n;
}

ssize_t
fdio_receive(int fd, struct iovec *parts, size_t count, int *passed, int *flags)
{
	union pass_room	control;
	struct msghdr	message;
	size_t		found;
	ssize_t		n;

	*passed = -1;
	memset(&message, 0, sizeof(message));
	message.msg_iov = parts;
	message.msg_iovlen = count;
	message.msg_control = control.bytes;
	message.msg_controllen = sizeof(control.bytes);
	n = direct_recvmsg(fd, &message, *flags | MSG_CMSG_CLOEXEC);
	if (n == -1)
		return -1;
	*flags = message.msg_flags;
	found = pass_collect(&message, passed);
	if (found == 0 || (found == 1 && (*flags & MSG_CTRUNC) == 0))
		return n;
	/* more than was agreed on; of those, one alone may have had room */
	fdio_close_foreign(passed);
	errno = EBADMSG;
	return -1;
}

/* How many descriptors came with a message; all but the first are closed. */
static size_t
pass_collect(struct msghdr *message, int *first)
{
	struct cmsghdr	*head;
	size_t		 bytes, found, i;
	int		 fd;

	found = 0;
	for (head = CMSG_FIRSTHDR(message); head != NULL;
	    head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET ||
		    head->cmsg_type != SCM_RIGHTS)
			continue;
		bytes = head->cmsg_len - CMSG_LEN(0);
		for (i = 0; i < bytes / sizeof(fd); i++) {
			memcpy(&fd, CMSG_DATA(head) + i * sizeof(fd),
			    sizeof(fd));
			if (found++ == 0)
				*first = fd;
			else
				fdio_close_foreign(&fd);
		}
	}
	return found;
}
