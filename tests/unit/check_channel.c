/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of channel.c and fdio_pass.c: what goes through, and that no
 * descriptor is left behind.  What is refused is in check_channel_refused.c.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "channels.h"
#include "forked.h"

START_TEST(pair)
{
	int	i;

	for (i = 0; i < 2; i++)
		ck_assert_int_eq(fcntl(ends[i], F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(both_ways)
{
	int	from, passed;

	for (from = 0; from < 2; from++) {
		ck_assert_int_eq(put(from, 5, "hello", -1), 0);
		ck_assert_int_eq(put(from, 0, NULL, -1), 0);
		passed = 0;
		ck_assert_int_eq(take(1 - from, sizeof(data), &passed), 1);
		ck_assert_int_eq(passed, -1);
		ck_assert_uint_eq(header.type, CHANNEL_USER);
		ck_assert_uint_eq(header.length, 5);
		ck_assert_uint_eq(header.flags, 7);
		ck_assert_uint_eq(header.generation, 9);
		ck_assert_int_eq(memcmp(data, "hello", 5), 0);
		ck_assert_int_eq(take(1 - from, 0, &passed), 1);
		ck_assert_uint_eq(header.length, 0);
	}
}
END_TEST

/* A copy arrives, close-on-exec; the sender's stays the sender's. */
START_TEST(descriptor)
{
	struct stat	there, here;
	int		fd, passed;

	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(put(0, 1, "x", fd), 0);
	ck_assert_int_eq(fcntl(fd, F_SETFD, 0), 0);
	ck_assert_int_eq(take(1, sizeof(data), &passed), 1);
	ck_assert_int_ne(passed, fd);
	ck_assert_int_eq(fcntl(passed, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fstat(fd, &there), 0);
	ck_assert_int_eq(fstat(passed, &here), 0);
	ck_assert_uint_eq(there.st_ino, here.st_ino);
	fdio_close(&fd);
	fdio_close(&passed);
}
END_TEST

START_TEST(bad_descriptor)
{
	int	passed;

	errno = 0;
	ck_assert_int_eq(put(0, 1, "x", 1000), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(take(1, sizeof(data), &passed), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(passed, -1);
}
END_TEST

/* The longest goes through, one byte more does not, and nothing was sent. */
START_TEST(size)
{
	static char	much[CHANNEL_DATA_MAX + 1];
	int		passed;

	memset(much, 'x', sizeof(much));
	ck_assert_int_eq(put(0, CHANNEL_DATA_MAX, much, -1), 0);
	errno = 0;
	ck_assert_int_eq(put(0, CHANNEL_DATA_MAX + 1, much, -1), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
	errno = 0;
	ck_assert_int_eq(put(0, UINT32_MAX, much, -1), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
	ck_assert_int_eq(take(1, sizeof(data), &passed), 1);
	ck_assert_uint_eq(header.length, CHANNEL_DATA_MAX);
	ck_assert_int_eq(memcmp(data, much, CHANNEL_DATA_MAX), 0);
	ck_assert_int_eq(take(1, sizeof(data), &passed), -1);
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

/* EAGAIN and never a wait; the order is kept, and there is room again. */
START_TEST(full)
{
	uint32_t	i, sent;
	int		fd, passed;

	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (sent = 0; sent < 100000; sent++)
		if (put(0, sizeof(sent), (const char *)&sent, -1) == -1)
			break;
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_gt(sent, 16);
	ck_assert_int_eq(put(0, 1, "x", fd), -1);
	ck_assert_int_eq(errno, EAGAIN);
	fdio_close(&fd);
	for (i = 0; i < sent; i++) {
		ck_assert_int_eq(take(1, sizeof(data), &passed), 1);
		ck_assert_int_eq(memcmp(data, &i, sizeof(i)), 0);
	}
	ck_assert_int_eq(take(1, sizeof(data), &passed), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(put(0, 1, "x", -1), 0);
}
END_TEST

/* EPIPE, no signal; what was sent before the end still arrives. */
START_TEST(end)
{
	int	passed;

	ck_assert_ptr_ne(signal(SIGPIPE, SIG_DFL), SIG_ERR);
	ck_assert_int_eq(put(1, 1, "x", -1), 0);
	fdio_close(&ends[1]);
	count--;
	ck_assert_int_eq(take(0, sizeof(data), &passed), 1);
	passed = 0;
	ck_assert_int_eq(take(0, sizeof(data), &passed), 0);
	ck_assert_int_eq(passed, -1);
	ck_assert_int_eq(take(0, sizeof(data), &passed), 0);
	errno = 0;
	ck_assert_int_eq(put(0, 1, "x", -1), -1);
	ck_assert_int_eq(errno, EPIPE);
}
END_TEST

/* The other end is closed with messages unread: what it sent arrives. */
START_TEST(unread)
{
	bool	passes;
	int	i, passed;

	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(put(0, 1, "x", -1), 0);
		ck_assert_int_eq(put(1, 1, "x", -1), 0);
		fdio_close(&ends[1]);
		if (i == 0)
			ck_assert_int_eq(channel_peek(ends[0], &header,
			    &passes), 1);
		ck_assert_int_eq(take(0, sizeof(data), &passed), 1);
		ck_assert_int_eq(take(0, sizeof(data), &passed), 0);
		fdio_close(&ends[0]);
		ck_assert_int_eq(channel_pair(ends), 0);
	}
	ck_assert_int_eq(put(0, 1, "x", -1), 0);
	fdio_close(&ends[1]);
	count--;
	errno = 0;
	ck_assert_int_eq(put(0, 1, "x", -1), -1);
	ck_assert_int_eq(errno, EPIPE);
}
END_TEST

/* Half an end is one, too: nothing more can come. */
START_TEST(half_end)
{
	int	passed;

	ck_assert_int_eq(shutdown(ends[1], SHUT_WR), 0);
	ck_assert_int_eq(take(0, sizeof(data), &passed), 0);
}
END_TEST

static void
on_alarm(int number)
{
	(void)number;
}

static int
interrupted(void *arg)
{
	struct sigaction	action;
	int			passed;

	(void)arg;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	FORKED_CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	FORKED_CHECK(ualarm(1000, 1000) == 0);	/* again: it may come early */
	FORKED_CHECK(channel_receive(ends[0], &header, data, sizeof(data),
	    &passed, 0) == -1);
	FORKED_CHECK(errno == EINTR && passed == -1);
	return 0;
}

START_TEST(signalled)
{
	ck_assert_int_eq(forked(interrupted, NULL), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*all;
	TCase	*one;

	all = suite_create("channel");
	one = tcase_create("channel");
	tcase_add_checked_fixture(one, fresh, gone);
	tcase_add_test(one, pair);
	tcase_add_test(one, both_ways);
	tcase_add_test(one, descriptor);
	tcase_add_test(one, bad_descriptor);
	tcase_add_test(one, size);
	tcase_add_test(one, full);
	tcase_add_test(one, end);
	tcase_add_test(one, unread);
	tcase_add_test(one, half_end);
	tcase_add_test(one, signalled);
	suite_add_tcase(all, one);
	return all;
}

int
main(void)
{
	return unit_run(suite());
}
