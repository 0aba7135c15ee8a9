/*
 * Copyright (c) 2026 The forkd authors
 * SPDX-License-Identifier: ISC
 *
 * forkd_socket.h: sockets with text addresses, whole lines, deadlines, and
 * errors that say what was tried on which address.
 *
 * Functions return 0, or -1 with errno set, or a pointer, or NULL with errno
 * set.  What failed last is kept for each socket and for each thread:
 * forkd_socket_last_error() is its number, forkd_error(NULL) of forkd.h the
 * thread's sentence, which names the argument or the address.  A call that
 * succeeds leaves both as they were.  NULL for a socket is EINVAL; a wrong
 * argument is refused before anything is done, never replaced by another.
 *
 * Every descriptor is close-on-exec.  No call raises SIGPIPE.  Transfers go on
 * after a signal; what only waits (accept, connect, poll) returns EINTR, so
 * that no signal is swallowed.  Different threads may use different sockets;
 * one socket is for one thread at a time.
 *
 * Addresses are text: an IPv4 or IPv6 literal (fe80::1%eth0) and a port of 0
 * to 65535; for unix sockets a path, or @name in the abstract name space, and
 * port 0 or -1.  Only forkd_socket_server(), forkd_socket_client() and
 * forkd_socket_lookup() look names up.
 *
 * See forkd_socket(3), which has a table of the functions of PHP beside these.
 */
#ifndef FORKD_SOCKET_H
#define FORKD_SOCKET_H

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FORKD_SERVER_BIND	1	/* forkd_socket_server: bind(2) */
#define FORKD_SERVER_LISTEN	2	/* and listen(2) */

#define FORKD_READ_BINARY	0	/* forkd_socket_read: what is there */
#define FORKD_READ_LINE		1	/* up to and with the next newline */

#define FORKD_READ		1	/* forkd_socket_poll */
#define FORKD_WRITE		2
#define FORKD_EXCEPT		4	/* data out of band */

#define FORKD_ADDRESS_SIZE	160	/* room for the text of any address */

struct forkd_socket;

/* ---- A socket: from its making to its end; socket(7) ---- */

/*
 * forkd_socket_create: socket(2): AF_INET, AF_INET6, AF_UNIX; SOCK_STREAM,
 * SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW; protocol 0: the usual one.
 * Returns it, the caller's to close, or NULL: EINVAL (SOCK_CLOEXEC and
 * SOCK_NONBLOCK are no types here), EAFNOSUPPORT, EPROTONOSUPPORT, EMFILE,
 * ENFILE, ENOMEM, EPERM.
 */
struct forkd_socket *forkd_socket_create(int domain, int type, int protocol);

/*
 * forkd_socket_create_pair: socketpair(2): two connected ones.  Returns 0, or
 * -1 with errno of forkd_socket_create() or EOPNOTSUPP; pair stays as it was.
 */
int	forkd_socket_create_pair(int domain, int type, int protocol,
	    struct forkd_socket *pair[2]);

/*
 * forkd_socket_from_fd: takes over a descriptor that is a socket, and makes it
 * close-on-exec.  Returns it, or NULL: EBADF, ENOTSOCK, ENOMEM; the descriptor
 * stays the caller's then.
 */
struct forkd_socket *forkd_socket_from_fd(int fd);

/* forkd_socket_fd: its descriptor, which stays its own; -1: EINVAL. */
int	forkd_socket_fd(const struct forkd_socket *);

/*
 * forkd_socket_close: closes and frees it; NULL does nothing.  errno stays.  A
 * unix socket's file stays: unlink(2) it.
 */
void	forkd_socket_close(struct forkd_socket *);

/* ---- Errors ---- */

/*
 * forkd_socket_last_error: the errno of what failed last on this socket, with
 * NULL in this thread; 0 if nothing has, or since it was cleared.
 */
int	forkd_socket_last_error(const struct forkd_socket *);

/* forkd_socket_clear_error: sets it to 0; with NULL that of the thread. */
void	forkd_socket_clear_error(struct forkd_socket *);

/*
 * forkd_socket_strerror: the text of an errno, strerror(3).  The library's,
 * until this thread calls it again.  Never NULL.
 */
const char *forkd_socket_strerror(int number);

/* ---- Messages: data, address and control data at once; recvmsg(2) ---- */

/*
 * A message.  All memory is the caller's; zero what is not used.  control
 * needs no alignment; forkd_socket_cmsg_space() says how much room it takes.
 */
struct forkd_message {
	struct iovec	*parts;		/* the data, in this order */
	size_t		 parts_count;	/* 0 to IOV_MAX (1024) */
	char		*address;	/* sendmsg: where to; recvmsg: room
					   for where from; NULL: none */
	size_t		 address_size;	/* recvmsg: the room */
	int		 port;		/* of the address; -1: it has none */
	void		*control;	/* control data, or room for it */
	size_t		 control_size;	/* the room */
	size_t		 control_length; /* what is in use of it */
	int		 flags;		/* recvmsg: of what came: MSG_EOR */
};

/* One piece of control data, see cmsg(3). */
struct forkd_cmsg {
	int		 level;		/* SOL_SOCKET, IPPROTO_IP, ... */
	int		 type;		/* SCM_RIGHTS, IP_PKTINFO, ... */
	const void	*data;		/* in message->control, not aligned */
	size_t		 size;		/* bytes of data */
};

/*
 * forkd_socket_recvmsg: receives one message; flags: MSG_OOB, MSG_PEEK,
 * MSG_WAITALL (which may come to less: at a signal, at descriptors),
 * MSG_DONTWAIT, MSG_TRUNC (not on a stream), MSG_ERRQUEUE.  Fills in parts,
 * and address, port, control, control_length, flags.  What line mode has read
 * ahead comes first, alone.  Descriptors in it are the caller's, and
 * close-on-exec: take each by forkd_socket_cmsg_get_fd(), and call
 * forkd_socket_cmsg_close() when it is done with.
 * Returns the bytes of data, 0 at the end, or -1: errno of recvmsg(2);
 * ETIMEDOUT; ERANGE, before anything is received: address_size is less than
 * the longest address takes (FORKD_ADDRESS_SIZE is enough); EINVAL.
 * What does not come whole is an error: EMSGSIZE, the data (not so with
 * MSG_TRUNC, which returns the whole size) or the control data have no room;
 * EMFILE, there is none for its descriptors in the process.  The message is
 * gone then, its descriptors are closed; what parts and control hold means
 * nothing, the rest of the struct stays as it was.
 */
ssize_t	forkd_socket_recvmsg(struct forkd_socket *, struct forkd_message *,
	    int flags);

/*
 * forkd_socket_sendmsg: sends parts, with the first control_length bytes of
 * control, to address (NULL: to the peer); flags: MSG_OOB, MSG_EOR,
 * MSG_DONTROUTE, MSG_DONTWAIT, MSG_MORE, MSG_CONFIRM.  On a stream it may be
 * short, as write(2); then the control data are sent already.
 * Returns the bytes sent, or -1: errno of sendmsg(2); ETIMEDOUT; EPERM: not
 * one's own credentials; EINVAL: flags, parts, the address, control that is no
 * control data, or goes with no byte on a unix stream, where it would be lost;
 * EAFNOSUPPORT, ENAMETOOLONG: the address; EOPNOTSUPP: control data of a kind
 * that this socket would ignore.
 */
ssize_t	forkd_socket_sendmsg(struct forkd_socket *,
	    const struct forkd_message *, int flags);

/*
 * forkd_socket_cmsg_space: the room that control data of a kind take, header
 * and padding included: SOL_SOCKET with SCM_RIGHTS, n descriptors (0 to 253),
 * or SCM_CREDENTIALS; IPPROTO_IP with IP_PKTINFO, IP_TTL, IP_TOS; IPPROTO_IPV6
 * with IPV6_PKTINFO, IPV6_HOPLIMIT, IPV6_TCLASS (n: 0 or 1 for these).
 * Returns bytes, or 0 with EINVAL.
 */
size_t	forkd_socket_cmsg_space(int level, int type, size_t n);

/*
 * forkd_socket_cmsg_next: the piece behind `cmsg', the first one if its data
 * are NULL.  Returns 1 and fills it in, 0 behind the last, or -1: EBADMSG:
 * not control data; EINVAL.
 */
int	forkd_socket_cmsg_next(const struct forkd_message *,
	    struct forkd_cmsg *);

/*
 * forkd_socket_cmsg_add: adds a piece with a copy of data behind
 * control_length, which it moves on.  Returns 0, or -1: ENOBUFS: control has
 * no room; EINVAL.
 */
int	forkd_socket_cmsg_add(struct forkd_message *, int level, int type,
	    const void *data, size_t size);

/*
 * forkd_socket_cmsg_close: closes the descriptors that nobody has taken of
 * what was received, and sets control_length to 0.  NULL does nothing.  errno
 * stays.  Not for control data that were added: their descriptors are copied
 * by forkd_socket_sendmsg() and stay the caller's.
 */
void	forkd_socket_cmsg_close(struct forkd_message *);

/*
 * forkd_socket_cmsg_get_fd: takes the next descriptor out of control: it is
 * the caller's to close from then on.  Returns it, or -1: ENOENT: there is no
 * other; EBADMSG, EINVAL.
 */
int	forkd_socket_cmsg_get_fd(struct forkd_message *);

/*
 * forkd_socket_cmsg_add_fds: descriptors to be sent, up to 253; unix(7).
 * Returns 0, or -1: EBADF: one is negative; ENOBUFS, EINVAL.
 */
int	forkd_socket_cmsg_add_fds(struct forkd_message *, const int *fds,
	    size_t n);

/*
 * The following read the first piece of their kind: -1 with ENOENT when there
 * is none, EBADMSG when it has not the size of its kind, EINVAL.  The options
 * that make the kernel send it along are forkd_socket_set_option()'s.
 * What is added gives 0, or -1: ENOBUFS, EINVAL.  domain is AF_INET or
 * AF_INET6; AF_INET also on a socket of AF_INET6 whose peer is IPv4-mapped.
 */

/*
 * forkd_socket_cmsg_get_cred: who has sent it (SO_PASSCRED); NULL: not wanted.
 * forkd_socket_cmsg_add_cred: who is to be told to have sent it.
 */
int	forkd_socket_cmsg_get_cred(const struct forkd_message *, uid_t *,
	    gid_t *, pid_t *);
int	forkd_socket_cmsg_add_cred(struct forkd_message *, uid_t, gid_t,
	    pid_t);

/*
 * forkd_socket_cmsg_get_pktinfo: the address that it was sent to, and the name
 * of the interface by which it came (IP_PKTINFO, IPV6_RECVPKTINFO), its number
 * if it has none; FORKD_ADDRESS_SIZE and IF_NAMESIZE are enough; NULL: not
 * wanted.  Also ERANGE: too little room.
 * forkd_socket_cmsg_add_pktinfo: the address from which, and the interface
 * (name or number) by which it is to be sent; NULL: any.  Also EAFNOSUPPORT,
 * ENODEV.
 */
int	forkd_socket_cmsg_get_pktinfo(const struct forkd_message *,
	    char *address, size_t size, char *interface,
	    size_t interface_size);
int	forkd_socket_cmsg_add_pktinfo(struct forkd_message *, int domain,
	    const char *address, const char *interface);

/*
 * The hop limit, RFC 8200, section 3, or time to live: 0 to 255 (IP_RECVTTL,
 * IPV6_RECVHOPLIMIT); to be sent: 1 to 255, for AF_INET6 also 0.
 */
int	forkd_socket_cmsg_get_hop_limit(const struct forkd_message *);
int	forkd_socket_cmsg_add_hop_limit(struct forkd_message *, int domain,
	    int limit);

/*
 * The traffic class, RFC 2474, or type of service: 0 to 255 (IP_RECVTOS,
 * IPV6_RECVTCLASS).
 */
int	forkd_socket_cmsg_get_traffic_class(const struct forkd_message *);
int	forkd_socket_cmsg_add_traffic_class(struct forkd_message *, int domain,
	    int value);

/* ---- A socket for another process; SCM_RIGHTS of unix(7) ---- */

/*
 * forkd_socket_share: sends a copy of it over `via', a connected unix socket,
 * to forkd_socket_receive() there: one byte, `S', with its descriptor.  The
 * socket stays the caller's; both are the same socket for the kernel.
 * Returns 0, or -1: EBUSY: bytes of it are read ahead; EINVAL: via is no unix
 * socket; ETIMEDOUT; errno of sendmsg(2): EAGAIN, EPIPE, ETOOMANYREFS.
 */
int	forkd_socket_share(struct forkd_socket *, struct forkd_socket *via);

/*
 * forkd_socket_receive: waits for the next socket that comes over `via'.
 * Returns it, the caller's to close, or NULL: EPIPE: the other side is gone;
 * EBADMSG: what came is not one byte `S' with one descriptor; ENOTSOCK: the
 * descriptor is no socket; EMFILE, ENOMEM; EBUSY: bytes of via are read ahead;
 * EINVAL: via is no unix socket; ETIMEDOUT; errno of recvmsg(2).  Every
 * descriptor that came is closed then.
 */
struct forkd_socket *forkd_socket_receive(struct forkd_socket *via);

/* ---- FUTURE SECTIONS ARE ADDED ABOVE THIS LINE ---- */

#ifdef __cplusplus
}
#endif

#endif /* FORKD_SOCKET_H */
