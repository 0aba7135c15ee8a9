/* SPDX-License-Identifier: ISC */
/*
 * SCAFFOLD: what socket_read.c and socket_wait.c of the other parts define.
 * Goes away when these are merged.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "socket.h"

size_t
socket_ahead_take(struct forkd_socket *sock, void *data, size_t size,
    bool peek)
{
	size_t	n;

	n = sock->ahead_end - sock->ahead_at;
	if (n > size)
		n = size;
	if (n > 0)
		memcpy(data, sock->ahead + sock->ahead_at, n);
	if (!peek)
		sock->ahead_at += n;
	return n;
}

int
socket_expired(const struct forkd_socket *sock, int number)
{
	int	flags;

	if (number != EAGAIN || sock->timeout_ms == -1)
		return number;
	flags = fcntl(sock->fd, F_GETFL);
	return flags == -1 || (flags & O_NONBLOCK) != 0 ? number : ETIMEDOUT;
}
