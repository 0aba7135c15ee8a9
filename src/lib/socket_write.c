/* SPDX-License-Identifier: ISC */
/*
 * Sending: from the caller's memory to the kernel, which is told not to raise
 * SIGPIPE.  Messages with ancillary data are in socket_message.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "socket.h"

#define FLAGS	(MSG_OOB | MSG_EOR | MSG_DONTROUTE | MSG_DONTWAIT | \
		    MSG_MORE | MSG_CONFIRM | MSG_NOSIGNAL)
#ifdef MSG_EOF
#define MORE_FLAGS	MSG_EOF		/* of the BSDs */
#else
#define MORE_FLAGS	0
#endif

#define PRINTF_SIZE	1024	/* what needs no memory to be allocated */

static ssize_t	transmit(struct forkd_socket *, const void *, size_t, int);
static int	transmit_all(struct forkd_socket *, const char *, size_t);
static bool	again(struct forkd_socket *, int64_t *);
static int	print_long(struct forkd_socket *, size_t, const char *,
		    va_list) __attribute__((format(printf, 3, 0)));

ssize_t
forkd_socket_write(struct forkd_socket *sock, const void *data, size_t size)
{
	if (socket_check_data(sock, "forkd_socket_write", data, size) == -1)
		return -1;
	return transmit(sock, data, size, 0);
}

int
forkd_socket_write_all(struct forkd_socket *sock, const void *data,
    size_t size)
{
	if (socket_check_data(sock, "forkd_socket_write_all", data,
	    size) == -1)
		return -1;
	return transmit_all(sock, data, size);
}

ssize_t
forkd_socket_send(struct forkd_socket *sock, const void *data, size_t size,
    int flags)
{
	static const char	function[] = "forkd_socket_send";

	if (socket_check_data(sock, function, data, size) == -1 ||
	    socket_check_flags(sock, function, flags,
	    FLAGS | MORE_FLAGS) == -1)
		return -1;
	return transmit(sock, data, size, flags);
}

ssize_t
forkd_socket_sendto(struct forkd_socket *sock, const void *data, size_t size,
    int flags, const char *address, int port)
{
	static const char	function[] = "forkd_socket_sendto";
	struct addr		addr;
	char			text[ADDR_TEXT_SIZE];
	int64_t			deadline;
	ssize_t			n;

	if (socket_check_data(sock, function, data, size) == -1 ||
	    socket_check_flags(sock, function, flags,
	    FLAGS | MORE_FLAGS) == -1 ||
	    socket_address(sock, function, address, port, &addr) == -1 ||
	    socket_check_sendto(sock, &addr) == -1)
		return -1;
	deadline = -socket_deadline(sock, POLLOUT);
	do {
		n = sendto(sock->fd, data, size, flags | MSG_NOSIGNAL,
		    &addr.u.sa, addr.length);
	} while (n == -1 && socket_again(sock, POLLOUT, flags, &deadline));
	if (n != -1)
		return n;
	addr_text(&addr, text, sizeof(text));
	return socket_failed(sock, errno, "send to %s", text);
}

int
forkd_socket_printf(struct forkd_socket *sock, const char *format, ...)
{
	char	text[PRINTF_SIZE];
	va_list	args;
	int	length;

	if (socket_check(sock, "forkd_socket_printf") == -1)
		return -1;
	if (format == NULL)
		return socket_wrong(sock, EINVAL,
		    "forkd_socket_printf: format: NULL");
	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0)
		return socket_failed(sock, errno, "forkd_socket_printf: %s",
		    format);
	if ((size_t)length < sizeof(text))
		return transmit_all(sock, text, (size_t)length) == -1 ? -1 :
		    length;
	va_start(args, format);
	length = print_long(sock, (size_t)length + 1, format, args);
	va_end(args);
	return length;
}

static int
print_long(struct forkd_socket *sock, size_t size, const char *format,
    va_list args)
{
	char	*text;
	int	 length;

	text = malloc(size);
	if (text == NULL)
		return socket_failed(sock, ENOMEM, "forkd_socket_printf: %zu "
		    "bytes", size);
	length = vsnprintf(text, size, format, args);
	if (length < 0 || (size_t)length >= size)	/* it has changed */
		length = socket_wrong(sock, EINVAL,
		    "forkd_socket_printf: %s: not the same twice", format);
	else if (transmit_all(sock, text, (size_t)length) == -1)
		length = -1;
	free(text);
	return length;
}

static ssize_t
transmit(struct forkd_socket *sock, const void *data, size_t size, int flags)
{
	int64_t	deadline;
	ssize_t	n;

	deadline = -socket_deadline(sock, POLLOUT);
	do {
		n = send(sock->fd, data, size, flags | MSG_NOSIGNAL);
	} while (n == -1 && socket_again(sock, POLLOUT, flags, &deadline));
	return n != -1 ? n :
	    socket_transfer_failed(sock, errno, "write to");
}

/* A message goes in one piece, also an empty one; of a stream nothing is 0. */
static int
transmit_all(struct forkd_socket *sock, const char *data, size_t size)
{
	int64_t	deadline;
	size_t	done;
	ssize_t	n;
	int	flags;

	if (size == 0 && sock->type == SOCK_STREAM)
		return 0;
	deadline = socket_deadline(sock, POLLOUT);
	/* a unix socket would begin to count anew with each buffer */
	flags = MSG_NOSIGNAL | (deadline != 0 ? MSG_DONTWAIT : 0);
	done = 0;
	do {
		n = send(sock->fd, data + done, size - done, flags);
		if (n == -1 && !again(sock, &deadline))
			return socket_transfer_failed(sock, errno, "write to");
		if (n != -1)
			done += (size_t)n;
		if (n != -1 && done < size && socket_is_late(deadline))
			return socket_transfer_failed(sock, errno, "write to");
	} while (n == -1 || done < size);
	return 0;
}

/* As socket_again(), but O_NONBLOCK does not keep it from waiting. */
static bool
again(struct forkd_socket *sock, int64_t *deadline)
{
	if (errno == EAGAIN && socket_nonblock(sock->fd) == 1)
		return socket_wait(sock->fd, POLLOUT, *deadline) == 0;
	return socket_again(sock, POLLOUT, 0, deadline);
}
