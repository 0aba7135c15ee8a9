/* SPDX-License-Identifier: ISC */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include <stdbool.h>
#include <stdint.h>

struct error;
struct settings;

/* Who wants to be told how the master is. */
struct notify {
	int			 fd;		/* -1: no NOTIFY_SOCKET */
	struct sockaddr_un	 address;
	socklen_t		 length;	/* of the address */
	int64_t			 watchdog_ms;	/* half of it; 0: none */
	int			 ready_fd;	/* of notify-fd; -1: none left */
};

/* notify_init: nobody. */
void	notify_init(struct notify *);

/*
 * notify_open: reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes
 * the descriptor of the setting notify-fd, which is off afterwards.  Returns
 * 0, or -1 with error and nobody is told.
 */
int	notify_open(struct notify *, struct settings *, struct error *);

/* notify_close: mirrors it, in a child too. */
void	notify_close(struct notify *);

/*
 * notify_send: one message, as sd_notify(3) has it, and never waits.
 * Returns 0, or -1 with errno of sendto(2).
 */
int	notify_send(const struct notify *, const char *text);

/*
 * notify_newline: the new line on notify-fd, and closes it.  Returns 0, or -1
 * with EAGAIN: it would have to wait.
 */
int	notify_newline(struct notify *);

/*
 * notify_is_supervised: whether a supervisor that takes messages or gives
 * sockets has started this process, and so expects it to stay.
 */
bool	notify_is_supervised(void);

#endif
