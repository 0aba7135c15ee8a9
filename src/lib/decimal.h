/* SPDX-License-Identifier: ISC */
#ifndef DECIMAL_H
#define DECIMAL_H

#include <stdint.h>

#define DECIMAL_SIZE	21	/* of UINT64_MAX, with its NUL */

/* decimal: appends digits and NUL; returns where the NUL is. */
char	*decimal(char *text, uint64_t value) __attribute__((hot));

#endif
