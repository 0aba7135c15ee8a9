/* SPDX-License-Identifier: ISC */
/*
 * bare: the least a preforking server can be, for comparisons: so many
 * processes that accept, write and close.  It writes its port to standard
 * output, and ends with its standard input.
 *
 *	bare processes
 */

#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROCESSES	64

static void	serve(int) __attribute__((__noreturn__));

int
main(int argc, char *argv[])
{
	struct sockaddr_in	address = { .sin_family = AF_INET };
	socklen_t		length = sizeof(address);
	pid_t			pids[PROCESSES];
	char			byte;
	int			count, fd, i;

	count = argc == 2 ? atoi(argv[1]) : 0;
	if (count < 1 || count > PROCESSES)
		errx(64, "usage: bare processes");
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((fd = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    listen(fd, SOMAXCONN) == -1 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		err(71, "listen");
	for (i = 0; i < count; i++) {
		if ((pids[i] = fork()) == -1)
			err(71, "fork");
		if (pids[i] == 0)
			serve(fd);
	}
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (i = 0; i < count; i++)
		(void)kill(pids[i], SIGKILL);
	return 0;
}

static void
serve(int fd)
{
	static const char	hello[] = "hello\n";
	int			conn;

	for (;;) {
		if ((conn = accept(fd, NULL, NULL)) == -1)
			continue;
		if (write(conn, hello, 6) != 6)
			_exit(1);
		close(conn);
	}
}
