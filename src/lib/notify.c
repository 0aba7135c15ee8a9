/* SPDX-License-Identifier: ISC */
/*
 * Words for a supervisor: the datagrams of sd_notify(3) and the new line that
 * s6 waits for.  What to say and when is supervise.c.  Nothing here waits, and
 * a message that cannot be sent is its caller's to send again.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "error.h"
#include "fdio.h"
#include "notify.h"
#include "settings.h"
#include "value.h"

#define USEC_PER_MS	1000

static int	notify_open_socket(struct notify *, struct error *);
static int	notify_open_watchdog(struct notify *, struct error *);
static int	notify_open_ready(struct notify *, struct settings *,
		    struct error *);
static bool	is_listening(int);
static bool	is_our_pid(const char *);

void
notify_init(struct notify *notify)
{
	notify->fd = notify->ready_fd = -1;
	notify->watchdog_ms = 0;
}

int
notify_open(struct notify *notify, struct settings *settings,
    struct error *error)
{
	notify_init(notify);
	if (notify_open_ready(notify, settings, error) == -1 ||
	    notify_open_socket(notify, error) == -1 ||
	    notify_open_watchdog(notify, error) == -1) {
		notify_close(notify);
		return -1;
	}
	return 0;
}

void
notify_close(struct notify *notify)
{
	fdio_close(&notify->fd);
	fdio_close(&notify->ready_fd);
	notify->watchdog_ms = 0;
}

/* Not connected: a supervisor that starts again binds another socket there. */
int
notify_send(const struct notify *notify, const char *text)
{
	return sendto(notify->fd, text, strlen(text),
	    MSG_DONTWAIT | MSG_NOSIGNAL,
	    (const struct sockaddr *)&notify->address,
	    notify->length) == -1 ? -1 : 0;
}

/*
 * O_NONBLOCK would be set for all who share the pipe, so poll(2) tells
 * whether one byte goes in at once.
 */
int
notify_newline(struct notify *notify)
{
	struct pollfd	pollfd = { .events = POLLOUT };

	if (notify->ready_fd == -1)
		return 0;
	pollfd.fd = notify->ready_fd;
	if (poll(&pollfd, 1, 0) != 1 ||
	    (write(notify->ready_fd, "\n", 1) == -1 &&
	    (errno == EAGAIN || errno == EINTR))) {
		errno = EAGAIN;
		return -1;
	}
	/* who does not read it any more does not want to know */
	fdio_close(&notify->ready_fd);
	return 0;
}

bool
notify_is_supervised(void)
{
	const char	*socket_name, *pid;

	socket_name = getenv("NOTIFY_SOCKET");
	if (socket_name != NULL && socket_name[0] != '\0')
		return true;
	pid = getenv("LISTEN_PID");
	return getenv("LISTEN_FDS") != NULL && pid != NULL && is_our_pid(pid);
}

/* An absolute path, or @ and a name that is in no file system. */
static int
notify_open_socket(struct notify *notify, struct error *error)
{
	const char	*name;
	size_t		 length;

	name = getenv("NOTIFY_SOCKET");
	if (name == NULL || name[0] == '\0')
		return 0;
	if ((name[0] != '/' && name[0] != '@') || name[1] == '\0')
		return error_set(error, EX_CONFIG, EAFNOSUPPORT,
		    "NOTIFY_SOCKET: \"%s\" is neither an absolute path nor @ "
		    "and a name", name);
	length = strlen(name);
	if (length >= sizeof(notify->address.sun_path))
		return error_set(error, EX_CONFIG, ENAMETOOLONG,
		    "NOTIFY_SOCKET: \"%.32s...\" is longer than %zu bytes",
		    name, sizeof(notify->address.sun_path) - 1);
	memset(&notify->address, 0, sizeof(notify->address));
	notify->address.sun_family = AF_UNIX;
	memcpy(notify->address.sun_path, name, length);
	/* the NUL belongs to a path only */
	notify->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    length + (name[0] == '/' ? 1 : 0));
	if (name[0] == '@')
		notify->address.sun_path[0] = '\0';
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->fd == -1)
		return error_system(error, errno, "NOTIFY_SOCKET");
	return 0;
}

/* At half of the time, so that one message may come late. */
static int
notify_open_watchdog(struct notify *notify, struct error *error)
{
	const char	*pid, *text;
	int64_t		 usec;

	text = getenv("WATCHDOG_USEC");
	pid = getenv("WATCHDOG_PID");
	if (notify->fd == -1 || text == NULL)
		return 0;
	if (pid != NULL && !is_our_pid(pid))
		return 0;	/* it is meant for somebody else */
	if (value_number(text, &usec) == -1 || usec < 1)
		return error_set(error, EX_CONFIG, EINVAL,
		    "WATCHDOG_USEC: \"%s\" is not a number of microseconds",
		    text);
	notify->watchdog_ms = usec / USEC_PER_MS / 2;
	if (notify->watchdog_ms < 1)
		notify->watchdog_ms = 1;
	return 0;
}

/*
 * Whatever forkd opens is close-on-exec, and nothing is that it inherits: so
 * a number that somebody else was meant to open, and forkd has, is found.
 */
static int
notify_open_ready(struct notify *notify, struct settings *settings,
    struct error *error)
{
	int	fd, flags;

	if (settings->notify_fd == SETTING_OFF)
		return 0;
	fd = (int)settings->notify_fd;
	flags = fcntl(fd, F_GETFD);
	if (flags == -1)
		return error_set(error, EX_USAGE, EBADF,
		    "notify-fd: %d is not open: whoever starts this program "
		    "has to open it", fd);
	if ((flags & FD_CLOEXEC) != 0)
		return error_set(error, EX_USAGE, EBUSY,
		    "notify-fd: %d is one of our own descriptors: whoever "
		    "starts this program has to open it", fd);
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY || is_listening(fd))
		return error_set(error, EX_USAGE, EBADF,
		    "notify-fd: %d cannot be written to: it should be the end "
		    "of a pipe", fd);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return error_system(error, errno, "notify-fd");
	notify->ready_fd = fd;
	settings->notify_fd = SETTING_OFF;
	return 0;
}

static bool
is_listening(int fd)
{
	socklen_t	size;
	int		yes;

	yes = 0;
	size = sizeof(yes);
	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 &&
	    yes != 0;
}

static bool
is_our_pid(const char *text)
{
	int64_t	pid;

	return value_number(text, &pid) == 0 && pid == getpid();
}
