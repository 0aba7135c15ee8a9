/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of listen_give.c: whatever numbers the listeners have, a handler
 * gets them in their order; and what they are called.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binding.h"
#include "forked.h"
#include "listen_give.h"
#include "service.h"
#include "unit.h"

#define MOST	4
#define HIGH	100

/* Numbers before: of the listeners, of err and of what is kept. */
struct layout {
	int	count, listener[MOST], err, keep;
};

static struct service	service;
static struct listener	listeners[MOST];

static ino_t
inode(int fd)
{
	struct stat	st;

	return fstat(fd, &st) == -1 ? 0 : st.st_ino;
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

static void
have(int count)
{
	int	i;

	TAILQ_INIT(&service.listeners);
	memset(listeners, 0, sizeof(listeners));
	for (i = 0; i < count; i++) {
		listeners[i].service = &service;
		TAILQ_INSERT_TAIL(&service.listeners, &listeners[i], link);
	}
}

static int
arrange(void *arg)
{
	const struct layout	*layout = arg;
	ino_t			 err, keep, want[MOST];
	int			 fd, i, kept;

	FORKED_CHECK(close_range(3, ~0U, 0) == 0);
	have(layout->count);
	for (i = 0; i < layout->count; i++) {
		FORKED_CHECK(something(layout->listener[i]) == 0);
		listeners[i].watch.fd = layout->listener[i];
		want[i] = inode(layout->listener[i]);
	}
	if (layout->err != STDERR_FILENO)
		FORKED_CHECK(something(layout->err) == 0);
	err = inode(layout->err);
	FORKED_CHECK(something(layout->keep) == 0);
	keep = inode(layout->keep);
	kept = layout->keep;
	FORKED_CHECK(listen_give(&service, layout->err, &kept) == 0);
	FORKED_CHECK(inode(0) == want[0] && inode(1) == want[0]);
	FORKED_CHECK(inode(2) == err);
	for (i = 0; i < layout->count; i++)
		FORKED_CHECK(inode(3 + i) == want[i]);
	FORKED_CHECK(kept == 3 + layout->count && inode(kept) == keep);
	for (fd = 0; fd < kept; fd++)
		FORKED_CHECK(fcntl(fd, F_GETFD) == 0);
	FORKED_CHECK(fcntl(kept, F_GETFD) == FD_CLOEXEC);
	for (fd = kept + 1; fd < HIGH; fd++)
		FORKED_CHECK(fcntl(fd, F_GETFD) == -1);
	return 0;
}

START_TEST(descriptors)
{
	struct layout	layouts[] = {
		{ 1, { 3 }, STDERR_FILENO, 4 },
		{ 1, { 4 }, STDERR_FILENO, 3 },
		{ 1, { 20 }, 3, 4 },
		{ 2, { 4, 3 }, 5, 6 },
		{ 3, { 5, 3, 4 }, 7, 6 },
		{ 3, { 30, 20, 10 }, 6, 50 },
		{ 4, { 6, 5, 4, 3 }, 8, 7 },
		{ 4, { 4, 5, 6, 7 }, 3, 8 },
		{ 4, { 7, 8, 9, 10 }, 11, 12 },
	};
	size_t		i;

	for (i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		ck_assert_int_eq(forked(arrange, &layouts[i]), 0);
}
END_TEST

START_TEST(names)
{
	have(3);
	(void)strlcpy(service.name, "web", sizeof(service.name));
	ck_assert_int_eq(unsetenv("LISTEN_FDNAMES"), 0);
	listeners[1].inherited = true;
	listeners[1].watch.fd = 3;
	ck_assert_int_eq(listen_give_count(&service), 3);
	ck_assert_int_eq(listen_give_names(&service), 0);
	ck_assert_str_eq(service.listen_names, "LISTEN_FDNAMES=web:web:web");
	have(1);
	ck_assert_int_eq(listen_give_names(&service), 0);
	ck_assert_str_eq(service.listen_names, "LISTEN_FDNAMES=web");
	free(service.listen_names);
	service.listen_names = NULL;
}
END_TEST

static int
block(void *arg)
{
	int	ends[2];

	(void)arg;
	have(2);
	FORKED_CHECK(pipe2(ends, O_NONBLOCK) == 0);
	listeners[0].watch.fd = ends[0];
	listeners[1].watch.fd = ends[1];
	listeners[1].inherited = true;
	listen_give_block(&service);
	FORKED_CHECK((fcntl(ends[0], F_GETFL) & O_NONBLOCK) == 0);
	FORKED_CHECK((fcntl(ends[1], F_GETFL) & O_NONBLOCK) != 0);
	return 0;
}

START_TEST(blocking)
{
	ck_assert_int_eq(forked(block, NULL), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("listen_give");
	TCase	*tc = tcase_create("listen_give");

	tcase_add_test(tc, descriptors);
	tcase_add_test(tc, names);
	tcase_add_test(tc, blocking);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
