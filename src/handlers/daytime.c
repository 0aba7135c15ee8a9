/* SPDX-License-Identifier: ISC */
/*
 * daytime: tells the local date and time as one line of text, RFC 867.  Runs
 * on a connection from forkd, reads nothing, and ends when the line is sent.
 */

#include "config.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "handler_io.h"

int
main(int argc, char *argv[])
{
	struct tm	*local;
	time_t		 now;
	size_t		 len;
	char		 text[80];

	(void)argv;			/* handler_io_start wants none */
	handler_io_start("daytime", argc);
	now = time(NULL);
	if ((local = localtime(&now)) == NULL)
		return handler_io_fail("time");
	len = strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y\r\n", local);
	if (handler_io_write(STDOUT_FILENO, text, len) == -1)
		return handler_io_fail("write");
	handler_io_finish();
	return EXIT_SUCCESS;
}
