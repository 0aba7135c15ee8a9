/* SPDX-License-Identifier: ISC */
/*
 * Listeners for a handler that accepts for itself, in mode wait: their
 * descriptors and their names, as sd_listen_fds(3) has it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binding.h"
#include "fdio.h"
#include "inherited.h"
#include "listen_give.h"
#include "service.h"

#define NAMES	"LISTEN_FDNAMES="

static const char	*listen_give_name(const struct listener *, size_t *);
static int		 listen_give_all(const struct service *);
static int		 listen_give_away(int *, int);

int
listen_give_count(const struct service *service)
{
	const struct listener	*listener;
	int			 count;

	count = 0;
	TAILQ_FOREACH(listener, &service->listeners, link)
		count++;
	return count;
}

int
listen_give_names(struct service *service)
{
	const struct listener	*listener;
	const char		*name;
	char			*text;
	size_t			 length, size;

	size = sizeof(NAMES);
	TAILQ_FOREACH(listener, &service->listeners, link) {
		(void)listen_give_name(listener, &length);
		size += length + 1;
	}
	text = malloc(size);
	if (text == NULL)
		return -1;
	(void)strlcpy(text, NAMES, size);
	size = strlen(NAMES);
	TAILQ_FOREACH(listener, &service->listeners, link) {
		name = listen_give_name(listener, &length);
		memcpy(text + size, name, length);
		size += length;
		if (TAILQ_NEXT(listener, link) != NULL)
			text[size++] = ':';
	}
	text[size] = '\0';
	free(service->listen_names);
	service->listen_names = text;
	return 0;
}

/* Not one that others have, too: theirs may count on what it is. */
void
listen_give_block(const struct service *service)
{
	const struct listener	*listener;
	int			 fd, flags;

	TAILQ_FOREACH(listener, &service->listeners, link) {
		fd = listener->watch.fd;
		if (listener->inherited || (flags = fcntl(fd, F_GETFL)) == -1)
			continue;
		if ((flags & O_NONBLOCK) != 0)
			(void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	}
}

int
listen_give(struct service *service, int err, int *keep)
{
	struct listener	*listener;
	int		 end;

	/* first out of the way, so that none is overwritten */
	end = LISTEN_GIVE_FIRST + listen_give_count(service);
	TAILQ_FOREACH(listener, &service->listeners, link)
		if (listen_give_away(&listener->watch.fd, end + 1) == -1)
			return -1;
	if (listen_give_away(keep, end + 1) == -1)
		return -1;
	if (err != STDERR_FILENO) {
		if (listen_give_away(&err, end + 1) == -1 ||
		    fdio_duplicate(err, STDERR_FILENO, 0) == -1)
			return -1;
	}
	if (listen_give_all(service) == -1)
		return -1;
	while (dup3(*keep, end, O_CLOEXEC) == -1)
		if (errno != EINTR && errno != EBUSY)
			return -1;
	*keep = end;
	return close_range((unsigned int)end + 1, UINT_MAX, 0);
}

/* An inherited one is called what it was called before. */
static const char *
listen_give_name(const struct listener *listener, size_t *length)
{
	const char	*name;

	name = listener->inherited ?
	    inherited_name(listener->watch.fd, length) : NULL;
	if (name != NULL && *length > 0)
		return name;
	*length = strlen(listener->service->name);
	return listener->service->name;
}

static int
listen_give_all(const struct service *service)
{
	const struct listener	*listener;
	int			 fd, place;

	fd = TAILQ_FIRST(&service->listeners)->watch.fd;
	if (fdio_duplicate(fd, STDIN_FILENO, 0) == -1 ||
	    fdio_duplicate(fd, STDOUT_FILENO, 0) == -1)
		return -1;
	place = LISTEN_GIVE_FIRST;
	TAILQ_FOREACH(listener, &service->listeners, link)
		if (fdio_duplicate(listener->watch.fd, place++, 0) == -1)
			return -1;
	return 0;
}

/* A copy with a number of `lowest' or more; the original is closed later. */
static int
listen_give_away(int *fd, int lowest)
{
	int	copy;

	if (*fd >= lowest)
		return 0;
	copy = fcntl(*fd, F_DUPFD_CLOEXEC, lowest);
	if (copy == -1)
		return -1;
	*fd = copy;
	return 0;
}
