/* SPDX-License-Identifier: ISC */
/*
 * chargen: sends lines of characters until the client leaves, RFC 864.  Runs
 * on a connection from forkd and never reads: what the client sends waits in
 * the socket, so that a client cannot make it work by sending.
 */

#include "config.h"

#include <unistd.h>

#include "handler_io.h"

#define FIRST		' '
#define CHARACTERS	95			/* ' ' to '~' */
#define COLUMNS		72
#define LINE_BYTES	(COLUMNS + 2)		/* CR LF */
#define ROUND_BYTES	(CHARACTERS * LINE_BYTES)
#define ROUNDS		9			/* some 64 kB a write */

static void	fill(char *);

int
main(int argc, char *argv[])
{
	static char	lines[ROUNDS * ROUND_BYTES];

	(void)argv;			/* handler_io_start wants none */
	handler_io_start("chargen", argc);
	fill(lines);
	while (handler_io_write(STDOUT_FILENO, lines, sizeof(lines)) == 0)
		continue;
	return handler_io_fail("write");
}

/*
 * Every line begins one character further on than the line before it, so the
 * whole comes round after as many lines as there are characters.
 */
static void
fill(char *lines)
{
	int	line, column;

	for (line = 0; line < ROUNDS * CHARACTERS; line++) {
		for (column = 0; column < COLUMNS; column++)
			*lines++ = (char)(FIRST +
			    (line + column) % CHARACTERS);
		*lines++ = '\r';
		*lines++ = '\n';
	}
}
