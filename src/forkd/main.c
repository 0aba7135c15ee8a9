/* SPDX-License-Identifier: ISC */
/*
 * The program forkd: everything it does is forkd_main()'s.
 */
#include "config.h"

#include <stddef.h>

#include "forkd.h"

int
main(int argc, char *argv[])
{
	return forkd_main(argc, argv, NULL, NULL);
}
