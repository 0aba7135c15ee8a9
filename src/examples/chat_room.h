/* SPDX-License-Identifier: ISC */
/*
 * The clients of chat: what one says is sent to all others.  Nothing here
 * waits: each has a buffer for what it has not taken yet, and is dropped when
 * that is full.
 */
#ifndef CHAT_ROOM_H
#define CHAT_ROOM_H

#include <stddef.h>

#include <forkd_socket.h>

#define CHAT_ROOM_CLIENTS	200

/* How many are there. */
size_t	chat_room_count(void);

/*
 * Takes a client in, who must be non-blocking and is the room's to close.
 * There are less than CHAT_ROOM_CLIENTS.
 */
void	chat_room_enter(struct forkd_socket *);

/* What is wanted of whom, for forkd_socket_poll(): returns how many entries. */
size_t	chat_room_want(struct forkd_poll *);

/* After it, with the same entries: sends, receives, and lets go who left. */
void	chat_room_turn(const struct forkd_poll *, size_t count);

/* Everybody leaves. */
void	chat_room_close(void);

#endif
