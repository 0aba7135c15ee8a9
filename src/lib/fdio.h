/* SPDX-License-Identifier: ISC */
#ifndef FDIO_H
#define FDIO_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FDIO_KEPT	3	/* where fdio_arrange puts `keep' */

/*
 * fdio_standard: opens /dev/null on those of the descriptors 0, 1 and 2 that
 * are closed.  Returns 0, or -1 with errno of open(2): EMFILE, ENFILE, ENOENT
 * where there is no /dev.
 */
int	fdio_standard(void);

/*
 * fdio_pipe: pipe2(2) with both ends close-on-exec and non-blocking.
 * Returns 0, or -1 with errno and both set to -1.
 */
int	fdio_pipe(int ends[2]);

/*
 * fdio_again: opens what fd is once more, through /proc, write-only and
 * close-on-exec, with a file description of its own: flags O_NONBLOCK and
 * O_APPEND.  Returns it, or -1 with errno of open(2).
 */
int	fdio_again(int fd, int flags);

/*
 * fdio_close_inherited: closes what this program was started with, from 3 on:
 * what is not close-on-exec; but not those that keep() says yes to.  Where
 * there is no /proc they stay open.
 */
void	fdio_close_inherited(bool (*keep)(int, const void *), const void *);

/*
 * fdio_absolute: the path as seen from everywhere.  Returns it, the caller's to
 * free, or NULL with errno of getcwd(3), ENAMETOOLONG, ENOMEM.
 */
char	*fdio_absolute(const char *path);

/* fdio_close: closes *fd if it is open and sets it to -1; keeps errno. */
void	fdio_close(int *fd);

/*
 * fdio_close_foreign: the same for what somebody else has had in his hands and
 * may have given SO_LINGER: close(2) would wait for that.  The kernel sends
 * what is left all the same; a reset (a time of 0) stays one.
 */
void	fdio_close_foreign(int *fd);

/* fdio_option: an option of a socket that is a number; -1 with errno. */
int	fdio_option(int fd, int level, int name);

/*
 * fdio_read: reads until `size` bytes or end of file.  Returns the bytes
 * read, or -1 with errno; EINTR is retried, EAGAIN waits in poll(2).
 */
ssize_t	fdio_read(int fd, void *data, size_t size);

/*
 * fdio_read_by: the same, until a time of fdio_clock (-1: none): ETIMEDOUT.
 * The descriptor must be non-blocking.
 */
ssize_t	fdio_read_by(int fd, void *data, size_t size, int64_t deadline_ms);

/* fdio_clock: monotonic milliseconds. */
int64_t	fdio_clock(void);

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
 * fdio_duplicate: dup3(2), or nothing if both are the same: with flags 0 the
 * copy stays open over exec.  Returns 0, or -1 with errno, EINTR and EBUSY
 * never.
 */
int	fdio_duplicate(int from, int to, int flags) __attribute__((hot));

/*
 * fdio_arrange: in a child, makes `in', `out' and `err' the descriptors 0, 1
 * and 2 (equal numbers are allowed, 2 for err leaves it) and `keep' the
 * descriptor FDIO_KEPT, close-on-exec; every other one is closed.  `keep' is
 * not below 3, in and out are not below 3 or stay what they are.
 * Returns 0, or -1 with errno.
 */
int	fdio_arrange(int in, int out, int err, int keep) __attribute__((hot));

/*
 * fdio_pass.c: messages that carry a descriptor, see unix(7).
 * fdio_send: sends parts as one message, with a copy of `passed' unless it is
 * -1; never SIGPIPE.  fdio_receive: fills parts; *passed becomes the caller's,
 * close-on-exec, -1: none; *flags are those of recvmsg(2), then those of the
 * message: MSG_CTRUNC, there was no room for its descriptor.  They return the
 * bytes, or -1 with errno; only fdio_receive EINTR, and EBADMSG: several
 * descriptors, which are closed; the message is gone.
 */
struct iovec;
ssize_t	fdio_send(int, struct iovec *parts, size_t count, int passed,
	    int flags)
	    __attribute__((hot));
ssize_t	fdio_receive(int, struct iovec *parts, size_t count, int *passed,
	    int *flags)
	    __attribute__((hot));

#endif
