/* SPDX-License-Identifier: ISC */
/*
 * Messages: recvmsg(2) and sendmsg(2) with text addresses and control data
 * that come whole or not at all.  What control data are made of is in
 * socket_control.c.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "fdio.h"
#include "socket.h"
#include "socket_control.h"

#define RECEIVE_FLAGS	(MSG_OOB | MSG_PEEK | MSG_WAITALL | MSG_DONTWAIT | \
			    MSG_TRUNC | MSG_ERRQUEUE | MSG_CMSG_CLOEXEC)
#define SEND_FLAGS	(MSG_OOB | MSG_EOR | MSG_DONTROUTE | MSG_DONTWAIT | \
			    MSG_MORE | MSG_CONFIRM | MSG_NOSIGNAL)

static int	check_message(struct forkd_socket *, const char *,
		    const struct forkd_message *, size_t *);
static int	check_room(struct forkd_socket *,
		    const struct forkd_message *, int);
static size_t	take_ahead(struct forkd_socket *, struct forkd_message *, int);
static ssize_t	receive(struct forkd_socket *, struct msghdr *, int);
static int	check_whole(struct forkd_socket *,
		    const struct forkd_message *, struct msghdr *, int);
static void	fill_in(struct forkd_socket *, struct forkd_message *,
		    const struct msghdr *, const struct addr *);
static bool	is_full(int);
static int	check_control(struct forkd_socket *,
		    const struct forkd_message *, const struct addr *, size_t);
static bool	is_ignored(const struct forkd_socket *,
		    const struct forkd_cmsg *, const struct addr *);
static bool	is_mapped(const struct forkd_socket *, const struct addr *);
static ssize_t	transmit(struct forkd_socket *, const struct msghdr *, int,
		    const struct addr *);

ssize_t
forkd_socket_recvmsg(struct forkd_socket *sock, struct forkd_message *message,
    int flags)
{
	char		room[SOCKET_CONTROL_ROOM];
	struct addr	addr;
	struct msghdr	header;
	size_t		taken;
	ssize_t		n;

	if (socket_check(sock, "forkd_socket_recvmsg") == -1 ||
	    check_room(sock, message, flags) == -1)
		return -1;
	taken = take_ahead(sock, message, flags);
	if (taken > 0)
		return (ssize_t)taken;
	memset(&addr, 0, sizeof(addr));
	memset(&header, 0, sizeof(header));
	header.msg_name = &addr.u;
	header.msg_namelen = sizeof(addr.u);
	header.msg_iov = message->parts;
	header.msg_iovlen = message->parts_count;
	header.msg_control = message->control;
	header.msg_controllen = message->control_size;
	if (sock->domain == AF_UNIX && message->control_size < sizeof(room)) {
		header.msg_control = room;
		header.msg_controllen = sizeof(room);
	}
	n = receive(sock, &header, flags);
	if (n == -1 || check_whole(sock, message, &header, flags) == -1)
		return -1;
	addr.length = header.msg_namelen;
	fill_in(sock, message, &header, &addr);
	return n;
}

ssize_t
forkd_socket_sendmsg(struct forkd_socket *sock,
    const struct forkd_message *message, int flags)
{
	struct addr	addr;
	struct msghdr	header;
	size_t		size;

	addr.length = 0;
	if (socket_check(sock, "forkd_socket_sendmsg") == -1 ||
	    check_message(sock, "forkd_socket_sendmsg", message, &size) == -1 ||
	    socket_check_flags(sock, "forkd_socket_sendmsg", flags,
	    SEND_FLAGS) == -1)
		return -1;
	if (message->address != NULL &&
	    (socket_address(sock, "forkd_socket_sendmsg", message->address,
	    message->port, &addr) == -1 ||
	    socket_check_sendto(sock, &addr) == -1))
		return -1;
	if (check_control(sock, message, &addr, size) == -1)
		return -1;
	memset(&header, 0, sizeof(header));
	header.msg_name = addr.length == 0 ? NULL : &addr.u;
	header.msg_namelen = addr.length;
	header.msg_iov = message->parts;
	header.msg_iovlen = message->parts_count;
	header.msg_control = message->control_length == 0 ? NULL :
	    message->control;
	header.msg_controllen = message->control_length;
	return transmit(sock, &header, flags, &addr);
}

/* What either call needs; *size is that of the data. */
static int
check_message(struct forkd_socket *sock, const char *function,
    const struct forkd_message *message, size_t *size)
{
	if (socket_control_check(message, function) == -1) {
		sock->error = errno;
		return -1;
	}
	if (message->parts_count > IOV_MAX ||
	    (message->parts == NULL && message->parts_count > 0))
		return socket_wrong(sock, EINVAL, "%s: parts: %zu%s", function,
		    message->parts_count, message->parts == NULL ? " of NULL" :
		    " are too many");
	return socket_check_parts(sock, function, message->parts,
	    message->parts_count, size);
}

/* So that no message is taken whose sender could then not be told. */
static int
check_room(struct forkd_socket *sock, const struct forkd_message *message,
    int flags)
{
	size_t	size;

	/* TCP would throw away what MSG_TRUNC asks the size of */
	if (check_message(sock, "forkd_socket_recvmsg", message, &size) == -1 ||
	    socket_check_flags(sock, "forkd_socket_recvmsg", flags,
	    sock->type == SOCK_STREAM ? RECEIVE_FLAGS & ~MSG_TRUNC :
	    RECEIVE_FLAGS) == -1)
		return -1;
	return message->address == NULL ? 0 : socket_check_room(sock,
	    "forkd_socket_recvmsg", message->address_size);
}

/* What line mode has read ahead; none of it is of the error queue. */
static size_t
take_ahead(struct forkd_socket *sock, struct forkd_message *message, int flags)
{
	const struct iovec	*part;
	size_t			 i, n, taken;
	bool			 peek;

	if (sock->ahead_at == sock->ahead_end ||
	    (flags & (MSG_OOB | MSG_ERRQUEUE)) != 0)
		return 0;
	peek = (flags & MSG_PEEK) != 0;
	taken = 0;
	for (i = 0; i < message->parts_count; i++) {
		part = &message->parts[i];
		n = socket_ahead_take(sock, part->iov_base, part->iov_len,
		    peek);
		taken += n;
		/* to peek again would be to see the same bytes */
		if (n < part->iov_len || (peek && n > 0))
			break;
	}
	if (taken == 0)
		return 0;
	if (message->address != NULL) {
		message->address[0] = '\0';
		message->port = -1;
	}
	message->control_length = 0;
	message->flags = 0;
	return taken;
}

static ssize_t
receive(struct forkd_socket *sock, struct msghdr *header, int flags)
{
	int64_t	deadline;
	ssize_t	n;

	deadline = -socket_deadline(sock, POLLIN);
	do
		n = recvmsg(sock->fd, header, flags | MSG_CMSG_CLOEXEC);
	while (n == -1 && socket_again(sock, POLLIN, flags, &deadline));
	if (n == -1)
		return socket_transfer_failed(sock, errno, "recvmsg from");
	return n;
}

/* A message of which something is missing counts for nothing. */
static int
check_whole(struct forkd_socket *sock, const struct forkd_message *message,
    struct msghdr *header, int flags)
{
	size_t	length;
	bool	full;

	length = header->msg_controllen;
	if ((header->msg_flags & MSG_CTRUNC) == 0 &&
	    length <= message->control_size &&
	    ((header->msg_flags & MSG_TRUNC) == 0 || (flags & MSG_TRUNC) != 0))
		return 0;
	/* before any is closed */
	full = (header->msg_flags & MSG_CTRUNC) != 0 &&
	    sock->domain == AF_UNIX && is_full(sock->fd);
	socket_control_close(header->msg_control, length);
	if (full)
		return socket_failed(sock, EMFILE, "recvmsg: its descriptors");
	if (length > message->control_size)
		return socket_failed(sock, EMSGSIZE,
		    "recvmsg: control: %zu bytes are too few, it takes %zu",
		    message->control_size, length);
	if ((header->msg_flags & MSG_CTRUNC) != 0)
		return socket_failed(sock, EMSGSIZE,
		    "recvmsg: control: %zu bytes are too few",
		    message->control_size);
	return socket_failed(sock, EMSGSIZE, "recvmsg: parts");
}

/* All of it has room. */
static void
fill_in(struct forkd_socket *sock, struct forkd_message *message,
    const struct msghdr *header, const struct addr *addr)
{
	if (message->address != NULL)
		(void)socket_address_text(sock, "forkd_socket_recvmsg", addr,
		    message->address, message->address_size, &message->port);
	message->control_length = header->msg_controllen;
	if (header->msg_control != message->control &&
	    message->control_length > 0)
		memcpy(message->control, header->msg_control,
		    message->control_length);
	message->flags = header->msg_flags & ~MSG_CMSG_CLOEXEC;
}

/* Whether the process has no room for another descriptor. */
static bool
is_full(int fd)
{
	int	copy;

	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy == -1)
		return errno == EMFILE;
	fdio_close(&copy);
	return false;
}

/* The kernel ignores control data that mean nothing to it. */
static int
check_control(struct forkd_socket *sock, const struct forkd_message *message,
    const struct addr *addr, size_t size)
{
	struct forkd_cmsg	cmsg;
	int			found;

	if (message->control_length == 0)
		return 0;
	if (size == 0 && sock->domain == AF_UNIX && sock->type == SOCK_STREAM)
		return socket_wrong(sock, EINVAL,
		    "forkd_socket_sendmsg: control: no byte to go with it");
	memset(&cmsg, 0, sizeof(cmsg));
	while ((found = socket_control_next(message->control,
	    message->control_length, &cmsg)) == 1)
		if (is_ignored(sock, &cmsg, addr))
			return socket_wrong(sock, EOPNOTSUPP,
			    "forkd_socket_sendmsg: control of level %d, type "
			    "%d: not for this socket or peer", cmsg.level,
			    cmsg.type);
	if (found == 0)
		return 0;
	return socket_wrong(sock, EINVAL,
	    "forkd_socket_sendmsg: control: not control data");
}

static bool
is_ignored(const struct forkd_socket *sock, const struct forkd_cmsg *cmsg,
    const struct addr *addr)
{
	if (cmsg->level == SOL_SOCKET)
		return sock->domain != AF_UNIX &&
		    (cmsg->type == SCM_RIGHTS || cmsg->type == SCM_CREDENTIALS);
	if (cmsg->level != IPPROTO_IP && cmsg->level != IPPROTO_IPV6)
		return false;
	if (sock->type == SOCK_STREAM || sock->domain == AF_UNIX)
		return true;
	if (sock->domain == AF_INET)
		return cmsg->level == IPPROTO_IPV6;
	if (cmsg->level == IPPROTO_IPV6 && cmsg->type == IPV6_PKTINFO)
		return false;
	return (cmsg->level == IPPROTO_IP) != is_mapped(sock, addr);
}

/* Whether a datagram of an IPv6 socket goes to an IPv4 address. */
static bool
is_mapped(const struct forkd_socket *sock, const struct addr *addr)
{
	struct sockaddr_in6	in6;
	socklen_t		length;

	if (addr->length != 0)
		in6 = addr->u.in6;
	else {
		memset(&in6, 0, sizeof(in6));
		length = sizeof(in6);
		(void)getpeername(sock->fd, (struct sockaddr *)&in6, &length);
	}
	return IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr);
}

static ssize_t
transmit(struct forkd_socket *sock, const struct msghdr *header, int flags,
    const struct addr *addr)
{
	char	text[ADDR_TEXT_SIZE];
	int64_t	deadline;
	ssize_t	n;

	deadline = -socket_deadline(sock, POLLOUT);
	do
		n = sendmsg(sock->fd, header, flags | MSG_NOSIGNAL);
	while (n == -1 && socket_again(sock, POLLOUT, flags, &deadline));
	if (n != -1)
		return n;
	if (addr->length == 0)
		return socket_transfer_failed(sock, errno, "sendmsg to");
	addr_text(addr, text, sizeof(text));
	return socket_failed(sock, errno, "sendmsg to %s", text);
}
