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

struct addrinfo;		/* netdb.h */
#define FORKD_BIG_ENDIAN	1	/* forkd_socket_put_integer: network
					   byte order */
#define FORKD_LITTLE_ENDIAN	2	/* the lowest byte comes first */

struct forkd_socket;

/* ---- A socket: from its making to its end; socket(7) ---- */

/*
 * forkd_socket_create: socket(2): AF_INET, AF_INET6, AF_UNIX; SOCK_STREAM,
 * SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW; protocol 0: the usual one.
 * Returns it, the caller's to close, or NULL: EINVAL (SOCK_CLOEXEC and
 * SOCK_NONBLOCK are no types here), EAFNOSUPPORT, ESOCKTNOSUPPORT,
 * EPROTONOSUPPORT, EMFILE, ENFILE, ENOMEM, EPERM.
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
 * forkd_socket_close: closes and frees it; NULL does nothing, nor does one of
 * forkd_conn_socket().  errno stays.  A unix socket's file stays: unlink(2) it.
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

/* ---- Names and peers: bind(2), listen(2), accept(2), connect(2) ---- */

/*
 * forkd_socket_create_listen: a TCP socket that listens on every IPv4 address,
 * with SO_REUSEADDR; port 0: one that is free; backlog 0: 128.  Returns it, the
 * caller's to close, or NULL with errno of forkd_socket_create(), _bind() and
 * _listen().
 */
struct forkd_socket *forkd_socket_create_listen(int port, int backlog);

/*
 * forkd_socket_bind: gives it a name.  Returns 0, or -1: EINVAL (an argument,
 * or it has one), EAFNOSUPPORT, ENAMETOOLONG, EADDRINUSE, EADDRNOTAVAIL,
 * EACCES, and for paths ENOENT and others of open(2).
 */
int	forkd_socket_bind(struct forkd_socket *, const char *address,
	    int port);

/*
 * forkd_socket_listen: backlog is how many connections may wait to be
 * accepted; the kernel cuts it to net.core.somaxconn.  Returns 0, or -1:
 * EINVAL (below 0; a unix socket without a name), EADDRINUSE, EOPNOTSUPP.
 */
int	forkd_socket_listen(struct forkd_socket *, int backlog);

/*
 * forkd_socket_accept: the next connection; it blocks and has no timeout.
 * Returns it, the caller's to close, or NULL: EINTR (a handler has run, also
 * one with SA_RESTART), ETIMEDOUT, EAGAIN (it is non-blocking), ECONNABORTED,
 * EMFILE, ENFILE, ENOMEM (the connection goes on waiting), EINVAL (it does not
 * listen), EOPNOTSUPP.
 */
struct forkd_socket *forkd_socket_accept(struct forkd_socket *);

/*
 * forkd_socket_connect: to a peer; of a datagram socket, the one that it sends
 * to and receives from.  Returns 0, or -1: ETIMEDOUT, EINTR, or EINPROGRESS if
 * it is non-blocking: the attempt goes on, and so does the next call with the
 * same address (EALREADY: with another one, or non-blocking and not yet done);
 * EINVAL, EAFNOSUPPORT, ENAMETOOLONG, ECONNREFUSED, ENETUNREACH, EISCONN,
 * ENOENT, EACCES, EPROTOTYPE and others of connect(2).
 */
int	forkd_socket_connect(struct forkd_socket *, const char *address,
	    int port);

/*
 * forkd_socket_shutdown: ends reading (how 0), writing (1), or both (2), for
 * every process that has the socket.  Returns 0, or -1: EINVAL, ENOTCONN.
 */
int	forkd_socket_shutdown(struct forkd_socket *, int how);

/*
 * forkd_socket_getsockname, forkd_socket_getpeername: the address of this side
 * and of the other.  address (of size bytes, FORKD_ADDRESS_SIZE is enough) and
 * port may be NULL; a unix socket has port -1, and without a name the address
 * "".  Returns 0, or -1, with both as they were: ERANGE (size is too small),
 * EAFNOSUPPORT (neither IPv4, IPv6 nor unix), ENOTCONN (no peer).
 */
int	forkd_socket_getsockname(struct forkd_socket *, char *address,
	    size_t size, int *port);
int	forkd_socket_getpeername(struct forkd_socket *, char *address,
	    size_t size, int *port);

/* ---- Waiting ---- */

/*
 * forkd_socket_set_timeout: each call that waits on it ends after so many
 * milliseconds with ETIMEDOUT; -1: never, as at the beginning.  Returns 0, or
 * -1: EINVAL (0, or below -1).
 */
int	forkd_socket_set_timeout(struct forkd_socket *, int ms);

/*
 * forkd_socket_set_block, forkd_socket_set_nonblock: calls wait, or fail with
 * EAGAIN instead (connect: EINPROGRESS), and no timeout matters.  For every
 * process that has the socket.  Returns 0, or -1.
 */
int	forkd_socket_set_block(struct forkd_socket *);
int	forkd_socket_set_nonblock(struct forkd_socket *);

/* ---- URLs, and names of hosts ---- */

/*
 * forkd_socket_server: a socket that is bound to a URL, and listens if it is
 * one of streams: tcp://127.0.0.1:80, tcp://[::1]:http, tcp://:80 (every
 * address), udp://, unix:///path, unix://@name, udg:///path (datagrams).
 * flags are FORKD_SERVER_BIND, with or without FORKD_SERVER_LISTEN; 0: both as
 * fits.  TCP has SO_REUSEADDR; an IPv6 address is for IPv6 only.  Returns it,
 * the caller's to close, or NULL: EINVAL, EPROTONOSUPPORT (another scheme),
 * ENAMETOOLONG, EADDRINUSE (also a file that is left from a socket that is
 * gone), and errno of forkd_socket_lookup() and forkd_socket_bind().
 */
struct forkd_socket *forkd_socket_server(const char *url, int flags);

/*
 * forkd_socket_client: a socket that is connected to a URL: all addresses of
 * its host are tried.  timeout_ms is for all together, -1: none; the socket
 * itself has no timeout.  Returns it, the caller's to close, or NULL with errno
 * of forkd_socket_lookup(), forkd_socket_connect() of the last address, or of
 * forkd_socket_server() for what is wrong with the URL.
 */
struct forkd_socket *forkd_socket_client(const char *url, int timeout_ms);

/*
 * forkd_socket_lookup: getaddrinfo(3), with its hints; host or service may be
 * NULL, service is a name or a number.  Returns a list, for freeaddrinfo(3), or
 * NULL: EHOSTUNREACH (no such name, or no address), EAGAIN (the name server
 * does not answer), EINVAL, EAFNOSUPPORT, ESOCKTNOSUPPORT, ENOMEM.
 */
struct addrinfo *forkd_socket_lookup(const char *host, const char *service,
	    const struct addrinfo *hints);

/*
 * forkd_socket_lookup_bind, forkd_socket_lookup_connect: a socket of an entry,
 * bound (with the options of forkd_socket_server) or connected within
 * timeout_ms (-1: none).  Return it, the caller's to close, or NULL: EINVAL,
 * EAFNOSUPPORT, and errno of forkd_socket_create(), _bind() and _connect().
 */
struct forkd_socket *forkd_socket_lookup_bind(const struct addrinfo *entry);
struct forkd_socket *forkd_socket_lookup_connect(const struct addrinfo *entry,
	    int timeout_ms);

/*
 * forkd_socket_lookup_explain: address and port of an entry, as
 * forkd_socket_getsockname() has them; the rest can be seen in it.
 */
int	forkd_socket_lookup_explain(const struct addrinfo *entry,
	    char *address, size_t size, int *port);

/*
 * forkd_socket_lookup_address: the first address of a name, of AF_INET,
 * AF_INET6, or AF_UNSPEC: either.  forkd_socket_lookup_name: the name of an
 * address; anybody can claim one.  Return 0, or -1, with the text as it was:
 * ERANGE (size is too small), and errno of forkd_socket_lookup().
 */
int	forkd_socket_lookup_address(const char *name, int domain,
	    char *address, size_t size);
int	forkd_socket_lookup_name(const char *address, char *name,
	    size_t size);

/*
 * ---- Bytes: receiving and sending ----
 *
 * Each goes on after a signal.  When the time of forkd_socket_set_timeout() is
 * over it fails with ETIMEDOUT, on a non-blocking socket that is not ready with
 * EAGAIN.  All can fail with the errors of recv(2) and send(2), and with
 * EINVAL: data is NULL, or the size is above SSIZE_MAX; in receiving from a
 * stream 0 is wrong, too, since 0 bytes would look like its end.
 */

/*
 * forkd_socket_read: how: FORKD_READ_BINARY: what is there, 1 to size bytes;
 * on sockets with messages one of them, the rest of which is lost.
 * FORKD_READ_LINE, on streams (others: EOPNOTSUPP): up to and with LF, without
 * a NUL behind it; size bytes and no LF among them: more of the line follows;
 * less than size and no LF: it is what the end of file has left.  A line that
 * has not come whole (EAGAIN, ETIMEDOUT, ENOMEM) stays for the next call.
 * Returns the number of bytes, 0 at the end of file, or -1.
 */
ssize_t	forkd_socket_read(struct forkd_socket *, void *data, size_t size,
	    int how);

/*
 * forkd_socket_buffered: how many bytes line mode has read ahead.  Whatever
 * receives takes them first.  0 if there is no socket, with the error EINVAL.
 */
size_t	forkd_socket_buffered(const struct forkd_socket *);

/*
 * forkd_socket_recv: recv(2).  Flags: MSG_OOB, MSG_PEEK, MSG_DONTWAIT;
 * MSG_WAITALL: size bytes of a stream, less only at its end or after what
 * forkd_socket_last_error() tells; MSG_TRUNC, not on streams: returns how long
 * the message was.
 */
ssize_t	forkd_socket_recv(struct forkd_socket *, void *data, size_t size,
	    int flags);

/*
 * forkd_socket_recvfrom: the same, and who has sent it: address of room bytes,
 * and port; either may be NULL.  "" and -1 where a sender has no name, and on
 * streams: see forkd_socket_getpeername().  ERANGE, before anything is
 * received: room is less than an address of this family can take
 * (FORKD_ADDRESS_SIZE is always enough).
 */
ssize_t	forkd_socket_recvfrom(struct forkd_socket *, void *data, size_t size,
	    int flags, char *address, size_t room, int *port);

/* forkd_socket_readv: readv(2): fills the parts one after the other. */
ssize_t	forkd_socket_readv(struct forkd_socket *, const struct iovec *parts,
	    int count);

/*
 * forkd_socket_write: returns the bytes that were taken, which may be less than
 * size, or -1; EPIPE where write(2) would raise SIGPIPE.
 */
ssize_t	forkd_socket_write(struct forkd_socket *, const void *data,
	    size_t size);

/*
 * forkd_socket_write_all: all of it, or -1, and nobody knows how much went
 * out.  Waits on a non-blocking socket, too.
 */
int	forkd_socket_write_all(struct forkd_socket *, const void *data,
	    size_t size);

/*
 * forkd_socket_printf: printf(3), of any length, as forkd_socket_write_all().
 * Returns the number of bytes, or -1: errors of snprintf(3), too, and ENOMEM.
 */
#ifdef __GNUC__
__attribute__((__format__(__printf__, 2, 3)))
#endif
int	forkd_socket_printf(struct forkd_socket *, const char *format, ...);

/*
 * forkd_socket_send: send(2), may be short.  Flags: MSG_OOB, MSG_EOR,
 * MSG_DONTROUTE, MSG_DONTWAIT, MSG_MORE, MSG_CONFIRM, MSG_NOSIGNAL (which is
 * always there), and MSG_EOF where the system has it; Linux has not:
 * forkd_socket_shutdown().
 */
ssize_t	forkd_socket_send(struct forkd_socket *, const void *data, size_t size,
	    int flags);

/*
 * forkd_socket_sendto: the same, to an address; EISCONN: the socket is
 * connected, and no datagram socket.
 */
ssize_t	forkd_socket_sendto(struct forkd_socket *, const void *data,
	    size_t size, int flags, const char *address, int port);

/* forkd_socket_writev: writev(2): as forkd_socket_write(), from count parts. */
ssize_t	forkd_socket_writev(struct forkd_socket *, const struct iovec *parts,
	    int count);

/* ---- Waiting for several sockets ---- */

struct forkd_poll {
	struct forkd_socket	*socket;
	int			 want;	/* FORKD_READ, FORKD_WRITE,
					   FORKD_EXCEPT, or 0: not now */
	int			 ready;	/* which of them are */
};

/*
 * forkd_socket_poll: waits until one is ready, as select(2) means it: the call
 * would not wait, be it because it fails.  Bytes read ahead are ready to be
 * read, unless a read of a line has failed and left them: then the next bytes
 * are waited for.  timeout_ms: -1: for ever, 0: not at all.  Returns how many
 * sockets are ready and fills in `ready` of all; 0: none in that time; -1, and
 * nothing is filled in: EINTR (a signal), EBADF (a descriptor was closed
 * underneath), ENOMEM (of more than 64 sockets), EINVAL.
 */
int	forkd_socket_poll(struct forkd_poll *polls, size_t count,
	    int timeout_ms);

/* ---- Sockets and stdio ---- */

/*
 * forkd_socket_export_stream: a FILE on a copy of the descriptor, which
 * fclose(3) closes; the socket stays as it is.  mode: "r", "w", "r+" or "w+",
 * with "b" and "e", which change nothing.  Two of them, "r" and "w", are better
 * than one for both ways, see forkd_socket_export_stream(3).  Returns it, the
 * caller's to close, or NULL: EBUSY (bytes are read ahead), EINVAL (the mode),
 * EOPNOTSUPP (not a stream), EMFILE, ENOMEM.
 */
FILE	*forkd_socket_export_stream(struct forkd_socket *, const char *mode);

/*
 * forkd_socket_import_stream: a socket on a copy of the descriptor of a FILE,
 * which stays the caller's.  Returns it, the caller's to close, or NULL: EBUSY
 * (the FILE holds bytes that were read ahead, or not flushed), EBADF (it has no
 * descriptor), ENOTSOCK, EINVAL (NULL), EMFILE, ENOMEM.
 */
struct forkd_socket *forkd_socket_import_stream(FILE *);

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
 * EAFNOSUPPORT, ENAMETOOLONG: the address; EISCONN: there is one, and the socket
 * is connected and no datagram socket; EOPNOTSUPP: control data of a kind
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

#ifdef __cplusplus
}
#endif

#endif /* FORKD_SOCKET_H */
