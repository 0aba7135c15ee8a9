/* SPDX-License-Identifier: ISC */
/*
 * probe: a handler that prints on the connection all that it was given, and
 * then whether it can win back what it was not.  The tests compare it with
 * what forkd-handler(7) promises.  With listeners (mode wait) it reports what
 * it had before it took a connection.
 */
#include "config.h"

#include <sys/socket.h>

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "report.h"

static void	probe_escape(const char *, int);

int
main(int argc, char *argv[])
{
	char	*text;
	size_t	 size;
	FILE	*out;
	int	 fd;

	(void)argc;
	if (getenv("LISTEN_FDS") == NULL)
		report(stdout);
	else {
		out = open_memstream(&text, &size);
		if (out == NULL)
			return EXIT_FAILURE;
		report(out);	/* before there is a connection */
		if (fclose(out) == EOF ||
		    (fd = accept(STDIN_FILENO, NULL, NULL)) == -1 ||
		    dup2(fd, STDIN_FILENO) == -1 ||
		    dup2(fd, STDOUT_FILENO) == -1)
			return EXIT_FAILURE;
		(void)fputs(text, stdout);
		free(text);
	}
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
