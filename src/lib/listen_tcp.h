/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_TCP_H
#define LISTEN_TCP_H

struct binding;
struct error;

/*
 * listen_tcp: binds the addresses of a spec of scheme tcp.  Returns 0, or -1
 * with error; what is in `made' then is the caller's to drop.
 */
int	listen_tcp(struct binding *, struct error *);

#endif
