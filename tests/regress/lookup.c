/* SPDX-License-Identifier: ISC */
/*
 * lookup: asks the C library for a host or a user and does nothing else.
 * nomalloc.t compares forkd with it, to tell what the C library does when it
 * has no memory from what forkd does.
 *
 *	lookup host NAME
 *	lookup user NAME
 *
 * Ends with 0: found; 1: it said that memory was the reason; 2: it said
 * something else.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

static int	lookup_host(const char *);
static int	lookup_user(const char *);

int
main(int argc, char *argv[])
{
	if (argc != 3)
		return EXIT_FAILURE;
	return strcmp(argv[1], "host") == 0 ? lookup_host(argv[2]) :
	    lookup_user(argv[2]);
}

static int
lookup_host(const char *name)
{
	struct addrinfo	 hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo	*found;
	int		 code;

	errno = 0;
	code = getaddrinfo(name, NULL, &hints, &found);
	if (code == EAI_MEMORY || (code == EAI_SYSTEM && errno == ENOMEM))
		return 1;
	if (code != 0)
		return 2;
	freeaddrinfo(found);
	return 0;
}

static int
lookup_user(const char *name)
{
	struct passwd	 entry, *found;
	char		 buffer[4096];
	int		 code;

	code = getpwnam_r(name, &entry, buffer, sizeof(buffer), &found);
	if (code == ENOMEM)
		return 1;
	return code == 0 && found != NULL ? 0 : 2;
}
