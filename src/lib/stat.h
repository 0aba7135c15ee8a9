/* SPDX-License-Identifier: ISC */
#ifndef STAT_H
#define STAT_H

struct worker;

/*
 * stat_end: counts how a worker ended, with the status of wait(2), for
 * forkd_stat(); while it is still in its service.
 */
void	stat_end(const struct worker *, int status);

#endif
