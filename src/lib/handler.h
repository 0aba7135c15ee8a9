/* SPDX-License-Identifier: ISC */
#ifndef HANDLER_H
#define HANDLER_H

struct error;
struct service;

/*
 * handler_prove: forks a child that looks up who a worker is, becomes that,
 * and finds and checks the handler as it: the path, every directory on it, an
 * interpreter.  Sets the identity, environment, path and argv of the service.
 * For C functions only identity, limits and directories are proven.
 * Returns 0, or -1 with error: what a worker would have failed of.
 */
int	handler_prove(struct service *, struct error *);

#endif
