/* SPDX-License-Identifier: ISC */
/*
 * What the kernel knows of the peer of a TCP connection that somebody else
 * serves.  Looks only: nothing is read, and no error is taken from those who
 * use the connection.
 */
#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>
#include <linux/tcp.h>	/* the C library's own has too few members */

#include <string.h>

#include "addr.h"
#include "peer.h"

bool
peer_is_tcp(const struct addr *addr)
{
	return addr->u.sa.sa_family == AF_INET ||
	    addr->u.sa.sa_family == AF_INET6;
}

/*
 * tcpi_last_data_sent is of no use: it is renewed by retransmissions to a peer
 * that has vanished.  A FIN is one more byte that is acknowledged, and none
 * that is sent.
 */
int
peer_ask(int fd, struct peer_facts *facts)
{
	struct tcp_info	info;
	socklen_t	length;

	memset(&info, 0, sizeof(info));
	length = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == -1)
		return -1;
	facts->finished = info.tcpi_bytes_acked > info.tcpi_bytes_sent -
	    info.tcpi_bytes_retrans;
	facts->acked = info.tcpi_bytes_acked;
	facts->received = info.tcpi_bytes_received;
	facts->acked_ms = info.tcpi_last_ack_recv;
	facts->received_ms = info.tcpi_last_data_recv;
	return 0;
}

void
peer_begin(struct peer *peer, int64_t now_ms)
{
	memset(peer, 0, sizeof(*peer));
	peer->moved_ms = now_ms;
}

int64_t
peer_moved(struct peer *peer, const struct peer_facts *facts, int64_t now_ms)
{
	if (facts->acked != peer->acked &&
	    now_ms - facts->acked_ms > peer->moved_ms)
		peer->moved_ms = now_ms - facts->acked_ms;
	if (facts->received != peer->received &&
	    now_ms - facts->received_ms > peer->moved_ms)
		peer->moved_ms = now_ms - facts->received_ms;
	peer->acked = facts->acked;
	peer->received = facts->received;
	return peer->moved_ms;
}
