/* SPDX-License-Identifier: ISC */
#ifndef USAGE_H
#define USAGE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * usage_print: synopsis, options and every setting of a program `name', to a
 * stream; with `operands', it takes a handler.
 */
void	usage_print(FILE *, const char *name, bool operands);

#endif
