/* SPDX-License-Identifier: ISC */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

/*
 * report: prints what the calling process is and has, one fact a line: the
 * name of the fact, a space, its value.  Takes no descriptor of its own while
 * it looks at them.
 */
void	report(FILE *);

/* report_words: prints the words of a vector, each as NAME and the word. */
void	report_words(FILE *, const char *name, char *const words[]);

#endif
