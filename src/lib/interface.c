/* SPDX-License-Identifier: ISC */
/*
 * Network interfaces: see interface.h.  Knows no socket but by its descriptor,
 * which need not be of the family that is asked for.
 */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <net/if.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fdio.h"
#include "interface.h"

static int	by_name(int, const char *);
static int	by_number(const char *);

int
interface_index(int fd, const char *text)
{
	int	index, own;

	own = -1;
	if (fd == -1) {
		own = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (own == -1)
			return -1;
		fd = own;
	}
	index = by_name(fd, text);
	fdio_close(&own);
	return index == 0 ? by_number(text) : index;
}

int
interface_known(int fd, int index)
{
	struct ifreq	request;

	memset(&request, 0, sizeof(request));
	request.ifr_ifindex = index;
	if (ioctl(fd, SIOCGIFNAME, &request) == 0)
		return index;
	return errno == ENODEV ? 0 : -1;
}

/* The kernel cuts lo:1, which was an alias, to lo; nobody can be called so. */
static int
by_name(int fd, const char *name)
{
	struct ifreq	request;

	memset(&request, 0, sizeof(request));
	if (strlcpy(request.ifr_name, name, sizeof(request.ifr_name)) >=
	    sizeof(request.ifr_name) || strchr(name, ':') != NULL)
		return 0;
	if (ioctl(fd, SIOCGIFINDEX, &request) == 0)
		return request.ifr_ifindex;
	return errno == ENODEV ? 0 : -1;
}

/* 0: these are no digits of an index. */
static int
by_number(const char *text)
{
	const char	*error;
	int		 number;

	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return 0;	/* strtonum(3) takes spaces and a sign */
	number = (int)strtonum(text, 1, INT_MAX, &error);
	return error == NULL ? number : 0;
}
