/* SPDX-License-Identifier: ISC */
/*
 * A socket of the socket layer, from its making to its end.  Called by users;
 * the rest of the layer is in socket_*.c.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "fdio.h"
#include "socket.h"

static struct forkd_socket *known(int);
static int	check_kind(const char *, int, int);

struct forkd_socket *
socket_new(int fd, int domain, int type)
{
	struct forkd_socket	*sock;

	sock = calloc(1, sizeof(*sock));
	if (sock == NULL) {
		(void)socket_failed(NULL, ENOMEM, "socket");
		return NULL;
	}
	sock->fd = fd;
	sock->domain = domain;
	sock->type = type;
	sock->receive_ms = sock->send_ms = -1;
	return sock;
}

struct forkd_socket *
forkd_socket_create(int domain, int type, int protocol)
{
	struct forkd_socket	*sock;
	int			 fd;

	if (check_kind("forkd_socket_create", domain, type) == -1)
		return NULL;
	fd = socket(domain, type | SOCK_CLOEXEC, protocol);
	if (fd == -1) {
		(void)socket_failed(NULL, errno,
		    "socket of domain %d, type %d, protocol %d", domain, type,
		    protocol);
		return NULL;
	}
	sock = socket_new(fd, domain, type);
	if (sock == NULL)
		fdio_close(&fd);
	return sock;
}

int
forkd_socket_create_pair(int domain, int type, int protocol,
    struct forkd_socket *pair[2])
{
	struct forkd_socket	*first, *second;
	int			 fds[2];

	if (pair == NULL)
		return socket_wrong(NULL, EINVAL,
		    "forkd_socket_create_pair: pair: NULL");
	if (check_kind("forkd_socket_create_pair", domain, type) == -1)
		return -1;
	if (socketpair(domain, type | SOCK_CLOEXEC, protocol, fds) == -1)
		return socket_failed(NULL, errno,
		    "pair of domain %d, type %d, protocol %d", domain, type,
		    protocol);
	first = socket_new(fds[0], domain, type);
	second = first == NULL ? NULL : socket_new(fds[1], domain, type);
	if (second == NULL) {
		free(first);
		fdio_close(&fds[0]);
		fdio_close(&fds[1]);
		return -1;
	}
	pair[0] = first;
	pair[1] = second;
	return 0;
}

struct forkd_socket *
forkd_socket_from_fd(int fd)
{
	struct forkd_socket	*sock;

	sock = known(fd);
	if (sock == NULL)
		return NULL;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) {
		(void)socket_failed(NULL, errno, "descriptor %d", fd);
		free(sock);
		return NULL;
	}
	return sock;
}

struct forkd_socket *
socket_lend(int fd)
{
	struct forkd_socket	*sock;

	sock = known(fd);
	if (sock != NULL)
		sock->lent = true;
	return sock;
}

void
socket_take_back(struct forkd_socket *sock)
{
	if (sock == NULL)
		return;
	sock->lent = false;
	sock->fd = -1;
	forkd_socket_close(sock);
}

int
forkd_socket_fd(const struct forkd_socket *sock)
{
	return socket_check(sock, "forkd_socket_fd") == -1 ? -1 : sock->fd;
}

void
forkd_socket_close(struct forkd_socket *sock)
{
	int	saved;

	if (sock == NULL || sock->lent)
		return;
	saved = errno;
	fdio_close(&sock->fd);
	free(sock->ahead);
	free(sock);
	errno = saved;
}

/* The kernel says of which kind it is, and how long it waits. */
static struct forkd_socket *
known(int fd)
{
	struct forkd_socket	*sock;
	int			 domain, type;

	domain = fdio_option(fd, SOL_SOCKET, SO_DOMAIN);
	type = domain == -1 ? -1 : fdio_option(fd, SOL_SOCKET, SO_TYPE);
	if (type == -1) {
		(void)socket_failed(NULL, errno, "descriptor %d", fd);
		return NULL;
	}
	sock = socket_new(fd, domain, type);
	if (sock != NULL)
		socket_learn_timeout(sock);
	return sock;
}

/* Flags are not for the caller: descriptors are close-on-exec anyway. */
static int
check_kind(const char *function, int domain, int type)
{
	if (domain < 0)
		return socket_wrong(NULL, EAFNOSUPPORT, "%s: domain %d",
		    function, domain);
	if (type < 0 || (type & (SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0)
		return socket_wrong(NULL, EINVAL,
		    "%s: type %d: not one of SOCK_STREAM, SOCK_DGRAM, "
		    "SOCK_SEQPACKET, SOCK_RAW", function, type);
	return 0;
}
