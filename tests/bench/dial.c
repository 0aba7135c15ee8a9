/* SPDX-License-Identifier: ISC */
/*
 * Connections to the server under load: from where, and how they begin.  What
 * becomes of them is load.c's.
 */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "dial.h"

#define RETRY_MS	10

static int	bind_source(int, const struct target *);
static int	try_once(const struct target *, int);

int
dial_resolve(struct target *target, const char *address, const char *port)
{
	struct addrinfo	hints, *found;
	int		error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	error = getaddrinfo(address, port, &hints, &found);
	if (error != 0)
		return error;
	memcpy(&target->address, found->ai_addr, found->ai_addrlen);
	target->length = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

int
dial_start(const struct target *target)
{
	int	fd, saved;

	fd = socket(target->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (bind_source(fd, target) == 0 &&
	    (connect(fd, (const struct sockaddr *)&target->address,
	    target->length) == 0 || errno == EINPROGRESS))
		return fd;
	saved = errno;
	(void)close(fd);	/* nothing was sent that could be lost */
	errno = saved;
	return -1;
}

int
dial_finish(int fd, int timeout_ms)
{
	struct pollfd	pfd = { .fd = fd, .events = POLLOUT };
	socklen_t	length = sizeof(int);
	int		error = ETIMEDOUT, ready;

	ready = poll(&pfd, 1, timeout_ms);
	if (ready == -1 || (ready == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR,
	    &error, &length) == -1))
		return -1;
	if (error == 0)
		return 0;
	errno = error;
	return -1;
}

int
dial_wait(const struct target *target, int timeout_ms)
{
	int	left = timeout_ms;

	while (try_once(target, left) == -1) {
		left -= RETRY_MS;
		if (left <= 0)
			return -1;
		(void)poll(NULL, 0, RETRY_MS);	/* cut short is no harm */
	}
	return 0;
}

/*
 * The port is left to connect(2): chosen here, it would be taken from all
 * 127.x.y.z at once for as long as the socket lives.
 */
static int
bind_source(int fd, const struct target *target)
{
	static uint32_t		next;
	struct sockaddr_in	source, server;
	uint32_t		x, y, z;
	int			on = 1;

	if (target->address.ss_family != AF_INET)
		return 0;
	memcpy(&server, &target->address, sizeof(server));
	if (ntohl(server.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
		return 0;
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
	    sizeof(on)) == -1)
		return -1;
	x = 1 + next % 16;
	y = 1 + next / 16 % 16;
	z = 1 + next / 256 % 16;
	next++;
	memset(&source, 0, sizeof(source));
	source.sin_family = AF_INET;
	source.sin_addr.s_addr = htonl((uint32_t)IN_LOOPBACKNET << 24 |
	    x << 16 | y << 8 | z);
	return bind(fd, (const struct sockaddr *)&source, sizeof(source));
}

static int
try_once(const struct target *target, int timeout_ms)
{
	int	fd, failed, saved;

	if ((fd = dial_start(target)) == -1)
		return -1;
	failed = dial_finish(fd, timeout_ms);
	saved = errno;
	(void)close(fd);	/* as in dial_start */
	errno = saved;
	return failed;
}
