/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of fdio.c: reading and writing completely, whatever comes
 * between.  Moving descriptors is tested in check_fdio_arrange.c.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "unit.h"

#define SIZE		300001	/* more than any buffer below holds */
#define INTERRUPTIONS	5

static int			 pair[2];	/* ours, the peer's */
static int			 go[2];		/* the peer may begin */
static char			 data[SIZE], seen[SIZE + 1];
static volatile sig_atomic_t	 interruptions;

static void
fresh(void)
{
	int	buffer = 4096, i;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(pipe(go), 0);
	for (i = 0; i < 2; i++) {
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &buffer,
		    sizeof(buffer));
		(void)setsockopt(pair[i], SOL_SOCKET, SO_RCVBUF, &buffer,
		    sizeof(buffer));
	}
	for (i = 0; i < SIZE; i++)
		data[i] = (char)(i % 251 + i / 4096);
	memset(seen, 0, sizeof(seen));
	interruptions = 0;
}

static void
gone(void)
{
	fdio_close(&pair[0]);
	fdio_close(&pair[1]);
	fdio_close(&go[0]);
	fdio_close(&go[1]);
}

static void
nonblocking(void)
{
	ck_assert_int_eq(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
}

static void
interrupted(int signal)
{
	(void)signal;
	if (++interruptions == INTERRUPTIONS && write(go[1], "", 1) == -1)
		_exit(1);
}

/* Interrupts all system calls every millisecond, or no longer. */
static void
interrupt(int on)
{
	struct itimerval	timer = { { 0, on * 1000 }, { 0, on * 1000 } };
	struct sigaction	action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on ? interrupted : SIG_DFL;
	if (on)
		ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
	if (!on)
		ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
}

/*
 * A process that, once it is let go, sends the data in small pieces and then
 * end of file, or receives it and compares.
 */
static pid_t
peer_start(int sends)
{
	char	bytes[1000];
	pid_t	pid;
	ssize_t	n;
	size_t	done;

	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid != 0) {
		fdio_close(&pair[1]);
		return pid;
	}
	fdio_close(&pair[0]);
	if (read(go[0], bytes, 1) != 1)
		_exit(2);
	for (done = 0; done < SIZE; done += (size_t)n) {
		n = SIZE - done < 999 ? (ssize_t)(SIZE - done) : 999;
		n = sends ? write(pair[1], data + done, (size_t)n) :
		    read(pair[1], bytes, sizeof(bytes));
		if (n <= 0 || (!sends &&
		    memcmp(bytes, data + done, (size_t)n) != 0))
			_exit(3);
	}
	_exit(0);
}

static void
let_go(void)
{
	ck_assert_int_eq(write(go[1], "", 1), 1);
}

static void
peer_ends(pid_t pid)
{
	int	status;

	while (waitpid(pid, &status, 0) == -1)
		ck_assert_int_eq(errno, EINTR);
	ck_assert_int_eq(status, 0);
}

static void
reads_all(pid_t peer)
{
	ck_assert_int_eq(fdio_read(pair[0], seen, SIZE), SIZE);
	ck_assert_int_eq(memcmp(seen, data, SIZE), 0);
	peer_ends(peer);
}

START_TEST(read_blocking)
{
	pid_t	peer = peer_start(1);

	let_go();
	reads_all(peer);
}
END_TEST

START_TEST(read_nonblocking)
{
	pid_t	peer = peer_start(1);

	nonblocking();
	let_go();
	reads_all(peer);
}
END_TEST

/* The peer begins when we have been interrupted while nothing was there. */
START_TEST(read_interrupted)
{
	pid_t	peer = peer_start(1);

	if (_i == 1)
		nonblocking();
	interrupt(1);
	reads_all(peer);
	interrupt(0);
	ck_assert_int_ge(interruptions, INTERRUPTIONS);
}
END_TEST

START_TEST(read_until_the_end)
{
	pid_t	peer = peer_start(1);

	if (_i == 1)
		nonblocking();
	let_go();
	ck_assert_int_eq(fdio_read(pair[0], seen, SIZE + 1), SIZE);
	ck_assert_int_eq(fdio_read(pair[0], seen, 1), 0);
	peer_ends(peer);
}
END_TEST

/* Not a byte more than was asked for. */
START_TEST(read_in_parts)
{
	ck_assert_int_eq(write(pair[1], "abcdef", 6), 6);
	ck_assert_int_eq(fdio_read(pair[0], seen, 5), 5);
	ck_assert_str_eq(seen, "abcde");
	fdio_close(&pair[1]);
	ck_assert_int_eq(fdio_read(pair[0], seen, 9), 1);
}
END_TEST

START_TEST(read_fails)
{
	ck_assert_int_eq(fdio_read(-1, seen, 1), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(write_blocking)
{
	pid_t	peer = peer_start(0);

	let_go();
	ck_assert_int_eq(fdio_write(pair[0], data, SIZE), 0);
	peer_ends(peer);
}
END_TEST

START_TEST(write_nonblocking)
{
	pid_t	peer = peer_start(0);

	nonblocking();
	let_go();
	ck_assert_int_eq(fdio_write(pair[0], data, SIZE), 0);
	peer_ends(peer);
}
END_TEST

/* Interrupted while the buffers are full, which is a short write, too. */
START_TEST(write_interrupted)
{
	pid_t	peer = peer_start(0);

	if (_i == 1)
		nonblocking();
	interrupt(1);
	ck_assert_int_eq(fdio_write(pair[0], data, SIZE), 0);
	peer_ends(peer);
	interrupt(0);
	ck_assert_int_ge(interruptions, INTERRUPTIONS);
}
END_TEST

START_TEST(write_fails)
{
	void	(*before)(int);

	ck_assert_int_eq(fdio_write(-1, data, 1), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(fdio_write(-1, data, 0), 0);
	before = signal(SIGPIPE, SIG_IGN);
	fdio_close(&pair[1]);
	ck_assert_int_eq(fdio_write(pair[0], data, SIZE), -1);
	ck_assert_int_eq(errno, EPIPE);
	(void)signal(SIGPIPE, before);
}
END_TEST

START_TEST(closing)
{
	int	fd, copy;

	fd = copy = dup(pair[0]);
	errno = ERANGE;
	fdio_close(&fd);
	ck_assert_int_eq(fd, -1);
	fdio_close(&fd);		/* twice, and of none */
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_int_eq(fcntl(copy, F_GETFD), -1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("fdio");
	TCase	*tc = tcase_create("fdio");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, read_blocking);
	tcase_add_test(tc, read_nonblocking);
	tcase_add_loop_test(tc, read_interrupted, 0, 2);
	tcase_add_loop_test(tc, read_until_the_end, 0, 2);
	tcase_add_test(tc, read_in_parts);
	tcase_add_test(tc, read_fails);
	tcase_add_test(tc, write_blocking);
	tcase_add_test(tc, write_nonblocking);
	tcase_add_loop_test(tc, write_interrupted, 0, 2);
	tcase_add_test(tc, write_fails);
	tcase_add_test(tc, closing);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
