/* SPDX-License-Identifier: ISC */
/*
 * interfaces.h: the IPv4 addresses of this machine, as getifaddrs(3) knows
 * them; no other program is asked.
 */
#ifndef INTERFACES_H
#define INTERFACES_H

#include <stdbool.h>

/*
 * Calls the function with each broadcast address of an interface, once; name
 * NULL: of each interface that is up, but for loopback, with its name.
 * Returns how many there were; -1, with errno: the addresses cannot be known.
 */
int	interface_broadcasts(const char *name,
	    void (*function)(const char *name, const char *address, void *arg),
	    void *arg);

/* Whether it is an address of one of the interfaces. */
bool	interface_own(const char *address);

#endif
