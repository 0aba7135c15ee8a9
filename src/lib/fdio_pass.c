/* SPDX-License-Identifier: ISC */
/*
 * Messages that carry a descriptor: SCM_RIGHTS, see unix(7) and cmsg(3).
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>

#include "fdio.h"

/* A buffer for one descriptor has room for two where a long is 64 bits. */
#define PASS_MOST	2

/* Aligned for its header. */
union pass_buffer {
	struct cmsghdr	align;
	char		bytes[CMSG_SPACE(sizeof(int))];
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
		n = sendmsg(fd, &message, flags | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n;
}

ssize_t
fdio_receive(int fd, struct iovec *parts, size_t count, int *passed, int *flags)
{
	union pass_buffer	control;
	struct msghdr		message;
	size_t			found;
	ssize_t			n;
	int			fds[PASS_MOST];

	*passed = -1;
	memset(&message, 0, sizeof(message));
	message.msg_iov = parts;
	message.msg_iovlen = count;
	message.msg_control = control.bytes;
	message.msg_controllen = sizeof(control.bytes);
	n = recvmsg(fd, &message, *flags | MSG_CMSG_CLOEXEC);
	if (n == -1)
		return -1;
	*flags = message.msg_flags;
	found = pass_collect(&message, fds);
	if (found == 0)
		return n;
	if (found == 1 && (*flags & MSG_CTRUNC) == 0) {
		*passed = fds[0];
		return n;
	}
	/* more than was agreed on; of those, one alone may have had room */
	while (found > 0)
		fdio_close_foreign(&fds[--found]);
	errno = EBADMSG;
	return -1;
}

/* The descriptors that came with a message, how many. */
static size_t
pass_collect(struct msghdr *message, int *fds)
{
	struct cmsghdr	*head;
	size_t		 bytes, found;

	found = 0;
	for (head = CMSG_FIRSTHDR(message); head != NULL;
	    head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET ||
		    head->cmsg_type != SCM_RIGHTS)
			continue;
		bytes = head->cmsg_len - CMSG_LEN(0);
		if (bytes > (PASS_MOST - found) * sizeof(int))
			bytes = (PASS_MOST - found) * sizeof(int);
		memcpy(fds + found, CMSG_DATA(head), bytes);
		found += bytes / sizeof(int);
	}
	return found;
}
