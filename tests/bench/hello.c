/* SPDX-License-Identifier: ISC */
/*
 * hello: the least a handler can do, so that a comparison of superservers
 * measures them and not it.  Linked statically: the dynamic linker would cost
 * more than the rest.
 */

#include "config.h"

#include <unistd.h>

int
main(void)
{
	static const char	hello[] = "hello\n";

	_exit(write(STDOUT_FILENO, hello, 6) == 6 ? 0 : 1);
}
