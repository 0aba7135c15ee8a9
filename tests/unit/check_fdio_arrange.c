/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of fdio.c: pipes, standard descriptors, a child's descriptors,
 * and the end of a connection.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "forked.h"
#include "unit.h"

#define HIGH	100	/* a descriptor far from the others */

static int
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static int
closes_on_exec(int fd)
{
	return fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

/* A descriptor of something that no other descriptor is, close-on-exec. */
static int
something(int fd)
{
	int	ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return -1;
	if (ends[1] != fd) {
		if (dup3(ends[1], fd, O_CLOEXEC) == -1)
			return -1;
		(void)close(ends[1]);
	}
	if (ends[0] != fd)
		(void)close(ends[0]);
	return 0;
}

static ino_t
inode(int fd)
{
	struct stat	st;

	return fstat(fd, &st) == -1 ? 0 : st.st_ino;
}

static int
is_null_device(int fd)
{
	struct stat	null, st;

	return stat("/dev/null", &null) == 0 && fstat(fd, &st) == 0 &&
	    S_ISCHR(st.st_mode) && st.st_rdev == null.st_rdev &&
	    (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR;
}

START_TEST(pipes)
{
	int	ends[2], i;

	ck_assert_int_eq(fdio_pipe(ends), 0);
	for (i = 0; i < 2; i++) {
		ck_assert(closes_on_exec(ends[i]));
		ck_assert_int_ne(fcntl(ends[i], F_GETFL) & O_NONBLOCK, 0);
	}
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
}
END_TEST

static int
pipe_without_room(void *arg)
{
	int	ends[2] = { 7, 8 };

	(void)arg;
	FORKED_CHECK(forked_no_descriptors() == 0);
	FORKED_CHECK(fdio_pipe(ends) == -1 && errno == EMFILE);
	FORKED_CHECK(ends[0] == -1 && ends[1] == -1);
	(void)close(STDIN_FILENO);
	FORKED_CHECK(fdio_standard() == -1 && errno == EMFILE);
	return 0;
}

START_TEST(pipes_without_room)
{
	ck_assert_int_eq(forked(pipe_without_room, NULL), 0);
}
END_TEST

/* Bit n of the mask: descriptor n is closed. */
static int
standard(void *arg)
{
	ino_t	before[3];
	int	fd, mask;

	mask = *(int *)arg;
	for (fd = 0; fd < 3; fd++) {
		FORKED_CHECK(something(fd) == 0);
		FORKED_CHECK(fcntl(fd, F_SETFD, 0) == 0);
		before[fd] = inode(fd);
	}
	FORKED_CHECK(close_range(3, HIGH, 0) == 0);
	for (fd = 0; fd < 3; fd++)
		if ((mask & 1 << fd) != 0)
			FORKED_CHECK(close(fd) == 0);
	FORKED_CHECK(fdio_standard() == 0);
	for (fd = 0; fd < 3; fd++) {
		FORKED_CHECK(is_open(fd) && !closes_on_exec(fd));
		if ((mask & 1 << fd) != 0)
			FORKED_CHECK(is_null_device(fd));
		else
			FORKED_CHECK(inode(fd) == before[fd]);
	}
	for (; fd < HIGH; fd++)
		FORKED_CHECK(!is_open(fd));
	return 0;
}

START_TEST(standard_descriptors)
{
	int	mask;

	for (mask = 0; mask < 8; mask++)
		ck_assert_int_eq(forked(standard, &mask), 0);
}
END_TEST

static int
arrange(void *arg)
{
	const int	*from = arg;	/* in, out, err, keep */
	ino_t		 wanted[4];
	int		 fd;

	for (fd = 0; fd < 10; fd++)
		FORKED_CHECK(something(fd) == 0);
	FORKED_CHECK(fcntl(STDERR_FILENO, F_SETFD, 0) == 0);
	FORKED_CHECK(dup2(9, HIGH) == HIGH);
	for (fd = 0; fd < 4; fd++)
		wanted[fd] = inode(from[fd]);
	FORKED_CHECK(fdio_arrange(from[0], from[1], from[2], from[3]) == 0);
	for (fd = 0; fd < 4; fd++) {
		FORKED_CHECK(inode(fd) == wanted[fd]);
		FORKED_CHECK(closes_on_exec(fd) == (fd == 3));
	}
	for (; fd <= HIGH; fd++)
		FORKED_CHECK(!is_open(fd));
	return 0;
}

START_TEST(arranging)
{
	static int	plans[][4] = {
		{ 5, 5, 2, 6 }, { 5, 6, 7, 8 }, { 8, 7, 6, 5 },
		{ 3, 3, 2, 4 }, { 3, 4, 5, 6 }, { 6, 3, 5, 4 },
		{ 4, 4, 3, 5 }, { 5, 5, 2, 3 }, { 7, 7, 7, 3 },
		{ 3, 3, 3, 3 }, { 4, 5, 6, 4 }, { 9, 9, 9, 9 }
	};
	size_t		i;

	for (i = 0; i < sizeof(plans) / sizeof(*plans); i++)
		ck_assert_msg(forked(arrange, plans[i]) == 0, "plan %zu", i);
}
END_TEST

static int
arrange_closed(void *arg)
{
	const int	*from = arg;
	int		 fd;

	for (fd = 3; fd < 10; fd++)
		FORKED_CHECK(something(fd) == 0);
	(void)close(9);
	errno = 0;
	FORKED_CHECK(fdio_arrange(from[0], from[1], from[2], from[3]) == -1);
	FORKED_CHECK(errno == EBADF);
	return 0;
}

START_TEST(arranging_what_is_closed)
{
	static int	plans[][4] = {
		{ 9, 5, 2, 6 }, { 5, 9, 2, 6 }, { 5, 5, 9, 6 }, { 5, 5, 2, 9 }
	};
	size_t		i;

	for (i = 0; i < sizeof(plans) / sizeof(*plans); i++)
		ck_assert_int_eq(forked(arrange_closed, plans[i]), 0);
}
END_TEST

/* A connection over loopback: ours and the peer's end. */
static void
connect_pair(int pair[2])
{
	struct sockaddr_in	in;
	socklen_t		length;
	int			fd;

	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(in);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	pair[1] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, length), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &length), 0);
	ck_assert_int_eq(connect(pair[1], (struct sockaddr *)&in, length), 0);
	pair[0] = accept(fd, NULL, NULL);
	ck_assert_int_ne(pair[0], -1);
	fdio_close(&fd);
}

/* What nobody read is thrown away, so that our last words arrive. */
START_TEST(finishing)
{
	char	bytes[16];
	int	pair[2];

	connect_pair(pair);
	ck_assert_int_eq(fdio_write(pair[1], "unread", 6), 0);
	ck_assert_int_eq(recv(pair[0], bytes, 6, MSG_PEEK | MSG_WAITALL), 6);
	ck_assert_int_eq(fdio_write(pair[0], "bye", 3), 0);
	fdio_finish(pair[0]);
	ck_assert_int_eq(recv(pair[0], bytes, 1, MSG_DONTWAIT), -1);
	fdio_close(&pair[0]);
	ck_assert_int_eq(fdio_read(pair[1], bytes, sizeof(bytes)), 3);
	ck_assert_mem_eq(bytes, "bye", 3);
	fdio_close(&pair[1]);
}
END_TEST

/* A peer that says nothing is not waited for, and may still speak. */
START_TEST(finishing_does_not_wait)
{
	char	byte;
	int	pair[2];

	connect_pair(pair);
	fdio_finish(pair[0]);
	ck_assert_int_eq(fdio_read(pair[1], &byte, 1), 0);
	ck_assert_int_eq(write(pair[1], "x", 1), 1);
	ck_assert_int_eq(read(pair[0], &byte, 1), 1);
	fdio_close(&pair[1]);
	fdio_finish(pair[0]);		/* the peer is gone */
	fdio_close(&pair[0]);
	ck_assert_int_eq(fdio_pipe(pair), 0);
	fdio_finish(pair[0]);		/* not a socket */
	fdio_close(&pair[0]);
	fdio_close(&pair[1]);
}
END_TEST

static void
set_linger(int fd, int seconds)
{
	struct linger	linger = { 1, seconds };

	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
	    sizeof(linger)), 0);
}

/* Whatever somebody else has set: close(2) does not wait, all is sent. */
START_TEST(closing_what_was_foreign)
{
	static char	bytes[65536];
	int		pair[2];
	int64_t		start_ms;
	ssize_t		n;
	size_t		got, sent;

	connect_pair(pair);
	set_linger(pair[0], 20);
	for (sent = 0; (n = send(pair[0], bytes, sizeof(bytes),
	    MSG_DONTWAIT)) > 0; sent += (size_t)n)
		;
	start_ms = fdio_clock();
	errno = ERANGE;
	fdio_close_foreign(&pair[0]);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_int_eq(pair[0], -1);
	ck_assert_int_lt(fdio_clock() - start_ms, 10000);
	for (got = 0; (n = fdio_read(pair[1], bytes, sizeof(bytes))) > 0; )
		got += (size_t)n;
	ck_assert_uint_eq(got, sent);
	fdio_close(&pair[1]);
	connect_pair(pair);
	set_linger(pair[0], 0);		/* a reset is meant */
	fdio_close_foreign(&pair[0]);
	ck_assert_int_eq(fdio_read(pair[1], bytes, 1), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	fdio_close(&pair[1]);
	fdio_close_foreign(&pair[1]);	/* none; not a socket */
	ck_assert_int_eq(fdio_pipe(pair), 0);
	fdio_close_foreign(&pair[0]);
	fdio_close_foreign(&pair[1]);
	ck_assert_int_eq(pair[0], -1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("fdio_arrange");
	TCase	*tc = tcase_create("fdio_arrange");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, pipes);
	tcase_add_test(tc, pipes_without_room);
	tcase_add_test(tc, standard_descriptors);
	tcase_add_test(tc, arranging);
	tcase_add_test(tc, arranging_what_is_closed);
	tcase_add_test(tc, finishing);
	tcase_add_test(tc, finishing_does_not_wait);
	tcase_add_test(tc, closing_what_was_foreign);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
