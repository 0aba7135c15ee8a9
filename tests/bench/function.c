/* SPDX-License-Identifier: ISC */
/*
 * function: hello as a C function of libforkd, with all options of forkd(8).
 */

#include "config.h"

#include <stddef.h>
#include <unistd.h>

#include "forkd.h"

static int
hello(struct forkd_conn *conn, void *arg)
{
	(void)arg;
	return write(forkd_conn_fd(conn), "hello\n", 6) == 6 ? 0 : -1;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops	ops = { .serve = hello };

	return forkd_main(argc, argv, &ops, NULL);
}
