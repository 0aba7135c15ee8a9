/* SPDX-License-Identifier: ISC */
/*
 * answer: a handler that waits for a line before it says hello, so that others
 * can hold it.  Linked statically, see hello.c.
 */

#include "config.h"

#include <unistd.h>

int
main(void)
{
	static const char	hello[] = "hello\n";
	char			line[64];	/* all of it: bytes that are
						   left would be a reset */

	if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
		_exit(0);
	_exit(write(STDOUT_FILENO, hello, 6) == 6 ? 0 : 1);
}
