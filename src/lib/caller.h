/* SPDX-License-Identifier: ISC */
#ifndef CALLER_H
#define CALLER_H

struct forkd;

/*
 * caller_check: whether a public function, named `function', is called with a
 * master, and, if that runs, by the process that runs it.  Returns 0, or -1
 * with a sentence: EINVAL (forkd is NULL, see error_last()), EPERM.
 */
int	caller_check(struct forkd *, const char *function);

/*
 * caller_is_child: a worker, or another child of the process that runs it,
 * calls: nothing of the master's may be touched.
 */
int	caller_is_child(const struct forkd *);

#endif
