/* SPDX-License-Identifier: ISC */
/*
 * After fork: a child gives up what is the master's, takes its limits and
 * identity, and becomes the handler.  It never returns into the master's
 * code: it leaves by exec or _exit.
 *
 * What a child calls before exec is marked hot: that puts it side by side, to
 * be mapped by one page fault, and not by one for each file.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "conn.h"
#include "direct.h"
#include "environment.h"
#include "fdio.h"
#include "forkd.h"
#include "listen_give.h"
#include "privilege.h"
#include "service.h"
#include "sig.h"

static int	child_session(const struct child *) __attribute__((hot));
static void	child_handler(struct child *)
		    __attribute__((hot, noreturn));
static void	child_library(struct child *) __attribute__((noreturn));
static void	child_pool(struct child *) __attribute__((hot, noreturn));
static void	child_leave(const struct child *) __attribute__((hot));
static void	child_limit_text(const struct settings *, int, char *, size_t);
static int	child_arrange(struct child *) __attribute__((hot));
static void	child_tie(const struct child *);
static int	child_stderr(const struct child *) __attribute__((hot));
static int	child_nice(const struct settings *) __attribute__((hot));
static int	child_limit(const struct settings *) __attribute__((hot));
static int	child_chroot(const struct settings *) __attribute__((hot));

void	(*child_title)(const char *, const char *);

void
child_main(struct child *child)
{
	if (child_session(child) == -1)
		child_fail(child, STEP_SESSION, errno);
	if (child->service->ops != NULL)
		child_library(child);
	else if (child->service->settings.mode == MODE_PREFORK &&
	    child->conn == NULL)
		child_pool(child);
	else
		child_handler(child);
}

/*
 * A session of its own keeps a worker from the terminal.  Where there is none,
 * a group is enough for the C functions of a pool, and the kernel does not
 * schedule each worker as if somebody else had started it: autogroup, sched(7).
 */
static int
child_session(const struct child *child)
{
	if (child->note != NULL && sig_is_apart())
		return setpgid(0, 0);
	return direct_setsid();
}

void
child_title_of(const struct child *child, const char *text)
{
	if (child_title != NULL && child->service->settings.title == 1)
		child_title(child->service->name, text);
}

enum child_step
child_restrict(const struct service *service)
{
	const struct settings	*settings;
	bool			 drops;
	int			 limit;

	settings = &service->settings;
	drops = privilege_drops(&service->identity);
	direct_umask((mode_t)settings->umask);
	if (child_nice(settings) == -1)
		return STEP_NICE;
	limit = child_limit(settings);
	if (limit != -1)
		return (enum child_step)(STEP_LIMIT + limit);
	if (child_chroot(settings) == -1)
		return STEP_CHROOT;
	if (privilege_become(&service->identity) == -1)
		return STEP_IDENTITY;
	if (settings->no_new_privs == 1 ||
	    (settings->no_new_privs == SETTING_AUTO && drops))
		if (privilege_no_more() == -1)
			return STEP_NO_NEW_PRIVS;
	if (settings->directory != NULL && chdir(settings->directory) == -1)
		return STEP_DIRECTORY;
	return STEP_NONE;
}

void
child_fail(const struct child *child, enum child_step step, int number)
{
	struct child_report	report;

	report.slot = child->slot;
	report.generation = child->generation;
	report.step = (int32_t)step;
	report.number = number;
	/* whole or not at all: it is shorter than PIPE_BUF; the exit code
	   tells the master as much as it can if the pipe is full */
	while (write(child->report_fd, &report, sizeof(report)) == -1 &&
	    errno == EINTR)
		;
	_exit(step == STEP_EXEC && number == ENOENT ?
	    CHILD_NOT_FOUND : CHILD_CANNOT);
}

void
child_step_text(const struct service *service, enum child_step step,
    char *text, size_t size)
{
	const struct settings	*settings;

	settings = &service->settings;
	switch (step) {
	case STEP_SESSION:
		(void)snprintf(text, size, "setsid");
		break;
	case STEP_DESCRIPTORS:
		(void)snprintf(text, size, "descriptors");
		break;
	case STEP_SIGNALS:
		(void)snprintf(text, size, "signals");
		break;
	case STEP_NICE:
		(void)snprintf(text, size, "nice %lld",
		    (long long)settings->nice);
		break;
	case STEP_CHROOT:
		(void)snprintf(text, size, "chroot %s", settings->chroot);
		break;
	case STEP_IDENTITY:
		(void)snprintf(text, size, "user %s", settings->user);
		break;
	case STEP_NO_NEW_PRIVS:
		(void)snprintf(text, size, "no-new-privs");
		break;
	case STEP_DIRECTORY:
		(void)snprintf(text, size, "directory %s",
		    settings->directory);
		break;
	case STEP_EXEC:
		(void)snprintf(text, size, "exec %s", service->path);
		break;
	case STEP_START:
		(void)snprintf(text, size, "start");
		break;
	default:
		child_limit_text(settings, (int)step, text, size);
	}
}

/* Which limit: `limit-nofile 4096'. */
static void
child_limit_text(const struct settings *settings, int step, char *text,
    size_t size)
{
	const struct setting	*setting;
	const int64_t		*place;

	(void)snprintf(text, size, "step %d", step);
	if (step < STEP_LIMIT || step >= STEP_LIMIT + LIMIT_COUNT)
		return;		/* gossip */
	place = &settings->limits[step - STEP_LIMIT];
	for (setting = settings_table; setting->name != NULL; setting++)
		if (setting->offset == (size_t)((const char *)place -
		    (const char *)settings) &&
		    (setting->flags & SETTING_LATER) == 0)
			(void)snprintf(text, size, "%s %lld", setting->name,
			    (long long)*place);
}

static void
child_handler(struct child *child)
{
	enum child_step	step;

	if (child_arrange(child) == -1)
		child_fail(child, STEP_DESCRIPTORS, errno);
	if (sig_child(false, child->default_signals) == -1)
		child_fail(child, STEP_SIGNALS, errno);
	step = child_restrict(child->service);
	if (step != STEP_NONE)
		child_fail(child, step, errno);
	/* as the worker's user, in its root: a peer chooses what comes back */
	if (child->service->settings.resolve == 1)
		child_exec_named(child);
	if (child->conn == NULL)
		child_tie(child);
	child_exec(child);
}

static void
child_library(struct child *child)
{
	enum child_step	step;
	int		err;

	err = child_stderr(child);
	/* a terminal is not for reading by whom the network talks to */
	if (direct_dup3(child->null_fd, STDIN_FILENO, 0) == -1 ||
	    direct_dup3(child->null_fd, STDOUT_FILENO, 0) == -1 ||
	    (err != STDERR_FILENO &&
	    direct_dup3(err, STDERR_FILENO, 0) == -1))
		child_fail(child, STEP_DESCRIPTORS, errno);
	fdio_close(&child->pipe_fd);
	child->disown(child->service);
	if (sig_child(true, false) == -1)
		child_fail(child, STEP_SIGNALS, errno);
	step = child_restrict(child->service);
	if (step != STEP_NONE)
		child_fail(child, step, errno);
	child_leave(child);
	child->serve(child);
}

/*
 * A handler in a pool: all that comes before exec, but for the connection.
 * Until that is there, the channel has its place.
 */
static void
child_pool(struct child *child)
{
	enum child_step	step;

	if (fdio_arrange(child->channel_fd, child->channel_fd,
	    child_stderr(child), child->report_fd) == -1)
		child_fail(child, STEP_DESCRIPTORS, errno);
	child->report_fd = FDIO_KEPT;
	if (sig_child(false, child->default_signals) == -1)
		child_fail(child, STEP_SIGNALS, errno);
	step = child_restrict(child->service);
	if (step != STEP_NONE)
		child_fail(child, step, errno);
	child_leave(child);
	child->serve(child);
}

/* Who is forked before the daemon leaves where it was started does so, too. */
static void
child_leave(const struct child *child)
{
	const struct settings	*settings;

	settings = &child->service->settings;
	if (child->conn == NULL && child->leaves && settings->chroot == NULL &&
	    settings->directory == NULL && chdir("/") == -1)
		child_fail(child, STEP_DIRECTORY, errno);
}

/* 0 and 1 the connection, 2 as the setting says, 3 the report. */
static int
child_arrange(struct child *child)
{
	int	fd;

	if (child->conn == NULL)
		return listen_give(child->service, child_stderr(child),
		    &child->report_fd);
	fd = child->conn->fd;
	if (fdio_arrange(fd, fd, child_stderr(child), child->report_fd) == -1)
		return -1;
	child->report_fd = FDIO_KEPT;
	return 0;
}

/*
 * Who has the listeners must not outlive the master, even one that is killed:
 * nobody would be left to end it, and the next master could not bind.  The
 * kernel forgets this when the user changes, so it comes after that.
 */
static void
child_tie(const struct child *child)
{
	environment_pid(child->variables, getpid());
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == -1)
		child_fail(child, STEP_SIGNALS, errno);
	if (getppid() != child->master)
		_exit(CHILD_CANNOT);	/* it died before */
}

/* What is to be descriptor 2. */
static int
child_stderr(const struct child *child)
{
	switch (child->service->settings.standard_error) {
	case STDERR_SOCKET:
		return child->conn == NULL ? child->null_fd : child->conn->fd;
	case STDERR_NULL:
		return child->null_fd;
	default:
		return child->error_fd;
	}
}

static int
child_nice(const struct settings *settings)
{
	int	priority;

	if (settings->nice == 0)
		return 0;
	errno = 0;
	priority = getpriority(PRIO_PROCESS, 0);
	if (priority == -1 && errno != 0)
		return -1;
	return setpriority(PRIO_PROCESS, 0, priority + (int)settings->nice);
}

/*
 * Soft and hard: a handler cannot take them back.  Returns the number of the
 * one that failed, or -1.
 */
static int
child_limit(const struct settings *settings)
{
	int64_t	limit;
	int	i;

	for (i = 0; i < LIMIT_COUNT; i++) {
		limit = settings->limits[i];
		if (limit == SETTING_OFF)
			continue;
		if (settings_limit_resource[i] == RLIMIT_CPU)
			limit /= 1000;	/* kept in milliseconds */
		if (direct_limit(settings_limit_resource[i],
		    (uint64_t)limit) == -1)
			return i;
	}
	return -1;
}

static int
child_chroot(const struct settings *settings)
{
	if (settings->chroot == NULL)
		return 0;
	if (chroot(settings->chroot) == -1)
		return -1;
	return chdir("/");
}
