/* SPDX-License-Identifier: ISC */
/*
 * hold: connections that do nothing.  It makes them, says `held' when it has
 * them all, and closes them at the end of its standard input.
 *
 *	hold port connections
 */

#include "config.h"

#include <sys/socket.h>
#include <sys/resource.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILES_OTHER	16	/* descriptors that are no connection */

int
main(int argc, char *argv[])
{
	struct sockaddr_in	address = { .sin_family = AF_INET };
	struct rlimit		limit;
	char			byte;
	int			count, fd, i;

	if (argc != 3 || (count = atoi(argv[2])) < 1)
		errx(64, "usage: hold port connections");
	limit.rlim_cur = limit.rlim_max = (rlim_t)count + FILES_OTHER;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(71, "%d open files", count);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((in_port_t)atoi(argv[1]));
	for (i = 0; i < count; i++)
		if ((fd = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
		    connect(fd, (struct sockaddr *)&address,
		    sizeof(address)) == -1)
			err(71, "connection %d", i + 1);
	puts("held");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
