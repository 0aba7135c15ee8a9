/* SPDX-License-Identifier: ISC */
/*
 * hello: the least a handler can do, so that a comparison of superservers
 * measures them and not it.  Linked statically, since the dynamic linker would
 * cost more than the rest; and without the C library where we know the system
 * calls, since its start asks the processor what it can, which takes 350 us on
 * virtual ones.
 */

#include "config.h"

#ifdef HELLO_IS_BARE

#include <sys/syscall.h>

static long	hello_call(long, long, long, long);
void		_start(void) __attribute__((__noreturn__));

#if defined(__x86_64__)
static long
hello_call(long number, long a, long b, long c)
{
	__asm__ volatile ("syscall" : "+a" (number) :
	    "D" (a), "S" (b), "d" (c) : "rcx", "r11", "memory");
	return number;
}
#elif defined(__aarch64__)
static long
hello_call(long number, long a, long b, long c)
{
	register long	x8 __asm__("x8") = number;
	register long	x0 __asm__("x0") = a;
	register long	x1 __asm__("x1") = b;
	register long	x2 __asm__("x2") = c;

	__asm__ volatile ("svc 0" : "+r" (x0) :
	    "r" (x8), "r" (x1), "r" (x2) : "memory");
	return x0;
}
#endif

void
_start(void)
{
	static const char	hello[] = "hello\n";

	for (;;)
		(void)hello_call(SYS_exit_group,
		    hello_call(SYS_write, 1, (long)hello, 6) == 6 ? 0 : 1,
		    0, 0);
}

#else

#include <unistd.h>

int
main(void)
{
	static const char	hello[] = "hello\n";

	_exit(write(STDOUT_FILENO, hello, 6) == 6 ? 0 : 1);
}

#endif
