/* SPDX-License-Identifier: ISC */
/*
 * Listeners of tcp: from a host and a port to bound sockets, one or one for
 * each address of a name.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/tcp.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "binding.h"
#include "error.h"
#include "event.h"
#include "listen_tcp.h"
#include "log.h"
#include "service.h"

#define PORT_TRIES	64	/* for one free port on all addresses */
#define KEEP_IDLE_S	300
#define KEEP_INTERVAL_S	30
#define KEEP_PROBES	6

static int	listen_any(struct binding *, struct error *);
static int	listen_named(struct binding *, struct error *);
static int	listen_each(struct binding *, const struct addr_list *, int *,
		    struct error *);
static int	listen_one(struct binding *, const struct addr *, int,
		    struct error *);
static int	listen_socket(const struct settings *, const struct addr *,
		    int);
static int	listen_options(int, const struct settings *,
		    const struct addr *, int);
static int	listen_failed(const struct binding *, const struct addr *,
		    struct error *);
static void	listen_warn(const struct binding *, const struct addr *);

int
listen_tcp(struct binding *binding, struct error *error)
{
	return strcmp(binding->spec.host, "*") == 0 ?
	    listen_any(binding, error) : listen_named(binding, error);
}

/* Every address: one dual-stack socket, IPv4 alone where IPv6 is off. */
static int
listen_any(struct binding *binding, struct error *error)
{
	struct addr	addr;
	int		port;

	port = addr_port_number(&binding->spec, error);
	if (port == -1)
		return -1;
	if (binding->spec.scheme != ADDR_TCP4) {
		addr_any(&addr, AF_INET6, port);
		if (listen_one(binding, &addr,
		    binding->spec.scheme == ADDR_TCP6, error) == 0)
			return 0;
		if (binding->spec.scheme == ADDR_TCP6 ||
		    (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
			return -1;
	}
	addr_any(&addr, AF_INET, port);
	return listen_one(binding, &addr, 0, error);
}

/*
 * A name: all its addresses.  Port 0 is the same port for all of them, so
 * that another one is tried when the kernel's choice is taken on the next.
 */
static int
listen_named(struct binding *binding, struct error *error)
{
	struct addr_list	list;
	int			failed, port, tries, wanted;

	wanted = addr_port_number(&binding->spec, error);
	if (wanted == -1 ||
	    addr_resolve(&binding->spec, &list, error) == -1)
		return -1;
	for (tries = 0; tries < PORT_TRIES; tries++) {
		port = wanted;
		failed = listen_each(binding, &list, &port, error);
		if (failed == 0 || wanted != 0 ||
		    error->number != EADDRINUSE || port == 0)
			break;
		binding_drop(&binding->made);
	}
	addr_list_free(&list);
	return failed;
}

/* *port 0 becomes the port of the first address. */
static int
listen_each(struct binding *binding, const struct addr_list *list, int *port,
    struct error *error)
{
	struct addr	addr;
	size_t		i;
	int		fd;

	for (i = 0; i < list->count; i++) {
		addr = list->addr[i];
		addr_set_port(&addr, *port);
		if (listen_one(binding, &addr, 1, error) == -1) {
			if (errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT)
				return -1;
			if (list->count > 1)
				listen_warn(binding, &addr);
			continue;
		}
		if (*port == 0) {
			fd = TAILQ_LAST(&binding->made,
			    listener_list)->watch.fd;
			addr.length = sizeof(addr.u);
			if (getsockname(fd, &addr.u.sa, &addr.length) == -1)
				return error_system(error, errno,
				    "getsockname");
			*port = addr_port(&addr);
		}
	}
	if (!TAILQ_EMPTY(&binding->made))
		return 0;
	errno = error->number;
	return -1;
}

static int
listen_one(struct binding *binding, const struct addr *addr, int v6only,
    struct error *error)
{
	int	fd, saved;

	fd = listen_socket(&binding->service->settings, addr, v6only);
	if (fd == -1)
		return listen_failed(binding, addr, error);
	if (binding_add(binding, fd, strcmp(binding->spec.host, "*") == 0,
	    NULL, error) == -1) {
		saved = errno;
		(void)close(fd);
		errno = saved;
		return -1;
	}
	return 0;
}

static int
listen_socket(const struct settings *settings, const struct addr *addr,
    int v6only)
{
	int	fd, saved;

	fd = socket(addr->u.sa.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (listen_options(fd, settings, addr, v6only) == -1 ||
	    bind(fd, &addr->u.sa, addr->length) == -1 ||
	    listen(fd, (int)settings->backlog) == -1) {
		saved = errno;
		(void)close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/*
 * Before listen(2), so that the first connection has them too: accepted
 * sockets inherit what matters to them, see tcp(7).
 */
static int
listen_options(int fd, const struct settings *settings,
    const struct addr *addr, int v6only)
{
	const struct {
		int	wanted, level, name, value;
	} options[] = {
		{ 1, SOL_SOCKET, SO_REUSEADDR, 1 },
		{ addr->u.sa.sa_family == AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY,
		    v6only },
		{ settings->freebind == 1, IPPROTO_IP, IP_FREEBIND, 1 },
		{ settings->tcp_nodelay == 1, IPPROTO_TCP, TCP_NODELAY, 1 },
		{ settings->keepalive == 1, SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ settings->keepalive == 1, IPPROTO_TCP, TCP_KEEPIDLE,
		    KEEP_IDLE_S },
		{ settings->keepalive == 1, IPPROTO_TCP, TCP_KEEPINTVL,
		    KEEP_INTERVAL_S },
		{ settings->keepalive == 1, IPPROTO_TCP, TCP_KEEPCNT,
		    KEEP_PROBES },
		{ settings->send_buffer != SETTING_OFF, SOL_SOCKET, SO_SNDBUF,
		    (int)settings->send_buffer },
		{ settings->receive_buffer != SETTING_OFF, SOL_SOCKET,
		    SO_RCVBUF, (int)settings->receive_buffer }
	};
	size_t	i;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (options[i].wanted && setsockopt(fd, options[i].level,
		    options[i].name, &options[i].value,
		    sizeof(options[i].value)) == -1)
			return -1;
	return 0;
}

/* Leaves errno and error saying why this address could not be bound. */
static int
listen_failed(const struct binding *binding, const struct addr *addr,
    struct error *error)
{
	char	text[ADDR_TEXT_SIZE];
	int	number;

	number = errno;
	addr_text(addr, text, sizeof(text));
	if (strcmp(binding->spec.host, "*") == 0)
		(void)snprintf(text, sizeof(text), "*:%d", addr_port(addr));
	if (number == EADDRINUSE)
		return error_set(error, EX_UNAVAILABLE, number,
		    "tcp://%s: %s; see: ss -ltnp 'sport = :%d'", text,
		    strerror(number), addr_port(addr));
	if (number == EACCES && addr_port(addr) < IPPORT_RESERVED)
		return error_set(error, EX_NOPERM, number,
		    "tcp://%s: %s; ports below %d need root or "
		    "CAP_NET_BIND_SERVICE", text, strerror(number),
		    IPPORT_RESERVED);
	(void)error_system(error, number, "tcp://%s", text);
	if (number == EADDRNOTAVAIL || number == EAFNOSUPPORT)
		error->exit_code = EX_UNAVAILABLE;
	return -1;
}

static void
listen_warn(const struct binding *binding, const struct addr *addr)
{
	struct event	event;
	char		reason[ADDR_TEXT_SIZE + 512], text[ADDR_TEXT_SIZE];

	addr_text(addr, text, sizeof(text));
	(void)snprintf(reason, sizeof(reason),
	    "%s: tcp://%s: not an address of this machine, passed over",
	    binding->spec.host, text);
	event_init(&event, EVENT_SETUP_ERROR, LEVEL_WARNING,
	    binding->service->name);
	event.reason = reason;
	log_event(binding->log, &event, loop_clock());
}
