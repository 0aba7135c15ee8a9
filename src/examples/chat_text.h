/* SPDX-License-Identifier: ISC */
#ifndef CHAT_TEXT_H
#define CHAT_TEXT_H

#include <stddef.h>

#define CHAT_TEXT_MAX	4	/* bytes that one becomes, at most */

/*
 * What one client may do to the terminal of another: print.  Copies text,
 * with control characters as ^X, bytes that are no UTF-8 as M-x (and two that
 * could be misread then as \000 and \240), and UTF-8 as it is.  `to' has room
 * for CHAT_TEXT_MAX * length bytes; no NUL is added.  Returns their number.
 */
size_t	chat_text(char *to, const char *text, size_t length);

#endif
