/* SPDX-License-Identifier: ISC */
#ifndef SERVE_H
#define SERVE_H

#include <stdbool.h>
#include <stdint.h>

struct channel_header;
struct child;
struct forkd;

/* What a worker of C functions knows of itself. */
struct worker_self {
	int		channel;	/* to the master; -1: none; in the
					   master always */
	int		slot;
	uint32_t	generation;
	volatile uint64_t *note;	/* in a pool: of its connection, see
					   hand_over.h; else NULL */
	bool		draining;	/* CHANNEL_DRAIN came */
	bool		retiring;	/* CHANNEL_RETIRE came */
};

/*
 * A worker's work; they end it by exec or _exit.
 * With C functions: serve_conn: one connection, in mode fork; serve_pool: one
 * after the other, as they come over the channel.  serve_exec: waits for the
 * one that an executable gets.
 */
void	serve_conn(struct child *) __attribute__((noreturn));
void	serve_pool(struct child *) __attribute__((noreturn));
void	serve_exec(struct child *) __attribute__((hot, noreturn));

/*
 * serve_heard: in a worker: takes note of CHANNEL_DRAIN and CHANNEL_RETIRE,
 * whoever reads them.  Returns whether it was one of these.
 */
bool	serve_heard(struct forkd *, const struct channel_header *);

#endif
