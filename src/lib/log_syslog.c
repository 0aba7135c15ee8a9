/* SPDX-License-Identifier: ISC */
/*
 * The system's log: a datagram for each line to /dev/log, as syslog(3) sends
 * it.  That function itself waits for a log daemon that does not read, and
 * says nothing of what is lost.  Called by log.c alone, which counts.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "fdio.h"
#include "log_syslog.h"
#include "value.h"

#define MESSAGE_SIZE	(4096 + 128)	/* the longest line, and its head */
#define HEAD_SIZE	128
#define NEAR		2		/* letters */

static bool	log_syslog_connect(struct log_syslog *);
static size_t	log_syslog_message(const struct log_syslog *, int,
		    const char *, char *, size_t);

static const struct {
	const char	*name;
	int		 number;
} facilities[] = {
	{ "auth", LOG_AUTH }, { "authpriv", LOG_AUTHPRIV },
	{ "cron", LOG_CRON }, { "daemon", LOG_DAEMON }, { "ftp", LOG_FTP },
	{ "lpr", LOG_LPR }, { "mail", LOG_MAIL }, { "news", LOG_NEWS },
	{ "syslog", LOG_SYSLOG }, { "user", LOG_USER }, { "uucp", LOG_UUCP },
	{ "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 },
	{ "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 }
};

void
log_syslog_init(struct log_syslog *syslog)
{
	syslog->facility = syslog->fd = -1;
}

int
log_syslog_facility(const char *name, const char **nearest)
{
	size_t	distance, i, least;

	*nearest = NULL;
	least = NEAR + 1;
	for (i = 0; i < sizeof(facilities) / sizeof(*facilities); i++) {
		distance = value_distance(name, facilities[i].name);
		if (distance == 0)
			return facilities[i].number;
		if (distance < least) {
			least = distance;
			*nearest = facilities[i].name;
		}
	}
	return -1;
}

void
log_syslog_open(struct log_syslog *syslog, int facility)
{
	tzset();	/* reads the zone's file now, and not with a line */
	syslog->facility = facility;
}

void
log_syslog_close(struct log_syslog *syslog)
{
	fdio_close(&syslog->fd);
	syslog->facility = -1;
}

bool
log_syslog_write(struct log_syslog *syslog, int priority, const char *line)
{
	char	message[MESSAGE_SIZE];
	size_t	length;
	int	tries;

	length = log_syslog_message(syslog, priority, line, message,
	    sizeof(message));
	for (tries = 0; tries < 3; tries++) {
		if (syslog->fd == -1 && !log_syslog_connect(syslog))
			return false;
		if (send(syslog->fd, message, length,
		    MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length)
			return true;
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM ||
		    errno == EMSGSIZE)
			return false;	/* it is there, and has no room */
		/* it is gone; there may be a new one by the same name */
		fdio_close(&syslog->fd);
	}
	return false;
}

/* For datagrams this does not wait. */
static bool
log_syslog_connect(struct log_syslog *syslog)
{
	struct sockaddr_un	name = { .sun_family = AF_UNIX };

	(void)strlcpy(name.sun_path, _PATH_LOG, sizeof(name.sun_path));
	syslog->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (syslog->fd == -1)
		return false;
	if (connect(syslog->fd, (struct sockaddr *)(void *)&name,
	    sizeof(name)) == 0)
		return true;
	fdio_close(&syslog->fd);
	return false;
}

/* RFC 3164, as syslog(3) writes it; months in English in any locale. */
static size_t
log_syslog_message(const struct log_syslog *syslog, int priority,
    const char *line, char *message, size_t size)
{
	static const char	months[] =
	    "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm		tm;
	time_t			now;
	int			n;

	now = time(NULL);
	(void)localtime_r(&now, &tm);
	n = snprintf(message, HEAD_SIZE,
	    "<%d>%.3s %2d %02d:%02d:%02d %.32s[%ld]: ",
	    syslog->facility | priority, months + 3 * tm.tm_mon, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec, getprogname(), (long)getpid());
	/* what does not fit is left out */
	(void)strlcpy(message + n, line, size - (size_t)n);
	return strlen(message);
}
