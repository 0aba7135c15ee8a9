/* SPDX-License-Identifier: ISC */
/*
 * time: tells the time as a number, RFC 868: seconds since the first moment
 * of 1900 in UTC, 32 bits, most significant byte first.  Runs on a connection
 * from forkd, reads nothing, and ends when the four bytes are sent.
 */

#include "config.h"

#include <arpa/inet.h>

#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "handler_io.h"

/* From 1900 to 1970: seventy years, seventeen of them leap years. */
#define EPOCH_OF_UNIX	((70 * 365 + 17) * INT64_C(86400))

int
main(int argc, char *argv[])
{
	uint32_t	seconds;

	(void)argv;			/* handler_io_start wants none */
	handler_io_start("time", argc);

	/*
	 * The protocol has 32 bits and no era: after 7 February 2036,
	 * 06:28:15 UTC, it counts from 0 again, as RFC 868 leaves it to.
	 */
	seconds = htonl((uint32_t)(time(NULL) + EPOCH_OF_UNIX));
	if (handler_io_write(STDOUT_FILENO, &seconds, sizeof(seconds)) == -1)
		return handler_io_fail("write");
	handler_io_finish();
	return EXIT_SUCCESS;
}
