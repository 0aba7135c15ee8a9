/* SPDX-License-Identifier: ISC */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

/* A list of words; word[count] is NULL, so that it serves as an argv. */
struct words {
	char	**word;		/* owned, with each word; NULL: none yet */
	size_t	  count;
};

/* words_add: adds a copy.  Returns 0, or -1 with ENOMEM. */
int	words_add(struct words *, const char *word);

/* words_copy: to gets a copy of from.  Returns 0, or -1 with ENOMEM. */
int	words_copy(struct words *to, const struct words *from);

/*
 * words_split: adds the words of a shell-like command: '...', "..." and \
 * quote; nothing is expanded.  Returns 0, or -1 with EINVAL (a quote without
 * its end) or ENOMEM.
 */
int	words_split(struct words *, const char *command);

/* words_list: adds the words of a list, with blanks or commas between them. */
int	words_list(struct words *, const char *list);

/* words_free: releases the words and makes the list empty. */
void	words_free(struct words *);

#endif
