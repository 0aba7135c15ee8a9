/* SPDX-License-Identifier: ISC */
/*
 * Reaping: which children have ended, whether SIGCHLD has told of them or not.
 */
#include "config.h"

#include <sys/wait.h>

#include <signal.h>

#include "reap.h"
#include "server.h"
#include "sig.h"

#define SWEEP_MS	10000
#define SOON_MS		100
#define YOUNGEST	16	/* found alive one after the other */
#define MANY		256	/* workers */

static bool	lifetime_reap_one(struct forkd *, struct worker *);
static void	lifetime_sweep(struct timer *);

void
lifetime_sweep_later(struct forkd *forkd)
{
	forkd->sweep.expired = lifetime_sweep;
	forkd->sweep.arg = forkd;
	loop_timer_set(forkd->loop, &forkd->sweep, SWEEP_MS);
}

void
lifetime_reap(struct forkd *forkd)
{
	struct reaped	 reaped;
	struct worker	*worker;
	pid_t		 pid;

	if (forkd->deaths != NULL) {
		deaths_reap(forkd);	/* others are the program's */
		return;
	}
	while (sig_take_child(&pid))
		;		/* all are found */
	while (reap_next(&reaped, forkd->workers->ending > 0 ?
	    lifetime_peek : NULL, forkd)) {
		worker = worker_by_pid(forkd->workers, reaped.pid);
		if (worker != NULL)
			lifetime_over(forkd, worker, &reaped);
		/* others are strays that PID 1 or a subreaper inherits */
	}
}

/*
 * wait(2) for any child looks at each of them, which takes longer than all the
 * rest when thousands are busy.  With many, those that SIGCHLD has named are
 * reaped at once, and of the others, whose signal was lost in another, the
 * youngest; the rest is found a moment later.
 */
void
lifetime_reap_told(struct forkd *forkd)
{
	struct worker	*next, *worker;
	pid_t		 pid;
	int		 alive;

	if (forkd->workers->count < MANY || forkd->deaths != NULL) {
		lifetime_reap(forkd);
		return;
	}
	while (sig_take_child(&pid)) {
		worker = worker_by_pid(forkd->workers, pid);
		if (worker != NULL)
			(void)lifetime_reap_one(forkd, worker);
	}
	alive = 0;
	for (worker = TAILQ_FIRST(&forkd->workers->births);
	    worker != NULL && alive < YOUNGEST; worker = next) {
		next = TAILQ_NEXT(worker, birth);
		if (!lifetime_reap_one(forkd, worker))
			alive++;
	}
	if (forkd->sweep.place == 0 || forkd->sweep.due_ms >
	    loop_now(forkd->loop) + SOON_MS)
		loop_timer_set(forkd->loop, &forkd->sweep, SOON_MS);
}

static bool
lifetime_reap_one(struct forkd *forkd, struct worker *worker)
{
	struct reaped	reaped;

	if (!reap_child(&reaped, worker->pid, -1,
	    worker->ending == ENDING_NO ? NULL : lifetime_peek, forkd))
		return false;
	lifetime_over(forkd, worker, &reaped);
	return true;
}

void
lifetime_abort(struct forkd *forkd)
{
	struct service	*service;
	struct worker	*worker;
	int		 slot;

	TAILQ_FOREACH(service, &forkd->services, link)
		dispatch_abandon(service, "the loop is broken");
	for (slot = -1; (worker = worker_next(forkd->workers, slot)) != NULL;
	    slot = worker->slot) {
		lifetime_kill(worker, "the loop is broken");
		if (forkd->deaths != NULL)
			deaths_wait(worker);
		else
			reap_wait(worker->pid);
	}
}

/*
 * While there are workers, looks for those whose SIGCHLD was lost: the kernel
 * loses none, but strace(1) can when it detaches, and the slot would stay
 * taken until another child ends.
 */
static void
lifetime_sweep(struct timer *timer)
{
	struct forkd	*forkd;

	forkd = timer->arg;
	lifetime_reap(forkd);
	if (forkd->workers->count > 0)
		loop_timer_set(forkd->loop, timer, SWEEP_MS);
}

/*
 * A group that is to end is killed while its leader is dead but not reaped:
 * the number is still its own.  Who ended alone leaves descendants alone.
 */
void
lifetime_peek(pid_t pid, void *arg)
{
	struct forkd	*forkd;
	struct worker	*worker;

	forkd = arg;
	worker = worker_by_pid(forkd->workers, pid);
	if (worker != NULL && worker->ending != ENDING_NO)
		(void)kill(-pid, SIGKILL);	/* ESRCH: nobody is left */
}
