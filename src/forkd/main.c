/* SPDX-License-Identifier: ISC */
/*
 * The program forkd: everything it does is forkd_main()'s, but for the titles
 * of workers, which need what must not be in a library.
 */
#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "child.h"
#include "forkd.h"

static void	title(const char *, const char *);

static int	  count;
static char	**arguments;

int
main(int argc, char *argv[])
{
	count = argc;
	arguments = argv;
	child_title = title;
	return forkd_main(argc, argv, NULL, NULL);
}

/* In a child only: it moves the environment, and the master's stays. */
static void
title(const char *service, const char *text)
{
	static bool	ready;

	if (!ready)
		setproctitle_init(count, arguments, environ);
	ready = true;
	setproctitle("%s: %s", service, text);
}
