/* SPDX-License-Identifier: ISC */
/*
 * daytime_udp: the clients of daytime.c that come over UDP.
 *
 * Anybody can send a datagram in somebody else's name, and the answer goes to
 * that one.  So:
 *  -	It is one line of 26 bytes or less.  With its headers it is not twice
 *	as long as the shortest question: whoever wants to flood a third one
 *	reaches not much more by us than alone.
 *  -	There is none to a port below 1024.  That is where echo, daytime,
 *	chargen and their like are, and no client: inetd(8) does the same.
 *  -	There is none to 16 bytes or more.  A question is empty or a newline;
 *	what is longer is somebody's answer, as our own line that an echo on
 *	any port sends back, or that of another daytime.  So no two servers
 *	talk to each other for ever.
 *  -	It comes from the address that was asked, which a client that has
 *	connected its socket demands.  What was sent to everybody, or to a
 *	group, has none: the kernel refuses to send from there.  So not all
 *	servers of a network answer to one datagram.
 */
#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <forkd.h>

#include "daytime.h"

#define PORTS_OF_SERVERS	1024	/* below it */
#define QUESTION_MAX		16	/* less than that */

static const char	*reply(struct forkd_socket *,
			    const struct forkd_message *, size_t);
static int		 reply_send(struct forkd_socket *,
			    const struct forkd_message *);
static size_t		 tell_time(char *, size_t);

/* Each datagram is to say where it was sent to. */
int
udp_prepare(struct forkd_socket *sock)
{
	char	address[FORKD_ADDRESS_SIZE];
	int	on = 1;

	if (forkd_socket_getsockname(sock, address, sizeof(address),
	    NULL) == -1)
		return -1;
	return strchr(address, ':') == NULL ?
	    forkd_socket_set_option(sock, IPPROTO_IP, IP_PKTINFO, &on,
	    sizeof(on)) :
	    forkd_socket_set_option(sock, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on,
	    sizeof(on));
}

int
udp_answer(struct forkd_socket *sock, int verbose)
{
	char			 control[256], peer[FORKD_ADDRESS_SIZE];
	char			 question[QUESTION_MAX];
	struct iovec		 part = { question, sizeof(question) };
	struct forkd_message	 message = {
		.parts = &part, .parts_count = 1,
		.address = peer, .address_size = sizeof(peer),
		.control = control, .control_size = sizeof(control)
	};
	const char		*result;
	ssize_t			 length;

	/* MSG_TRUNC: how long it was, if it is longer than its room */
	length = forkd_socket_recvmsg(sock, &message,
	    MSG_DONTWAIT | MSG_TRUNC);
	if (length == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	result = reply(sock, &message, (size_t)length);
	if (verbose)
		printf("udp %s port %d: %s\n", peer, message.port, result);
	return 0;
}

/* Returns what is to be said of it. */
static const char *
reply(struct forkd_socket *sock, const struct forkd_message *question,
    size_t length)
{
	if (question->port < PORTS_OF_SERVERS)
		return "not answered: a port of servers";
	if (length >= QUESTION_MAX)
		return "not answered: too long for a question";
	if (reply_send(sock, question) == -1)
		return forkd_error(NULL);
	return "answered";
}

/* One that has no room in the socket is lost, as others on their way. */
static int
reply_send(struct forkd_socket *sock, const struct forkd_message *question)
{
	char			 asked[FORKD_ADDRESS_SIZE], control[256];
	char			 text[80];
	struct iovec		 part = { text, tell_time(text, sizeof(text)) };
	struct forkd_message	 message = {
		.parts = &part, .parts_count = 1,
		.address = question->address, .port = question->port,
		.control = control, .control_size = sizeof(control)
	};

	if (forkd_socket_cmsg_get_pktinfo(question, asked, sizeof(asked), NULL,
	    0) == -1 || forkd_socket_cmsg_add_pktinfo(&message,
	    strchr(asked, ':') == NULL ? AF_INET : AF_INET6, asked,
	    NULL) == -1)
		return -1;
	return forkd_socket_sendmsg(sock, &message, MSG_DONTWAIT) == -1 ? -1 :
	    0;
}

/* As date("D M j H:i:s Y") has it. */
static size_t
tell_time(char *text, size_t size)
{
	static const char	*const days[] = { "Sun", "Mon", "Tue", "Wed",
		"Thu", "Fri", "Sat" };
	static const char	*const months[] = { "Jan", "Feb", "Mar", "Apr",
		"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm		 local;
	time_t			 now = time(NULL);
	int			 length;

	if (localtime_r(&now, &local) == NULL)
		memset(&local, 0, sizeof(local));
	length = snprintf(text, size, "%s %s %d %02d:%02d:%02d %d\r\n",
	    days[local.tm_wday % 7], months[local.tm_mon % 12], local.tm_mday,
	    local.tm_hour, local.tm_min, local.tm_sec, local.tm_year + 1900);
	return length < 0 ? 0 : (size_t)length;
}
