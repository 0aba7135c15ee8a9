/* SPDX-License-Identifier: ISC */
/*
 * channels.h: what the unit tests of channels share: a pair, what came last
 * over it, and the count of descriptors, which stays the same.
 */
#ifndef CHANNELS_H
#define CHANNELS_H

#include <sys/socket.h>

#include <fcntl.h>
#include <string.h>

#include "channel.h"
#include "fdio.h"
#include "unit.h"

static struct channel_header	header;		/* what came last */
static char			data[CHANNEL_DATA_MAX];
static int			ends[2], count;	/* of descriptors */

/* How many descriptors this process has. */
static inline int
opened(void)
{
	int	fd, have;

	have = 0;
	for (fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			have++;
	return have;
}

static inline void
fresh(void)
{
	ck_assert_int_eq(channel_pair(ends), 0);
	memset(&header, 0, sizeof(header));
	memset(data, 0, sizeof(data));
	count = opened();
}

/* Every test ends with as many descriptors as it began with. */
static inline void
gone(void)
{
	ck_assert_int_eq(opened(), count);
	fdio_close(&ends[0]);
	fdio_close(&ends[1]);
}

static inline int
put(int from, uint32_t length, const char *what, int passed)
{
	struct channel_header	one;

	one.type = CHANNEL_USER;
	one.length = length;
	one.flags = 7;
	one.generation = 9;
	return channel_send(ends[from], &one, what, passed);
}

static inline int
take(int to, size_t size, int *passed)
{
	return channel_receive(ends[to], &header, data, size, passed,
	    MSG_DONTWAIT);
}

#endif /* CHANNELS_H */
