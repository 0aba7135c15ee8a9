/* SPDX-License-Identifier: ISC */
/* socket_numbers.h: options of a socket that are a number. */
#ifndef SOCKET_NUMBERS_H
#define SOCKET_NUMBERS_H

#include <sys/socket.h>

#include "forkd_socket.h"
#include "unit.h"

static inline int
number_set(struct forkd_socket *of, int level, int name, int value)
{
	return forkd_socket_set_option(of, level, name, &value, sizeof(value));
}

static inline int
number_get(struct forkd_socket *of, int level, int name)
{
	socklen_t	length;
	int		value;

	value = -77;
	length = sizeof(value);
	ck_assert_int_eq(forkd_socket_get_option(of, level, name, &value,
	    &length), 0);
	ck_assert_uint_eq(length, sizeof(value));
	return value;
}

#endif /* SOCKET_NUMBERS_H */
