/* SPDX-License-Identifier: ISC */
/*
 * Waiting for several sockets: what select(2) is for, by poll(2), which knows
 * no FD_SETSIZE.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "fdio.h"
#include "socket.h"

#define FEW	64	/* sockets: no memory is allocated for so many */

static int	check(const struct forkd_poll *, size_t, int);
static int	wait_for(const struct forkd_poll *, struct pollfd *, size_t,
		    int);
static bool	prepare(const struct forkd_poll *, struct pollfd *, size_t);
static int	closed(const struct forkd_poll *, const struct pollfd *,
		    size_t);
static int	count_ready(const struct forkd_poll *, struct pollfd *,
		    size_t);
static int	ready_for(const struct forkd_poll *, short);

int
forkd_socket_poll(struct forkd_poll *polls, size_t count, int timeout_ms)
{
	struct pollfd	 few[FEW], *fds;
	size_t		 i;
	int		 number, ready;

	if (check(polls, count, timeout_ms) == -1)
		return -1;
	fds = few;
	if (count > FEW) {
		fds = reallocarray(NULL, count, sizeof(*fds));
		if (fds == NULL)
			return socket_failed(NULL, ENOMEM,
			    "poll of %zu sockets", count);
	}
	ready = wait_for(polls, fds, count, timeout_ms);
	for (i = 0; ready != -1 && i < count; i++)
		polls[i].ready = ready_for(&polls[i], fds[i].revents);
	if (fds != few) {
		number = errno;
		free(fds);
		errno = number;
	}
	return ready;
}

static int
check(const struct forkd_poll *polls, size_t count, int timeout_ms)
{
	static const char	function[] = "forkd_socket_poll";
	size_t			i;

	if (polls == NULL && count > 0)
		return socket_wrong(NULL, EINVAL, "%s: polls: NULL", function);
	if (timeout_ms < -1)
		return socket_wrong(NULL, EINVAL, "%s: timeout_ms %d: below "
		    "-1", function, timeout_ms);
	for (i = 0; i < count; i++) {
		if (polls[i].socket == NULL)
			return socket_wrong(NULL, EINVAL,
			    "%s: polls[%zu]: no socket", function, i);
		if ((polls[i].want &
		    ~(FORKD_READ | FORKD_WRITE | FORKD_EXCEPT)) != 0)
			return socket_wrong(polls[i].socket, EINVAL,
			    "%s: polls[%zu]: want 0x%x: not FORKD_READ, "
			    "FORKD_WRITE, FORKD_EXCEPT", function, i,
			    (unsigned int)polls[i].want);
	}
	return 0;
}

/*
 * poll(2) returns for a connection that has ended, whether anybody wants to
 * know or not; select(2) would go on, and so does this.
 */
static int
wait_for(const struct forkd_poll *polls, struct pollfd *fds, size_t count,
    int timeout_ms)
{
	int64_t	deadline;
	int	number;

	if (prepare(polls, fds, count))
		timeout_ms = 0;
	deadline = timeout_ms > 0 ? fdio_clock() + timeout_ms : 0;
	for (;;) {
		number = poll(fds, count, timeout_ms);
		if (number == -1)
			return socket_failed(NULL, errno,
			    "poll of %zu sockets", count);
		if (closed(polls, fds, count) == -1)
			return -1;
		/* bytes read ahead are no event of the kernel's */
		if (number > 0 || timeout_ms == 0)
			number = count_ready(polls, fds, count);
		if (number > 0 || timeout_ms == 0)
			return number;
		if (timeout_ms > 0) {
			timeout_ms = (int)(deadline - fdio_clock());
			if (timeout_ms <= 0)
				return 0;
		}
	}
}

/* True: one of them is ready, since bytes are there that were read ahead. */
static bool
prepare(const struct forkd_poll *polls, struct pollfd *fds, size_t count)
{
	size_t	i;
	bool	is_ready;

	is_ready = false;
	for (i = 0; i < count; i++) {
		fds[i].fd = polls[i].want == 0 ? -1 : polls[i].socket->fd;
		fds[i].revents = 0;
		fds[i].events = 0;
		if ((polls[i].want & FORKD_READ) != 0)
			fds[i].events |= POLLIN;
		if ((polls[i].want & FORKD_WRITE) != 0)
			fds[i].events |= POLLOUT;
		if ((polls[i].want & FORKD_EXCEPT) != 0)
			fds[i].events |= POLLPRI;
		if (ready_for(&polls[i], 0) != 0)
			is_ready = true;
	}
	return is_ready;
}

static int
closed(const struct forkd_poll *polls, const struct pollfd *fds, size_t count)
{
	size_t	i;

	for (i = 0; i < count; i++)
		if ((fds[i].revents & POLLNVAL) != 0)
			return socket_failed(polls[i].socket, EBADF,
			    "forkd_socket_poll: polls[%zu]: descriptor %d", i,
			    fds[i].fd);
	return 0;
}

/* What has ended, and nobody wants to know, is left out from now on. */
static int
count_ready(const struct forkd_poll *polls, struct pollfd *fds, size_t count)
{
	size_t	i;
	int	number;

	number = 0;
	for (i = 0; i < count; i++) {
		if (ready_for(&polls[i], fds[i].revents) != 0)
			number++;
		else if (fds[i].revents != 0)
			fds[i].fd = -1;
	}
	return number;
}

static int
ready_for(const struct forkd_poll *one, short events)
{
	int	ready;

	ready = 0;
	/* what line mode knows to be no whole line waits for the rest */
	if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 ||
	    one->socket->ahead_end - one->socket->ahead_at >
	    one->socket->ahead_seen)
		ready |= FORKD_READ;
	if ((events & (POLLOUT | POLLHUP | POLLERR)) != 0)
		ready |= FORKD_WRITE;
	if ((events & POLLPRI) != 0)
		ready |= FORKD_EXCEPT;
	return ready & one->want;
}
