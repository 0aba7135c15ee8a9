/* SPDX-License-Identifier: ISC */
/*
 * What failed last: a number for each socket and each thread, and the thread's
 * sentence, which forkd_error(NULL) tells.  Every other file of the socket
 * layer reports here; nothing is ever printed.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "socket.h"

static _Thread_local int	thread_error;

static int	record(struct forkd_socket *, int);

int
socket_wrong(struct forkd_socket *sock, int number, const char *format, ...)
{
	char	text[ERROR_TEXT_SIZE];
	va_list	args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);	/* may be cut */
	va_end(args);
	(void)error_set(error_last(), EX_USAGE, number, "%s", text);
	return record(sock, number);
}

int
socket_failed(struct forkd_socket *sock, int number, const char *format, ...)
{
	char	text[ERROR_TEXT_SIZE];
	va_list	args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);	/* may be cut */
	va_end(args);
	(void)error_system(error_last(), number, "%s", text);
	return record(sock, number);
}

void
socket_error_keep(struct socket_kept *kept)
{
	kept->number = thread_error;
	kept->error = *error_last();
}

void
socket_error_restore(const struct socket_kept *kept)
{
	thread_error = kept->number;
	*error_last() = kept->error;
}

int
socket_check(const struct forkd_socket *sock, const char *function)
{
	if (sock != NULL)
		return 0;
	return socket_wrong(NULL, EINVAL, "%s: no socket", function);
}

int
forkd_socket_last_error(const struct forkd_socket *sock)
{
	return sock == NULL ? thread_error : sock->error;
}

void
forkd_socket_clear_error(struct forkd_socket *sock)
{
	if (sock == NULL)
		thread_error = 0;
	else
		sock->error = 0;
}

const char *
forkd_socket_strerror(int number)
{
	return strerror(number);
}

static int
record(struct forkd_socket *sock, int number)
{
	thread_error = number;
	if (sock != NULL)
		sock->error = number;
	errno = number;
	return -1;
}
