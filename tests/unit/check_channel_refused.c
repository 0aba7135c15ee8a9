/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of channel.c and fdio_pass.c: what is refused, and that no
 * descriptor is left behind whatever came.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "channels.h"
#include "forked.h"

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

	all = suite_create("channel_refused");
	one = tcase_create("channel_refused");
	tcase_add_checked_fixture(one, fresh, gone);
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
