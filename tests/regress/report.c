/* SPDX-License-Identifier: ISC */
/*
 * Everything that a process inherits, as text for the tests: descriptors,
 * signals, session, identity, capabilities, directories, limits.  Called by
 * probe (as a handler) and by libtest (in a worker); judges nothing.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

#define DESCRIPTORS	65536	/* all that are looked at */

static void	report_descriptor(FILE *, int);
static void	report_socket(FILE *, int);
static void	report_address(FILE *, const struct sockaddr *, socklen_t);
static void	report_signals(FILE *);
static void	report_set(FILE *, const char *, const sigset_t *);
static void	report_session(FILE *);
static void	report_identity(FILE *);
static void	report_status(FILE *);
static void	report_surroundings(FILE *);
static void	report_limits(FILE *);
static void	report_text(FILE *, const char *, const char *);
static const char *type_name(mode_t);

void
report(FILE *out)
{
	int	fd;

	for (fd = 0; fd < DESCRIPTORS; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			report_descriptor(out, fd);
	report_signals(out);
	report_session(out);
	report_identity(out);
	report_status(out);
	report_surroundings(out);
	report_limits(out);
}

void
report_words(FILE *out, const char *name, char *const words[])
{
	for (; *words != NULL; words++)
		report_text(out, name, *words);
}

/* fd NUMBER TYPE ACCESS FLAGS DEVICE:INODE */
static void
report_descriptor(FILE *out, int fd)
{
	static const char	*access_names[] = { "read", "write", "both" };
	struct stat		 st;
	int			 access, flags;

	flags = fcntl(fd, F_GETFL);
	access = flags & O_ACCMODE;
	if (flags == -1 || fstat(fd, &st) == -1)
		return;
	fprintf(out, "fd %d %s %s %s%s%s %ju:%ju\n", fd,
	    type_name(st.st_mode), access < 3 ? access_names[access] : "none",
	    (flags & O_NONBLOCK) != 0 ? "nonblock," : "blocking,",
	    (flags & O_APPEND) != 0 ? "append," : "",
	    (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? "cloexec" : "inherited",
	    (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	if (S_ISSOCK(st.st_mode))
		report_socket(out, fd);
}

/* local, peer, sockopt: of a socket that has them */
static void
report_socket(FILE *out, int fd)
{
	static const struct {
		const char	*name;
		int		 level, number;
	} options[] = {
		{ "keepalive", SOL_SOCKET, SO_KEEPALIVE },
		{ "listening", SOL_SOCKET, SO_ACCEPTCONN },
		{ "keepidle", IPPROTO_TCP, TCP_KEEPIDLE },
		{ "keepintvl", IPPROTO_TCP, TCP_KEEPINTVL },
		{ "keepcnt", IPPROTO_TCP, TCP_KEEPCNT },
		{ "nodelay", IPPROTO_TCP, TCP_NODELAY }
	};
	struct sockaddr_storage	address;
	socklen_t		length;
	size_t			i;
	int			value;

	/* a unix socket without a name has no path, not even an empty one */
	memset(&address, 0, sizeof(address));
	length = sizeof(address);
	fprintf(out, "local %d ", fd);
	if (getsockname(fd, (struct sockaddr *)&address, &length) == 0)
		report_address(out, (struct sockaddr *)&address, length);
	length = sizeof(address);
	fprintf(out, "\npeer %d ", fd);
	if (getpeername(fd, (struct sockaddr *)&address, &length) == 0)
		report_address(out, (struct sockaddr *)&address, length);
	fputc('\n', out);
	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		length = sizeof(value);
		if (getsockopt(fd, options[i].level, options[i].number, &value,
		    &length) == 0)
			fprintf(out, "sockopt %d %s %d\n", fd,
			    options[i].name, value);
	}
}

static void
report_address(FILE *out, const struct sockaddr *address, socklen_t length)
{
	char	host[NI_MAXHOST], port[NI_MAXSERV];

	if (getnameinfo(address, length, host, sizeof(host), port,
	    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		fprintf(out, "%s %s", host, port);
	else
		fprintf(out, "family %d", (int)address->sa_family);
}

static void
report_signals(FILE *out)
{
	struct sigaction	action;
	sigset_t		set;
	const char		*disposition;
	int			 number;

	for (number = 1; number < NSIG; number++) {
		disposition = "caught";
		if (sigaction(number, NULL, &action) == -1)
			disposition = "unknown";	/* the C library's */
		else if (action.sa_handler == SIG_DFL)
			disposition = "default";
		else if (action.sa_handler == SIG_IGN)
			disposition = "ignored";
		fprintf(out, "signal %d %s\n", number, disposition);
	}
	if (sigprocmask(SIG_SETMASK, NULL, &set) == 0)
		report_set(out, "blocked", &set);
	if (sigpending(&set) == 0)
		report_set(out, "pending", &set);
}

static void
report_set(FILE *out, const char *name, const sigset_t *set)
{
	int	number;

	for (number = 1; number < NSIG; number++)
		if (sigismember(set, number) == 1)
			fprintf(out, "%s %d\n", name, number);
}

static void
report_session(FILE *out)
{
	int	fd;

	fprintf(out, "pid %ld\nppid %ld\npgid %ld\nsid %ld\n",
	    (long)getpid(), (long)getppid(), (long)getpgrp(),
	    (long)getsid(0));
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	fprintf(out, "tty %s\n", fd == -1 ? strerror(errno) : "there");
	if (fd != -1)
		(void)close(fd);
}

static void
report_identity(FILE *out)
{
	static gid_t	groups[NGROUPS_MAX];
	uid_t		uid, effective_uid, saved_uid;
	gid_t		gid, effective_gid, saved_gid;
	int		count, i;

	if (getresuid(&uid, &effective_uid, &saved_uid) == 0)
		fprintf(out, "uid %lu %lu %lu\n", (unsigned long)uid,
		    (unsigned long)effective_uid, (unsigned long)saved_uid);
	if (getresgid(&gid, &effective_gid, &saved_gid) == 0)
		fprintf(out, "gid %lu %lu %lu\n", (unsigned long)gid,
		    (unsigned long)effective_gid, (unsigned long)saved_gid);
	count = getgroups(NGROUPS_MAX, groups);
	for (i = 0; i < count; i++)
		fprintf(out, "group %lu\n", (unsigned long)groups[i]);
}

/* What only proc(5) tells: the lines that are about signals and privileges. */
static void
report_status(FILE *out)
{
	static const char	*wanted[] = {
		"Cap", "NoNewPrivs:", "Seccomp:", "ShdPnd:", "SigBlk:",
		"SigCgt:", "SigIgn:", "SigPnd:"
	};
	char			 line[256];
	FILE			*in;
	size_t			 i;

	in = fopen("/proc/self/status", "re");
	if (in == NULL)
		return;
	while (fgets(line, sizeof(line), in) != NULL)
		for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
			if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
				fprintf(out, "status %s", line);
	(void)fclose(in);	/* only read */
}

static void
report_surroundings(FILE *out)
{
	struct stat	st;
	mode_t		mask;
	char		text[PATH_MAX];

	if (getcwd(text, sizeof(text)) != NULL)
		report_text(out, "cwd", text);
	if (stat("/", &st) == 0)
		fprintf(out, "root %ju:%ju\n", (uintmax_t)st.st_dev,
		    (uintmax_t)st.st_ino);
	mask = umask(0);
	(void)umask(mask);
	fprintf(out, "umask %03o\n", (unsigned int)mask);
	errno = 0;
	fprintf(out, "nice %d\n", getpriority(PRIO_PROCESS, 0));
}

/* limit NUMBER SOFT HARD, -1 for none */
static void
report_limits(FILE *out)
{
	struct rlimit	limit;
	int		i;

	for (i = 0; i < (int)RLIM_NLIMITS; i++)
		if (getrlimit(i, &limit) == 0)
			fprintf(out, "limit %d %jd %jd\n", i,
			    (intmax_t)limit.rlim_cur,
			    (intmax_t)limit.rlim_max);
}

/* One line whatever the value is. */
static void
report_text(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s ", name);
	for (; *value != '\0'; value++)
		if (*value == '\\' || iscntrl((unsigned char)*value))
			fprintf(out, "\\%03o", (unsigned char)*value);
		else
			fputc(*value, out);
	fputc('\n', out);
}

static const char *
type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFSOCK:
		return "socket";
	case S_IFIFO:
		return "pipe";
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFCHR:
		return "device";
	default:
		return "other";		/* of epoll(7) and their like */
	}
}
