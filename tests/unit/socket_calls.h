/* SPDX-License-Identifier: ISC */
/*
 * socket_calls.h: every call that moves bytes, by number, for tests that are
 * the same for all of them.
 */
#ifndef SOCKET_CALLS_H
#define SOCKET_CALLS_H

#include <sys/uio.h>

#include <string.h>
#include <unistd.h>

#include "sockets.h"

static struct forkd_socket	*pair[2];
static char			 data[64];

static inline void
put(const char *text)
{
	ck_assert_int_eq(write(forkd_socket_fd(pair[1]), text, strlen(text)),
	    (int)strlen(text));
}

/* Each call by number; what it moves is "hello\n". */
enum { READ, LINE, RECV, ALL, RECVFROM, READV, RECEIVING,
	WRITE = RECEIVING, WRITE_ALL, PRINTF, SEND, WRITEV, CALLS };

static inline ssize_t
call(int number)
{
	static char		hello[] = "hello\n";
	const struct iovec	in = { .iov_base = data, .iov_len = 6 };
	const struct iovec	out = { .iov_base = hello, .iov_len = 6 };

	switch (number) {
	case READ:
		return forkd_socket_read(pair[0], data, 6, FORKD_READ_BINARY);
	case LINE:
		return forkd_socket_read(pair[0], data, 64, FORKD_READ_LINE);
	case RECV:
		return forkd_socket_recv(pair[0], data, 6, 0);
	case ALL:
		return forkd_socket_recv(pair[0], data, 6, MSG_WAITALL);
	case RECVFROM:
		return forkd_socket_recvfrom(pair[0], data, 6, 0, NULL, 0,
		    NULL);
	case READV:
		return forkd_socket_readv(pair[0], &in, 1);
	case WRITE:
		return forkd_socket_write(pair[0], hello, 6);
	case WRITE_ALL:
		return forkd_socket_write_all(pair[0], hello, 6) == 0 ? 6 : -1;
	case PRINTF:
		return forkd_socket_printf(pair[0], "%s", hello);
	case SEND:
		return forkd_socket_send(pair[0], hello, 6, 0);
	default:
		return forkd_socket_writev(pair[0], &out, 1);
	}
}

static inline void
moved(int number)
{
	if (number >= RECEIVING) {
		memset(data, 0, sizeof(data));
		ck_assert_int_eq(read(forkd_socket_fd(pair[1]), data,
		    sizeof(data)), 6);
	}
	ck_assert_mem_eq(data, "hello\n", 6);
	memset(data, 0, sizeof(data));
}

#endif /* SOCKET_CALLS_H */
