/* SPDX-License-Identifier: ISC */
/* starve_socket: the calls of forkd_socket.h without memory; see starving.h. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "forkd_socket.h"
#include "starving.h"

static struct forkd_socket	*made;		/* by the call in question */
static struct forkd_socket	*pair[2];	/* connected, for the others */

static int
is_made(void)
{
	return made == NULL ? -1 : 0;
}

static void
close_made(void)
{
	forkd_socket_close(made);
	made = NULL;
}

static void
make_pair(void)
{
	if (forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) {
		printf("Bail out! no pair\n");
		exit(EXIT_FAILURE);
	}
}

static void
close_pair(void)
{
	forkd_socket_close(pair[0]);
	forkd_socket_close(pair[1]);
}

static int
call_create(void)
{
	made = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	return is_made();
}

static int
call_create_pair(void)
{
	return forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static int
call_from_fd(void)
{
	int	fd, number;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	made = forkd_socket_from_fd(fd);
	if (made != NULL)
		return 0;
	number = errno;
	(void)close(fd);	/* ours still */
	errno = number;
	return -1;
}

static int
call_fd(void)
{
	return forkd_socket_fd(pair[0]) == -1 ? -1 : 0;
}

static int
call_last_error(void)
{
	return forkd_socket_last_error(pair[0]) == 0 ? 0 : -1;
}

static int
call_strerror(void)
{
	return forkd_socket_strerror(ENOMEM) == NULL ? -1 : 0;
}

static const struct starving_step	steps[] = {
	{ "forkd_socket_create", call_create, close_made },
	{ "forkd_socket_create_pair", call_create_pair, close_pair },
	{ "forkd_socket_from_fd", call_from_fd, close_made },
	{ NULL, NULL, make_pair },
	{ "forkd_socket_fd", call_fd, NULL },
	{ "forkd_socket_last_error", call_last_error, NULL },
	{ "forkd_socket_strerror", call_strerror, NULL },
	{ NULL, NULL, close_pair },
};

int
main(void)
{
	return starving(steps, sizeof(steps) / sizeof(*steps), NULL);
}
