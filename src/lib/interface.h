/* SPDX-License-Identifier: ISC */
/*
 * Network interfaces: from what a user has typed to the index.
 */
#ifndef INTERFACE_H
#define INTERFACE_H

/*
 * interface_index: that of the interface of this name, else the text itself if
 * it is the digits of an index, which nobody need have.  It is asked by a
 * socket's descriptor; -1: by one of its own.  Returns it, 0: it is neither, or
 * -1: errno says why it cannot be known; if_nametoindex(3) would say of a full
 * table of descriptors: no such interface.
 */
int	interface_index(int fd, const char *text);

/* interface_known: the index, 0: nobody has it, or -1 with errno. */
int	interface_known(int fd, int index);

#endif
