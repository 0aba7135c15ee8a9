/* SPDX-License-Identifier: ISC */
/*
 * System calls by the processor's own instruction, as the kernel's
 * include/uapi and syscall(2) describe it; on other processors, and where
 * others may want to see the calls, by the C library.
 */
#include "config.h"

#include <sys/epoll.h>

#include <errno.h>

#include "direct.h"

#define ERROR_MOST	4095	/* -1 to -4095 are errors */

static long	direct_ask(long, long, long, long, long, long, long)
		    __attribute__((hot));

static bool	alone;

void
direct_alone(bool on)
{
	alone = on;
}

long
direct_call(long number, long a, long b, long c, long d, long e, long f)
{
	long	result;

	if (!alone)
		return syscall(number, a, b, c, d, e, f);
	result = direct_ask(number, a, b, c, d, e, f);
	if (result >= 0 || result < -ERROR_MOST)
		return result;
	errno = (int)-result;
	return -1;
}

ssize_t
direct_sendmsg(int fd, const struct msghdr *message, int flags)
{
	if (!alone)
		return sendmsg(fd, message, flags);
	return direct_call(SYS_sendmsg, fd, direct_pointer(message), flags, 0,
	    0, 0);
}

ssize_t
direct_recvmsg(int fd, struct msghdr *message, int flags)
{
	if (!alone)
		return recvmsg(fd, message, flags);
	return direct_call(SYS_recvmsg, fd, direct_pointer(message), flags, 0,
	    0, 0);
}

int
direct_accept(int fd, struct sockaddr *addr, socklen_t *length)
{
	int	accepted, saved;

	if (alone)
		return (int)direct_ask(SYS_accept4, fd, direct_pointer(addr),
		    direct_pointer(length), SOCK_CLOEXEC, 0, 0);
	saved = errno;
	accepted = accept4(fd, addr, length, SOCK_CLOEXEC);
	if (accepted == -1)
		accepted = -errno;
	errno = saved;
	return accepted;
}

int
direct_wait(int fd, struct epoll_event *events, int count, int wait_ms)
{
	int	ready, saved;

	if (alone)
		return (int)direct_ask(SYS_epoll_pwait, fd,
		    direct_pointer(events), count, wait_ms, 0, 0);
	saved = errno;
	ready = epoll_wait(fd, events, count, wait_ms);
	if (ready == -1)
		ready = -errno;
	errno = saved;
	return ready;
}

/* Volatile: compilers know what this does, and would call the library. */
char *
direct_put(char *to, const char *end, const char *text)
{
	volatile char	*place;

	for (place = to; *text != '\0' && place < end - 1; place++)
		*place = *text++;
	*place = '\0';
	return to + (place - to);
}

/* Returns the negative of errno, and does not touch that. */
#if defined(__x86_64__) && !defined(__ILP32__)
static long
direct_ask(long number, long a, long b, long c, long d, long e, long f)
{
	register long	r10 __asm__("r10") = d;
	register long	r8 __asm__("r8") = e;
	register long	r9 __asm__("r9") = f;

	__asm__ volatile ("syscall" : "+a" (number) :
	    "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8), "r" (r9) :
	    "rcx", "r11", "memory");
	return number;
}
#elif defined(__aarch64__) && !defined(__ILP32__)
static long
direct_ask(long number, long a, long b, long c, long d, long e, long f)
{
	register long	x8 __asm__("x8") = number;
	register long	x0 __asm__("x0") = a;
	register long	x1 __asm__("x1") = b;
	register long	x2 __asm__("x2") = c;
	register long	x3 __asm__("x3") = d;
	register long	x4 __asm__("x4") = e;
	register long	x5 __asm__("x5") = f;

	__asm__ volatile ("svc 0" : "+r" (x0) :
	    "r" (x8), "r" (x1), "r" (x2), "r" (x3), "r" (x4), "r" (x5) :
	    "memory");
	return x0;
}
#else
static long
direct_ask(long number, long a, long b, long c, long d, long e, long f)
{
	long	result;
	int	saved;

	saved = errno;
	result = syscall(number, a, b, c, d, e, f);
	if (result == -1)
		result = -errno;
	errno = saved;
	return result;
}
#endif
