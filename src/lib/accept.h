/* SPDX-License-Identifier: ISC */
#ifndef ACCEPT_H
#define ACCEPT_H

#include <stdbool.h>

struct forkd_conn;
struct listener;

enum accept_result {
	ACCEPT_CONN,		/* there is a connection */
	ACCEPT_NONE,		/* nobody waits */
	ACCEPT_AGAIN,		/* errno: that peer is gone: try the next at
				   once */
	ACCEPT_LATER		/* errno: only time can cure it */
};

/*
 * accept_conn: takes the next connection of a listener: fills in descriptor
 * and addresses.
 */
enum accept_result	accept_conn(const struct listener *,
			    struct forkd_conn *);

/*
 * accept_is_dead: nobody was there though it was ready: whether that will never
 * be otherwise, because somebody else who has it has shut it down; errno says
 * so then.
 */
bool	accept_is_dead(const struct listener *);

#endif
