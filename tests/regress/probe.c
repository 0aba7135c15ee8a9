/* SPDX-License-Identifier: ISC */
/*
 * probe: a handler that prints on the connection all that it was given, and
 * then whether it can win back what it was not.  The tests compare it with
 * what forkd-handler(7) promises.
 */
#include "config.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "report.h"

static void	probe_escape(const char *, int);

int
main(int argc, char *argv[])
{
	(void)argc;
	report(stdout);
	report_words(stdout, "argv", argv);
	report_words(stdout, "env", environ);
	probe_escape("setgroups", setgroups(0, NULL));
	probe_escape("setresgid", setresgid(0, 0, 0));
	probe_escape("setresuid", setresuid(0, 0, 0));
	if (fflush(stdout) == EOF)
		return EXIT_FAILURE;
	while (getchar() != EOF)
		;		/* it stays as long as its client */
	return EXIT_SUCCESS;
}

static void
probe_escape(const char *what, int result)
{
	printf("escape %s %s\n", what, result == 0 ? "done" : "refused");
}
