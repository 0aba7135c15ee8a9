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
#include <string.h>
#include <unistd.h>

#include "apart.h"
#include "child.h"
#include "direct.h"
#include "forkd.h"
#include "sig.h"

static void	main_leave_rseq(void);
static void	main_title(const char *, const char *) __attribute__((hot));
static void	main_find_area(int, char *[]);

static char	*area, *area_end;	/* for the title */

int
main(int argc, char *argv[])
{
	main_leave_rseq();
	direct_alone(apart_find_linker());
	sig_keep_apart();
	main_find_area(argc, argv);
	if (area != area_end)
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
	char	*rseq;

	if (__rseq_size == 0)
		return;		/* it is not used */
	rseq = (char *)__builtin_thread_pointer() + __rseq_offset;
	(void)syscall(SYS_rseq, rseq, sizeof(struct rseq),
	    RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
#endif
}

/*
 * Writes `forkd: SERVICE: TEXT' over the arguments, as far as there is room, in
 * a worker that is about to wait.  setproctitle(3) would do it, for the price
 * of printf(3): nine pages that each of them would have to map, see direct.h.
 */
static void
main_title(const char *service, const char *text)
{
	volatile char	*rest;	/* or it becomes memset(3) */
	char		*to;

	to = direct_put(area, area_end, "forkd: ");
	to = direct_put(to, area_end, service);
	to = direct_put(to, area_end, ": ");
	rest = direct_put(to, area_end, text);
	while (rest < area_end)
		*rest++ = '\0';
}

/* The arguments stand one behind the other. */
static void
main_find_area(int argc, char *argv[])
{
	int	i;

	area = area_end = argc > 0 ? argv[0] : NULL;
	for (i = 0; i < argc && argv[i] == area_end; i++)
		area_end += strlen(argv[i]) + 1;
}
