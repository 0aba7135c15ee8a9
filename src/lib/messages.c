/* SPDX-License-Identifier: ISC */
/*
 * Messages of the program between the master and its workers.
 */
#include "config.h"

#include "fdio.h"
#include "messages.h"

void
messages_heard(struct worker *worker, const struct channel_header *header,
    const void *data, int fd)
{
	(void)worker;
	(void)header;
	(void)data;
	fdio_close(&fd);
}

void
messages_kept(struct forkd *forkd, const struct channel_header *header,
    const void *data, int fd)
{
	(void)forkd;
	(void)header;
	(void)data;
	fdio_close(&fd);
}
