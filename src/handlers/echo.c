/* SPDX-License-Identifier: ISC */
/*
 * echo: sends everything back, RFC 862.  Runs on a connection from forkd and
 * ends when the client ends its side.
 */

#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "handler_io.h"

int
main(int argc, char *argv[])
{
	static char	data[65536];
	ssize_t		n;

	(void)argv;			/* handler_io_start wants none */
	handler_io_start("echo", argc);
	while ((n = handler_io_read(data, sizeof(data))) > 0) {
		if (handler_io_write(STDOUT_FILENO, data, (size_t)n) == -1)
			return handler_io_fail("write");
	}
	return n == -1 ? handler_io_fail("read") : EXIT_SUCCESS;
}
