/* SPDX-License-Identifier: ISC */
/*
 * waiter: a handler of mode wait that takes one connection of its first
 * listener and becomes another program on it: `waiter PROGRAM ...'.
 */
#include "config.h"

#include <sys/socket.h>

#include <err.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	int	fd, listeners;

	if (argc < 2)
		return EXIT_FAILURE;
	fd = accept(STDIN_FILENO, NULL, NULL);
	if (fd == -1)
		err(EXIT_FAILURE, "accept");
	if (dup2(fd, STDIN_FILENO) == -1 || dup2(fd, STDOUT_FILENO) == -1)
		err(EXIT_FAILURE, "dup2");
	for (listeners = 3; listeners <= fd; listeners++)
		(void)close(listeners);
	(void)execv(argv[1], argv + 1);
	err(EXIT_FAILURE, "%s", argv[1]);
}
