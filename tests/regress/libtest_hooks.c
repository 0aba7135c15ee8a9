/* SPDX-License-Identifier: ISC */
/*
 * The functions of libtest's services.  serve does what its client says, so
 * that the tests see into a worker; the others say on standard error that
 * they were called, and with what.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forkd.h"
#include "libtest.h"
#include "report.h"

#define HOOKS_MAX	8	/* services */

static int	hook_serve(struct forkd_conn *, void *);
static int	serve_line(struct forkd_conn *, char *);
static void	no_descriptors(void);
static void	serve_facts(struct forkd_conn *, FILE *);
static int	hook_start(struct forkd *, int, void *);
static void	hook_finish(struct forkd *, int, void *);
static int	hook_allow(const struct forkd_conn *, void *);
static int	hook_reload(struct forkd *, void *);
static void	hook_reaped(struct forkd *, int, pid_t, int,
		    const struct rusage *, void *);
static void	hook_log(int, const char *, void *);

struct hooks *
libtest_hooks(const char *list)
{
	static struct hooks	 all[HOOKS_MAX];
	static int		 count;
	struct hooks		*own;

	if (count == HOOKS_MAX)
		exit(EXIT_FAILURE);
	own = &all[count++];
	own->stop_how = FORKD_STOP_GRACEFUL;
	if (strstr(list, "noserve") == NULL)
		own->ops.serve = hook_serve;
	if (strstr(list, "start") != NULL)
		own->ops.start = hook_start;
	if (strstr(list, "startfails") != NULL)
		own->start_errno = EDOM;
	own->finish_stops = strstr(list, "finishstops") != NULL;
	own->start_fills = strstr(list, "startfills") != NULL;
	own->start_stops = strstr(list, "startstops") != NULL;
	own->start_crashes = strstr(list, "startcrashes") != NULL;
	own->start_ignores = strstr(list, "startignores") != NULL;
	own->start_flag = strstr(list, "startflag") != NULL;
	if (strstr(list, "finish") != NULL)
		own->ops.finish = hook_finish;
	if (strstr(list, "allow") != NULL)
		own->ops.allow = hook_allow;
	if (strstr(list, "reload") != NULL)
		own->ops.reload = hook_reload;
	if (strstr(list, "reloadfails") != NULL)
		own->reload_result = -1;
	if (strstr(list, "stats") != NULL)
		own->ops.reload = libtest_stats;
	if (strstr(list, "reaped") != NULL)
		own->ops.reaped = hook_reaped;
	if (strstr(list, "message") != NULL) {
		own->ops.message = libtest_message;
		/* workers write there, too, and lines are to stay whole */
		(void)setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	}
	if (strstr(list, "log") != NULL)
		own->ops.log = hook_log;
	own->greets = strstr(list, "greets") != NULL;
	own->stop_allow = strstr(list, "allowstops") != NULL;
	own->stop_reaped = strstr(list, "reapedstops") != NULL;
	own->stop_log = strstr(list, "logstops") != NULL;
	return own;
}

/* Each line of the client is an order; the last one or its end ends it. */
static int
hook_serve(struct forkd_conn *conn, void *arg)
{
	char	*line = NULL;
	size_t	 size = 0;
	int	 answer;

	(void)arg;
	answer = 2;
	while (answer == 2 && getline(&line, &size, forkd_conn_in(conn)) != -1)
		answer = serve_line(conn, line);
	free(line);
	return answer == 2 ? 0 : answer;
}

/* 2: go on; else what serve returns. */
static int
serve_line(struct forkd_conn *conn, char *line)
{
	FILE	*out;
	char	*word;
	long	 number;

	out = forkd_conn_out(conn);
	line[strcspn(line, "\r\n")] = '\0';
	word = line + strcspn(line, " ");
	if (*word != '\0')
		*word++ = '\0';
	number = strtol(word, NULL, 10);
	if (libtest_order(out, line, word))
		return 2;
	if (strcmp(line, "pid") == 0)
		fprintf(out, "%ld\n", (long)getpid());
	else if (strcmp(line, "facts") == 0)
		serve_facts(conn, out);
	else if (strcmp(line, "report") == 0)
		report(out);
	else if (strcmp(line, "say") == 0) {
		fprintf(out, "%s\n", word);
		return 2;		/* and no flush */
	} else if (strcmp(line, "write") == 0)
		for (; number > 0; number--)
			fputc('x', out);
	else if (strcmp(line, "signal") == 0)
		(void)raise((int)number);
	else if (strcmp(line, "channel") == 0)
		fprintf(out, "%d\n", libtest_channel(word));
	else if (strcmp(line, "fill") == 0)
		no_descriptors();
	else if (strcmp(line, "exit") == 0)
		_exit((int)number);
	else if (strcmp(line, "return") == 0)
		return (int)number;
	(void)fflush(out);
	return 2;
}

int
libtest_channel(const char *word)
{
	static char	 bytes[1 << 16];
	struct iovec	 part = { bytes, 0 };
	struct msghdr	 message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr	*head;
	union {
		struct cmsghdr	align;
		char		room[CMSG_SPACE(4 * sizeof(int))];
	}		 control;
	unsigned int	 byte;
	const int	 error = STDERR_FILENO;
	int		 count, fd, fds, fill, sent, start, type;
	socklen_t	 size = sizeof(type);

	if (sscanf(word, "%d %d %d %n", &count, &fds, &fill, &start) != 3)
		return -1;
	for (word += start; sscanf(word, "%2x", &byte) == 1; word += 2)
		bytes[part.iov_len++] = (char)byte;
	part.iov_len += (size_t)fill;
	if (fds > 0) {
		memset(&control, 0, sizeof(control));
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE((size_t)fds * sizeof(int));
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN((size_t)fds * sizeof(int));
		/* the last one is descriptor 0 */
		memset(CMSG_DATA(head), 0, (size_t)fds * sizeof(int));
		for (fd = 0; fd < fds - 1; fd++)
			memcpy(CMSG_DATA(head) + (size_t)fd * sizeof(int),
			    &error, sizeof(error));
	}
	for (fd = 3; fd < 256; fd++)
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
		    type == SOCK_SEQPACKET)
			break;
	for (sent = 0; sent < count; sent++)
		if (sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
			break;
	return sent;
}

/* From now on there is none, as if the table were full. */
static void
no_descriptors(void)
{
	struct rlimit	limit;

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = 3;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void
serve_facts(struct forkd_conn *conn, FILE *out)
{
	gid_t	gid;
	pid_t	pid;
	uid_t	uid;

	fprintf(out, "peer %s\nlocal %s\nserial %ju\nfd %d\nserver %d\n",
	    forkd_conn_peer(conn), forkd_conn_local(conn),
	    (uintmax_t)forkd_conn_serial(conn), forkd_conn_fd(conn),
	    forkd_conn_server(conn) == libtest_forkd);
	if (forkd_conn_peercred(conn, &uid, &gid, &pid) == -1)
		fprintf(out, "peercred %d\n", errno);
	else
		fprintf(out, "peercred %ld %ld %ld\n", (long)uid, (long)gid,
		    (long)pid);
	fprintf(out, "streams %d\n",
	    forkd_conn_in(conn) == forkd_conn_in(conn) &&
	    forkd_conn_out(conn) == out);
}

static int
hook_start(struct forkd *server, int slot, void *arg)
{
	const struct hooks	*own = arg;
	char			 text[8] = "";

	if (own->greets) {
		(void)forkd_send(server, FORKD_MASTER, 1, "start", 5, -1);
		(void)forkd_receive(server, NULL, text, sizeof(text) - 1, NULL,
		    20000);
		(void)dprintf(STDERR_FILENO, "answered %s\n", text);
	}
	(void)dprintf(STDERR_FILENO, "start slot %d pid %ld uid %ld %d\n",
	    slot, (long)getpid(), (long)getuid(), server == libtest_forkd);
	if (own->start_crashes)
		abort();
	while (own->start_stops)
		(void)pause();
	if (own->start_fills)
		no_descriptors();
	if (own->start_ignores)
		(void)signal(SIGTERM, SIG_IGN);
	if (own->start_flag && access(libtest_flag, F_OK) == 0) {
		errno = EDOM;
		return -1;
	}
	errno = own->start_errno;
	return own->start_errno == 0 ? 0 : -1;
}

static void
hook_finish(struct forkd *server, int slot, void *arg)
{
	const struct hooks	*own = arg;

	if (own->greets)
		(void)forkd_send(server, FORKD_MASTER, 11, "finish", 6, -1);
	(void)dprintf(STDERR_FILENO, "finish slot %d pid %ld %d\n", slot,
	    (long)getpid(), server == libtest_forkd);
	while (own->finish_stops)
		(void)pause();
}

/* Every second one is refused. */
static int
hook_allow(const struct forkd_conn *conn, void *arg)
{
	const struct hooks	*own = arg;

	(void)dprintf(STDERR_FILENO, "allow serial %ju peer %s local %s\n",
	    (uintmax_t)forkd_conn_serial(conn), forkd_conn_peer(conn),
	    forkd_conn_local(conn));
	if (own->stop_allow)
		forkd_stop(libtest_forkd, own->stop_how);
	return forkd_conn_serial(conn) % 2 == 1;
}

static int
hook_reload(struct forkd *server, void *arg)
{
	const struct hooks	*own = arg;

	(void)dprintf(STDERR_FILENO, "reload %d\n", server == libtest_forkd);
	return own->reload_result;
}

static void
hook_reaped(struct forkd *server, int slot, pid_t pid, int status,
    const struct rusage *usage, void *arg)
{
	const struct hooks	*own = arg;

	(void)dprintf(STDERR_FILENO, "reaped slot %d pid %ld status %d "
	    "maxrss %d %d\n", slot, (long)pid, status, usage->ru_maxrss > 0,
	    server == libtest_forkd);
	if (own->stop_reaped)
		forkd_stop(libtest_forkd, own->stop_how);
}

static void
hook_log(int priority, const char *line, void *arg)
{
	const struct hooks	*own = arg;

	(void)dprintf(STDERR_FILENO, "log %d %s\n", priority, line);
	if (own->stop_log && strstr(line, ": close ") != NULL)
		forkd_stop(libtest_forkd, own->stop_how);
}
