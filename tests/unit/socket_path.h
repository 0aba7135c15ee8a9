/* SPDX-License-Identifier: ISC */
/*
 * socket_path.h: a path for a socket, in a directory of the test's own.
 * Included once in a program.
 */
#ifndef SOCKET_PATH_H
#define SOCKET_PATH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static char	path_directory[32];
static char	path[sizeof(path_directory) + 8];

static inline void
path_make(void)
{
	(void)snprintf(path_directory, sizeof(path_directory),
	    "/tmp/check_socket.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(path_directory));
	(void)snprintf(path, sizeof(path), "%s/s", path_directory);
}

static inline void
path_remove(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(path_directory), 0);
}

#endif /* SOCKET_PATH_H */
