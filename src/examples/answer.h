/* SPDX-License-Identifier: ISC */
/*
 * answer.h: one line of text from a server that may be broken or hostile.
 * Each ends the program, with what cli.h says, or with 69 (EX_UNAVAILABLE) if
 * the server closes in the middle of a line, and with 76 (EX_PROTOCOL) if it
 * sends no text: anything but the printable characters of ASCII, which are safe
 * on a terminal; or more than ANSWER_MAX bytes.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include <forkd_socket.h>

#define ANSWER_MAX	512	/* bytes of a line, with its end */

/*
 * The next line of a stream until that point in time, without LF or CR LF, as
 * a string in line, which has room for ANSWER_MAX.  Returns 1, or 0: the
 * server has closed.
 */
int	answer_line(struct forkd_socket *, int64_t end, char *line);

/* The same for what has come already: makes a string of length bytes. */
void	answer_text(char *text, size_t length);

/* Says that the server has closed when it was to answer, and ends with 69. */
void	answer_missing(void) __attribute__((noreturn));

#endif
