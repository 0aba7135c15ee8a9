/* SPDX-License-Identifier: ISC */
/*
 * Control data of messages: what kinds there are, going through what has come,
 * adding what is to be sent; descriptors and credentials.  What concerns
 * addresses is in socket_control_ip.c.
 *
 * The macros of cmsg(3) that walk trust what they read and want it aligned.
 * Here it is copied out and held against what there is, so that no bytes, from
 * wherever they come, lead out of them.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "fdio.h"
#include "socket.h"
#include "socket_control.h"

#ifndef SCM_PIDFD
#define SCM_PIDFD	4	/* Linux 6.5: a descriptor, too */
#endif

static bool	holds_descriptors(const struct forkd_cmsg *);
static char	*payload(void *, const struct forkd_cmsg *);
static size_t	kind_size(int, int, size_t);

int
socket_control_check(const struct forkd_message *message, const char *function)
{
	if (message == NULL)
		return socket_wrong(NULL, EINVAL, "%s: message: NULL",
		    function);
	if (message->control_length > message->control_size ||
	    (message->control == NULL && message->control_size > 0))
		return socket_wrong(NULL, EINVAL,
		    "%s: control: not %zu of %zu bytes", function,
		    message->control_length, message->control_size);
	return 0;
}

int
socket_control_next(const void *control, size_t length,
    struct forkd_cmsg *cmsg)
{
	struct cmsghdr	head;
	const char	*bytes = control;
	size_t		 at;

	at = 0;
	if (cmsg->data != NULL)
		at = (size_t)((const char *)cmsg->data - bytes) -
		    CMSG_LEN(0) + CMSG_SPACE(cmsg->size);
	if (at > length || length - at < CMSG_LEN(0))
		return 0;
	memcpy(&head, bytes + at, sizeof(head));
	if (head.cmsg_len < CMSG_LEN(0) || head.cmsg_len > length - at)
		return -1;
	cmsg->level = head.cmsg_level;
	cmsg->type = head.cmsg_type;
	cmsg->data = bytes + at + CMSG_LEN(0);
	cmsg->size = head.cmsg_len - CMSG_LEN(0);
	return 1;
}

int
socket_control_take(void *control, size_t length)
{
	struct forkd_cmsg	cmsg;
	size_t			at;
	int			fd;

	memset(&cmsg, 0, sizeof(cmsg));
	while (socket_control_next(control, length, &cmsg) == 1) {
		if (cmsg.level != SOL_SOCKET || cmsg.type != SCM_RIGHTS)
			continue;
		for (at = 0; cmsg.size - at >= sizeof(fd); at += sizeof(fd)) {
			memcpy(&fd, payload(control, &cmsg) + at, sizeof(fd));
			if (fd < 0)
				continue;	/* it is taken */
			memset(payload(control, &cmsg) + at, 0xff, sizeof(fd));
			return fd;
		}
	}
	return -1;
}

void
socket_control_close(void *control, size_t length)
{
	struct forkd_cmsg	cmsg;
	size_t			at;
	int			fd;

	memset(&cmsg, 0, sizeof(cmsg));
	while (socket_control_next(control, length, &cmsg) == 1) {
		if (!holds_descriptors(&cmsg))
			continue;
		for (at = 0; cmsg.size - at >= sizeof(fd); at += sizeof(fd)) {
			memcpy(&fd, payload(control, &cmsg) + at, sizeof(fd));
			if (fd < 0)
				continue;
			memset(payload(control, &cmsg) + at, 0xff, sizeof(fd));
			fdio_close_foreign(&fd);
		}
	}
}

int
socket_control_find(const struct forkd_message *message, const char *function,
    const struct socket_kind kinds[2], struct forkd_cmsg *cmsg)
{
	int	found;

	if (socket_control_check(message, function) == -1)
		return -1;
	memset(cmsg, 0, sizeof(*cmsg));
	while ((found = socket_control_next(message->control,
	    message->control_length, cmsg)) == 1)
		if ((cmsg->level == kinds[0].level &&
		    cmsg->type == kinds[0].type) ||
		    (cmsg->level == kinds[1].level &&
		    cmsg->type == kinds[1].type))
			return 0;
	if (found == -1)
		return socket_wrong(NULL, EBADMSG, "%s: not control data",
		    function);
	return socket_wrong(NULL, ENOENT, "%s: none came with it", function);
}

size_t
forkd_socket_cmsg_space(int level, int type, size_t n)
{
	size_t	size;

	size = kind_size(level, type, n);
	if (size != SIZE_MAX)
		return CMSG_SPACE(size);
	(void)socket_wrong(NULL, EINVAL,
	    "forkd_socket_cmsg_space: %zu of level %d, type %d: not known", n,
	    level, type);
	return 0;
}

int
forkd_socket_cmsg_next(const struct forkd_message *message,
    struct forkd_cmsg *cmsg)
{
	size_t	at;
	int	found;

	if (socket_control_check(message, "forkd_socket_cmsg_next") == -1)
		return -1;
	if (cmsg == NULL)
		return socket_wrong(NULL, EINVAL,
		    "forkd_socket_cmsg_next: cmsg: NULL");
	/* what is not of this message would lead out of it */
	at = (size_t)((uintptr_t)cmsg->data - (uintptr_t)message->control);
	if (cmsg->data != NULL && (at < CMSG_LEN(0) ||
	    at > message->control_length ||
	    cmsg->size > message->control_length - at))
		return socket_wrong(NULL, EINVAL,
		    "forkd_socket_cmsg_next: cmsg: not of this message");
	found = socket_control_next(message->control, message->control_length,
	    cmsg);
	if (found == -1)
		return socket_wrong(NULL, EBADMSG,
		    "forkd_socket_cmsg_next: not control data");
	return found;
}

int
forkd_socket_cmsg_add(struct forkd_message *message, int level, int type,
    const void *data, size_t size)
{
	struct cmsghdr	 head;
	size_t		 at;
	char		*place;

	if (socket_control_check(message, "forkd_socket_cmsg_add") == -1)
		return -1;
	if (data == NULL && size > 0)
		return socket_wrong(NULL, EINVAL,
		    "forkd_socket_cmsg_add: data: NULL");
	at = CMSG_SPACE(message->control_length) - CMSG_SPACE(0);
	/* what is huge comes round */
	if (at < message->control_length || at > message->control_size ||
	    size > message->control_size ||
	    CMSG_SPACE(size) > message->control_size - at)
		return socket_wrong(NULL, ENOBUFS,
		    "forkd_socket_cmsg_add: control: no room for %zu bytes "
		    "behind %zu of %zu", size, message->control_length,
		    message->control_size);
	place = (char *)message->control;
	memset(place + message->control_length, 0,
	    at - message->control_length + CMSG_SPACE(size));
	memset(&head, 0, sizeof(head));
	head.cmsg_level = level;
	head.cmsg_type = type;
	head.cmsg_len = CMSG_LEN(size);
	memcpy(place + at, &head, sizeof(head));
	if (size > 0)
		memcpy(place + at + CMSG_LEN(0), data, size);
	message->control_length = at + CMSG_SPACE(size);
	return 0;
}

void
forkd_socket_cmsg_close(struct forkd_message *message)
{
	if (message == NULL)
		return;
	if (message->control != NULL &&
	    message->control_length <= message->control_size)
		socket_control_close(message->control,
		    message->control_length);
	message->control_length = 0;
}

int
forkd_socket_cmsg_get_fd(struct forkd_message *message)
{
	static const struct socket_kind	kinds[2] = {
		{ SOL_SOCKET, SCM_RIGHTS }, { SOL_SOCKET, SCM_RIGHTS }
	};
	struct forkd_cmsg		cmsg;
	int				fd;

	if (socket_control_find(message, "forkd_socket_cmsg_get_fd", kinds,
	    &cmsg) == -1)
		return -1;
	fd = socket_control_take(message->control, message->control_length);
	if (fd == -1)
		return socket_wrong(NULL, ENOENT,
		    "forkd_socket_cmsg_get_fd: all are taken");
	return fd;
}

int
forkd_socket_cmsg_add_fds(struct forkd_message *message, const int *fds,
    size_t n)
{
	size_t	i;

	if (socket_control_check(message, "forkd_socket_cmsg_add_fds") == -1)
		return -1;
	if (n > SOCKET_MOST_FDS || (fds == NULL && n > 0))
		return socket_wrong(NULL, EINVAL,
		    "forkd_socket_cmsg_add_fds: %zu descriptors%s", n,
		    fds == NULL ? ": NULL" : ": more than 253");
	for (i = 0; i < n; i++)
		if (fds[i] < 0)
			return socket_wrong(NULL, EBADF,
			    "forkd_socket_cmsg_add_fds: descriptor %d of "
			    "place %zu", fds[i], i);
	if (n == 0)
		return 0;
	return forkd_socket_cmsg_add(message, SOL_SOCKET, SCM_RIGHTS, fds,
	    n * sizeof(*fds));
}

int
forkd_socket_cmsg_get_cred(const struct forkd_message *message, uid_t *uid,
    gid_t *gid, pid_t *pid)
{
	static const struct socket_kind	kinds[2] = {
		{ SOL_SOCKET, SCM_CREDENTIALS },
		{ SOL_SOCKET, SCM_CREDENTIALS }
	};
	struct forkd_cmsg		cmsg;
	struct ucred			cred;

	if (socket_control_find(message, "forkd_socket_cmsg_get_cred", kinds,
	    &cmsg) == -1)
		return -1;
	if (cmsg.size != sizeof(cred))
		return socket_wrong(NULL, EBADMSG,
		    "forkd_socket_cmsg_get_cred: %zu bytes are no credentials",
		    cmsg.size);
	memcpy(&cred, cmsg.data, sizeof(cred));
	if (uid != NULL)
		*uid = cred.uid;
	if (gid != NULL)
		*gid = cred.gid;
	if (pid != NULL)
		*pid = cred.pid;
	return 0;
}

int
forkd_socket_cmsg_add_cred(struct forkd_message *message, uid_t uid, gid_t gid,
    pid_t pid)
{
	struct ucred	cred;

	if (socket_control_check(message, "forkd_socket_cmsg_add_cred") == -1)
		return -1;
	memset(&cred, 0, sizeof(cred));
	cred.uid = uid;
	cred.gid = gid;
	cred.pid = pid;
	return forkd_socket_cmsg_add(message, SOL_SOCKET, SCM_CREDENTIALS,
	    &cred, sizeof(cred));
}

static bool
holds_descriptors(const struct forkd_cmsg *cmsg)
{
	return cmsg->level == SOL_SOCKET &&
	    (cmsg->type == SCM_RIGHTS || cmsg->type == SCM_PIDFD);
}

/* The data of a piece, to be written to. */
static char *
payload(void *control, const struct forkd_cmsg *cmsg)
{
	return (char *)control +
	    ((const char *)cmsg->data - (const char *)control);
}

/* The data of a kind, SIZE_MAX: it is not known. */
static size_t
kind_size(int level, int type, size_t n)
{
	if (level == SOL_SOCKET && type == SCM_RIGHTS)
		return n > SOCKET_MOST_FDS ? SIZE_MAX : n * sizeof(int);
	if (n > 1)
		return SIZE_MAX;
	if (level == SOL_SOCKET && type == SCM_CREDENTIALS)
		return sizeof(struct ucred);
	if (level == IPPROTO_IP && type == IP_PKTINFO)
		return sizeof(struct in_pktinfo);
	if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO)
		return sizeof(struct in6_pktinfo);
	if (level == IPPROTO_IP && (type == IP_TTL || type == IP_TOS))
		return sizeof(int);
	if (level == IPPROTO_IPV6 &&
	    (type == IPV6_HOPLIMIT || type == IPV6_TCLASS))
		return sizeof(int);
	return SIZE_MAX;
}
