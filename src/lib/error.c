/* SPDX-License-Identifier: ISC */
/*
 * Errors as values: text, errno and exit code, set once where something
 * failed.  Called by everything that can fail before a server runs; never
 * prints and never exits.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "visible.h"

static void	error_text(struct error *, const char *);

int
error_set(struct error *error, int exit_code, int number, const char *format,
    ...)
{
	char	text[ERROR_TEXT_SIZE];
	va_list	args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);	/* may be cut */
	va_end(args);
	error_text(error, text);
	error->exit_code = exit_code;
	error->number = number;
	errno = number;
	return -1;
}

int
error_system(struct error *error, int number, const char *format, ...)
{
	char	text[ERROR_TEXT_SIZE];
	size_t	length;
	va_list	args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);	/* may be cut */
	va_end(args);
	length = strlen(text);
	(void)snprintf(text + length, sizeof(text) - length, ": %s",
	    strerror(number));
	error_text(error, text);
	error->exit_code = number == EACCES || number == EPERM ?
	    EX_NOPERM : EX_OSERR;
	error->number = number;
	errno = number;
	return -1;
}

struct error *
error_last(void)
{
	static _Thread_local struct error	last;

	return &last;
}

/* What users type ends up here: a message stays one printable line. */
static void
error_text(struct error *error, const char *text)
{
	(void)visible(error->text, sizeof(error->text), text, strlen(text));
}
