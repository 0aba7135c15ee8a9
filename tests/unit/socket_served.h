/* SPDX-License-Identifier: ISC */
/*
 * socket_served.h: a server, and a socket that is its client.  Included once in
 * a program.
 */
#ifndef SOCKET_SERVED_H
#define SOCKET_SERVED_H

#include <sys/socket.h>

#include "forkd.h"
#include "socket.h"
#include "unit.h"

static struct forkd_socket	*sock, *server;

static inline void
served_gone(void)
{
	forkd_socket_close(sock);
	forkd_socket_close(server);
	sock = server = NULL;
}

static inline int
served_port(void)
{
	int	port;

	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(forkd_socket_getsockname(server, NULL, 0, &port), 0);
	return port;
}

/* A client of a URL, and that the server gets what it says. */
static inline void
served_client(const char *url)
{
	struct forkd_socket	*conn;
	char			 byte;

	sock = forkd_socket_client(url, 60000);
	ck_assert_msg(sock != NULL, "%s", forkd_error(NULL));
	ck_assert_int_eq(sock->receive_ms, -1);
	ck_assert_int_eq(sock->send_ms, -1);
	ck_assert_int_eq(socket_nonblock(sock->fd), 0);
	ck_assert_int_eq(send(sock->fd, "a", 1, 0), 1);
	conn = server->type == SOCK_STREAM ? forkd_socket_accept(server) :
	    server;
	ck_assert_ptr_nonnull(conn);
	ck_assert_int_eq(recv(conn->fd, &byte, 1, 0), 1);
	if (conn != server)
		forkd_socket_close(conn);
}

#endif /* SOCKET_SERVED_H */
