/* SPDX-License-Identifier: ISC */
#ifndef ACCEPT_H
#define ACCEPT_H

struct forkd_conn;
struct listener;

enum accept_result {
	ACCEPT_CONN,		/* there is a connection */
	ACCEPT_NONE,		/* nobody waits */
	ACCEPT_AGAIN,		/* that peer is gone: try the next at once */
	ACCEPT_LATER		/* errno: only time can cure it */
};

/*
 * accept_conn: takes the next connection of a listener: fills in descriptor
 * and addresses.
 */
enum accept_result	accept_conn(const struct listener *,
			    struct forkd_conn *);

#endif
