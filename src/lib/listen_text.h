/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_TEXT_H
#define LISTEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct addr;
struct error;

/*
 * listen_text: what a listening socket is bound to, as a user would write it;
 * `any': every address is `*'; the address itself, too.  Returns 0, or -1 with error of
 * getsockname(2).
 */
int	listen_text(int fd, bool any, struct addr *, char *text, size_t size,
	    struct error *);

/*
 * listen_text_add: one more in a list of them: `a, b'.  Returns false when
 * there is no room: then the list ends with `, ...', and takes no more.
 */
bool	listen_text_add(char *list, size_t size, const char *text);

#endif
