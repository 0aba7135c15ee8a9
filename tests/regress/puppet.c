/* SPDX-License-Identifier: ISC */
/*
 * puppet: a handler that does what its client says, so that a test knows what
 * a handler is doing without waiting for a time.  One order a line; each one
 * is answered by a line before it is carried out, or with its result.
 *
 *	pid		its process id
 *	child		forks a child that stays until it is killed; its pid
 *	escape		the same, and the child has a session of its own
 *	ignore N	ignores signal N; its children do, too
 *	default N	no longer
 *	signal N	sends itself signal N
 *	exit N		ends
 *	log TEXT	writes TEXT to standard error
 *	burn N		uses N milliseconds of processor time
 *	write N		answers with N bytes and a new line
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void	obey(char *);
static void	say(long);
static pid_t	child(bool);
static void	burn(long);
static void	put(long);

int
main(void)
{
	char	*line = NULL;
	size_t	 size = 0;

	while (getline(&line, &size, stdin) != -1)
		obey(line);
	free(line);
	return EXIT_SUCCESS;
}

static void
obey(char *line)
{
	char	*word;
	long	 number;

	line[strcspn(line, "\r\n")] = '\0';
	word = line + strcspn(line, " ");
	if (*word != '\0')
		*word++ = '\0';
	number = strtol(word, NULL, 10);
	if (strcmp(line, "pid") == 0)
		say((long)getpid());
	else if (strcmp(line, "child") == 0)
		say((long)child(false));
	else if (strcmp(line, "escape") == 0)
		say((long)child(true));
	else if (strcmp(line, "ignore") == 0) {
		(void)signal((int)number, SIG_IGN);
		say(number);
	} else if (strcmp(line, "default") == 0) {
		(void)signal((int)number, SIG_DFL);
		say(number);
	} else if (strcmp(line, "signal") == 0) {
		say(number);
		(void)raise((int)number);
	} else if (strcmp(line, "exit") == 0) {
		say(number);
		exit((int)number);
	} else if (strcmp(line, "log") == 0) {
		fprintf(stderr, "%s\n", word);
		say(0);
	} else if (strcmp(line, "burn") == 0) {
		burn(number);
		say(number);
	} else if (strcmp(line, "write") == 0)
		put(number);
	else
		say(-1);
}

static void
say(long number)
{
	printf("%ld\n", number);
	if (fflush(stdout) == EOF)
		exit(EXIT_FAILURE);
}

/* It keeps nothing of the connection, so that the client sees its end. */
static pid_t
child(bool escapes)
{
	pid_t	pid;
	int	fd, ends[2];
	char	byte;

	if (pipe(ends) == -1)
		return -1;
	pid = fork();
	if (pid != 0) {
		(void)close(ends[1]);
		if (read(ends[0], &byte, 1) != 0)	/* until it has one */
			exit(EXIT_FAILURE);
		(void)close(ends[0]);
		return pid;
	}
	if (escapes && setsid() == -1)
		_exit(EXIT_FAILURE);
	(void)close(ends[0]);
	(void)close(ends[1]);
	fd = open("/dev/null", O_RDWR);
	if (fd == -1 || dup2(fd, 0) == -1 || dup2(fd, 1) == -1 ||
	    dup2(fd, 2) == -1)
		_exit(EXIT_FAILURE);
	for (;;)
		(void)pause();
}

static void
burn(long milliseconds)
{
	const clock_t	end = clock() + milliseconds * (CLOCKS_PER_SEC / 1000);

	while (clock() < end)
		;
}

static void
put(long count)
{
	for (; count > 0; count--)
		putchar('x');
	putchar('\n');
	if (fflush(stdout) == EOF)
		exit(EXIT_FAILURE);
}
