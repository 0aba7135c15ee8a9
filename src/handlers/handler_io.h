/* SPDX-License-Identifier: ISC */
#ifndef HANDLER_IO_H
#define HANDLER_IO_H

#include <sys/types.h>

#include <stddef.h>

/*
 * What every handler needs: its start, whole reads and writes on the
 * connection, and an end that loses no answer.
 */

/*
 * First call of every handler.  Ignores SIGPIPE, so that a client that left
 * is an errno; leaves with EX_USAGE if there are arguments.  The name must
 * stay valid, it begins every message.
 */
void	handler_io_start(const char *name, int argc);

/* Up to size bytes from the client: how many, 0 at the end, -1 with errno. */
ssize_t	handler_io_read(void *data, size_t size);

/* All of it, or -1 with errno. */
int	handler_io_write(int fd, const void *data, size_t len);

/*
 * What the handler exits with after errno: 0 if the client left, which is no
 * failure; otherwise 1, and "NAME: what: reason" is on standard error.
 */
int	handler_io_fail(const char *what);

/*
 * Ends the output so that the client gets all of it although it may still be
 * sending: closing a socket with unread input would throw answers away.
 */
void	handler_io_finish(void);

#endif
