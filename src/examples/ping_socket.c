/* SPDX-License-Identifier: ISC */
/*
 * ping_socket: see ping_socket.h.
 *
 * The kernel keeps a raw socket from whoever is not privileged, since it sees
 * the ICMP messages for all others, and can send any.  Its ICMP sockets are of
 * SOCK_DGRAM and can do no more than ping: the identifier is the kernel's, it
 * is the port of the socket, and only replies to it arrive.
 */
#include <sys/random.h>
#include <sys/syscall.h>

#include <linux/capability.h>
#include <linux/errqueue.h>
#include <netinet/in.h>

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ping_socket.h"

/* whatever IP can carry, and its header */
static unsigned char	room[65536 + 60];

static int	create(struct ping_socket *, bool);
static int	set(struct ping_socket *, int, int, int);
static int	identify(struct ping_socket *);
static int	receive(struct ping_socket *, struct ping_event *, int,
		    struct forkd_message *, size_t *);
static void	read_error(struct ping_socket *, struct ping_event *,
		    const struct forkd_message *, size_t);
static int	find_error(const struct forkd_message *, struct forkd_cmsg *,
		    struct sock_extended_err *);

int64_t
ping_clock(void)
{
	struct timespec	now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);	/* cannot fail */
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int
ping_socket_open(struct ping_socket *ping, int family, bool raw, int hops)
{
	int	number;

	ping->family = family;
	if ((raw || create(ping, false) == -1) && create(ping, true) == -1)
		return -1;
	if (set(ping, IP_RECVTTL, IPV6_RECVHOPLIMIT, 1) == 0 &&
	    (ping->raw || set(ping, IP_RECVERR, IPV6_RECVERR, 1) == 0) &&
	    (hops == 0 || (set(ping, IP_TTL, IPV6_UNICAST_HOPS, hops) == 0 &&
	    forkd_socket_set_multicast_ttl(ping->socket, hops) == 0)) &&
	    identify(ping) == 0)
		return 0;
	number = errno;
	forkd_socket_close(ping->socket);
	ping->socket = NULL;
	errno = number;
	return -1;
}

/*
 * setuid(2) sets all three IDs only while one is privileged, hence the group
 * comes first.  Capabilities of the file stay with any user ID, and root's with
 * root: these go by capset(2), for which libc has no function.
 */
int
ping_socket_drop(void)
{
	struct __user_cap_data_struct	none[_LINUX_CAPABILITY_U32S_3];
	struct __user_cap_header_struct	header;

	memset(none, 0, sizeof(none));
	memset(&header, 0, sizeof(header));
	header.version = _LINUX_CAPABILITY_VERSION_3;
	if (setgid(getgid()) == -1 || setuid(getuid()) == -1 ||
	    syscall(SYS_capset, &header, none) == -1)
		return -1;
	if (getuid() != 0 && setuid(0) == 0) {	/* there is no way back */
		errno = EPERM;
		return -1;
	}
	return 0;
}

int
ping_socket_receive(struct ping_socket *ping, struct ping_event *event)
{
	struct forkd_message	message;
	size_t			size;
	int			got;

	got = ping_socket_receive_error(ping, event);
	if (got != 0)
		return got;
	got = receive(ping, event, MSG_DONTWAIT, &message, &size);
	if (got != 1)
		return got;
	ping_parse(ping->family, ping->raw, room, size, &event->packet);
	event->hops = forkd_socket_cmsg_get_hop_limit(&message);
	return 1;
}

int
ping_socket_receive_error(struct ping_socket *ping, struct ping_event *event)
{
	struct forkd_message	message;
	size_t			size;
	int			got;

	if (ping->raw)
		return 0;
	got = receive(ping, event, MSG_ERRQUEUE | MSG_DONTWAIT, &message,
	    &size);
	if (got == 1)
		read_error(ping, event, &message, size);
	return got;
}

static int
create(struct ping_socket *ping, bool raw)
{
	ping->raw = raw;
	ping->socket = forkd_socket_create(ping->family,
	    raw ? SOCK_RAW : SOCK_DGRAM,
	    ping->family == AF_INET ? IPPROTO_ICMP : (int)IPPROTO_ICMPV6);
	return ping->socket == NULL ? -1 : 0;
}

/* An option of either family. */
static int
set(struct ping_socket *ping, int name4, int name6, int value)
{
	return ping->family == AF_INET ?
	    forkd_socket_set_option(ping->socket, IPPROTO_IP, name4, &value,
	    sizeof(value)) :
	    forkd_socket_set_option(ping->socket, IPPROTO_IPV6, name6, &value,
	    sizeof(value));
}

static int
identify(struct ping_socket *ping)
{
	int	port;

	if (ping->raw)
		return getrandom(&ping->id, sizeof(ping->id), 0) ==
		    (ssize_t)sizeof(ping->id) ? 0 : -1;
	if (forkd_socket_bind(ping->socket, ping->family == AF_INET ?
	    "0.0.0.0" : "::", 0) == -1 ||
	    forkd_socket_getsockname(ping->socket, NULL, 0, &port) == -1)
		return -1;
	ping->id = (uint16_t)port;
	return 0;
}

/*
 * An ICMP error makes the next call of any kind fail once.  It is in the error
 * queue as well, where more is said: here it counts as nothing.
 */
static int
receive(struct ping_socket *ping, struct ping_event *event, int flags,
    struct forkd_message *message, size_t *size)
{
	static char	control[512];
	struct iovec	part = { .iov_base = room, .iov_len = sizeof(room) };
	ssize_t		n;

	memset(event, 0, sizeof(*event));
	memset(message, 0, sizeof(*message));
	message->parts = &part;
	message->parts_count = 1;
	message->address = event->from;
	message->address_size = sizeof(event->from);
	message->control = control;
	message->control_size = sizeof(control);
	n = forkd_socket_recvmsg(ping->socket, message, flags);
	message->parts = NULL;		/* of this function */
	event->at_us = ping_clock();
	event->hops = -1;
	if (n == -1)
		return ping->raw && errno != EAGAIN && errno != EINTR ? -1 : 0;
	*size = (size_t)n;
	return 1;
}

/* Of the error queue: what somebody says, who, and of which request. */
static void
read_error(struct ping_socket *ping, struct ping_event *event,
    const struct forkd_message *message, size_t size)
{
	struct sock_extended_err	error;
	struct sockaddr_storage		offender;
	struct forkd_cmsg		cmsg;
	size_t				length;

	event->from[0] = '\0';		/* it was whom the request was for */
	ping_parse_quoted(ping->family, room, size, &event->packet);
	/* sending has returned what this host finds out by itself */
	if (find_error(message, &cmsg, &error) == -1 ||
	    (error.ee_origin != SO_EE_ORIGIN_ICMP &&
	    error.ee_origin != SO_EE_ORIGIN_ICMP6) ||
	    !ping_is_error(ping->family, error.ee_type)) {
		event->packet.kind = PING_OTHER;
		return;
	}
	event->packet.type = error.ee_type;
	event->packet.code = error.ee_code;
	memset(&offender, 0, sizeof(offender));
	length = cmsg.size - sizeof(error);
	if (length > sizeof(offender))
		length = sizeof(offender);
	memcpy(&offender, (const char *)cmsg.data + sizeof(error), length);
	if (offender.ss_family == ping->family)
		(void)getnameinfo((struct sockaddr *)&offender,
		    ping->family == AF_INET ? sizeof(struct sockaddr_in) :
		    sizeof(struct sockaddr_in6), event->from,
		    sizeof(event->from), NULL, 0, NI_NUMERICHOST);
}

static int
find_error(const struct forkd_message *message, struct forkd_cmsg *cmsg,
    struct sock_extended_err *error)
{
	memset(cmsg, 0, sizeof(*cmsg));
	while (forkd_socket_cmsg_next(message, cmsg) == 1)
		if (cmsg->size >= sizeof(*error) &&
		    ((cmsg->level == IPPROTO_IP && cmsg->type == IP_RECVERR) ||
		    (cmsg->level == IPPROTO_IPV6 &&
		    cmsg->type == IPV6_RECVERR))) {
			memcpy(error, cmsg->data, sizeof(*error));
			return 0;
		}
	return -1;
}
