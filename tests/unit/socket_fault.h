/* SPDX-License-Identifier: ISC */
/*
 * socket_fault.h: system calls and memory that fail when a test says so.
 * Included once in a program; the library is linked with these instead of the
 * C library's.  They have other names in C, as the headers declare some of
 * them with unions or as inline functions.
 */
#ifndef SOCKET_FAULT_H
#define SOCKET_FAULT_H

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	const char	*name;		/* of the call that is to fail, once */
	int		 number;	/* with this errno */
	int		 after;		/* after so many that do not */
} fault;

static inline void
fault_set(const char *name, int number, int after)
{
	fault.name = name;
	fault.number = number;
	fault.after = after;
}

static inline int
fault_hits(const char *name)
{
	if (fault.name == NULL || strcmp(fault.name, name) != 0 ||
	    fault.after-- > 0)
		return 0;
	fault.name = NULL;
	errno = fault.number;
	return 1;
}

#define FAULT(name, parameters, arguments)				\
int fault_##name parameters __asm__(#name);				\
int									\
fault_##name parameters							\
{									\
	if (fault_hits(#name))						\
		return -1;						\
	return (int)syscall arguments;					\
}

FAULT(socket, (int domain, int type, int protocol),
    (SYS_socket, domain, type, protocol))
FAULT(bind, (int fd, const void *address, socklen_t length),
    (SYS_bind, fd, address, length))
FAULT(listen, (int fd, int backlog), (SYS_listen, fd, backlog))
FAULT(connect, (int fd, const void *address, socklen_t length),
    (SYS_connect, fd, address, length))
FAULT(accept4, (int fd, void *address, socklen_t *length, int flags),
    (SYS_accept4, fd, address, length, flags))
FAULT(getsockname, (int fd, void *address, socklen_t *length),
    (SYS_getsockname, fd, address, length))
FAULT(setsockopt, (int fd, int level, int name, const void *value,
    socklen_t length), (SYS_setsockopt, fd, level, name, value, length))
FAULT(getsockopt, (int fd, int level, int name, void *value,
    socklen_t *length), (SYS_getsockopt, fd, level, name, value, length))

int	fault_fcntl(int, int, ...) __asm__("fcntl");
void	*fault_calloc(size_t, size_t) __asm__("calloc");

int
fault_fcntl(int fd, int command, ...)
{
	va_list	args;
	long	value;

	va_start(args, command);
	value = va_arg(args, long);
	va_end(args);
	if (fault_hits("fcntl"))
		return -1;
	return (int)syscall(SYS_fcntl, fd, command, value);
}

void *
fault_calloc(size_t count, size_t size)
{
	void	*(*volatile get)(size_t) = malloc;
	void	*memory;

	if (fault_hits("calloc"))
		return NULL;
	if (size != 0 && count > (size_t)-1 / 2 / size)
		return NULL;
	/* through a pointer: a compiler would make calloc(3) of both */
	memory = get(count * size == 0 ? 1 : count * size);
	if (memory != NULL)
		memset(memory, 0, count * size);
	return memory;
}

#endif /* SOCKET_FAULT_H */
