/* SPDX-License-Identifier: ISC */
/*
 * A one-shot HTTP client: asks a web server for the header of a page, by HEAD,
 * and prints the reply.
 *
 *	./head [-1f] [-p port] [-w seconds] host [path]
 *
 *	./head -1 www.example.org /index.html
 *
 * -1 speaks HTTP/1.1 instead of 1.0, -f makes the exit status 1 when the
 * server's is 400 or above, -p is another port or service than http, -w how
 * long all of it may take, 10 seconds unless told otherwise.
 *
 *	cc -o head head.c cli.c $(pkg-config --cflags --libs forkd)
 *
 * What was wrong in the example of the PHP manual, `Simple TCP/IP client', and
 * its later form, and how it is right here:
 *  -	A service that nobody knows and a host without an address were not
 *	noticed, and only IPv4 was tried.  forkd_socket_client() tries all
 *	addresses of a host, and says what failed on which.
 *  -	A server that said nothing was waited for without end.  Here one
 *	deadline is for all of it, looking up the name included.
 *  -	One read, or as many as returned something, were `the reply': it was
 *	cut at 2048 bytes, or at an error, which looked like its end.  Lines
 *	come whole here, however they are cut, and the reply ends where HTTP
 *	ends it, with an empty line; interim replies come before it.
 *  -	What had been written was not looked at: it could be less.
 *  -	Whatever came was printed, as it came.  It must be HTTP here, of a size
 *	that has a limit, and a terminal obeys nothing of it.
 *  -	After an error, it went on with what it did not have, and ended with
 *	the status of success.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"

#define EX_REFUSED	1	/* -f: the server has no such page */
#define WAIT_MS		10000
#define LINE_SIZE	8192	/* of a line of the reply */
#define REPLY_SIZE	65536	/* of all of it, interim replies included */
#define HTTP_PORT	80

struct request {
	const char	*host;
	const char	*port;
	const char	*path;
	int		 minor;		/* HTTP/1.minor */
	bool		 fail;		/* -f */
	int		 wait_ms;
};

struct reply {
	struct forkd_socket	*sock;
	int64_t			 end;
	size_t			 bytes;		/* that came so far */
	char			 line[LINE_SIZE + 1];
	size_t			 length;	/* of it, without its end */
};

static void	parse(int, char *[], struct request *);
static void	usage(void) __attribute__((noreturn));
static struct forkd_socket *ask(const struct request *, int64_t);
static void	host_field(const struct request *, struct forkd_socket *,
		    char *, size_t);
static int	read_header(struct reply *);
static void	read_line(struct reply *);
static int	status_of(const char *, size_t);
static bool	is_field(const char *);

int
main(int argc, char *argv[])
{
	static struct reply	reply;
	struct request		request;
	int			status;

	cli_start(argv[0]);
	parse(argc, argv, &request);
	reply.end = cli_after(request.wait_ms);
	reply.sock = ask(&request, reply.end);
	do
		status = read_header(&reply);
	while (status < 200);	/* an interim reply: the real one follows */
	/* a body would be a mistake of the server's, and nobody reads it */
	forkd_socket_close(reply.sock);
	cli_flush();
	return request.fail && status >= 400 ? EX_REFUSED : EX_OK;
}

static void
parse(int argc, char *argv[], struct request *request)
{
	size_t	i;
	int	option;

	*request = (struct request){ .port = "http", .path = "/",
	    .wait_ms = WAIT_MS };
	while ((option = getopt(argc, argv, "+1fp:w:")) != -1) {
		switch (option) {
		case '1':
			request->minor = 1;
			break;
		case 'f':
			request->fail = true;
			break;
		case 'p':
			request->port = optarg;
			break;
		case 'w':
			request->wait_ms = cli_seconds("-w", optarg);
			break;
		default:
			usage();
		}
	}
	if (argc - optind < 1 || argc - optind > 2)
		usage();
	request->host = argv[optind];
	if (argc - optind == 2)
		request->path = argv[optind + 1];
	/* a blank would end the path, and CR LF begin a line of its own */
	for (i = 0; request->path[i] > ' ' && request->path[i] <= '~'; i++)
		continue;
	if (request->path[0] != '/' || request->path[i] != '\0')
		cli_fail(EX_USAGE, "path: not a / and printable ASCII without "
		    "blanks");
}

static void
usage(void)
{
	fputs("usage: head [-1f] [-p port] [-w seconds] host [path]\n",
	    stderr);
	exit(EX_USAGE);
}

/* Connects and sends the request.  A wrong host ends it before that. */
static struct forkd_socket *
ask(const struct request *request, int64_t end)
{
	struct forkd_socket	*sock;
	char			 fields[512] = "", url[512];
	bool			 six;
	int			 length;

	six = strchr(request->host, ':') != NULL;
	length = snprintf(url, sizeof(url), "tcp://%s%s%s:%s", six ? "[" : "",
	    request->host, six ? "]" : "", request->port);
	if (length < 0 || (size_t)length >= sizeof(url))
		cli_fail(EX_USAGE, "the name of the host is too long");
	sock = cli_client(url, end);
	if (request->minor == 1)
		host_field(request, sock, fields, sizeof(fields));
	if (cli_limit(sock, end) == -1 || forkd_socket_printf(sock,
	    "HEAD %s HTTP/1.%d\r\n%s\r\n", request->path, request->minor,
	    fields) == -1)
		cli_fail_errno();
	return sock;
}

/*
 * RFC 9112, section 3.2: the host, in brackets if it is an IPv6 address,
 * without the name of an interface, which means nothing elsewhere; and its port
 * if that is not the usual one.  forkd_socket_client() has taken it, so that
 * there is nothing in it that would end the line.
 */
static void
host_field(const struct request *request, struct forkd_socket *sock,
    char *fields, size_t size)
{
	char	port[16] = "";
	bool	six;
	int	number;

	if (forkd_socket_getpeername(sock, NULL, 0, &number) == -1)
		cli_fail_errno();
	if (number != HTTP_PORT)
		(void)snprintf(port, sizeof(port), ":%d", number);
	six = strchr(request->host, ':') != NULL;
	(void)snprintf(fields, size, "Host: %s%.*s%s%s\r\n"
	    "Connection: close\r\n", six ? "[" : "",
	    (int)strcspn(request->host, "%"), request->host, six ? "]" : "",
	    port);
}

/* Up to the empty line, with it; returns the status. */
static int
read_header(struct reply *reply)
{
	bool	first;
	int	status;

	read_line(reply);
	status = status_of(reply->line, reply->length);
	if (status == -1)
		cli_fail(EX_PROTOCOL, "the reply does not begin with a status "
		    "line of HTTP");
	for (first = true; reply->length > 0; first = false) {
		cli_show(reply->line, reply->length);
		putchar('\n');
		read_line(reply);
		/* a line that begins with a blank goes on with the last one */
		if (reply->length > 0 && !is_field(reply->line) &&
		    (first || (reply->line[0] != ' ' && reply->line[0] != '\t')))
			cli_fail(EX_PROTOCOL, "a line of the reply is no "
			    "header field");
	}
	putchar('\n');
	return status;
}

static void
read_line(struct reply *reply)
{
	size_t	length;
	ssize_t	n;

	if (cli_limit(reply->sock, reply->end) == -1 ||
	    (n = forkd_socket_read(reply->sock, reply->line, LINE_SIZE,
	    FORKD_READ_LINE)) == -1)
		cli_fail_errno();
	length = (size_t)n;
	reply->bytes += length;
	if (reply->bytes > REPLY_SIZE)
		cli_fail(EX_PROTOCOL, "a reply of more than %d bytes",
		    REPLY_SIZE);
	if (length == 0 || reply->line[length - 1] != '\n') {
		if (length == LINE_SIZE)
			cli_fail(EX_PROTOCOL, "a line of %d bytes or more in "
			    "the reply", LINE_SIZE);
		cli_fail(EX_UNAVAILABLE, "the server closed the connection "
		    "%s", reply->bytes == 0 ? "without a reply" :
		    "in the middle of its reply");
	}
	length--;
	if (length > 0 && reply->line[length - 1] == '\r')
		length--;
	reply->line[length] = '\0';
	reply->length = length;
}

/* HTTP/1.1 200 OK: returns 100 to 599, or -1. */
static int
status_of(const char *line, size_t length)
{
	static const char	form[] = "HTTP/#.# ###";
	size_t			i;
	int			status;

	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == '#' ? line[i] < '0' || line[i] > '9' :
		    line[i] != form[i])
			return -1;
	if (length > i && line[i] != ' ')
		return -1;
	status = (int)strtol(line + i - 3, NULL, 10);
	return status >= 100 && status <= 599 ? status : -1;
}

/* A name, and a colon right behind it. */
static bool
is_field(const char *line)
{
	size_t	length;

	length = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");
	return length > 0 && line[length] == ':';
}
