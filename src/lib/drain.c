/* SPDX-License-Identifier: ISC */
/*
 * What a listener still has to do before it can be closed without taking away
 * anybody's connection: the handshakes under way, and the queue.  Only asks
 * and sets; stop.c decides.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#ifdef __linux__
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#endif

#include "addr.h"
#include "drain.h"
#include "fdio.h"

#define FLAGS_OFFSET	13		/* of the flags in a TCP header */
#define FLAG_SYN	0x02
#define FLAG_ACK	0x10
#define STATE_SYN_RECV	3		/* in the kernel's net/tcp_states.h */
#define ANSWER_SIZE	8192

#ifdef __linux__
static int	diag_open(const struct addr *);
static int	diag_read(int, const struct addr *);
static int	diag_search(struct nlmsghdr *, size_t,
		    const struct addr *);
static bool	diag_is_ours(struct nlmsghdr *, const struct addr *);
static struct nlmsghdr *diag_next(struct nlmsghdr *, size_t *);
#endif
static int	drain_local(int, struct addr *);

/*
 * The filter of a listener sees what comes for its handshakes, too.  It must
 * not drop the acknowledgement that ends one: the client believes to be
 * connected then, and would be reset when the listener is closed.  So it drops
 * what begins one, a SYN without ACK, and nothing else.
 */
int
drain_filter(int fd)
{
#ifdef __linux__
	static struct sock_filter	 code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS_OFFSET),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, FLAG_SYN | FLAG_ACK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FLAG_SYN, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff)
	};
	static const struct sock_fprog	 program = {
		sizeof(code) / sizeof(*code), code
	};
	struct addr			 local;

	if (drain_local(fd, &local) == -1)
		return errno == EAFNOSUPPORT ? 0 : -1;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program)) == -1 ? -1 : 1;
#else
	(void)fd;
	errno = ENOTSUP;
	return -1;
#endif
}

void
drain_unfilter(int fd)
{
#ifdef __linux__
	int	ignored = 0;

	/* ENOENT: it came before the filter */
	(void)setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &ignored,
	    sizeof(ignored));
#else
	(void)fd;
#endif
}

bool
drain_has_waiting(int fd)
{
	struct pollfd	pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 1 && (pollfd.revents & POLLIN) != 0;
}

/* Of a listener, the kernel tells the queue where it has other things. */
int
drain_waiting(int fd, bool *full)
{
#ifdef __linux__
	struct tcp_info	info;
	socklen_t	length;

	if (full != NULL)
		*full = false;
	memset(&info, 0, sizeof(info));
	length = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == -1)
		return -1;
	/* the kernel queues one more than it was asked for */
	if (full != NULL)
		*full = info.tcpi_unacked > info.tcpi_sacked;
	return (int)info.tcpi_unacked;
#else
	(void)fd;
	if (full != NULL)
		*full = false;
	return -1;
#endif
}

int
drain_half_open(int fd)
{
#ifdef __linux__
	struct addr	local;
	int		answer, diag, saved;

	if (drain_local(fd, &local) == -1)
		return -1;
	diag = diag_open(&local);
	if (diag == -1)
		return -1;
	answer = diag_read(diag, &local);
	saved = errno;
	fdio_close(&diag);
	errno = saved;
	return answer;
#else
	(void)fd;
	errno = ENOTSUP;
	return -1;
#endif
}

/* -1 with EAFNOSUPPORT: it has no handshake. */
static int
drain_local(int fd, struct addr *local)
{
	local->length = sizeof(local->u);
	if (getsockname(fd, &local->u.sa, &local->length) == -1)
		return -1;
	if (local->u.sa.sa_family != AF_INET &&
	    local->u.sa.sa_family != AF_INET6) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	return 0;
}

#ifdef __linux__

/* Asks for all handshakes under way on that port, see sock_diag(7). */
static int
diag_open(const struct addr *local)
{
	struct {
		struct nlmsghdr			header;
		struct inet_diag_req_v2		request;
	}	message;
	ssize_t	sent;
	int	fd, saved;

	memset(&message, 0, sizeof(message));
	message.header.nlmsg_len = sizeof(message);
	message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message.request.sdiag_family = (uint8_t)local->u.sa.sa_family;
	message.request.sdiag_protocol = IPPROTO_TCP;
	message.request.idiag_states = 1u << STATE_SYN_RECV;
	message.request.id.idiag_sport = htons((uint16_t)addr_port(local));
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    NETLINK_SOCK_DIAG);
	if (fd == -1)
		return -1;
	sent = send(fd, &message, sizeof(message), MSG_NOSIGNAL);
	if (sent == (ssize_t)sizeof(message))
		return fd;
	saved = errno;
	fdio_close(&fd);
	errno = saved;
	return -1;
}

/* Until the first that is ours.  The kernel answers within the call. */
static int
diag_read(int fd, const struct addr *local)
{
	union {
		struct nlmsghdr	header;		/* aligns it */
		char		bytes[ANSWER_SIZE];
	}	buffer;
	ssize_t	length;
	int	answer;

	for (;;) {
		length = recv(fd, &buffer, sizeof(buffer), 0);
		if (length == -1 && errno == EINTR)
			continue;
		if (length <= 0)
			return -1;
		answer = diag_search(&buffer.header, (size_t)length, local);
		if (answer != -1 || errno != EAGAIN)
			return answer;
	}
}

/* -1 with EAGAIN: none so far, and there is more to read. */
static int
diag_search(struct nlmsghdr *header, size_t length, const struct addr *local)
{
	struct nlmsgerr	*failure;

	for (; NLMSG_OK(header, length); header = diag_next(header, &length)) {
		if (header->nlmsg_type == NLMSG_DONE)
			return 0;
		if (header->nlmsg_type == NLMSG_ERROR) {
			failure = NLMSG_DATA(header);
			errno = header->nlmsg_len < NLMSG_LENGTH(
			    sizeof(*failure)) || failure->error >= 0 ?
			    EPROTO : -failure->error;
			if (errno == EAGAIN)
				errno = EPROTO;
			return -1;
		}
		if (diag_is_ours(header, local))
			return 1;
	}
	errno = EAGAIN;
	return -1;
}

/* NLMSG_NEXT(3) casts in a way that clang warns of. */
static struct nlmsghdr *
diag_next(struct nlmsghdr *header, size_t *length)
{
	size_t	step;

	step = NLMSG_ALIGN((size_t)header->nlmsg_len);
	if (step > *length)
		step = *length;
	*length -= step;
	return (struct nlmsghdr *)(void *)((char *)header + step);
}

/* The port is; the address must be, unless we listen on all of them. */
static bool
diag_is_ours(struct nlmsghdr *header, const struct addr *local)
{
	static const unsigned char	 any[sizeof(struct in6_addr)];
	const struct inet_diag_msg	*message;
	const void			*address;
	size_t				 size;

	message = NLMSG_DATA(header);
	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*message)))
		return false;
	if (local->u.sa.sa_family == AF_INET6) {
		address = &local->u.in6.sin6_addr;
		size = sizeof(local->u.in6.sin6_addr);
	} else {
		address = &local->u.in.sin_addr;
		size = sizeof(local->u.in.sin_addr);
	}
	return memcmp(address, any, size) == 0 ||
	    memcmp(address, message->id.idiag_src, size) == 0;
}

#endif /* __linux__ */
