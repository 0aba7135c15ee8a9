/* SPDX-License-Identifier: ISC */
/* fails.h: what a call of the socket layer leaves when it has failed. */
#ifndef FAILS_H
#define FAILS_H

#include <errno.h>
#include <string.h>

#include <check.h>

#include "forkd.h"
#include "forkd_socket.h"

/*
 * A call on `sock` (NULL: on none) returned -1 with this errno, which socket
 * and thread know; both words are in the sentence.  All is forgotten then.
 */
static inline void
fails(struct forkd_socket *sock, int result, int number, const char *one,
    const char *two)
{
	ck_assert_int_eq(result, -1);
	ck_assert_int_eq(errno, number);
	ck_assert_int_eq(forkd_socket_last_error(sock), number);
	ck_assert_int_eq(forkd_socket_last_error(NULL), number);
	if (strstr(forkd_error(NULL), one) == NULL ||
	    strstr(forkd_error(NULL), two) == NULL)
		ck_abort_msg("\"%s\" lacks \"%s\" or \"%s\"",
		    forkd_error(NULL), one, two);
	forkd_socket_clear_error(sock);
	forkd_socket_clear_error(NULL);
	errno = 0;
}

#endif /* FAILS_H */
