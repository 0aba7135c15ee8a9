/* SPDX-License-Identifier: ISC */
/*
 * Sockets of a URL: servers, and clients that try one address after the other.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "socket.h"
#include "socket_url.h"

#define URL_SHOWN	300	/* bytes, so that the reason is not cut */

static struct forkd_socket *server_open(const char *,
		    const struct socket_url *);
static struct forkd_socket *server_any(const struct addrinfo *);
static struct forkd_socket *server_named(const struct addrinfo *);
static struct forkd_socket *server_unix(const char *,
		    const struct socket_url *);
static struct forkd_socket *client_unix(const struct socket_url *, int);
static struct forkd_socket *client_named(const char *,
		    const struct addrinfo *, int64_t);
static int	server_flags(const char *, const struct socket_url *, int *);
static int	parse(const char *, const char *, struct socket_url *);
static int	unix_address(const struct socket_url *, struct addr *);
static struct addrinfo *lookup(const struct socket_url *, int);
static bool	is_stale(const struct addr *);
static bool	is_not_here(int);

struct forkd_socket *
forkd_socket_server(const char *text, int flags)
{
	struct forkd_socket	*sock;
	struct socket_url	 url;
	int			 number;

	if (parse("forkd_socket_server", text, &url) == -1 ||
	    server_flags(text, &url, &flags) == -1)
		return NULL;
	sock = server_open(text, &url);
	if (sock == NULL || (flags & FORKD_SERVER_LISTEN) == 0 ||
	    forkd_socket_listen(sock, SOCKET_BACKLOG) == 0)
		return sock;
	number = errno;
	if (url.domain == AF_UNIX && url.host[0] == '/')
		(void)unlink(url.host);	/* it was made just now */
	forkd_socket_close(sock);
	errno = number;
	return NULL;
}

struct forkd_socket *
forkd_socket_client(const char *text, int timeout_ms)
{
	struct forkd_socket	*sock;
	struct socket_url	 url;
	struct addrinfo		*found;
	struct socket_kept	 kept;
	int64_t			 deadline_ms;

	if (parse("forkd_socket_client", text, &url) == -1 ||
	    socket_entry_time("forkd_socket_client", timeout_ms) == -1)
		return NULL;
	deadline_ms = timeout_ms == -1 ? -1 : fdio_clock() + timeout_ms;
	if (url.domain == AF_UNIX)
		return client_unix(&url, timeout_ms);
	if (strcmp(url.host, "*") == 0 || url.port[strspn(url.port,
	    "0")] == '\0') {
		(void)socket_wrong(NULL, EINVAL, "forkd_socket_client: url "
		    "%.*s: no %s to connect to", URL_SHOWN, text,
		    strcmp(url.host, "*") == 0 ? "host" : "port");
		return NULL;
	}
	found = lookup(&url, 0);
	if (found == NULL)
		return NULL;
	socket_error_keep(&kept);
	sock = client_named(text, found, deadline_ms);
	if (sock != NULL)
		socket_error_restore(&kept);
	freeaddrinfo(found);
	return sock;
}

/* Bound; what is left is to listen. */
static struct forkd_socket *
server_open(const char *text, const struct socket_url *url)
{
	struct forkd_socket	*sock;
	struct addrinfo		*found;
	struct socket_kept	 kept;

	if (url->domain == AF_UNIX)
		return server_unix(text, url);
	found = lookup(url, AI_PASSIVE);
	if (found == NULL)
		return NULL;
	socket_error_keep(&kept);
	sock = strcmp(url->host, "*") == 0 ? server_any(found) :
	    server_named(found);
	if (sock != NULL)	/* the first address may have failed */
		socket_error_restore(&kept);
	freeaddrinfo(found);
	return sock;
}

/* Every address: one socket for both families, IPv4 alone without IPv6. */
static struct forkd_socket *
server_any(const struct addrinfo *found)
{
	struct forkd_socket	*sock;
	struct addr		 addr;
	int			 port;

	if (socket_entry_address("forkd_socket_server", found, &addr) == -1)
		return NULL;
	port = addr_port(&addr);	/* the same in every entry */
	addr_any(&addr, AF_INET6, port);
	sock = socket_entry_bind(&addr, found->ai_socktype,
	    found->ai_protocol, false);
	if (sock != NULL || !is_not_here(errno))
		return sock;
	addr_any(&addr, AF_INET, port);
	return socket_entry_bind(&addr, found->ai_socktype,
	    found->ai_protocol, false);
}

/*
 * The first address that this machine has.  One that is in use is no reason to
 * take another: two servers would have the same name then.
 */
static struct forkd_socket *
server_named(const struct addrinfo *found)
{
	struct forkd_socket	*sock;

	sock = NULL;
	for (; found != NULL && sock == NULL; found = found->ai_next) {
		sock = forkd_socket_lookup_bind(found);
		if (sock == NULL && !is_not_here(errno))
			break;
	}
	return sock;
}

static struct forkd_socket *
server_unix(const char *text, const struct socket_url *url)
{
	struct forkd_socket	*sock;
	struct addr		 addr;

	if (unix_address(url, &addr) == -1)
		return NULL;
	sock = socket_entry_bind(&addr, url->type, 0, false);
	if (sock != NULL || errno != EADDRINUSE)
		return sock;
	if (is_stale(&addr))
		(void)socket_wrong(NULL, EADDRINUSE, "forkd_socket_server: "
		    "url %.*s: the file of a socket that is gone is there: "
		    "unlink(2) it", URL_SHOWN, text);
	errno = EADDRINUSE;
	return NULL;
}

static struct forkd_socket *
client_unix(const struct socket_url *url, int timeout_ms)
{
	struct addr	addr;

	if (unix_address(url, &addr) == -1)
		return NULL;
	return socket_entry_connect(&addr, url->type, 0, timeout_ms);
}

/* Each address gets its part of the time that is left. */
static struct forkd_socket *
client_named(const char *text, const struct addrinfo *found,
    int64_t deadline_ms)
{
	const struct addrinfo	*next;
	struct forkd_socket	*sock;
	int64_t			 left_ms;
	int			 count, ms;

	for (count = 0, next = found; next != NULL; next = next->ai_next)
		count++;
	for (sock = NULL; found != NULL && sock == NULL; count--) {
		left_ms = deadline_ms == -1 ? -1 : deadline_ms - fdio_clock();
		if (deadline_ms != -1 && left_ms <= 0) {
			(void)socket_failed(NULL, ETIMEDOUT, "connect %.*s",
			    URL_SHOWN, text);
			break;
		}
		ms = left_ms < count ? (int)left_ms : (int)(left_ms / count);
		sock = forkd_socket_lookup_connect(found, ms);
		if (sock == NULL && (errno == EINTR || errno == EMFILE ||
		    errno == ENFILE || errno == ENOMEM))
			break;
		found = found->ai_next;
	}
	return sock;
}

static int
server_flags(const char *text, const struct socket_url *url, int *flags)
{
	const char	*why;

	if (*flags == 0)
		*flags = FORKD_SERVER_BIND |
		    (url->type == SOCK_STREAM ? FORKD_SERVER_LISTEN : 0);
	if ((*flags & ~(FORKD_SERVER_BIND | FORKD_SERVER_LISTEN)) != 0)
		why = "more than FORKD_SERVER_BIND and _LISTEN";
	else if ((*flags & FORKD_SERVER_BIND) == 0)
		why = "FORKD_SERVER_LISTEN needs FORKD_SERVER_BIND";
	else if ((*flags & FORKD_SERVER_LISTEN) != 0 &&
	    url->type == SOCK_DGRAM)
		why = "a datagram socket does not listen";
	else
		return 0;
	return socket_wrong(NULL, EINVAL,
	    "forkd_socket_server: flags %d for %.*s: %s", *flags, URL_SHOWN,
	    text, why);
}

static int
parse(const char *function, const char *text, struct socket_url *url)
{
	const char	*wrong;
	int		 number;

	if (text == NULL)
		return socket_wrong(NULL, EINVAL, "%s: url: NULL", function);
	number = socket_url_parse(text, url, &wrong);
	if (number == 0)
		return 0;
	return socket_wrong(NULL, number, "%s: url %.*s: %s", function,
	    URL_SHOWN, text, wrong);
}

static int
unix_address(const struct socket_url *url, struct addr *addr)
{
	struct forkd_socket	like = { .fd = -1, .domain = AF_UNIX };

	return socket_address(&like, "url", url->host, 0, addr);
}

static struct addrinfo *
lookup(const struct socket_url *url, int flags)
{
	struct addrinfo	hints;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = url->type;
	hints.ai_flags = flags;
	return forkd_socket_lookup(strcmp(url->host, "*") == 0 ? NULL :
	    url->host, url->port, &hints);
}

/* A datagram socket asks: a server of streams does not take it for a client. */
static bool
is_stale(const struct addr *addr)
{
	struct stat	st;
	int		fd;
	bool		is_refused;

	if (lstat(addr->u.un.name.sun_path, &st) == -1 ||
	    !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	is_refused = fd != -1 && connect(fd, &addr->u.sa, addr->length) == -1 &&
	    errno == ECONNREFUSED;
	fdio_close(&fd);
	return is_refused;
}

/* Not an address of this machine, or of a family that it is without. */
static bool
is_not_here(int number)
{
	return number == EADDRNOTAVAIL || number == EAFNOSUPPORT;
}
