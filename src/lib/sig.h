/* SPDX-License-Identifier: ISC */
#ifndef SIG_H
#define SIG_H

#include <signal.h>
#include <stdbool.h>

/*
 * sig_open: takes over the process's signals: an empty mask, default
 * dispositions whatever was inherited, the master's signals noted and told
 * through a pipe, PIPE and XFSZ ignored; TTIN and TTOU noted too, or ignored
 * where there is a controlling terminal.  Returns the end of the pipe to
 * watch, or -1 with errno of pipe2(2) and sigaction(2), or EBUSY (one at a
 * time in a process), and nothing has changed.
 */
int	sig_open(void);

/*
 * sig_keep_apart: in a program all of whose children are forkd's: what comes is
 * noted in memory that they do not have (apart.h), since the first signal after
 * each fork would copy a page otherwise.
 */
void	sig_keep_apart(void);

/* sig_close: mirrors sig_open: dispositions and mask are what they were. */
void	sig_close(void);

/*
 * sig_drain: empties the pipe; call it before sig_take.
 * sig_take: whether that signal has come since it was last asked.
 * sig_take_child: the next child whose death SIGCHLD has told of; not all, since
 * one signal can stand for several.
 * sig_is_pending: whether any has; ask once a turn: the write to the pipe
 * needs a page, and is lost when there is none.
 */
void	sig_drain(void);
bool	sig_take(int signal);
bool	sig_take_child(pid_t *);
bool	sig_is_pending(void);

/* sig_wake: makes the pipe readable; async-signal-safe, keeps errno. */
void	sig_wake(void);

/* sig_is_open: between sig_open and sig_close. */
bool	sig_is_open(void);

/* sig_is_apart: then, whether the process had no terminal when it was opened. */
bool	sig_is_apart(void);

/* What sig_shield changes. */
struct sig_shield {
	bool		on;
	sigset_t	mask, pending;	/* as they were */
};

/*
 * sig_shield, sig_unshield: around a write that may raise PIPE or XFSZ, which
 * then have no effect, whatever the program's dispositions are: where sig_open
 * has not seen to that.  They keep errno.
 */
void	sig_shield(struct sig_shield *);
void	sig_unshield(const struct sig_shield *);

/*
 * sig_block, sig_unblock: around fork, all signals, of this thread; *mask is
 * what it was.
 */
void	sig_block(sigset_t *mask);
void	sig_unblock(const sigset_t *mask);

/* sig_close_in_child: closes the pipe only. */
void	sig_close_in_child(void);

/*
 * sig_child: in a child, signals still blocked: sets every disposition to
 * default and empties the mask; with `library', for C functions, PIPE, HUP,
 * USR1 and USR2 are ignored.  With `unhandled' the kernel has set those to
 * default that were handled, see spawn.c.  Without sig_open before, nothing is
 * known of dispositions, and each one is set.  Returns 0, or -1 with errno.
 */
int	sig_child(bool library, bool unhandled) __attribute__((hot));

/* ---- Between sig.c and sig_note.c ---- */

/*
 * sig_note_open: nothing has come yet.  Returns the end of the pipe to watch,
 * or -1 with errno of pipe2(2).  sig_note_close mirrors it; in a child,
 * sig_note_close_in_child, from which on signals are not noted.
 */
int	sig_note_open(void);
void	sig_note_close(void);
void	sig_note_close_in_child(void);

/* sig_is_noted: whether the master listens to that signal. */
bool	sig_is_noted(int signal);

/* sig_note: the handler of noted signals; sig_note_child: of SIGCHLD. */
void	sig_note(int signal);
void	sig_note_child(int signal, siginfo_t *, void *);

#endif
