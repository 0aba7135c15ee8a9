/* SPDX-License-Identifier: ISC */
#ifndef USAGE_H
#define USAGE_H

#include <stdio.h>

/* usage_print: synopsis, options and every setting, to a stream. */
void	usage_print(FILE *);

#endif
