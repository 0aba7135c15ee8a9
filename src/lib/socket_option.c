/* SPDX-License-Identifier: ISC */
/*
 * Reading and setting socket options.  Those of socket_option_table.c are
 * checked before the kernel is asked; others are passed on as they are.
 */
#include "config.h"

#include <sys/time.h>

#include <netinet/in.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "socket.h"
#include "socket_option.h"

/* The value of any option of the table, wherever the caller's lies. */
union value {
	int			number;
	struct linger		linger;
	struct timeval		time;
	struct group_req	group;
	struct group_source_req	source;
};

static int	get_unknown(struct forkd_socket *, int, int, void *,
		    socklen_t *);
static int	set_unknown(struct forkd_socket *, int, int, const void *,
		    socklen_t);
static int	get_known(struct forkd_socket *, const struct socket_option *,
		    union value *);
static int	set_known(struct forkd_socket *, const struct socket_option *,
		    union value *);
static int	check_value(struct forkd_socket *,
		    const struct socket_option *, const union value *);
static int	check_group(struct forkd_socket *,
		    const struct socket_option *, const char *,
		    const struct sockaddr_storage *, bool);
static int	refuse(struct forkd_socket *, const struct socket_option *,
		    const char *);
static int	milliseconds(int, int);

static const char	get_name[] = "forkd_socket_get_option";
static const char	set_name[] = "forkd_socket_set_option";

int
forkd_socket_get_option(struct forkd_socket *sock, int level, int name,
    void *value, socklen_t *length)
{
	const struct socket_option	*option;
	union value			 have;

	if (socket_check(sock, get_name) == -1)
		return -1;
	option = socket_option_find(level, name);
	if (option == NULL)
		return get_unknown(sock, level, name, value, length);
	if ((option->how & OPTION_GET) == 0)
		return socket_wrong(sock, ENOPROTOOPT,
		    "%s: %s: can only be set", get_name, option->text);
	if (value == NULL || length == NULL)
		return socket_wrong(sock, EINVAL, "%s: %s: %s: NULL",
		    get_name, option->text,
		    value == NULL ? "value" : "length");
	if (*length < socket_option_size(option))
		return socket_wrong(sock, EINVAL,
		    "%s: %s: room for %u bytes: takes %u", get_name,
		    option->text, (unsigned int)*length,
		    (unsigned int)socket_option_size(option));
	if (get_known(sock, option, &have) == -1)
		return -1;
	*length = socket_option_size(option);
	memcpy(value, &have, *length);
	return 0;
}

int
forkd_socket_set_option(struct forkd_socket *sock, int level, int name,
    const void *value, socklen_t length)
{
	const struct socket_option	*option;
	union value			 wanted;

	if (socket_check(sock, set_name) == -1)
		return -1;
	option = socket_option_find(level, name);
	if (option == NULL)
		return set_unknown(sock, level, name, value, length);
	if ((option->how & OPTION_SET) == 0)
		return socket_wrong(sock, ENOPROTOOPT,
		    "%s: %s: can only be read", set_name, option->text);
	if (value == NULL)
		return refuse(sock, option, "value: NULL");
	if (length != socket_option_size(option))
		return socket_wrong(sock, EINVAL,
		    "%s: %s: %u bytes: takes %u", set_name, option->text,
		    (unsigned int)length,
		    (unsigned int)socket_option_size(option));
	memcpy(&wanted, value, length);
	if (check_value(sock, option, &wanted) == -1)
		return -1;
	return set_known(sock, option, &wanted);
}

void
socket_learn_timeout(struct forkd_socket *sock)
{
	sock->receive_ms = milliseconds(sock->fd, SO_RCVTIMEO);
	sock->send_ms = milliseconds(sock->fd, SO_SNDTIMEO);
}

static int
get_unknown(struct forkd_socket *sock, int level, int name, void *value,
    socklen_t *length)
{
	if (length == NULL || (value == NULL && *length != 0))
		return socket_wrong(sock, EINVAL,
		    "%s: option %d of level %d: %s: NULL", get_name, name,
		    level, length == NULL ? "length" : "value");
	if (getsockopt(sock->fd, level, name, value, length) == -1)
		return socket_failed(sock, errno, "get option %d of level %d",
		    name, level);
	return 0;
}

static int
set_unknown(struct forkd_socket *sock, int level, int name, const void *value,
    socklen_t length)
{
	if (value == NULL && length != 0)
		return socket_wrong(sock, EINVAL,
		    "%s: option %d of level %d: value: NULL", set_name, name,
		    level);
	if (setsockopt(sock->fd, level, name, value, length) == -1)
		return socket_failed(sock, errno, "set option %d of level %d",
		    name, level);
	return 0;
}

static int
get_known(struct forkd_socket *sock, const struct socket_option *option,
    union value *value)
{
	socklen_t	length;

	if (option->kind == OPTION_INTERFACE && option->level == IPPROTO_IP) {
		value->number = socket_interface_get(sock);
		return value->number == -1 ? -1 : 0;
	}
	length = sizeof(*value);
	if (getsockopt(sock->fd, option->level, option->name, value,
	    &length) == -1)
		return socket_failed(sock, errno, "get %s", option->text);
	return 0;
}

static int
set_known(struct forkd_socket *sock, const struct socket_option *option,
    union value *value)
{
	if (option->kind == OPTION_INTERFACE && option->level == IPPROTO_IP)
		return socket_interface_set(sock, value->number);
	/* Linux refuses 2 for IPV6_MULTICAST_LOOP, and for no other one */
	if (option->kind == OPTION_SWITCH)
		value->number = value->number != 0;
	if (setsockopt(sock->fd, option->level, option->name, value,
	    socket_option_size(option)) == -1)
		return socket_failed(sock, errno, "set %s", option->text);
	if (option->kind == OPTION_TIME)
		socket_learn_timeout(sock);
	return 0;
}

static int
check_value(struct forkd_socket *sock, const struct socket_option *option,
    const union value *value)
{
	switch (option->kind) {
	case OPTION_SWITCH:
		return 0;
	case OPTION_NUMBER:
		if (value->number >= option->min &&
		    value->number <= option->max)
			return 0;
		return socket_wrong(sock, EINVAL, "%s: %s: %d: not %d to %d",
		    set_name, option->text, value->number, option->min,
		    option->max);
	case OPTION_INTERFACE:
		return value->number >= 0 ? 0 : refuse(sock, option,
		    "an index below 0");
	case OPTION_LINGER:
		return value->linger.l_linger >= 0 ? 0 : refuse(sock, option,
		    "l_linger below 0");
	case OPTION_TIME:
		if (value->time.tv_sec >= 0 && value->time.tv_usec >= 0 &&
		    value->time.tv_usec < 1000000)
			return 0;
		return socket_wrong(sock, EINVAL,
		    "%s: %s: %" PRId64 " s and %" PRId64 " us: not a time",
		    set_name, option->text, (int64_t)value->time.tv_sec,
		    (int64_t)value->time.tv_usec);
	case OPTION_GROUP:
		return check_group(sock, option, "group",
		    &value->group.gr_group, true);
	case OPTION_SOURCE:
		if (check_group(sock, option, "group",
		    &value->source.gsr_group, true) == -1)
			return -1;
		return check_group(sock, option, "source",
		    &value->source.gsr_source, false);
	}
	return 0;
}

/* The kernel takes a source of any kind, and then nothing ever comes. */
static int
check_group(struct forkd_socket *sock, const struct socket_option *option,
    const char *what, const struct sockaddr_storage *address, bool is_group)
{
	int	domain;

	domain = option->level == IPPROTO_IP ? AF_INET : AF_INET6;
	if (address->ss_family != domain)
		return socket_wrong(sock, EAFNOSUPPORT,
		    "%s: %s: %s: of family %d, not %d", set_name,
		    option->text, what, address->ss_family, domain);
	if (is_group && !socket_is_group(address))
		return socket_wrong(sock, EINVAL,
		    "%s: %s: %s: not a multicast address", set_name,
		    option->text, what);
	if (!is_group && !socket_is_host(address))
		return socket_wrong(sock, EINVAL,
		    "%s: %s: %s: not the address of one host", set_name,
		    option->text, what);
	return 0;
}

static int
refuse(struct forkd_socket *sock, const struct socket_option *option,
    const char *why)
{
	return socket_wrong(sock, EINVAL, "%s: %s: %s", set_name,
	    option->text, why);
}

/* -1: none, and when the kernel does not tell. */
static int
milliseconds(int fd, int name)
{
	socklen_t	length;
	struct timeval	time;

	length = sizeof(time);
	if (getsockopt(fd, SOL_SOCKET, name, &time, &length) == -1 ||
	    (time.tv_sec == 0 && time.tv_usec == 0))
		return -1;
	if (time.tv_sec >= INT_MAX / 1000)
		return INT_MAX;
	return (int)time.tv_sec * 1000 + (int)(time.tv_usec + 999) / 1000;
}
