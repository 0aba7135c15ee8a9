/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of channel.c and fdio_pass.c: what goes through, what is refused,
 * and that no descriptor is left behind whatever came.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "fdio.h"
#include "forked.h"
#include "unit.h"

static struct channel_header	header;		/* what came last */
static char			data[CHANNEL_DATA_MAX];
static int			ends[2], count;	/* of descriptors */

/* How many descriptors this process has. */
static int
opened(void)
{
	int	fd, have;

	have = 0;
	for (fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			have++;
	return have;
}

static void
fresh(void)
{
	ck_assert_int_eq(channel_pair(ends), 0);
	memset(&header, 0, sizeof(header));
	memset(data, 0, sizeof(data));
	count = opened();
}

/* Every test ends with as many descriptors as it began with. */
static void
gone(void)
{
	ck_assert_int_eq(opened(), count);
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
}

static int
put(int from, uint32_t length, const char *what, int passed)
{
	struct channel_header	one;

	one.type = CHANNEL_USER;
	one.length = length;
	one.flags = 7;
	one.generation = 9;
	return channel_send(ends[from], &one, what, passed);
}

static int
take(int to, size_t size, int *passed)
{
	return channel_receive(ends[to], &header, data, size, passed,
	    MSG_DONTWAIT);
}

/* What no channel_send() would: size bytes, and descriptors. */
static void
put_raw(const void *bytes, size_t size, const int *fds, size_t fd_count)
{
	struct iovec	part;
	struct msghdr	message;
	struct cmsghdr	*head;
	union {
		struct cmsghdr	align;
		char		bytes[CMSG_SPACE(4 * sizeof(int))];
	} control;

	memset(&message, 0, sizeof(message));
	memset(&control, 0, sizeof(control));
	part.iov_base = (void *)(uintptr_t)bytes;
	part.iov_len = size;
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	if (fd_count > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, fd_count * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(ends[1], &message, 0), (ssize_t)size);
}

/* The next message is refused as nonsense, and nothing of it is kept. */
static void
refused(void)
{
	int	passed;

	passed = 0;
	errno = 0;
	ck_assert_int_eq(take(0, sizeof(data), &passed), -1);
	ck_assert_int_eq(errno, EBADMSG);
	ck_assert_int_eq(passed, -1);
	ck_assert_int_eq(opened(), count);
}

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

START_TEST(empty)
{
	int	passed;

	put_raw("", 0, NULL, 0);
	refused();
	put_raw("", 0, ends, 1);
	refused();
	put_raw("", 0, ends, 2);
	refused();
	/* the channel goes on */
	ck_assert_int_eq(put(1, 0, NULL, -1), 0);
	ck_assert_int_eq(take(0, 0, &passed), 1);
}
END_TEST

START_TEST(too_short)
{
	size_t	i;

	for (i = 1; i < sizeof(header); i++) {
		put_raw(data, i, NULL, 0);
		refused();
		put_raw(data, i, ends, 1);
		refused();
	}
}
END_TEST

START_TEST(too_long)
{
	static char	bytes[sizeof(header) + CHANNEL_DATA_MAX + 1];
	int		passed;

	header.type = CHANNEL_USER;
	header.length = CHANNEL_DATA_MAX + 1;
	memcpy(bytes, &header, sizeof(header));
	put_raw(bytes, sizeof(bytes), NULL, 0);
	refused();
	put_raw(bytes, sizeof(bytes), ends, 1);
	refused();
	/* it says that it is as long as what fits */
	header.length = CHANNEL_DATA_MAX;
	memcpy(bytes, &header, sizeof(header));
	put_raw(bytes, sizeof(bytes), ends, 1);
	refused();
	/* and one that is too long for this reader only */
	ck_assert_int_eq(put(1, 5, "hello", ends[0]), 0);
	errno = 0;
	ck_assert_int_eq(take(0, 4, &passed), -1);
	ck_assert_int_eq(errno, EBADMSG);
	ck_assert_int_eq(passed, -1);
}
END_TEST

START_TEST(wrong_length)
{
	const uint32_t	lengths[] = { 0, 1, 3, 5, 1000, UINT32_MAX,
			    UINT32_MAX - sizeof(header) + 5 };
	char		bytes[sizeof(header) + 4];
	size_t		i;

	memset(bytes, 0, sizeof(bytes));
	for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		header.length = lengths[i];
		memcpy(bytes, &header, sizeof(header));
		put_raw(bytes, sizeof(bytes), NULL, 0);
		refused();
		put_raw(bytes, sizeof(bytes), ends, 1);
		refused();
	}
}
END_TEST

START_TEST(several)
{
	const int	fds[4] = { ends[0], ends[1], 0, 1 };
	size_t		i;

	memset(&header, 0, sizeof(header));
	for (i = 2; i <= 4; i++) {
		put_raw(&header, sizeof(header), fds, i);
		refused();
	}
}
END_TEST

/* Leaves room for so many descriptors. */
static int
crowd(rlim_t room)
{
	struct rlimit	limit;
	rlim_t		used;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return -1;
	for (used = 0; fcntl((int)used, F_GETFD) != -1; used++)
		;
	limit.rlim_cur = used + room;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

/* The message comes, its descriptor does not; several are still nonsense. */
static int
table_full(void *arg)
{
	int	fd, passed;

	(void)arg;
	/* no holes */
	while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 64)
		if (fd == -1)
			return __LINE__;
	FORKED_CHECK(crowd(0) == 0);
	FORKED_CHECK(put(1, 5, "hello", 0) == 0);
	passed = 0;
	FORKED_CHECK(take(0, sizeof(data), &passed) == -1);
	FORKED_CHECK(errno == EMFILE && passed == -1);
	FORKED_CHECK(header.length == 5 && memcmp(data, "hello", 5) == 0);
	/* nonsense is nonsense, whatever happened to its descriptor */
	put_raw("", 0, ends, 1);
	FORKED_CHECK(take(0, sizeof(data), &passed) == -1);
	FORKED_CHECK(errno == EBADMSG);
	/* without one it goes on */
	FORKED_CHECK(put(1, 2, "on", -1) == 0);
	FORKED_CHECK(take(0, sizeof(data), &passed) == 1);
	/* one finds room, the other one not */
	FORKED_CHECK(crowd(1) == 0);
	memset(&header, 0, sizeof(header));
	put_raw(&header, sizeof(header), ends, 2);
	FORKED_CHECK(take(0, sizeof(data), &passed) == -1);
	FORKED_CHECK(errno == EBADMSG && passed == -1);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	FORKED_CHECK(fd != -1);		/* it was closed */
	return 0;
}

START_TEST(no_room)
{
	if (!forked_is_watched())
		ck_assert_int_eq(forked(table_full, NULL), 0);
}
END_TEST

/* No more may be on their way than the sender may open (not for root). */
static int
in_flight(void *arg)
{
	struct rlimit	limit;
	int		i;

	(void)arg;
	if (geteuid() == 0 && setuid(65534) == -1)
		return 0;		/* a namespace without nobody */
	FORKED_CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = 32;
	FORKED_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (i = 0; i < 1000; i++)
		if (put(0, 1, "x", ends[1]) == -1)
			break;
	FORKED_CHECK(errno == ETOOMANYREFS);
	return 0;
}

START_TEST(too_many)
{
	if (!forked_is_watched())
		ck_assert_int_eq(forked(in_flight, NULL), 0);
}
END_TEST

/* Whoever looks takes nothing, no descriptor either. */
START_TEST(peek)
{
	bool	passes;
	int	passed;

	errno = 0;
	ck_assert_int_eq(channel_peek(ends[0], &header, &passes), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(put(1, 5, "hello", ends[0]), 0);
	ck_assert_int_eq(put(1, 2, "on", -1), 0);
	put_raw("", 0, NULL, 0);
	ck_assert_int_eq(channel_peek(ends[0], &header, &passes), 1);
	ck_assert(passes);
	ck_assert_uint_eq(header.length, 5);
	ck_assert_int_eq(opened(), count);
	ck_assert_int_eq(take(0, sizeof(data), &passed), 1);
	ck_assert_int_ne(passed, -1);
	fdio_close(&passed);
	ck_assert_int_eq(channel_peek(ends[0], &header, &passes), 1);
	ck_assert(!passes);
	ck_assert_uint_eq(header.length, 2);
	ck_assert_int_eq(take(0, sizeof(data), &passed), 1);
	ck_assert_int_eq(channel_peek(ends[0], &header, &passes), 0);
	refused();
	fdio_close(&ends[1]);
	count--;
	ck_assert_int_eq(channel_peek(ends[0], &header, &passes), 0);
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
	tcase_add_test(one, empty);
	tcase_add_test(one, too_short);
	tcase_add_test(one, too_long);
	tcase_add_test(one, wrong_length);
	tcase_add_test(one, several);
	tcase_add_test(one, no_room);
	tcase_add_test(one, too_many);
	tcase_add_test(one, peek);
	suite_add_tcase(all, one);
	return all;
}

int
main(void)
{
	return unit_run(suite());
}
