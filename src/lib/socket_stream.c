/* SPDX-License-Identifier: ISC */
/*
 * Sockets and stdio: a FILE from a socket and a socket from a FILE, each with a
 * descriptor of its own.  Bytes that one of them has read ahead would be lost
 * for the other, so there must not be any.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#ifdef HAVE_STDIO_EXT_H
#include <stdio_ext.h>
#endif
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "fdio.h"
#include "socket.h"

static bool	is_mode(const char *);
static bool	holds_output(FILE *);
static bool	holds_input(FILE *);

FILE *
forkd_socket_export_stream(struct forkd_socket *sock, const char *mode)
{
	static const char	 function[] = "forkd_socket_export_stream";
	FILE			*stream;
	int			 fd;

	if (socket_check(sock, function) == -1)
		return NULL;
	if (mode == NULL || !is_mode(mode)) {
		(void)socket_wrong(sock, EINVAL, "%s: mode %s: not r, w, r+ "
		    "or w+", function, mode == NULL ? "NULL" : mode);
		return NULL;
	}
	if (sock->type != SOCK_STREAM) {
		(void)socket_wrong(sock, EOPNOTSUPP,
		    "%s: not a socket of type SOCK_STREAM", function);
		return NULL;
	}
	if (sock->ahead_at != sock->ahead_end) {
		(void)socket_wrong(sock, EBUSY,
		    "%s: %zu bytes are read ahead", function,
		    sock->ahead_end - sock->ahead_at);
		return NULL;
	}
	fd = fcntl(sock->fd, F_DUPFD_CLOEXEC, 0);
	stream = fd == -1 ? NULL : fdopen(fd, mode);
	if (stream == NULL) {
		(void)socket_failed(sock, errno, "%s: descriptor %d", function,
		    sock->fd);
		fdio_close(&fd);
	}
	return stream;
}

struct forkd_socket *
forkd_socket_import_stream(FILE *stream)
{
	static const char	 function[] = "forkd_socket_import_stream";
	struct forkd_socket	*sock;
	int			 copy, fd;

	if (stream == NULL) {
		(void)socket_wrong(NULL, EINVAL, "%s: stream: NULL", function);
		return NULL;
	}
	fd = fileno(stream);
	copy = fd == -1 || fdio_option(fd, SOL_SOCKET, SO_TYPE) == -1 ? -1 :
	    fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy == -1) {
		(void)socket_failed(NULL, errno, "%s: descriptor %d", function,
		    fd);
		return NULL;
	}
	sock = NULL;
	if (holds_output(stream))
		(void)socket_wrong(NULL, EBUSY,
		    "%s: the stream holds bytes that are not written: "
		    "fflush(3)", function);
	else if (holds_input(stream))
		(void)socket_wrong(NULL, EBUSY,
		    "%s: the stream holds bytes that are not read", function);
	else
		sock = forkd_socket_from_fd(copy);
	if (sock == NULL)
		fdio_close(&copy);
	return sock;
}

/* Not "a": fdopen(3) would set O_APPEND, which the socket would share. */
static bool
is_mode(const char *mode)
{
	if (mode[0] != 'r' && mode[0] != 'w')
		return false;
	return strspn(mode + 1, "+be") == strlen(mode + 1);
}

#ifdef HAVE___FPENDING
static bool
holds_output(FILE *stream)
{
	return __fpending(stream) > 0;
}
#else
static bool
holds_output(FILE *stream)
{
	return fflush(stream) == EOF;	/* the next best */
}
#endif

/*
 * Only the C library knows.  That of musl says it; the GNU one has the bounds
 * of its buffer in the struct, and another buffer for wide characters.
 */
#if defined(HAVE___FREADAHEAD)
static bool
holds_input(FILE *stream)
{
	return __freadahead(stream) > 0;
}
#elif defined(HAVE_FILE__IO_READ_PTR)
#define IN_BACKUP	0x100	/* ungetc(3); the rest is saved meanwhile */

static bool
holds_input(FILE *stream)
{
	if (fwide(stream, 0) > 0 ||
	    stream->_IO_read_ptr < stream->_IO_read_end)
		return true;
	return (stream->_flags & IN_BACKUP) != 0 &&
	    stream->_IO_save_base < stream->_IO_save_end;
}
#else
static bool
holds_input(FILE *stream)
{
	(void)stream;
	return false;	/* forkd_socket_import_stream(3) says so */
}
#endif
