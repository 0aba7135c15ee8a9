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

#define FORKD_BIG_ENDIAN	1	/* forkd_socket_put_integer: network
					   byte order */
#define FORKD_LITTLE_ENDIAN	2	/* the lowest byte comes first */

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

/* ---- Options: socket(7), ip(7), ipv6(7), tcp(7) ---- */

/*
 * forkd_socket_get_option: getsockopt(2): *length is the room at value, then
 * the bytes of what was read.  forkd_socket_set_option(3) has a table of what
 * is known: SO_..., TCP_NODELAY, and those of multicast.  Others go to the
 * kernel as they are.  IP_MULTICAST_IF is an index here, an int, as
 * IPV6_MULTICAST_IF is.
 * Returns 0, or -1: EINVAL (NULL, too little room), ENOPROTOOPT (it can only
 * be set, or the socket has no such option), EOPNOTSUPP, EBADF; ENODEV, ENOMEM
 * (IP_MULTICAST_IF).
 */
int	forkd_socket_get_option(struct forkd_socket *, int level, int name,
	    void *value, socklen_t *length);

/*
 * forkd_socket_set_option: setsockopt(2); size and range of what is known are
 * checked before.  A time of SO_RCVTIMEO or SO_SNDTIMEO that runs out is
 * ETIMEDOUT, as with forkd_socket_set_timeout().
 * Returns 0, or -1: EINVAL (NULL, size, range), EAFNOSUPPORT (a group of the
 * other family), ENOPROTOOPT (it can only be read, as SO_SNDLOWAT on Linux, or
 * the socket has no such option), EOPNOTSUPP, EACCES or EPERM (not for
 * everybody), EDOM, ENODEV, EADDRINUSE, EADDRNOTAVAIL, ENOBUFS, ENOMEM, EBADF.
 */
int	forkd_socket_set_option(struct forkd_socket *, int level, int name,
	    const void *value, socklen_t length);

/* ---- Multicast: RFC 3678 ---- */

/*
 * Of SOCK_DGRAM and SOCK_RAW sockets, IPv4 and IPv6.  group and source are
 * addresses of the socket's family; interface is a name or the digits of an
 * index; NULL or "0" leaves it to the routing table, or to the group's
 * (ff02::1%eth0).  All return 0, or -1: EINVAL (no multicast address, not one
 * host, another interface than the group's), EAFNOSUPPORT (an address of the
 * other family), EOPNOTSUPP (such a socket has no multicast), ENODEV (no such
 * interface, or the routing table has none), ENOMEM, EBADF, and what
 * they say.
 */

/*
 * forkd_socket_join_group: datagrams to group reach the socket, if it is bound
 * to their port.  EADDRINUSE (it has), ENOBUFS (too many).
 */
int	forkd_socket_join_group(struct forkd_socket *, const char *group,
	    const char *interface);

/* forkd_socket_leave_group: no more.  EADDRNOTAVAIL (not joined). */
int	forkd_socket_leave_group(struct forkd_socket *, const char *group,
	    const char *interface);

/*
 * forkd_socket_block_source: not those of one source.  EINVAL (not joined, or
 * by forkd_socket_join_source_group()), EADDRNOTAVAIL (blocked), ENOBUFS.
 */
int	forkd_socket_block_source(struct forkd_socket *, const char *group,
	    const char *source, const char *interface);

/* forkd_socket_unblock_source: again.  EADDRNOTAVAIL (not blocked). */
int	forkd_socket_unblock_source(struct forkd_socket *, const char *group,
	    const char *source, const char *interface);

/*
 * forkd_socket_join_source_group: only those of one source; once for each.
 * EADDRNOTAVAIL (it has), EINVAL (joined for all sources), ENOBUFS.
 */
int	forkd_socket_join_source_group(struct forkd_socket *,
	    const char *group, const char *source, const char *interface);

/* forkd_socket_leave_source_group: no more.  EADDRNOTAVAIL, EINVAL. */
int	forkd_socket_leave_source_group(struct forkd_socket *,
	    const char *group, const char *source, const char *interface);

/* forkd_socket_set_multicast_interface: what is sent to groups goes there. */
int	forkd_socket_set_multicast_interface(struct forkd_socket *,
	    const char *interface);

/*
 * forkd_socket_get_multicast_interface: its index; 0: by the routing table.
 * One that another program has set by index for IPv4 cannot be known.
 */
int	forkd_socket_get_multicast_interface(struct forkd_socket *);

/*
 * forkd_socket_set_multicast_loop: whether what is sent also reaches sockets
 * of this host: 0: no; else: yes, as it is at first.
 */
int	forkd_socket_set_multicast_loop(struct forkd_socket *, int on);
int	forkd_socket_get_multicast_loop(struct forkd_socket *);

/*
 * forkd_socket_set_multicast_ttl: how many hops it may go: 0 (not off this
 * host) to 255, 1 at first; IPv6: also -1: the system's default.
 */
int	forkd_socket_set_multicast_ttl(struct forkd_socket *, int ttl);
int	forkd_socket_get_multicast_ttl(struct forkd_socket *);

/* ---- Integers as bytes ---- */

/*
 * forkd_socket_put_integer: writes number to `size` bytes, 1 to 8, in the
 * order FORKD_BIG_ENDIAN or FORKD_LITTLE_ENDIAN.
 * Returns 0, or -1: ERANGE (it needs more bytes; none is written), EINVAL.
 */
int	forkd_socket_put_integer(void *bytes, size_t size, int order,
	    uint64_t number);

/* forkd_socket_get_integer: the way back.  Returns 0, or -1: EINVAL. */
int	forkd_socket_get_integer(const void *bytes, size_t size, int order,
	    uint64_t *number);

/* The same for what may be below 0: in two's complement. */
int	forkd_socket_put_signed(void *bytes, size_t size, int order,
	    int64_t number);
int	forkd_socket_get_signed(const void *bytes, size_t size, int order,
	    int64_t *number);

/* ---- FUTURE SECTIONS ARE ADDED ABOVE THIS LINE ---- */

#ifdef __cplusplus
}
#endif

#endif /* FORKD_SOCKET_H */
