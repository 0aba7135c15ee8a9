/* SPDX-License-Identifier: ISC */
/*
 * Listeners that were there before forkd: descriptors that whoever started it
 * left open.  They belong to somebody else too: nothing is bound, unlinked or
 * set here, but for what keeps the master from waiting in accept(2).
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "addr.h"
#include "error.h"
#include "fdio.h"
#include "inherited.h"
#include "listen_fd.h"

static int		 listen_fd_named(const struct addr_spec *,
			    const char *, struct error *);
static int		 listen_fd_socket(const char *, int, struct error *);
static int		 listen_fd_idle(const char *, int, struct error *);
static const char	*file_kind(mode_t);

int
listen_fd_find(const struct addr_spec *spec, const char *text,
    struct error *error)
{
	const char	*wrong;
	int		 fd;

	if (strspn(spec->host, "0123456789") != strlen(spec->host))
		return listen_fd_named(spec, text, error);
	fd = (int)strtonum(spec->host, 0, INT_MAX, &wrong);
	if (wrong != NULL)
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: no descriptor has such a number", text);
	if (fd < INHERITED_FIRST)
		return error_set(error, EX_USAGE, EINVAL,
		    "%s: 0, 1 and 2 are not for listeners: fd://%d?", text,
		    INHERITED_FIRST);
	return fd;
}

int
listen_fd_check(const char *text, int fd, struct error *error)
{
	struct stat	st;

	if (fstat(fd, &st) == -1) {
		if (errno != EBADF)
			return error_system(error, errno, "%s", text);
		return error_set(error, EX_UNAVAILABLE, EBADF,
		    "%s: descriptor %d is not open", text, fd);
	}
	if (!S_ISSOCK(st.st_mode))
		return error_set(error, EX_UNAVAILABLE, ENOTSOCK,
		    "%s: descriptor %d is %s, not a socket that listens",
		    text, fd, file_kind(st.st_mode));
	if (listen_fd_socket(text, fd, error) == -1)
		return -1;
	if (fdio_option(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1)
		return listen_fd_idle(text, fd, error);
	return 0;
}

/*
 * O_NONBLOCK belongs to all who share the socket, but another one of them may
 * take the connection that woke us, and the master must not wait for the next.
 * It stays when forkd ends: somebody else may rely on it by then.
 */
int
listen_fd_prepare(const char *text, int fd, bool accepts,
    struct error *error)
{
	int	flags;

	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    (flags = fcntl(fd, F_GETFL)) == -1)
		return error_system(error, errno, "%s", text);
	if (accepts && (flags & O_NONBLOCK) == 0 &&
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return error_system(error, errno, "%s", text);
	return 0;
}

static int
listen_fd_named(const struct addr_spec *spec, const char *text,
    struct error *error)
{
	const char	*names;
	int		 count, fd;

	count = inherited_count(error);
	if (count == -1)
		return -1;
	if (count == 0)
		return error_set(error, EX_UNAVAILABLE, ENOENT,
		    "%s: no socket was passed: %s", text,
		    inherited_why_none());
	fd = inherited_next(spec->host, INHERITED_FIRST);
	if (fd != -1)
		return fd;
	names = getenv("LISTEN_FDNAMES");
	if (names == NULL)
		return error_set(error, EX_UNAVAILABLE, ENOENT,
		    "%s: the sockets have no names: LISTEN_FDNAMES is not "
		    "set; fd://%d?", text, INHERITED_FIRST);
	return error_set(error, EX_UNAVAILABLE, ENOENT,
	    "%s: no socket has that name; LISTEN_FDNAMES is %s", text, names);
}

/* tcp, unix stream and unix seqpacket */
static int
listen_fd_socket(const char *text, int fd, struct error *error)
{
	int	domain, protocol, type;

	domain = fdio_option(fd, SOL_SOCKET, SO_DOMAIN);
	type = fdio_option(fd, SOL_SOCKET, SO_TYPE);
	protocol = fdio_option(fd, SOL_SOCKET, SO_PROTOCOL);
	if (domain == AF_UNIX && (type == SOCK_STREAM ||
	    type == SOCK_SEQPACKET))
		return 0;
	if ((domain == AF_INET || domain == AF_INET6) &&
	    type == SOCK_STREAM && protocol == IPPROTO_TCP)
		return 0;
	if (type == SOCK_DGRAM && domain != AF_UNIX)
		return error_set(error, EX_UNAVAILABLE, ENOTSUP,
		    "%s: descriptor %d is a udp socket, and these are not "
		    "there yet", text, fd);
	return error_set(error, EX_UNAVAILABLE, ENOTSUP,
	    "%s: descriptor %d is a socket of family %d, type %d, protocol "
	    "%d, neither tcp nor a unix stream or seqpacket socket", text, fd,
	    domain, type, protocol);
}

static int
listen_fd_idle(const char *text, int fd, struct error *error)
{
	struct addr	peer;

	peer.length = sizeof(peer.u);
	if (getpeername(fd, &peer.u.sa, &peer.length) == 0)
		return error_set(error, EX_UNAVAILABLE, EINVAL,
		    "%s: descriptor %d is a connection, not a socket that "
		    "listens; Accept=no?", text, fd);
	return error_set(error, EX_UNAVAILABLE, EINVAL,
	    "%s: descriptor %d is a socket that does not listen", text, fd);
}

static const char *
file_kind(mode_t mode)
{
	if (S_ISREG(mode))
		return "a file";
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a pipe";
	if (S_ISCHR(mode))
		return "a device";
	return "something else";
}
