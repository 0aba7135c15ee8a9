/* SPDX-License-Identifier: ISC */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "addr.h"

struct forkd;

/* What the command line asks for that is not a setting. */
struct options {
	bool		  foreground, check;
	bool		  help, version;	/* say that and nothing else */
	enum addr_scheme  only;			/* ADDR_TCP: both families */
	char		**operand;		/* handler and its arguments */
};

/*
 * options_parse: reads the command line into settings of a master that has no
 * service yet.  Returns 0, or -1 with forkd->error.
 */
int	options_parse(struct options *, struct forkd *, int argc,
	    char *argv[]);

#endif
