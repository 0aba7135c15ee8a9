/* SPDX-License-Identifier: ISC */
#ifndef ERROR_H
#define ERROR_H

#define ERROR_TEXT_SIZE	1024

/* What failed: made where it failed, handed up to whoever tells the user. */
struct error {
	int	exit_code;		/* of sysexits(3) */
	int	number;			/* of errno(3) */
	char	text[ERROR_TEXT_SIZE];	/* one line, no newline */
};

/*
 * error_set: fills in an error; control characters in the text are made
 * visible.  Sets errno to `number` and returns -1, so that a failing function
 * can return it.
 */
int	error_set(struct error *, int exit_code, int number,
	    const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * error_system: an error of a system call: ": " and the text of `number` is
 * added, and the exit code is EX_NOPERM for EACCES and EPERM, else EX_OSERR.
 */
int	error_system(struct error *, int number, const char *format, ...)
	    __attribute__((format(printf, 3, 4)));

/* error_last: what failed last in this thread, where no master was at hand. */
struct error *error_last(void);

#endif
