/* SPDX-License-Identifier: ISC */
/*
 * Listeners as text: what the kernel bound, not what was asked for; one, or a
 * list of them.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "error.h"
#include "fdio.h"
#include "listen_text.h"

#define SEPARATOR	", "
#define MORE		"..."

int
listen_text(int fd, bool any, struct addr *addr, char *text, size_t size,
    struct error *error)
{
	char		 where[ADDR_TEXT_SIZE];
	const char	*scheme;

	memset(addr, 0, sizeof(*addr));
	addr->length = sizeof(addr->u);
	if (getsockname(fd, &addr->u.sa, &addr->length) == -1)
		return error_system(error, errno, "getsockname");
	addr_text(addr, where, sizeof(where));
	scheme = "tcp";
	if (addr->u.sa.sa_family == AF_UNIX)
		scheme = fdio_option(fd, SOL_SOCKET, SO_TYPE) ==
		    SOCK_SEQPACKET ? "unix-seqpacket" : "unix";
	else if (any && addr_is_any(addr)) {
		(void)snprintf(where, sizeof(where), "*:%d",
		    addr_port(addr));
		if (addr->u.sa.sa_family == AF_INET)
			scheme = "tcp4";
		else if (fdio_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1)
			scheme = "tcp6";
	}
	(void)snprintf(text, size, "%s://%s", scheme, where);
	return 0;
}

bool
listen_text_add(char *list, size_t size, const char *text)
{
	if (strlen(list) + 2 * strlen(SEPARATOR) + strlen(text) +
	    strlen(MORE) >= size) {
		if (list[0] != '\0')
			(void)strlcat(list, SEPARATOR, size);
		(void)strlcat(list, MORE, size);
		return false;
	}
	if (list[0] != '\0')
		(void)strlcat(list, SEPARATOR, size);
	(void)strlcat(list, text, size);
	return true;
}
