/* SPDX-License-Identifier: ISC */
/*
 * socket_try.h: what the unit tests of the socket layer ask again and again.
 */
#ifndef SOCKET_TRY_H
#define SOCKET_TRY_H

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "fdio.h"
#include "forkd.h"
#include "forkd_socket.h"
#include "unit.h"

/* That it failed with this number, for socket (unless NULL) and thread. */
static inline void
try_error(const struct forkd_socket *of, int number, const char *text)
{
	int	seen = errno;

	ck_assert_int_eq(seen, number);
	ck_assert_int_eq(forkd_socket_last_error(NULL), number);
	if (of != NULL)
		ck_assert_int_eq(forkd_socket_last_error(of), number);
	if (strncmp(forkd_error(NULL), text, strlen(text)) != 0)
		ck_assert_str_eq(forkd_error(NULL), text);
}

static inline void
try_fails(int result, const struct forkd_socket *of, int number,
    const char *text)
{
	ck_assert_int_eq(result, -1);
	try_error(of, number, text);
}

/* An IPv4 loopback address that no other process is likely to use. */
static inline const char *
try_own_address(int which)
{
	static char		text[2][32];
	const unsigned long	pid = (unsigned long)getpid();

	(void)snprintf(text[which], sizeof(text[which]), "127.%lu.%lu.%lu",
	    64 + (unsigned long)which * 64 + (pid >> 16 & 63), pid >> 8 & 255,
	    pid & 255);
	return text[which];
}

/* How many descriptors are open: none is to be lost where something fails. */
static inline int
try_descriptors(void)
{
	int	count, fd;

	for (count = 0, fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			count++;
	return count;
}

/*
 * A handler of SIGALRM that runs every few milliseconds, until ms is 0: one
 * signal might come before the call that it is to interrupt.
 */
static inline void
try_alarms(void (*handler)(int), int flags, int ms)
{
	struct sigaction	action;
	struct itimerval	timer;

	memset(&action, 0, sizeof(action));
	action.sa_handler = ms == 0 ? SIG_IGN : handler;
	action.sa_flags = flags;
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	memset(&timer, 0, sizeof(timer));
	timer.it_value.tv_usec = timer.it_interval.tv_usec = ms * 1000;
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

/* There is an IPv6 loopback here. */
static inline bool
try_ipv6(void)
{
	struct addr	addr;
	bool		is_there;
	int		fd;

	addr_any(&addr, AF_INET6, 0);
	addr.u.in6.sin6_addr = in6addr_loopback;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	is_there = fd != -1 && bind(fd, &addr.u.sa, addr.length) == 0;
	fdio_close(&fd);
	return is_there;
}

#endif /* SOCKET_TRY_H */
