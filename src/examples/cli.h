/* SPDX-License-Identifier: ISC */
/*
 * cli.h: what the clients among the examples share: their command line, their
 * deadline, and how they end.  A program of the command line may exit in a
 * library of its own; libforkd never does.
 *
 * Each whole run has one deadline, however slowly the other side answers:
 *
 *	end = cli_after(cli_seconds("-w", optarg));
 *	...
 *	if (cli_limit(sock, end) == -1 || forkd_socket_read(sock, ...) == -1)
 *		cli_fail_errno();
 */
#ifndef CLI_H
#define CLI_H

#include <stddef.h>
#include <stdint.h>

#include <forkd_socket.h>

/*
 * To be called first.  The name that stands in front of every message: argv[0],
 * without its path.  Standard input, output and error are there from now on: one
 * that was closed fails when it is used, and no socket becomes it.
 */
void	cli_start(const char *argv0);

/*
 * A number of the command line, decimal digits alone, from least to most; or a
 * time in seconds, `2' or `0.25', of 0.001 to 86400, in milliseconds.  Anything
 * else ends the program with EX_USAGE and a line that names what it was for.
 */
int	cli_number(const char *what, const char *text, int least, int most);
int	cli_seconds(const char *what, const char *text);

/* A point in time, ms from now; and how many ms are left until it, 0: none. */
int64_t	cli_after(int ms);
int	cli_left(int64_t end);

/*
 * The next call on the socket ends at that point in time, with ETIMEDOUT.
 * Returns 0, or -1: ETIMEDOUT (it is over), and errno of
 * forkd_socket_set_timeout().
 */
int	cli_limit(struct forkd_socket *, int64_t end);

/* Ends the program with EX_USAGE if a URL is one of datagrams. */
void	cli_stream(const char *url);

/*
 * forkd_socket_client(), which ends at that point in time, also while a name is
 * looked up.  Ends the program when that fails.
 */
struct forkd_socket *cli_client(const char *url, int64_t end);

/* forkd_socket_lookup() of a host, in the same way. */
struct addrinfo *cli_lookup(const char *host, const struct addrinfo *hints,
	    int64_t end) __attribute__((returns_nonnull));

/*
 * Text from somewhere else, to standard output: what is not printable ASCII
 * becomes \ooo, and a backslash two, so that no terminal obeys it.
 */
void	cli_show(const char *text, size_t size);

/*
 * End the program with one line on standard error: a text and a status of
 * sysexits.h; or what libforkd says of its last error in this thread, and the
 * status that fits errno: 75 (EX_TEMPFAIL) when the time was over or is to be
 * tried again, 68 (EX_NOHOST) for a host that nobody knows or reaches, 77
 * (EX_NOPERM), 69 (EX_UNAVAILABLE) for a peer that refuses or went away, and
 * for an address or an interface that is in use or not here, 65 (EX_DATAERR)
 * for more than a message can take, 64 (EX_USAGE) for what the user gave, 71
 * (EX_OSERR) for the rest.
 */
void	cli_fail(int status, const char *format, ...)
	    __attribute__((noreturn, format(printf, 2, 3)));
void	cli_fail_errno(void) __attribute__((noreturn));

/* One line on standard error, as cli_fail() has it; the program goes on. */
void	cli_warn(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));

/* What was written to standard output is there, or the program ends with 74. */
void	cli_flush(void);

#endif
