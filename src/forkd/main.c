/* SPDX-License-Identifier: ISC */
/*
 * The program forkd: everything it does is forkd_main()'s, but for the titles
 * of workers, which need what must not be in a library.
 */
#include "config.h"

#ifdef HAVE_SYS_RSEQ_H
#include <sys/rseq.h>
#include <sys/syscall.h>
#endif

#include <stddef.h>
#include <unistd.h>

#include "child.h"
#include "forkd.h"

static void	main_leave_rseq(void);
static void	main_title(const char *, const char *);

static int	  count;
static char	**arguments;

int
main(int argc, char *argv[])
{
	main_leave_rseq();
	count = argc;
	arguments = argv;
	child_title = main_title;
	return forkd_main(argc, argv, NULL, NULL);
}

/*
 * The kernel writes to the memory of rseq(2) whenever it switches to a
 * process, and after fork that is a page to copy, on both sides.  Whoever
 * needs it, sched_getcpu(3), can do without.
 */
static void
main_leave_rseq(void)
{
#ifdef HAVE_SYS_RSEQ_H
	char	*area;

	if (__rseq_size == 0)
		return;		/* it is not used */
	area = (char *)__builtin_thread_pointer() + __rseq_offset;
	(void)syscall(SYS_rseq, area, sizeof(struct rseq),
	    RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
#endif
}

/* Only a master with a pool prepares it: that moves the environment. */
static void
main_title(const char *service, const char *text)
{
	static char	*none[] = { NULL };

	if (service != NULL) {
		setproctitle("%s: %s", service, text);
		return;
	}
	setproctitle_init(count, arguments, environ);
	if (environ == NULL)	/* what it makes of one without variables */
		environ = none;
}
