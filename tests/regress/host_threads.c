/* SPDX-License-Identifier: ISC */
/*
 * Threads of the program beside its loop.  They hold locks of the C library
 * most of the time: a child that kept one of those would wait for ever.
 */
#include "config.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "host.h"

#define BIG	4096	/* bytes; small ones would need no lock */

static void	*thread_main(void *);
static void	*thread_short(void *);

int
host_threads(int count)
{
	pthread_t	thread;
	sigset_t	all, before;
	int		failed, i;

	(void)mallopt(M_ARENA_MAX, 1);	/* one for all threads */
	/* signals are the loop's */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = 0;
	for (i = 0; i < count && failed == 0; i++)
		failed = pthread_create(&thread, NULL, thread_main, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed == 0 ? 0 : -1;
}

static void *
thread_main(void *arg)
{
	FILE		*stream;
	pthread_t	 thread;
	void		*volatile bytes;
	int		 i;

	for (;;) {
		for (i = 0; i < 100; i++) {
			bytes = malloc(BIG);
			free(bytes);
		}
		stream = fopen("/dev/null", "we");
		if (stream != NULL)
			(void)fclose(stream);
		/* setgroups(3) takes a lock of these */
		if (pthread_create(&thread, NULL, thread_short, NULL) == 0)
			(void)pthread_join(thread, NULL);
	}
	return arg;
}

static void *
thread_short(void *arg)
{
	return arg;
}
