/* SPDX-License-Identifier: ISC */
#ifndef SERVE_H
#define SERVE_H

struct child;

/* serve_conn: a worker's work with C functions: one connection, then _exit. */
void	serve_conn(const struct child *) __attribute__((noreturn));

#endif
