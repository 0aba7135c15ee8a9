/* SPDX-License-Identifier: ISC */
/*
 * What workers report to the master.  That is gossip: whoever says what does
 * not fit is dropped, alone.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>

#include "channel.h"
#include "fdio.h"
#include "hand_over.h"
#include "messages.h"
#include "prefork.h"
#include "server.h"

#define HEAR_MOST	16	/* messages of one worker in a turn */

/* What is to be done after a message. */
enum heard { HEARD_NONSENSE, HEARD_ALL, HEARD_MORE_LIKELY };

static enum heard	hand_over_hear(struct worker *,
			    const struct channel_header *, const char *, int);
static bool		hand_over_taken(struct worker *);
static bool		hand_over_missed(struct worker *);

/* A worker has sent something, or has closed its end. */
void
hand_over_ready(struct watch *watch)
{
	struct worker	*worker;
	int		 i;

	worker = watch->arg;
	for (i = 0; i < HEAR_MOST && worker->channel.fd != -1; i++)
		switch (hand_over_listen(worker, false)) {
		case 1:
			break;
		case 0:
			return;
		default:
			/* who is dead is reaped as such */
			hand_over_silence(worker);
			prefork_lost(worker);
			return;
		}
}

int
hand_over_listen(struct worker *worker, bool all)
{
	struct channel_header	 header;
	struct hand_over_table	*table;
	enum heard		 heard;
	int			 fd, n;

	table = worker->service->server->hand_over.table;
	n = channel_receive(worker->channel.fd, &header, table->data,
	    sizeof(table->data), &fd, MSG_DONTWAIT);
	if (n == 0 || (n == -1 && (errno == ECONNRESET || errno == EPIPE)))
		return -1;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	heard = HEARD_NONSENSE;
	/* a descriptor that our table has no room for is not its fault */
	if (n == -1 && errno == EMFILE) {
		messages_missed(worker, &header);
		return 1;
	}
	if (n == 1 && header.generation == worker->generation)
		heard = hand_over_hear(worker, &header, table->data, fd);
	else if (n == 1)
		fdio_close_foreign(&fd);
	if (heard != HEARD_NONSENSE)
		return all || heard == HEARD_MORE_LIKELY ? 1 : 0;
	hand_over_silence(worker);
	if (worker->ending != ENDING_NO)
		return 0;	/* it ends anyway */
	if (worker->reaped)
		lifetime_say(worker, "nonsense on its channel");
	else {
		lifetime_say(worker,
		    "nonsense on its channel: KILL to its group");
		lifetime_kill(worker, WHY_NONSENSE);
	}
	return 0;
}

static enum heard
hand_over_hear(struct worker *worker, const struct channel_header *header,
    const char *data, int fd)
{
	bool	fits;

	if (header->type == CHANNEL_USER) {
		messages_heard(worker, header, data, fd);
		return HEARD_MORE_LIKELY;
	}
	/* in mode fork, there is nothing to report */
	fits = fd == -1 && header->length == 0 && worker->pooled;
	fdio_close_foreign(&fd);
	if (!fits)
		return HEARD_NONSENSE;
	switch (header->type) {
	case CHANNEL_READY:
		fits = prefork_got_ready(worker);
		break;
	case CHANNEL_TAKEN:
		fits = hand_over_taken(worker);
		break;
	case CHANNEL_MISSED:
		fits = hand_over_missed(worker);
		break;
	case CHANNEL_DONE:
		fits = prefork_done(worker, header->flags);
		break;
	case CHANNEL_RETIRED:
		fits = worker->state == WORKER_RETIRING;
		break;
	default:
		fits = false;
	}
	return fits ? HEARD_ALL : HEARD_NONSENSE;
}

/* From here on the connection is the handler's, whatever becomes of it. */
static bool
hand_over_taken(struct worker *worker)
{
	if (worker->copy_fd == -1 || worker->service->ops != NULL)
		return false;
	hand_over_begin(worker);
	hand_over_over(worker);
	hand_over_silence(worker);	/* it has nothing more to say */
	prefork_renew(worker->service);
	return true;
}

/* Its table of descriptors is full: that will not become better. */
static bool
hand_over_missed(struct worker *worker)
{
	if (worker->copy_fd == -1)
		return false;
	if (worker->counted)
		lifetime_undo(worker);
	hand_over_take_back(worker);
	prefork_missed(worker);
	return true;
}
