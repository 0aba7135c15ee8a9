/* SPDX-License-Identifier: ISC */
/*
 * fuzz.h: what a fuzz target, tests/fuzz/fuzz_NAME.c, defines.  It is linked
 * with libFuzzer (configure --enable-fuzz, make fuzz), and with driver.c, which
 * is a test over tests/fuzz/corpus_NAME.  A wrong result is abort().
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns 0.  By libFuzzer's name and type. */
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)						\
	do {								\
		if (!(condition)) {					\
			fprintf(stderr, "%s:%d: %s\n", __FILE__,	\
			    __LINE__, #condition);			\
			abort();					\
		}							\
	} while (0)

#endif /* FUZZ_H */
