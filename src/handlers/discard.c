/* SPDX-License-Identifier: ISC */
/*
 * discard: reads everything and answers nothing, RFC 863.  Runs on a
 * connection from forkd and ends when the client ends its side.
 */

#include "config.h"

#include <stdlib.h>

#include "handler_io.h"

int
main(int argc, char *argv[])
{
	static char	data[65536];
	ssize_t		n;

	(void)argv;			/* handler_io_start wants none */
	handler_io_start("discard", argc);
	while ((n = handler_io_read(data, sizeof(data))) > 0)
		continue;
	return n == -1 ? handler_io_fail("read") : EXIT_SUCCESS;
}
