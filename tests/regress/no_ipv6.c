/* SPDX-License-Identifier: ISC */
/*
 * Preloaded into forkd: a kernel without IPv6, as ipv6.disable=1 makes one.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>
#include <sys/syscall.h>

int
socket(int domain, int type, int protocol)
{
	if (domain == AF_INET6) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	return (int)syscall(SYS_socket, domain, type, protocol);
}
