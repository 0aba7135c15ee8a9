/* SPDX-License-Identifier: ISC */
/*
 * Integers sent as bytes: records of them go over a socket from one records to
 * another one, or to any program that knows their layout.
 *
 *	./records [-l] [-w seconds] url layout [number ...]
 *
 *	./records -l tcp://127.0.0.1:10000 u2,s4l
 *	./records tcp://127.0.0.1:10000 u2,s4l 16705 -1  65535 2147483647
 *
 * With numbers it sends them, without it prints the records that it receives,
 * one a line; -l waits for a connection instead of making one.  What a layout
 * is, records_layout.h says.  -w is how long all of it may take, 60 seconds
 * unless told otherwise.
 *
 *	cc -o records records.c records_layout.c cli.c \
 *	    $(pkg-config --cflags --libs forkd)
 *
 * What was wrong with int2string() and string2int() in the notes of the PHP
 * manual, and how it is right here:
 *  -	A number that did not fit lost its high bytes in silence.  It is
 *	refused, before anything is sent.
 *  -	Numbers below 0 and those of more than 31 bits became others, since the
 *	division made a float of the integer; the way back was in floats, too,
 *	which hold 53 bits.  Here all 64 come back, signed or not.
 *  -	The lowest byte came first, which nothing said.  The order is part of
 *	the layout: networks have the highest first, many files the lowest.
 *  -	The way back took as many bytes as one read had returned, which may be
 *	half of a number, or two.  A record is read whole here; one that is cut
 *	short by the end of the connection is an error.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <forkd.h>

#include "cli.h"
#include "records_layout.h"

#define WAIT_MS		60000

/* What the command line asks for. */
struct order {
	const char	*url;
	struct layout	 layout;
	char		**numbers;
	size_t		 count;
	int		 wait_ms;
	bool		 serves;	/* -l */
};

static void	parse(int, char *[], struct order *);
static void	usage(void) __attribute__((noreturn));
static unsigned char *encode(const struct layout *, char *const [], size_t);
static struct forkd_socket *wait_for_one(const char *, int64_t);
static void	say_where(struct forkd_socket *);
static void	clean_up_at(int);
static void	clean_up(int);
static void	leave(struct forkd_socket *);
static void	send_all(struct forkd_socket *, const void *, size_t, int64_t);
static void	receive_all(struct forkd_socket *, const struct layout *,
		    int64_t);
static bool	take(struct forkd_socket *, unsigned char *, size_t, int64_t);

/* The file of a unix socket that is listened at; "": there is none. */
static char	path[FORKD_ADDRESS_SIZE];

int
main(int argc, char *argv[])
{
	struct forkd_socket	*sock;
	struct order		 order;
	unsigned char		*bytes = NULL;
	int64_t			 end;

	cli_start(argv[0]);
	parse(argc, argv, &order);
	if (order.count > 0)
		bytes = encode(&order.layout, order.numbers, order.count);
	end = cli_after(order.wait_ms);
	sock = order.serves ? wait_for_one(order.url, end) :
	    cli_client(order.url, end);
	if (order.count > 0)
		send_all(sock, bytes, order.count / order.layout.count *
		    order.layout.bytes, end);
	else
		receive_all(sock, &order.layout, end);
	forkd_socket_close(sock);
	free(bytes);
	return EX_OK;
}

static void
parse(int argc, char *argv[], struct order *order)
{
	int	option;

	*order = (struct order){ .wait_ms = WAIT_MS };
	/* the +: a number below 0 is no option */
	while ((option = getopt(argc, argv, "+lw:")) != -1) {
		if (option == 'l')
			order->serves = true;
		else if (option == 'w')
			order->wait_ms = cli_seconds("-w", optarg);
		else
			usage();
	}
	if (argc - optind < 2)
		usage();
	order->url = argv[optind];
	order->numbers = argv + optind + 2;
	order->count = (size_t)(argc - optind - 2);
	cli_stream(order->url);
	if (layout_parse(&order->layout, argv[optind + 1]) == -1)
		cli_fail(EX_USAGE, "layout: not 1 to %d of u1 to u8 and s1 to "
		    "s8, with b or l, and commas between", LAYOUT_MAX);
}

static void
usage(void)
{
	fputs("usage: records [-l] [-w seconds] url layout [number ...]\n",
	    stderr);
	exit(EX_USAGE);
}

/* All numbers as bytes, or none: a wrong one ends the program. */
static unsigned char *
encode(const struct layout *layout, char *const numbers[], size_t count)
{
	const struct field	*field;
	unsigned char		*bytes;
	size_t			 at, i;

	if (count % layout->count != 0)
		cli_fail(EX_USAGE, "%zu numbers do not make records of %zu",
		    count, layout->count);
	bytes = malloc(count / layout->count * layout->bytes);
	if (bytes == NULL)
		cli_fail_errno();
	for (at = i = 0; i < count; i++) {
		field = &layout->fields[i % layout->count];
		if (field_put(field, bytes + at, numbers[i]) == -1)
			cli_fail(EX_USAGE, "number %zu: no %ssigned integer of "
			    "%zu bits", i + 1, field->is_signed ? "" : "un",
			    field->size * 8);
		at += field->size;
	}
	return bytes;
}

/* The first connection to an address; nobody else is served. */
static struct forkd_socket *
wait_for_one(const char *url, int64_t end)
{
	struct forkd_socket	*server, *sock = NULL;
	struct forkd_poll	 one;
	int			 ready;

	server = forkd_socket_server(url, 0);
	if (server == NULL)
		cli_fail_errno();
	say_where(server);
	/* forkd_socket_accept() has no time-out; it does not wait here */
	one = (struct forkd_poll){ .socket = server, .want = FORKD_READ };
	if (forkd_socket_set_nonblock(server) == -1)
		cli_fail_errno();
	do {
		ready = forkd_socket_poll(&one, 1, cli_left(end));
		if (ready == 1)
			sock = forkd_socket_accept(server);
	} while (sock == NULL && ready != 0 && (errno == EAGAIN ||
	    errno == EINTR || errno == ECONNABORTED));
	leave(server);
	if (ready == 0)
		cli_fail(EX_TEMPFAIL, "nobody connects in time");
	if (sock == NULL)
		cli_fail_errno();
	return sock;
}

/* With port 0 nobody knows it otherwise. */
static void
say_where(struct forkd_socket *server)
{
	char	address[FORKD_ADDRESS_SIZE];
	int	port;

	if (forkd_socket_getsockname(server, address, sizeof(address),
	    &port) == -1)
		cli_fail_errno();
	if (port == -1 && address[0] == '/') {
		memcpy(path, address, sizeof(path));
		clean_up_at(SIGHUP);
		clean_up_at(SIGINT);
		clean_up_at(SIGTERM);
	}
	if (port == -1)
		fprintf(stderr, "listening on %s\n", address);
	else
		fprintf(stderr, "listening on %s, port %d\n", address, port);
}

/* Unless it is ignored, as SIGHUP is by nohup(1). */
static void
clean_up_at(int number)
{
	struct sigaction	action;

	if (sigaction(number, NULL, &action) == -1 ||
	    action.sa_handler == SIG_IGN)
		return;
	memset(&action, 0, sizeof(action));
	action.sa_handler = clean_up;
	action.sa_flags = (int)SA_RESETHAND;	/* then it ends the program */
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(number, &action, NULL);
}

static void
clean_up(int number)
{
	(void)unlink(path);
	(void)raise(number);
}

/* A unix socket leaves its file behind. */
static void
leave(struct forkd_socket *server)
{
	int	number = errno;

	if (path[0] != '\0')
		(void)unlink(path);
	path[0] = '\0';
	forkd_socket_close(server);
	errno = number;
}

/*
 * That the system has taken the bytes does not mean that the other side has: it
 * says so when it closes the connection after our end of it, and not before.
 */
static void
send_all(struct forkd_socket *sock, const void *bytes, size_t size, int64_t end)
{
	unsigned char	byte;

	if (cli_limit(sock, end) == -1 ||
	    forkd_socket_write_all(sock, bytes, size) == -1 ||
	    forkd_socket_shutdown(sock, 1) == -1)
		cli_fail_errno();
	if (take(sock, &byte, 1, end))
		cli_fail(EX_PROTOCOL, "the other side sends, too");
}

/* Prints each record when it has come. */
static void
receive_all(struct forkd_socket *sock, const struct layout *layout, int64_t end)
{
	unsigned char	record[LAYOUT_MAX * 8];
	size_t		at, i;

	while (take(sock, record, layout->bytes, end)) {
		for (at = i = 0; i < layout->count; i++) {
			if (i > 0)
				putchar(' ');
			field_print(&layout->fields[i], record + at);
			at += layout->fields[i].size;
		}
		putchar('\n');
		cli_flush();
	}
}

/* So many bytes, in as many pieces as they come; false: no record follows. */
static bool
take(struct forkd_socket *sock, unsigned char *bytes, size_t size, int64_t end)
{
	size_t	have;
	ssize_t	n;

	for (have = 0; have < size; have += (size_t)n) {
		if (cli_limit(sock, end) == -1 ||
		    (n = forkd_socket_read(sock, bytes + have, size - have,
		    FORKD_READ_BINARY)) == -1)
			cli_fail_errno();
		if (n == 0 && have == 0)
			return false;
		if (n == 0)
			cli_fail(EX_UNAVAILABLE, "the connection ends within a "
			    "record: %zu of %zu bytes", have, size);
	}
	return true;
}
