/* SPDX-License-Identifier: ISC */
#ifndef FDIO_H
#define FDIO_H

#include <sys/types.h>

#include <stddef.h>

/*
 * fdio_standard: opens /dev/null on those of the descriptors 0, 1 and 2 that
 * are closed.  Returns 0, or -1 with errno of open(2).
 */
int	fdio_standard(void);

/*
 * fdio_pipe: pipe2(2) with both ends close-on-exec and non-blocking.
 * Returns 0, or -1 with errno and both set to -1.
 */
int	fdio_pipe(int ends[2]);

/* fdio_close: closes *fd if it is open and sets it to -1; keeps errno. */
void	fdio_close(int *fd);

/*
 * fdio_read: reads until `size` bytes or end of file.  Returns the bytes
 * read, or -1 with errno; EINTR is retried, EAGAIN waits in poll(2).
 */
ssize_t	fdio_read(int fd, void *data, size_t size);

/*
 * fdio_write: writes all of it.  Returns 0, or -1 with errno; EINTR is
 * retried, EAGAIN waits in poll(2).
 */
int	fdio_write(int fd, const void *data, size_t size);

/*
 * fdio_finish: half-closes a connection and throws away what the peer has
 * sent but nobody read: closing on unread bytes would send a reset (RFC 1122,
 * 4.2.2.13), which may destroy our last words before the peer has read them.
 * Never waits; nothing to report.
 */
void	fdio_finish(int fd);

/*
 * fdio_arrange: in a child, makes `in`, `out` and `err` the descriptors 0, 1
 * and 2 (equal numbers are allowed, 2 for err leaves it) and `keep` the
 * descriptor 3, close-on-exec; every other one is closed.  None of the four
 * but err may be below 3.  Returns 0, or -1 with errno.
 */
int	fdio_arrange(int in, int out, int err, int keep);

#endif
