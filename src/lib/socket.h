/* SPDX-License-Identifier: ISC */
/*
 * What the files of the socket layer share; users see forkd_socket.h.
 *
 *	socket.c		from making to closing
 *	socket_error.c		what failed last
 *	socket_address.c	addresses as text
 *	socket_wait.c		how long calls wait
 *	socket_open.c		names, peers that come, shutting down
 *	socket_connect.c	connections that this side begins
 *	socket_url.c		URLs; see socket_url.h
 *	socket_lookup.c		names to addresses and back
 *	socket_entry.c		sockets of an address that was looked up
 *	socket_server.c		sockets of a URL
 *	socket_transfer.c	what all calls that move bytes share
 *	socket_line.c		line mode, and what it has read ahead
 *	socket_read.c		receiving
 *	socket_write.c		sending
 *	socket_vector.c		both, in several parts
 *	socket_poll.c		waiting for several sockets
 *	socket_stream.c		sockets and stdio
 *	socket_bytes.c		integers as bytes
 *	socket_option.c		options, as socket_option_table.c has them
 *	socket_interface.c	the interface of multicast
 *	socket_multicast.c	groups and their sources
 *	socket_message.c	messages with control data
 *	socket_control.c	what control data are made of; socket_control.h
 *	socket_control_ip.c	those of IPv4 and IPv6
 *	socket_share.c		a socket for another process
 */
#ifndef SOCKET_H
#define SOCKET_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "error.h"
#include "forkd_socket.h"

#ifndef IOV_MAX
#define IOV_MAX		1024	/* of Linux, if the C library does not say */
#endif

#define SOCKET_BACKLOG	128	/* where the caller names none */

/* Room for the text of a unix address: ./@ is a path that begins with @. */
#define SOCKET_UNIX_TEXT \
	(sizeof("./") + sizeof(((struct sockaddr_un *)NULL)->sun_path))

struct forkd_socket {
	int	 fd;		/* owned */
	int	 domain;	/* AF_... */
	int	 type;		/* SOCK_..., without flags */
	int	 error;		/* errno of what failed last, 0: nothing */
	int	 receive_ms;	/* of each call that waits to receive or to
				   accept; -1: none */
	int	 send_ms;	/* and to send or to connect */
	char	*ahead;		/* owned; what line mode has read ahead, or
				   NULL */
	size_t	 ahead_size;	/* bytes that it has room for */
	size_t	 ahead_at;	/* where the first unread byte is */
	size_t	 ahead_end;	/* and the one behind the last */
	size_t	 ahead_seen;	/* how many of them are no newline */
	bool	 lent;		/* its owner closes it */
	bool	 listens;	/* accept has asked the kernel */
	struct addr attempt;	/* to connect, under way; length 0: none */
	int	 multicast_index;	/* IPv4's, set by index; 0: none */
};

/*
 * socket_new: a socket object for a descriptor whose kind is known.  Returns
 * it, owning fd, or NULL with ENOMEM as error; fd stays the caller's.
 */
struct forkd_socket *socket_new(int fd, int domain, int type);

/*
 * socket_lend: a socket for a descriptor that stays its owner's: what
 * forkd_socket_close() does not close.  Returns it, for socket_take_back, or
 * NULL: EBADF, ENOTSOCK, ENOMEM.
 */
struct forkd_socket *socket_lend(int fd);
void	socket_take_back(struct forkd_socket *);

/*
 * socket_wrong: a call failed before the kernel was asked.  The sentence is
 * the format's: "object: what is wrong", where the object names function or
 * argument: "forkd_socket_bind: port 65536: not 0 to 65535".  Records `number`
 * for the thread and the socket (which may be NULL), sets errno to it and
 * returns -1.
 */
int	socket_wrong(struct forkd_socket *, int number, const char *format,
	    ...) __attribute__((format(printf, 3, 4)));

/*
 * socket_failed: a system call failed: ": " and the text of `number` is added:
 * "connect 127.0.0.1:80" becomes "connect 127.0.0.1:80: Connection refused".
 */
int	socket_failed(struct forkd_socket *, int number, const char *format,
	    ...) __attribute__((format(printf, 3, 4)));

/*
 * socket_error_keep, socket_error_restore: what failed last in this thread, for
 * calls that work although a part of them has failed.
 */
struct socket_kept {
	int		number;
	struct error	error;
};
void	socket_error_keep(struct socket_kept *);
void	socket_error_restore(const struct socket_kept *);

/*
 * socket_check: what every public function does first.  Returns 0, or -1 with
 * EINVAL recorded when there is no socket: "forkd_socket_read: no socket".
 */
int	socket_check(const struct forkd_socket *, const char *function);

/*
 * socket_address: text and port for the domain of the socket, as forkd_socket.h
 * says.  Returns 0, or -1 with what is wrong recorded: EINVAL, EAFNOSUPPORT (a
 * literal of the other family), ENAMETOOLONG.
 */
int	socket_address(struct forkd_socket *, const char *function,
	    const char *address, int port, struct addr *);

/*
 * socket_address_text: the way back.  *port is -1 where there is none; a
 * socket without a name has the address "".  address and port may be NULL.
 * Returns 0, or -1 with ERANGE recorded: address has less room than it takes.
 */
int	socket_address_text(struct forkd_socket *, const char *function,
	    const struct addr *, char *address, size_t size, int *port);

/*
 * socket_check_room: there is room for the text of any address that the socket
 * may receive from, so that none is lost with what it sent.  Returns 0, or -1
 * with ERANGE recorded.
 */
int	socket_check_room(struct forkd_socket *, const char *function,
	    size_t size);

/* socket_has_text: addresses of this domain can be written as text. */
bool	socket_has_text(int domain);

/*
 * socket_local_text: " 127.0.0.1:80" for a sentence about a socket that is
 * bound, "" where there is nothing to say.
 */
void	socket_local_text(const struct forkd_socket *, char *text,
	    size_t size);

/*
 * socket_bind, socket_connect: as forkd_socket_bind(), forkd_socket_connect()
 * with an address of the socket's domain.  socket_reuse: SO_REUSEADDR.
 */
int	socket_bind(struct forkd_socket *, const struct addr *);
int	socket_connect(struct forkd_socket *, const struct addr *);
int	socket_reuse(struct forkd_socket *);

/*
 * socket_entry_address: that of an entry of forkd_socket_lookup().  Returns 0,
 * or -1 with EINVAL or EAFNOSUPPORT recorded.  socket_entry_time: the same for
 * what is neither -1 nor above 0.
 */
int	socket_entry_address(const char *function, const struct addrinfo *,
	    struct addr *);
int	socket_entry_time(const char *function, int timeout_ms);

/*
 * socket_entry_bind, socket_entry_connect: a socket of an address, type and
 * protocol; of IPv6 only, or of IPv4 clients, too; in time.  Return NULL with
 * what failed recorded.
 */
struct forkd_socket *socket_entry_bind(const struct addr *, int type,
	    int protocol, bool v6only);
struct forkd_socket *socket_entry_connect(const struct addr *, int type,
	    int protocol, int timeout_ms);

/* socket_nonblock: 1: it is non-blocking, 0: blocking, -1 with errno. */
int	socket_nonblock(int fd);

/* socket_set_nonblock: makes it so.  Returns 0, or -1 with errno. */
int	socket_set_nonblock(int fd, bool);

/*
 * socket_expired: what a failed call's errno means: EAGAIN of a socket that
 * blocks and has this timeout becomes ETIMEDOUT, others stay.
 */
int	socket_expired(const struct forkd_socket *, int number,
	    int timeout_ms);

/*
 * socket_check_data: socket_check, and for the place of the bytes: EINVAL where
 * there is none for `size` of them or size is above SSIZE_MAX.
 */
int	socket_check_data(struct forkd_socket *, const char *function,
	    const void *data, size_t size);

/*
 * socket_check_parts: the same for an array of at most IOV_MAX, which is there:
 * EINVAL if one has no place, or if they are more than SSIZE_MAX together.
 * *size is how many bytes they are.
 */
int	socket_check_parts(struct forkd_socket *, const char *function,
	    const struct iovec *parts, size_t count, size_t *size);

/* socket_check_flags: EINVAL if there are others than those that are known. */
int	socket_check_flags(struct forkd_socket *, const char *function,
	    int flags, int known);

/*
 * socket_check_sendto: EISCONN if the kernel would ignore the address, and send
 * to the peer that the socket is connected to.
 */
int	socket_check_sendto(struct forkd_socket *, const struct addr *);

/*
 * socket_again: a system call that moves bytes returned -1 with errno.  True:
 * it was a signal, and now it may be repeated, since the deadline lets it wait
 * and there is something to expect.  False: it has failed with errno, which is
 * ETIMEDOUT when the time of set_timeout was over.  `events` are those of
 * poll(2), `flags` the caller's.  *deadline is what socket_deadline() said when
 * the call began: below 0, as -socket_deadline(), if the kernel waits, above if
 * the call takes several steps; each but the first of them has MSG_DONTWAIT
 * then, since this function waits.  socket_is_late: that time is over, with
 * ETIMEDOUT; for steps that never wait, as a peer may be that never pauses.
 */
bool	socket_again(struct forkd_socket *, short events, int flags,
	    const int64_t *deadline);
int64_t	socket_deadline(const struct forkd_socket *, short events);
bool	socket_is_late(int64_t deadline);

/* socket_wait: poll(2) until the deadline, 0: none.  Returns 0 or -1: errno. */
int	socket_wait(int fd, short events, int64_t deadline);

/*
 * socket_transfer_failed: as socket_failed: "read from 127.0.0.1:53422", or
 * what else is known of the socket when it is not connected any more.
 */
int	socket_transfer_failed(struct forkd_socket *, int number,
	    const char *what);

/*
 * socket_recv, socket_recv_parts: recv(2), and the same to several parts, with
 * where from (its length: the room) or NULL.  The
 * descriptors that a unix socket brings along are closed here: the kernel would
 * wait as long as SO_LINGER of one says, beyond all time.
 */
ssize_t	socket_recv(struct forkd_socket *, void *data, size_t size,
	    int flags);
ssize_t	socket_recv_parts(struct forkd_socket *, const struct iovec *,
	    size_t count, int flags, struct addr *from);

/*
 * socket_ahead_take: the next bytes of what line mode has read ahead: up to
 * `size` of them go to data.  peek: and stay.  Returns their number; 0: there
 * are none.  Every receiving call asks here first, unless it is for data out
 * of band.
 */
size_t	socket_ahead_take(struct forkd_socket *, void *data, size_t size,
	    bool peek);

/*
 * socket_line: forkd_socket_read in line mode, arguments are right.
 */
ssize_t	socket_line(struct forkd_socket *, char *line, size_t size);

/*
 * socket_learn_timeout: receive_ms and send_ms become what SO_RCVTIMEO and
 * SO_SNDTIMEO are.  For a descriptor that somebody else has set up.
 */
void	socket_learn_timeout(struct forkd_socket *);

/*
 * socket_interface: the index of an interface by its name or its number; NULL
 * is 0, which leaves it to the routing table.  Returns 0, or -1 with EINVAL,
 * ENODEV or EBADF recorded.
 */
int	socket_interface(struct forkd_socket *, const char *function,
	    const char *text, unsigned int *index);

/*
 * socket_interface_set, socket_interface_get: IP_MULTICAST_IF by index.  Return
 * 0, or the index, or -1 with what the kernel says recorded.
 */
int	socket_interface_set(struct forkd_socket *, int index);
int	socket_interface_get(struct forkd_socket *);

/* An IPv4 or IPv6 address: of multicast; of one host. */
bool	socket_is_group(const struct sockaddr_storage *);
bool	socket_is_host(const struct sockaddr_storage *);

#endif
