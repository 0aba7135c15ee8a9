/* SPDX-License-Identifier: ISC */
/*
 * starve_socket: the calls of forkd_socket.h without memory; see starving.h.
 * A call that wants new sockets makes them first, so that their allocations
 * fail in its row, too.  Options and integers are in starve_options.c.
 */
#include "config.h"

#include <netinet/in.h>

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forkd_socket.h"
#include "starving.h"

#define MANY	65	/* sockets to poll: fewer need no memory */

/* For a row that makes a pair, or a UDP socket, and calls on it. */
#define ON_PAIR(name, call)						\
	static int name##_once(void) { return (call) == -1 ? -1 : 0; }	\
	static int name(void) { return on_pair(name##_once); }
#define ON_UDP(name, call)						\
	static int name##_once(void) { return (call) == -1 ? -1 : 0; }	\
	static int name(void) { return on_udp(name##_once); }
#define PLAIN(name, call)						\
	static int name(void) { return (call) == -1 ? -1 : 0; }

static struct forkd_socket	*one, *two;	/* of the row */
static struct forkd_socket	*listener;	/* for all rows */
static char			 url[64];	/* where it listens */
static int			 port;
static FILE			*stream;	/* of a socket */
static struct addrinfo		*list;		/* its address */
static char			 text[256], data[8192], control[256];
static struct iovec		 part = { .iov_base = data, .iov_len = 1 };
static struct forkd_message	 message = { .parts = &part, .parts_count = 1 };
static struct forkd_cmsg	 piece;
static struct in_pktinfo	 info;
static int			 value, fds[1];

/* Made, and closed at once. */
static int
is_made(struct forkd_socket *sock)
{
	forkd_socket_close(sock);
	return sock == NULL ? -1 : 0;
}

static int
on_pair(int (*call)(void))
{
	struct forkd_socket	*pair[2];
	int			 result;

	if (forkd_socket_create_pair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return -1;
	one = pair[0];
	two = pair[1];
	result = call();
	forkd_socket_close(one);
	forkd_socket_close(two);
	return result;
}

static int
on_udp(int (*call)(void))
{
	int	result;

	one = forkd_socket_create(AF_INET, SOCK_DGRAM, 0);
	if (one == NULL)
		return -1;
	result = call();
	forkd_socket_close(one);
	return result;
}

/* Something to receive. */
static struct forkd_socket *
filled(void)
{
	if (write(forkd_socket_fd(two), "x\n", 2) != 2)
		exit(EXIT_FAILURE);
	return one;
}

static struct forkd_message *
emptied(void)
{
	message.control = control;
	message.control_size = sizeof(control);
	message.control_length = 0;
	memset(&piece, 0, sizeof(piece));
	return &message;
}

/* With a piece of each kind. */
static struct forkd_message *
loaded(void)
{
	(void)emptied();
	if (forkd_socket_cmsg_add_cred(&message, geteuid(), getegid(),
	    getpid()) == -1 ||
	    forkd_socket_cmsg_add(&message, IPPROTO_IP, IP_PKTINFO, &info,
	    sizeof(info)) == -1 ||
	    forkd_socket_cmsg_add(&message, IPPROTO_IP, IP_TTL, &value,
	    sizeof(value)) == -1 ||
	    forkd_socket_cmsg_add(&message, IPPROTO_IP, IP_TOS, "x", 1) == -1)
		exit(EXIT_FAILURE);
	return &message;
}

PLAIN(create, is_made(forkd_socket_create(AF_INET, SOCK_STREAM, 0)))
ON_PAIR(create_pair, 0)
PLAIN(create_listen, is_made(forkd_socket_create_listen(0, 0)))
PLAIN(server, is_made(forkd_socket_server("udp://127.0.0.1:0", 0)))
PLAIN(client, is_made(forkd_socket_client(url, 1000)))
ON_UDP(bind_it, forkd_socket_bind(one, "127.0.0.1", 0))
ON_UDP(connect_it, forkd_socket_connect(one, "127.0.0.1", 9))
PLAIN(listen_it, forkd_socket_listen(listener, 128))
ON_PAIR(shut_down, forkd_socket_shutdown(one, 2))
PLAIN(sock_name, forkd_socket_getsockname(listener, text, sizeof(text), NULL))
ON_PAIR(peer_name, forkd_socket_getpeername(one, text, sizeof(text), NULL))
PLAIN(fd, forkd_socket_fd(listener))
PLAIN(last_error, forkd_socket_last_error(listener))
PLAIN(text_of, forkd_socket_strerror(ENOMEM) == NULL ? -1 : 0)

ON_PAIR(set_timeout, forkd_socket_set_timeout(one, 1000))
ON_PAIR(set_block, forkd_socket_set_block(one))
ON_PAIR(set_nonblock, forkd_socket_set_nonblock(one))

ON_PAIR(read_bytes, forkd_socket_read(filled(), data, 9, FORKD_READ_BINARY))
ON_PAIR(read_line, forkd_socket_read(filled(), data, 9, FORKD_READ_LINE))
PLAIN(buffered, forkd_socket_buffered(listener) == 0 ? 0 : -1)
ON_PAIR(receive, forkd_socket_recv(filled(), data, 9, 0))
ON_PAIR(receive_from, forkd_socket_recvfrom(filled(), data, 9, 0, text,
    sizeof(text), NULL))
ON_PAIR(read_parts, forkd_socket_readv(filled(), &part, 1))
ON_PAIR(receive_message, forkd_socket_recvmsg(filled(), emptied(), 0))
ON_PAIR(write_bytes, forkd_socket_write(one, data, 9))
ON_PAIR(write_all, forkd_socket_write_all(one, data, 9))
ON_PAIR(print, forkd_socket_printf(one, "%5000d", 1))
ON_PAIR(send_bytes, forkd_socket_send(one, data, 9, 0))
ON_UDP(send_to, forkd_socket_sendto(one, data, 9, 0, "127.0.0.1", 9))
ON_PAIR(write_parts, forkd_socket_writev(one, &part, 1))
ON_PAIR(send_message, forkd_socket_sendmsg(one, emptied(), 0))

PLAIN(space, forkd_socket_cmsg_space(SOL_SOCKET, SCM_RIGHTS, 1) == 0 ? -1 : 0)
PLAIN(next, forkd_socket_cmsg_next(loaded(), &piece))
PLAIN(add, forkd_socket_cmsg_add(emptied(), IPPROTO_IP, IP_TOS, "x", 1))
PLAIN(no_fd, forkd_socket_cmsg_get_fd(loaded()) == -1 && errno == ENOENT ?
    0 : -1)
PLAIN(add_fds, forkd_socket_cmsg_add_fds(emptied(), fds, 1))
PLAIN(get_cred, forkd_socket_cmsg_get_cred(loaded(), NULL, NULL, NULL))
PLAIN(add_cred, forkd_socket_cmsg_add_cred(emptied(), 0, 0, 0))
PLAIN(get_info, forkd_socket_cmsg_get_pktinfo(loaded(), text, sizeof(text),
    data, sizeof(data)))
PLAIN(add_info, forkd_socket_cmsg_add_pktinfo(emptied(), AF_INET, NULL, "lo"))
PLAIN(get_hops, forkd_socket_cmsg_get_hop_limit(loaded()))
PLAIN(add_hops, forkd_socket_cmsg_add_hop_limit(emptied(), AF_INET, 1))
PLAIN(get_class, forkd_socket_cmsg_get_traffic_class(loaded()))
PLAIN(add_class, forkd_socket_cmsg_add_traffic_class(emptied(), AF_INET, 1))

ON_PAIR(share, forkd_socket_share(listener, one))
ON_PAIR(take, forkd_socket_share(listener, one) == -1 ? -1 :
    is_made(forkd_socket_receive(two)))
PLAIN(lookup_bind, is_made(forkd_socket_lookup_bind(list)))
PLAIN(lookup_connect, is_made(forkd_socket_lookup_connect(list, 1000)))
PLAIN(explain, forkd_socket_lookup_explain(list, text, sizeof(text), NULL))
PLAIN(address_of, forkd_socket_lookup_address("127.0.0.1", AF_INET, text,
    sizeof(text)))
/* Without memory, the C library finds no name instead. */
PLAIN(name_of, forkd_socket_lookup_name("127.0.0.1", text, sizeof(text)) == -1
    && errno != EHOSTUNREACH ? -1 : 0)
PLAIN(import, is_made(forkd_socket_import_stream(stream)))

static int
from_fd(void)
{
	struct forkd_socket	*sock;
	int			 new, saved;

	new = socket(AF_INET, SOCK_STREAM, 0);
	sock = forkd_socket_from_fd(new);
	saved = errno;
	if (sock == NULL)
		(void)close(new);	/* ours still */
	errno = saved;
	return is_made(sock);
}

/* A connection that found no memory waits for the next call. */
static int
accept_it(void)
{
	struct forkd_socket	*peer;
	int			 result;

	peer = forkd_socket_client(url, 1000);
	if (peer == NULL)
		return -1;
	result = is_made(forkd_socket_accept(listener));
	forkd_socket_close(peer);
	return result;
}

static int
poll_many(void)
{
	struct forkd_poll	polls[MANY];
	size_t			i;

	for (i = 0; i < MANY; i++) {
		polls[i].socket = listener;
		polls[i].want = FORKD_READ;
	}
	return forkd_socket_poll(polls, MANY, 0) == -1 ? -1 : 0;
}

static int
export_once(void)
{
	FILE	*made;

	made = forkd_socket_export_stream(one, "r");
	if (made == NULL)
		return -1;
	(void)fclose(made);
	return 0;
}

/* It cannot fail. */
static int
close_rest(void)
{
	forkd_socket_cmsg_close(loaded());
	return 0;
}

static int
export(void)
{
	return on_pair(export_once);
}

static int
lookup(void)
{
	struct addrinfo	*found;

	found = forkd_socket_lookup("127.0.0.1", "80", NULL);
	if (found == NULL)
		return -1;
	freeaddrinfo(found);
	return 0;
}

static void
prepare(void)
{
	struct addrinfo	hints;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	listener = forkd_socket_server("tcp://127.0.0.1:0", 0);
	list = forkd_socket_lookup("127.0.0.1", "0", &hints);
	if (listener == NULL || list == NULL ||
	    forkd_socket_getsockname(listener, NULL, 0, &port) == -1) {
		printf("Bail out! no listener\n");
		exit(EXIT_FAILURE);
	}
	(void)snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", port);
	stream = forkd_socket_export_stream(listener, "r");
}

static const struct starving_step	steps[] = {
	{ NULL, NULL, prepare },
	{ "forkd_socket_create", create, NULL },
	{ "forkd_socket_create_pair", create_pair, NULL },
	{ "forkd_socket_create_listen", create_listen, NULL },
	{ "forkd_socket_from_fd", from_fd, NULL },
	{ "forkd_socket_fd", fd, NULL },
	{ "forkd_socket_last_error", last_error, NULL },
	{ "forkd_socket_strerror", text_of, NULL },
	{ "forkd_socket_server", server, NULL },
	{ "forkd_socket_accept", accept_it, NULL },
	{ "forkd_socket_client", client, NULL },
	{ "forkd_socket_bind", bind_it, NULL },
	{ "forkd_socket_connect", connect_it, NULL },
	{ "forkd_socket_listen", listen_it, NULL },
	{ "forkd_socket_shutdown", shut_down, NULL },
	{ "forkd_socket_getsockname", sock_name, NULL },
	{ "forkd_socket_getpeername", peer_name, NULL },
	{ "forkd_socket_set_timeout", set_timeout, NULL },
	{ "forkd_socket_set_block", set_block, NULL },
	{ "forkd_socket_set_nonblock", set_nonblock, NULL },
	{ "forkd_socket_read of bytes", read_bytes, NULL },
	{ "forkd_socket_read of a line", read_line, NULL },
	{ "forkd_socket_buffered", buffered, NULL },
	{ "forkd_socket_recv", receive, NULL },
	{ "forkd_socket_recvfrom", receive_from, NULL },
	{ "forkd_socket_readv", read_parts, NULL },
	{ "forkd_socket_recvmsg", receive_message, NULL },
	{ "forkd_socket_write", write_bytes, NULL },
	{ "forkd_socket_write_all", write_all, NULL },
	{ "forkd_socket_printf", print, NULL },
	{ "forkd_socket_send", send_bytes, NULL },
	{ "forkd_socket_sendto", send_to, NULL },
	{ "forkd_socket_writev", write_parts, NULL },
	{ "forkd_socket_sendmsg", send_message, NULL },
	{ "forkd_socket_cmsg_space", space, NULL },
	{ "forkd_socket_cmsg_next", next, NULL },
	{ "forkd_socket_cmsg_add", add, NULL },
	{ "forkd_socket_cmsg_close", close_rest, NULL },
	{ "forkd_socket_cmsg_get_fd", no_fd, NULL },
	{ "forkd_socket_cmsg_add_fds", add_fds, NULL },
	{ "forkd_socket_cmsg_get_cred", get_cred, NULL },
	{ "forkd_socket_cmsg_add_cred", add_cred, NULL },
	{ "forkd_socket_cmsg_get_pktinfo", get_info, NULL },
	{ "forkd_socket_cmsg_add_pktinfo", add_info, NULL },
	{ "forkd_socket_cmsg_get_hop_limit", get_hops, NULL },
	{ "forkd_socket_cmsg_add_hop_limit", add_hops, NULL },
	{ "forkd_socket_cmsg_get_traffic_class", get_class, NULL },
	{ "forkd_socket_cmsg_add_traffic_class", add_class, NULL },
	{ "forkd_socket_share", share, NULL },
	{ "forkd_socket_receive", take, NULL },
	{ "forkd_socket_lookup", lookup, NULL },
	{ "forkd_socket_lookup_bind", lookup_bind, NULL },
	{ "forkd_socket_lookup_connect", lookup_connect, NULL },
	{ "forkd_socket_lookup_explain", explain, NULL },
	{ "forkd_socket_lookup_address", address_of, NULL },
	{ "forkd_socket_lookup_name", name_of, NULL },
	{ "forkd_socket_poll", poll_many, NULL },
	{ "forkd_socket_export_stream", export, NULL },
	{ "forkd_socket_import_stream", import, NULL },
};

int
main(void)
{
	return starving(steps, sizeof(steps) / sizeof(*steps), NULL);
}
