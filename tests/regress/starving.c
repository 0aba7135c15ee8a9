/* SPDX-License-Identifier: ISC */
/* Calls without memory, one allocation after the other; see starving.h. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forkd.h"
#include "nomalloc.h"
#include "starving.h"

#define MOST	5000	/* allocations of one call */

static int	starve(const struct starving_step *);
static bool	is_good_failure(long);
static bool	says_so(const char *);
static bool	is_tidy(long, int, long);
static int	descriptors(void);
static const char *error(void);
static void	undo(const struct starving_step *);

static struct forkd	*const *master;

int
starving(const struct starving_step *steps, size_t count,
    struct forkd *const *asked)
{
	size_t	i;
	int	number;

	if (nomalloc_arm == NULL)
		return EXIT_FAILURE;
	master = asked;
	number = 0;
	(void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	for (i = 0; i < count; i++) {
		if (steps[i].name == NULL) {
			steps[i].undo();
			continue;
		}
		printf("%sok %d - %s\n", starve(&steps[i]) == 0 ? "" : "not ",
		    ++number, steps[i].name);
	}
	printf("1..%d\n", number);
	return EXIT_SUCCESS;
}

/* Fails its first allocation, its second one, and so on until all work. */
static int
starve(const struct starving_step *step)
{
	long	live, nth;
	int	before, result, number, starved;

	/* what the C library keeps from the first time on is there then */
	if (step->call() == -1) {
		printf("# it fails: %s\n", error());
		return -1;
	}
	undo(step);
	for (nth = 1; nth < MOST; nth++) {
		before = descriptors();
		live = nomalloc_live();
		nomalloc_arm(nth);
		errno = 0;
		result = step->call();
		number = errno;
		starved = nomalloc_disarm();
		errno = number;
		if (!starved) {
			printf("# allocations: %ld\n", nth - 1);
			if (result == 0)
				undo(step);
			return result;
		}
		if (result == 0) {	/* it can do without */
			undo(step);
			continue;
		}
		if (!is_good_failure(nth) || !is_tidy(nth, before, -1))
			return -1;
		if (step->call() == -1) {
			printf("# allocation %ld: not again: %s\n", nth,
			    error());
			return -1;
		}
		undo(step);
		if (!is_tidy(nth, -1, live))
			return -1;
	}
	return -1;
}

static bool
is_good_failure(long nth)
{
	int	number;

	number = errno;
	/* the thread's is that of calls that know of no master */
	if (number == ENOMEM && (says_so(error()) ||
	    says_so(forkd_error(NULL))))
		return true;
	printf("# allocation %ld: %s; %s, %s\n", nth, strerror(number),
	    error(), forkd_error(NULL));
	return false;
}

/* In its own words, or in those of getaddrinfo(3). */
static bool
says_so(const char *text)
{
	return strstr(text, strerror(ENOMEM)) != NULL ||
	    strstr(text, gai_strerror(EAI_MEMORY)) != NULL;
}

/* Nothing is left, but where the number from before is -1. */
static bool
is_tidy(long nth, int had, long live)
{
	if (had != -1 && descriptors() != had) {
		printf("# allocation %ld: %d descriptors are left\n", nth,
		    descriptors() - had);
		return false;
	}
	if (live != -1 && nomalloc_live() != live) {
		printf("# allocation %ld: %ld allocations are left\n", nth,
		    nomalloc_live() - live);
		return false;
	}
	return true;
}

static int
descriptors(void)
{
	int	count, fd;

	count = 0;
	for (fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			count++;
	return count;
}

static const char *
error(void)
{
	return forkd_error(master == NULL ? NULL : *master);
}

static void
undo(const struct starving_step *step)
{
	if (step->undo != NULL)
		step->undo();
}
