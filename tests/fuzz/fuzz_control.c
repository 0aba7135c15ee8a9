/* SPDX-License-Identifier: ISC */
/*
 * fuzz_control: any bytes as the control data of a message.  They are gone
 * through, read as every kind there is, and copied piece by piece; nothing
 * may lead out of them, and what was copied must be read as the same.
 *
 * The first byte says how far from alignment the rest is put.
 */
#include "config.h"

#include <sys/socket.h>

#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "socket.h"

#define SCM_PIDFD_TYPE	4	/* a descriptor that cmsg_close would close */

static struct forkd_message room_for(const struct forkd_message *);
static void	read_kinds(const struct forkd_message *);
static size_t	copy_pieces(const struct forkd_message *,
		    struct forkd_message *);
static void	take_descriptors(struct forkd_message *);
static void	require(int);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct forkd_message	 again, copy, message;
	size_t			 shift;
	char			*memory;

	if (size == 0)
		return 0;
	shift = data[0] % 8;
	memory = malloc(shift + size);
	require(memory != NULL);
	memset(&message, 0, sizeof(message));
	message.control = memory + shift;
	message.control_size = message.control_length = size - 1;
	memcpy(message.control, data + 1, size - 1);
	read_kinds(&message);
	copy = room_for(&message);
	again = room_for(&copy);
	require(copy_pieces(&message, &copy) == copy_pieces(&copy, &again));
	require(copy.control_length == again.control_length &&
	    memcmp(copy.control, again.control, copy.control_length) == 0);
	take_descriptors(&message);
	take_descriptors(&copy);
	free(again.control);
	free(copy.control);
	free(memory);
	return 0;
}

/* As much as that has, and the padding of its last piece. */
static struct forkd_message
room_for(const struct forkd_message *message)
{
	struct forkd_message	room;

	memset(&room, 0, sizeof(room));
	room.control_size = message->control_size + CMSG_SPACE(0);
	room.control = malloc(room.control_size);
	require(room.control != NULL);
	return room;
}

static void
read_kinds(const struct forkd_message *message)
{
	char	address[FORKD_ADDRESS_SIZE], interface[IF_NAMESIZE];
	uid_t	uid;
	gid_t	gid;
	pid_t	pid;
	int	number;

	if (forkd_socket_cmsg_get_cred(message, &uid, &gid, &pid) == -1)
		require(errno == ENOENT || errno == EBADMSG);
	if (forkd_socket_cmsg_get_pktinfo(message, address, sizeof(address),
	    interface, sizeof(interface)) == -1)
		require(errno == ENOENT || errno == EBADMSG);
	else
		require(strlen(address) > 0 && strlen(interface) > 0);
	number = forkd_socket_cmsg_get_hop_limit(message);
	require(number >= -1 && number <= 255);
	number = forkd_socket_cmsg_get_traffic_class(message);
	require(number >= -1 && number <= 255);
}

/* What can be read is added to the other one. */
static size_t
copy_pieces(const struct forkd_message *from, struct forkd_message *to)
{
	struct forkd_cmsg	cmsg;
	size_t			pieces;
	const char		*begin;

	begin = from->control;
	memset(&cmsg, 0, sizeof(cmsg));
	to->control_length = 0;
	for (pieces = 0; forkd_socket_cmsg_next(from, &cmsg) == 1; pieces++) {
		require((const char *)cmsg.data >= begin &&
		    (const char *)cmsg.data + cmsg.size <=
		    begin + from->control_length);
		require(forkd_socket_cmsg_add(to, cmsg.level, cmsg.type,
		    cmsg.data, cmsg.size) == 0);
	}
	return pieces;
}

/*
 * Each once.  They are only numbers here, so cmsg_close is called when none is
 * left to be closed.
 */
static void
take_descriptors(struct forkd_message *message)
{
	struct forkd_cmsg	cmsg;
	size_t			taken;

	for (taken = 0; forkd_socket_cmsg_get_fd(message) >= 0; taken++)
		require(taken < message->control_length / sizeof(int));
	require(errno == ENOENT || errno == EBADMSG);
	memset(&cmsg, 0, sizeof(cmsg));
	while (forkd_socket_cmsg_next(message, &cmsg) == 1)
		if (cmsg.level == SOL_SOCKET && cmsg.type == SCM_PIDFD_TYPE)
			return;
	forkd_socket_cmsg_close(message);
	require(message->control_length == 0);
}

static void
require(int holds)
{
	if (!holds)
		abort();
}
