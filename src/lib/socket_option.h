/* SPDX-License-Identifier: ISC */
#ifndef SOCKET_OPTION_H
#define SOCKET_OPTION_H

#include <sys/socket.h>

#define OPTION_GET	1	/* forkd_socket_get_option */
#define OPTION_SET	2	/* forkd_socket_set_option */

/* What an option's value is. */
enum option_kind {
	OPTION_SWITCH,		/* int: 0 is off, all else is on */
	OPTION_NUMBER,		/* int, min to max */
	OPTION_INTERFACE,	/* int: an index, 0: by the routing table */
	OPTION_LINGER,		/* struct linger */
	OPTION_TIME,		/* struct timeval */
	OPTION_GROUP,		/* struct group_req */
	OPTION_SOURCE		/* struct group_source_req */
};

struct socket_option {
	int			 level;
	int			 name;
	const char		*text;	/* SO_LINGER */
	enum option_kind	 kind;
	unsigned int		 how;	/* OPTION_GET, OPTION_SET, or both */
	int			 min;	/* of OPTION_NUMBER */
	int			 max;
};

/* socket_option_find: an option that the layer knows, or NULL. */
const struct socket_option *socket_option_find(int level, int name);

/* socket_option_size: bytes of its value. */
socklen_t	socket_option_size(const struct socket_option *);

#endif
