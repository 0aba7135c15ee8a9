/* SPDX-License-Identifier: ISC */
/*
 * socket_mail.h: what the unit tests of messages share: a message with room,
 * sockets that have names, a count of descriptors, and recvmsg(2) and
 * sendmsg(2) that fail when a test says so.
 */
#ifndef SOCKET_MAIL_H
#define SOCKET_MAIL_H

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <netinet/in.h>

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "forked.h"
#include "socket.h"
#include "socket_control.h"
#include "unit.h"

/* A message with room for everything. */
struct mail {
	struct forkd_message	message;
	struct iovec		part;
	char			data[64];
	char			address[FORKD_ADDRESS_SIZE];
	char			control[SOCKET_CONTROL_ROOM];
};

static struct forkd_socket	*pair[2];

/* So many of the next calls fail with that. */
static int	mail_faults;
static int	mail_error;
static int	mail_calls;

static inline bool
mail_fails(void)
{
	mail_calls++;
	if (mail_faults == 0)
		return false;
	mail_faults--;
	errno = mail_error;
	return true;
}

/* Instead of the C library's, for all of the program. */
ssize_t
recvmsg(int fd, struct msghdr *header, int flags)
{
	return mail_fails() ? -1 : syscall(SYS_recvmsg, fd, header, flags);
}

ssize_t
sendmsg(int fd, const struct msghdr *header, int flags)
{
	return mail_fails() ? -1 : syscall(SYS_sendmsg, fd, header, flags);
}

static inline void
mail_fail(int times, int error)
{
	mail_faults = times;
	mail_error = error;
	mail_calls = 0;
}

/* To receive into. */
static inline struct forkd_message *
mail_room(struct mail *mail)
{
	memset(mail, 0, sizeof(*mail));
	mail->part.iov_base = mail->data;
	mail->part.iov_len = sizeof(mail->data);
	mail->message.parts = &mail->part;
	mail->message.parts_count = 1;
	mail->message.address = mail->address;
	mail->message.address_size = sizeof(mail->address);
	mail->message.control = mail->control;
	mail->message.control_size = sizeof(mail->control);
	return &mail->message;
}

/* To be sent: the text, to the peer. */
static inline struct forkd_message *
mail_text(struct mail *mail, const char *text)
{
	(void)mail_room(mail);
	mail->part.iov_len = strlen(text);
	memcpy(mail->data, text, mail->part.iov_len);
	mail->message.address = NULL;
	return &mail->message;
}

/* A failed call: errno, the socket's, the thread's, and a sentence. */
#define mail_failed(sock, call, number, sentence)			\
	do {								\
		forkd_socket_clear_error(NULL);				\
		errno = 0;						\
		ck_assert_int_eq((call), -1);				\
		ck_assert_int_eq(errno, (number));			\
		ck_assert_int_eq(forkd_socket_last_error(NULL), (number)); \
		if ((sock) != NULL)					\
			ck_assert_int_eq(forkd_socket_last_error(sock),	\
			    (number));					\
		ck_assert_msg(strstr(forkd_error(NULL), (sentence)) != NULL, \
		    "%s", forkd_error(NULL));				\
	} while (0)

static inline int
mail_descriptors(void)
{
	DIR	*directory;
	int	 count;

	directory = opendir("/proc/self/fd");
	ck_assert_ptr_nonnull(directory);
	for (count = 0; readdir(directory) != NULL; count++)
		;
	(void)closedir(directory);
	return count;
}

static inline void
connect_pair(int type)
{
	ck_assert_int_eq(forkd_socket_create_pair(AF_UNIX, type, 0, pair), 0);
}

static inline void
gone(void)
{
	forkd_socket_close(pair[0]);
	forkd_socket_close(pair[1]);
	pair[0] = pair[1] = NULL;
}

static inline void
pass_credentials(void)
{
	int	on;

	on = 1;
	ck_assert_int_eq(setsockopt(pair[1]->fd, SOL_SOCKET, SO_PASSCRED, &on,
	    sizeof(on)), 0);
}

static inline bool
mail_has_ipv6(void)
{
	struct sockaddr_in6	in6 = { .sin6_family = AF_INET6 };
	int			fd, result;

	in6.sin6_addr = in6addr_loopback;
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return false;
	result = bind(fd, (struct sockaddr *)&in6, sizeof(in6));
	(void)close(fd);
	return result == 0;
}

/* A datagram socket on the loopback, or, with `any', on every address. */
static inline struct forkd_socket *
mail_udp(int domain, bool any, int *port)
{
	struct addr		 addr;
	struct forkd_socket	*sock;

	sock = forkd_socket_create(domain, SOCK_DGRAM, 0);
	ck_assert_ptr_nonnull(sock);
	addr_any(&addr, domain, 0);
	if (!any && domain == AF_INET)
		addr.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else if (!any)
		addr.u.in6.sin6_addr = in6addr_loopback;
	ck_assert_int_eq(bind(sock->fd, &addr.u.sa, addr.length), 0);
	ck_assert_int_eq(getsockname(sock->fd, &addr.u.sa, &addr.length), 0);
	*port = addr_port(&addr);
	return sock;
}

#endif /* SOCKET_MAIL_H */
