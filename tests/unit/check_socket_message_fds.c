/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_message.c: descriptors over unix sockets.
 * Whatever goes wrong, none is left: they are counted.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

#include "forkd.h"
#include "socket_mail.h"

static struct mail	in, out;

/* Sends that many copies of one descriptor. */
static ssize_t
send_copies(size_t count)
{
	int	fds[254];
	size_t	i;

	for (i = 0; i < count; i++)
		fds[i] = pair[0]->fd;
	(void)mail_text(&out, "a");
	ck_assert_int_eq(forkd_socket_cmsg_add(&out.message, SOL_SOCKET,
	    SCM_RIGHTS, fds, count * sizeof(*fds)), 0);
	return forkd_socket_sendmsg(pair[0], &out.message, 0);
}

START_TEST(one)
{
	static const int	types[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
	};
	int			before, ends[2], fd;
	char			byte;

	connect_pair(types[_i]);
	ck_assert_int_eq(pipe(ends), 0);
	(void)mail_text(&out, "a");
	ck_assert_int_eq(forkd_socket_cmsg_add_fds(&out.message, &ends[0], 1),
	    0);
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, 0), 1);
	ck_assert_int_eq(close(ends[0]), 0);
	before = mail_descriptors();
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	fd = forkd_socket_cmsg_get_fd(&in.message);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(in.message.flags, 0);
	mail_failed(NULL, forkd_socket_cmsg_get_fd(&in.message), ENOENT,
	    "all are taken");
	forkd_socket_cmsg_close(&in.message);
	ck_assert_int_eq(write(ends[1], "b", 1), 1);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(mail_descriptors(), before);
	gone();
}
END_TEST

/* The most there can be come whole, though with credentials. */
START_TEST(most)
{
	int	before, fd, i;

	connect_pair(SOCK_STREAM);
	pass_credentials();
	before = mail_descriptors();
	ck_assert_int_eq(send_copies(253), 1);
	(void)mail_room(&in);
	in.message.control_size =
	    forkd_socket_cmsg_space(SOL_SOCKET, SCM_RIGHTS, 253) +
	    forkd_socket_cmsg_space(SOL_SOCKET, SCM_CREDENTIALS, 1);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message, 0), 1);
	ck_assert_uint_eq(in.message.control_length, in.message.control_size);
	ck_assert_int_eq(mail_descriptors(), before + 253);
	for (i = 0; i < 253; i++) {
		fd = forkd_socket_cmsg_get_fd(&in.message);
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		ck_assert_int_eq(close(fd), 0);
	}
	ck_assert_int_eq(forkd_socket_cmsg_get_fd(&in.message), -1);
	/* one more */
	mail_failed(pair[0], send_copies(254), EINVAL, "sendmsg to ");
	ck_assert_int_eq(mail_descriptors(), before);
	/* those that nobody takes */
	ck_assert_int_eq(send_copies(200), 1);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	ck_assert_int_eq(mail_descriptors(), before + 200);
	forkd_socket_cmsg_close(&in.message);
	ck_assert_int_eq(mail_descriptors(), before);
	gone();
}
END_TEST

START_TEST(in_order)
{
	struct stat	from, to;
	int		ends[4], fd, i;

	connect_pair(SOCK_STREAM);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(ends + 2, O_CLOEXEC), 0);
	(void)forkd_socket_cmsg_add_fds(mail_text(&out, "a"), ends, 4);
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, 0), 1);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	for (i = 0; i < 4; i++) {
		fd = forkd_socket_cmsg_get_fd(&in.message);
		ck_assert_int_eq(fstat(fd, &to), 0);
		ck_assert_int_eq(fstat(ends[i], &from), 0);
		ck_assert_uint_eq(to.st_ino, from.st_ino);
		ck_assert_int_eq(fcntl(fd, F_GETFL), fcntl(ends[i], F_GETFL));
		(void)close(fd);
		(void)close(ends[i]);
	}
	gone();
}
END_TEST

/* An empty SCM_RIGHTS is nothing to the kernel. */
START_TEST(none)
{
	connect_pair(SOCK_STREAM);
	ck_assert_int_eq(send_copies(0), 1);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	ck_assert_uint_eq(in.message.control_length, 0);
	mail_failed(NULL, forkd_socket_cmsg_get_fd(&in.message), ENOENT,
	    "none came with it");
	gone();
}
END_TEST

/* Too little room, from none at all on. */
START_TEST(cut)
{
	static const struct {
		size_t	room, count;
	} cuts[] = {
		{ 0, 1 }, { 0, 253 }, { 1, 1 }, { CMSG_LEN(0), 1 },
		{ CMSG_SPACE(sizeof(int)) - 1, 1 },
		{ CMSG_SPACE(sizeof(int)), 3 },
		{ CMSG_SPACE(2 * sizeof(int)), 253 },
		{ CMSG_SPACE(253 * sizeof(int)) - 1, 253 },
	};
	int	before;

	connect_pair(_i % 2 == 0 ? SOCK_STREAM : SOCK_SEQPACKET);
	before = mail_descriptors();
	ck_assert_int_eq(send_copies(cuts[_i].count), 1);
	(void)mail_room(&in);
	in.message.control_size = cuts[_i].room;
	if (cuts[_i].room == 0)
		in.message.control = NULL;
	in.message.control_length = 0;
	mail_failed(pair[1], forkd_socket_recvmsg(pair[1], &in.message, 0),
	    EMSGSIZE, "recvmsg: control: ");
	ck_assert_int_eq(mail_descriptors(), before);
	ck_assert_uint_eq(in.message.control_length, 0);
	/* the channel is as good as before */
	ck_assert_int_eq(send_copies(1), 1);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	forkd_socket_cmsg_close(&in.message);
	ck_assert_int_eq(mail_descriptors(), before);
	gone();
}
END_TEST

START_TEST(cut_data)
{
	int	before;

	connect_pair(SOCK_DGRAM);
	before = mail_descriptors();
	ck_assert_int_eq(send_copies(5), 1);
	mail_room(&in)->parts_count = 0;
	mail_failed(pair[1], forkd_socket_recvmsg(pair[1], &in.message, 0),
	    EMSGSIZE, "recvmsg: parts: ");
	ck_assert_int_eq(mail_descriptors(), before);
	/* a look has copies of its own */
	ck_assert_int_eq(send_copies(5), 1);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in),
	    MSG_PEEK), 1);
	ck_assert_int_eq(mail_descriptors(), before + 5);
	forkd_socket_cmsg_close(&in.message);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	forkd_socket_cmsg_close(&in.message);
	ck_assert_int_eq(mail_descriptors(), before);
	gone();
}
END_TEST

/* How many descriptors there is room for; they are taken. */
static int
fill_table(void)
{
	int	count;

	for (count = 0; fcntl(0, F_DUPFD_CLOEXEC, 0) != -1; count++)
		;
	return count;
}

/* The table has room for none, one, four of five, or all. */
static int
full_table(void *arg)
{
	struct rlimit	limit = { .rlim_cur = 64, .rlim_max = 64 };
	int		fd, room;

	room = *(int *)arg;
	FORKED_CHECK(send_copies(5) == 1);
	FORKED_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	(void)fill_table();
	for (fd = 64 - room; fd < 64; fd++)
		FORKED_CHECK(close(fd) == 0);
	errno = 0;
	if (room == 5) {
		FORKED_CHECK(forkd_socket_recvmsg(pair[1], mail_room(&in),
		    0) == 1);
		forkd_socket_cmsg_close(&in.message);
	} else {
		FORKED_CHECK(forkd_socket_recvmsg(pair[1], mail_room(&in),
		    0) == -1);
		FORKED_CHECK(errno == EMFILE);
		FORKED_CHECK(forkd_socket_last_error(pair[1]) == EMFILE);
	}
	/* the next one */
	FORKED_CHECK(forkd_socket_sendmsg(pair[0], mail_text(&out, "b"),
	    0) == 1);
	FORKED_CHECK(forkd_socket_recvmsg(pair[1], mail_room(&in), 0) == 1);
	FORKED_CHECK(in.data[0] == 'b');
	FORKED_CHECK(fill_table() == room);
	return 0;
}

START_TEST(no_room_in_the_table)
{
	static int	rooms[] = { 0, 1, 4, 5 };

	if (forked_is_watched())
		return;
	connect_pair(SOCK_STREAM);
	ck_assert_int_eq(forked(full_table, &rooms[_i]), 0);
	gone();
}
END_TEST

/* A connection whose data nobody reads, and who closes it last waits. */
static int
lingering(void)
{
	struct linger		linger = { .l_onoff = 1, .l_linger = 60 };
	struct sockaddr_in	name = { .sin_family = AF_INET };
	socklen_t		length;
	static char		much[65536];
	int			fd, listener;

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(name);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&name, length), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&name,
	    &length), 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, length), 0);
	while (send(fd, much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
	    sizeof(linger)), 0);
	return fd;	/* the listener stays */
}

START_TEST(no_lingering)
{
	time_t	begin;
	int	fd;

	connect_pair(SOCK_STREAM);
	fd = lingering();
	(void)forkd_socket_cmsg_add_fds(mail_text(&out, "a"), &fd, 1);
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, 0), 1);
	ck_assert_int_eq(close(fd), 0);
	begin = time(NULL);
	(void)mail_room(&in);
	if (_i == 0) {
		in.message.control_size = 0;
		mail_failed(pair[1], forkd_socket_recvmsg(pair[1],
		    &in.message, 0), EMSGSIZE, "control");
	} else {
		ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message,
		    0), 1);
		forkd_socket_cmsg_close(&in.message);
	}
	ck_assert_int_lt(time(NULL) - begin, 30);
	gone();
}
END_TEST

START_TEST(closed_descriptor)
{
	int	fd;

	connect_pair(SOCK_STREAM);
	fd = dup(0);
	(void)close(fd);
	(void)forkd_socket_cmsg_add_fds(mail_text(&out, "a"), &fd, 1);
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    EBADF, "sendmsg to ");
	gone();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_message_fds");
	TCase	*tc = tcase_create("socket_message_fds");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, one, 0, 3);
	tcase_add_test(tc, most);
	tcase_add_test(tc, in_order);
	tcase_add_test(tc, none);
	tcase_add_loop_test(tc, cut, 0, 8);
	tcase_add_test(tc, cut_data);
	tcase_add_loop_test(tc, no_room_in_the_table, 0, 4);
	tcase_add_loop_test(tc, no_lingering, 0, 2);
	tcase_add_test(tc, closed_descriptor);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
