/* SPDX-License-Identifier: ISC */
/*
 * The program forkd: everything it does is forkd_main()'s, but for the titles
 * of workers, which need what must not be in a library.
 */
#include "config.h"

#include <stddef.h>
#include <unistd.h>

#include "child.h"
#include "forkd.h"

static void	title(const char *, const char *);

int
main(int argc, char *argv[])
{
	static char	*none[] = { NULL };

	/* here, since it takes too long for each worker */
	setproctitle_init(argc, argv, environ);
	if (environ == NULL)	/* what it makes of one without variables */
		environ = none;
	child_title = title;
	return forkd_main(argc, argv, NULL, NULL);
}

static void
title(const char *service, const char *text)
{
	setproctitle("%s: %s", service, text);
}
