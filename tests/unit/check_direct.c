/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of direct.c: the same, by the library and by the processor.
 */
#include "config.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "direct.h"
#include "fdio.h"
#include "forked.h"
#include "unit.h"

/* Run for each of them. */
static void
choose(int which)
{
	direct_alone(which == 1);
}

static void
gone(void)
{
	direct_alone(false);
}

START_TEST(results)
{
	int	fd;

	choose(_i);
	errno = ERANGE;
	ck_assert_int_eq(direct_call(SYS_getpid, 0, 0, 0, 0, 0, 0), getpid());
	ck_assert_int_eq(direct_geteuid(), geteuid());
	fd = direct_dup3(STDERR_FILENO, 100, O_CLOEXEC);
	ck_assert_int_eq(fd, 100);
	ck_assert_int_eq(fcntl(100, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(direct_close_range(100, 100), 0);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_int_eq(fcntl(100, F_GETFD), -1);
}
END_TEST

START_TEST(errors)
{
	char		name[] = "x";
	char *const	argv[] = { name, NULL };
	char *const	none[] = { NULL };

	choose(_i);
	errno = 0;
	ck_assert_int_eq(direct_dup3(STDERR_FILENO, STDERR_FILENO, 0), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(direct_execve("/nowhere/at/all", argv, none), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(direct_call(SYS_close, -1, 0, 0, 0, 0, 0), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

/* Those that a call does not have, and those that it has. */
START_TEST(arguments)
{
	static const char	text[] = "seen";
	struct iovec		part;
	struct msghdr		message;
	char			got[8];
	int			ends[2];

	choose(_i);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	ck_assert_int_eq(direct_call(SYS_sendto, ends[0], direct_pointer(text),
	    sizeof(text), MSG_DONTWAIT, 0, 0), (long)sizeof(text));
	memset(&message, 0, sizeof(message));
	part.iov_base = got;
	part.iov_len = sizeof(got);
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	ck_assert_int_eq(direct_recvmsg(ends[1], &message, 0),
	    (ssize_t)sizeof(text));
	ck_assert_str_eq(got, text);
	part.iov_len = 3;
	ck_assert_int_eq(direct_sendmsg(ends[1], &message, 0), 3);
	ck_assert_int_eq(read(ends[0], got, sizeof(got)), 3);
	errno = 0;
	ck_assert_int_eq(direct_recvmsg(ends[1], &message, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
	fdio_close(&ends[0]);
	errno = 0;
	ck_assert_int_eq(direct_sendmsg(ends[1], &message, MSG_NOSIGNAL), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
	fdio_close(&ends[1]);
}
END_TEST

static int
listening(struct sockaddr_in *in)
{
	socklen_t	length;
	int		fd;

	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(*in);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)in, sizeof(*in)), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)in, &length), 0);
	return fd;
}

START_TEST(accepting)
{
	struct sockaddr_in	in, peer;
	socklen_t		length;
	int			accepted, client, fd;

	choose(_i);
	fd = listening(&in);
	length = sizeof(peer);
	errno = ERANGE;
	ck_assert_int_eq(direct_accept(fd, (struct sockaddr *)&peer, &length),
	    -EAGAIN);
	ck_assert_int_eq(direct_accept(-1, NULL, NULL), -EBADF);
	ck_assert_int_eq(errno, ERANGE);
	client = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&in, sizeof(in)),
	    0);
	ck_assert_int_eq(poll(&(struct pollfd){ .fd = fd, .events = POLLIN },
	    1, -1), 1);
	accepted = direct_accept(fd, (struct sockaddr *)&peer, &length);
	ck_assert_int_ge(accepted, 0);
	ck_assert_int_eq(fcntl(accepted, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(length, sizeof(peer));
	ck_assert_int_eq(getsockname(client, (struct sockaddr *)&in, &length),
	    0);
	ck_assert_int_eq(peer.sin_port, in.sin_port);
	ck_assert_int_eq(errno, ERANGE);
	fdio_close(&accepted);
	fdio_close(&client);
	fdio_close(&fd);
}
END_TEST

static void
ignore(int signal)
{
	(void)signal;
}

START_TEST(waiting)
{
	struct epoll_event	event = { .events = EPOLLIN }, ready[2];
	const struct itimerval	often = { { 0, 20000 }, { 0, 20000 } };
	const struct itimerval	never = { { 0, 0 }, { 0, 0 } };
	struct sigaction	action;
	int			ends[2], fd;

	choose(_i);
	fd = epoll_create1(EPOLL_CLOEXEC);
	ck_assert_int_eq(fdio_pipe(ends), 0);
	event.data.fd = ends[0];
	ck_assert_int_eq(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event), 0);
	errno = ERANGE;
	ck_assert_int_eq(direct_wait(fd, ready, 2, 0), 0);
	ck_assert_int_eq(direct_wait(-1, ready, 2, 0), -EBADF);
	memset(&action, 0, sizeof(action));
	action.sa_handler = ignore;
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	/* more than once: the first may come before we wait */
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	ck_assert_int_eq(direct_wait(fd, ready, 2, -1), -EINTR);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(direct_wait(fd, ready, 2, -1), 1);
	ck_assert_int_eq(ready[0].data.fd, ends[0]);
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
	fdio_close(&fd);
}
END_TEST

/* What changes a process, in one of its own. */
static int
check_identity(void *arg)
{
	uint64_t	seen[2];
	uid_t		uids[3];
	gid_t		gids[3];

	(void)arg;
	FORKED_CHECK(direct_setsid() == 0);
	FORKED_CHECK(getsid(0) == getpid());
	FORKED_CHECK(direct_setsid() == -1 && errno == EPERM);
	direct_umask(027);
	FORKED_CHECK(umask(0) == 027);
	FORKED_CHECK(direct_limit(4, 0) == 0);		/* RLIMIT_CORE */
	FORKED_CHECK(direct_call(SYS_prlimit64, 0, 4, 0, direct_pointer(seen),
	    0, 0) == 0 && seen[0] == 0 && seen[1] == 0);
	FORKED_CHECK(direct_prctl(38, 1) == 0);	/* PR_SET_NO_NEW_PRIVS */
	FORKED_CHECK(direct_call(SYS_prctl, 39, 0, 0, 0, 0, 0) == 1);
	if (geteuid() != 0)
		return 0;
	FORKED_CHECK(direct_setgroups(0, NULL) == 0);
	FORKED_CHECK(direct_setresgid(65534) == 0);
	FORKED_CHECK(direct_setresuid(65533) == 0);
	FORKED_CHECK(direct_getresgid(gids) == 0 && gids[2] == 65534);
	FORKED_CHECK(direct_getresuid(uids) == 0 && uids[2] == 65533);
	FORKED_CHECK(direct_setresuid(0) == -1 && errno == EPERM);
	return 0;
}

START_TEST(identity)
{
	choose(_i);
	ck_assert_int_eq(forked(check_identity, NULL), 0);
}
END_TEST

/* A child without handlers. */
START_TEST(cloning)
{
	struct sigaction	action, seen;
	pid_t			pid;
	int			status;

	choose(_i);
	memset(&action, 0, sizeof(action));
	action.sa_handler = ignore;
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	pid = direct_clone();
	if (pid == -1 && (errno == ENOSYS || errno == EPERM))
		return;		/* older kernels, filters */
	if (pid == 0)
		_exit(sigaction(SIGUSR1, NULL, &seen) == 0 &&
		    seen.sa_handler == SIG_DFL ? 7 : 8);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WEXITSTATUS(status), 7);
	ck_assert_int_eq(sigaction(SIGUSR1, NULL, &seen), 0);
	ck_assert(seen.sa_handler == ignore);
}
END_TEST

START_TEST(putting)
{
	char	room[8];
	size_t	i;

	memset(room, 'x', sizeof(room));
	ck_assert_ptr_eq(direct_put(room, room + 6, "abc"), room + 3);
	ck_assert_str_eq(room, "abc");
	ck_assert_ptr_eq(direct_put(room + 3, room + 6, "defgh"), room + 5);
	ck_assert_str_eq(room, "abcde");
	ck_assert_ptr_eq(direct_put(room + 5, room + 6, "f"), room + 5);
	ck_assert_ptr_eq(direct_put(room, room + 6, ""), room);
	ck_assert_str_eq(room, "");
	for (i = 6; i < sizeof(room); i++)
		ck_assert_int_eq(room[i], 'x');
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("direct");
	TCase	*tc = tcase_create("direct");

	tcase_add_checked_fixture(tc, NULL, gone);
	tcase_add_loop_test(tc, results, 0, 2);
	tcase_add_loop_test(tc, errors, 0, 2);
	tcase_add_loop_test(tc, arguments, 0, 2);
	tcase_add_loop_test(tc, accepting, 0, 2);
	tcase_add_loop_test(tc, waiting, 0, 2);
	tcase_add_loop_test(tc, identity, 0, 2);
	tcase_add_loop_test(tc, cloning, 0, 2);
	tcase_add_test(tc, putting);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
