/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of spawn.c and of child_fail(): what children tell, and what
 * is made of it.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "fdio.h"
#include "forked.h"
#include "spawn.h"
#include "unit.h"
#include "worker.h"

static struct spawn		 spawn;
static struct worker_table	*table;
static struct worker		*worker;	/* the only one */

static void
fresh(void)
{
	spawn_init(&spawn);
	ck_assert_int_eq(spawn_open(&spawn, true), 0);
	table = worker_table_new(4);
	ck_assert_ptr_nonnull(table);
	worker = worker_take(table, (struct service *)(void *)&table);
}

static void
gone(void)
{
	worker_table_free(table);
	spawn_close(&spawn);
}

static void
report(int32_t slot, uint32_t generation, int32_t step, int32_t number)
{
	struct child_report	one;

	one.slot = slot;
	one.generation = generation;
	one.step = step;
	one.number = number;
	ck_assert_int_eq(fdio_write(spawn.ends[1], &one, sizeof(one)), 0);
}

static void
noted(int step, int number)
{
	spawn_read_reports(&spawn, table);
	ck_assert_int_eq(worker->failed_step, step);
	ck_assert_int_eq(worker->failed_errno, number);
}

START_TEST(opening)
{
	struct spawn	copy;
	int		i;

	copy = spawn;
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(fcntl(copy.ends[i], F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(copy.null_fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(write(copy.null_fd, "x", 1), 1);
	spawn_close_in_child(&spawn);
	ck_assert_int_eq(fcntl(copy.ends[0], F_GETFD), -1);
	ck_assert_int_eq(fcntl(copy.ends[1], F_GETFD), FD_CLOEXEC);
	spawn_close(&spawn);
	ck_assert_int_eq(fcntl(copy.ends[1], F_GETFD), -1);
	ck_assert_int_eq(fcntl(copy.null_fd, F_GETFD), -1);
	spawn_close(&spawn);		/* twice */
	ck_assert_int_eq(spawn.ends[0], -1);
	ck_assert_int_eq(spawn.ends[1], -1);
	spawn_init(&copy);
	spawn_close(&copy);		/* of nothing */
}
END_TEST

/* What handlers get as standard error: the same file, for writing only. */
static int
check_stderr(void *arg)
{
	struct stat	ours, theirs;
	int		ends[2], flags;

	flags = *(int *)arg;
	FORKED_CHECK(pipe(ends) == 0);
	if (flags == O_APPEND)
		ends[1] = open("/dev/null", O_RDWR | O_APPEND);
	FORKED_CHECK(dup2(ends[1], STDERR_FILENO) != -1);
	spawn_close(&spawn);
	FORKED_CHECK(spawn_open(&spawn, false) == 0);
	FORKED_CHECK(spawn.null_fd == -1);
	FORKED_CHECK(fstat(STDERR_FILENO, &ours) == 0);
	FORKED_CHECK(fstat(spawn.error_fd, &theirs) == 0);
	FORKED_CHECK(ours.st_ino == theirs.st_ino);
	if (spawn.error_fd != STDERR_FILENO) {
		FORKED_CHECK(fcntl(spawn.error_fd, F_GETFD) == FD_CLOEXEC);
		FORKED_CHECK((fcntl(spawn.error_fd, F_GETFL) &
		    (O_ACCMODE | O_APPEND | O_NONBLOCK)) ==
		    (O_WRONLY | flags));
	}
	spawn_close(&spawn);
	FORKED_CHECK(fcntl(STDERR_FILENO, F_GETFD) != -1);
	return 0;
}

START_TEST(standard_error)
{
	static int	append = O_APPEND, pipe_flags = 0;

	ck_assert_int_eq(forked(check_stderr, &append), 0);
	ck_assert_int_eq(forked(check_stderr, &pipe_flags), 0);
}
END_TEST

START_TEST(no_report)
{
	noted(STEP_NONE, 0);
}
END_TEST

START_TEST(reports)
{
	struct worker	*other;

	other = worker_take(table, (struct service *)(void *)&table);
	report(worker->slot, worker->generation, STEP_EXEC, ENOENT);
	report(other->slot, other->generation, STEP_CHROOT, EACCES);
	noted(STEP_EXEC, ENOENT);
	ck_assert_int_eq(other->failed_step, STEP_CHROOT);
	ck_assert_int_eq(other->failed_errno, EACCES);
}
END_TEST

/* Gossip: nothing that a child may write harms anyone. */
START_TEST(nonsense)
{
	report(worker->slot, worker->generation + 1, STEP_EXEC, EIO);
	report(worker->slot, 0, STEP_EXEC, EIO);
	report(1, 1, STEP_EXEC, EIO);
	report(-1, 1, STEP_EXEC, EIO);
	report(INT32_MAX, 1, STEP_EXEC, EIO);
	report(INT32_MIN, UINT32_MAX, STEP_EXEC, EIO);
	noted(STEP_NONE, 0);
	report(worker->slot, worker->generation, STEP_LIMIT + 3, EPERM);
	noted(STEP_LIMIT + 3, EPERM);
}
END_TEST

START_TEST(a_part_of_one)
{
	ck_assert_int_eq(fdio_write(spawn.ends[1], "part", 4), 0);
	noted(STEP_NONE, 0);
	report(worker->slot, worker->generation, STEP_NICE, EACCES);
	noted(STEP_NICE, EACCES);
}
END_TEST

/* A child that fails: its exit code and its report. */
static void
fails(enum child_step step, int number, int code)
{
	struct child	child;
	pid_t		pid;
	int		status;

	memset(&child, 0, sizeof(child));
	child.slot = worker->slot;
	child.generation = worker->generation;
	child.report_fd = spawn.ends[1];
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		child_fail(&child, step, number);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), code);
	noted((int)step, number);
}

START_TEST(failing)
{
	fails(STEP_EXEC, ENOENT, CHILD_NOT_FOUND);
	fails(STEP_EXEC, EACCES, CHILD_CANNOT);
	fails(STEP_CHROOT, ENOENT, CHILD_CANNOT);
	fails(STEP_SESSION, EPERM, CHILD_CANNOT);
	fails(STEP_START, 0, CHILD_CANNOT);
	ck_assert_int_eq(CHILD_NOT_FOUND, 127);
	ck_assert_int_eq(CHILD_CANNOT, 126);
}
END_TEST

/* A full pipe keeps no child from ending. */
START_TEST(failing_silently)
{
	struct child	child;
	pid_t		pid;
	int		status;

	while (write(spawn.ends[1], "", 1) == 1)
		;
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		memset(&child, 0, sizeof(child));
		child.report_fd = spawn.ends[1];
		child_fail(&child, STEP_EXEC, ENOENT);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WEXITSTATUS(status), CHILD_NOT_FOUND);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("spawn");
	TCase	*tc = tcase_create("spawn");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, opening);
	tcase_add_test(tc, standard_error);
	tcase_add_test(tc, no_report);
	tcase_add_test(tc, reports);
	tcase_add_test(tc, nonsense);
	tcase_add_test(tc, a_part_of_one);
	tcase_add_test(tc, failing);
	tcase_add_test(tc, failing_silently);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
