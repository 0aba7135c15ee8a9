/* SPDX-License-Identifier: ISC */
/*
 * grouptest: calls of the socket layer on the socket that is descriptor 0, for
 * socket_multicast.t.  Each argument is a call and its arguments, separated by
 * commas; "-" is NULL:
 *
 *	grouptest join,239.1.2.3,lo block,239.1.2.3,127.0.0.2,- ttl,7
 *
 * For each it prints the result, and behind -1 errno and the sentence.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <forkd.h>
#include <forkd_socket.h>

#define WORDS	4

static int	group(struct forkd_socket *, char *[]);
static int	sending(struct forkd_socket *, char *[]);
static int	option(struct forkd_socket *, char *[]);

int
main(int argc, char *argv[])
{
	struct forkd_socket	*sock;
	char			*words[WORDS + 1], *rest;
	int			 i, n, result;

	sock = forkd_socket_from_fd(0);
	if (sock == NULL)
		return EXIT_FAILURE;
	for (i = 1; i < argc; i++) {
		memset(words, 0, sizeof(words));
		rest = argv[i];
		for (n = 0; n < WORDS; n++) {
			words[n] = strsep(&rest, ",");
			if (words[n] != NULL && strcmp(words[n], "-") == 0)
				words[n] = NULL;
		}
		result = words[0] == NULL ? -2 : group(sock, words);
		if (result == -1)
			printf("-1 %d %s\n", errno, forkd_error(NULL));
		else
			printf("%d\n", result);
	}
	forkd_socket_close(sock);
	return EXIT_SUCCESS;
}

static int
group(struct forkd_socket *sock, char *words[])
{
	if (strcmp(words[0], "join") == 0)
		return forkd_socket_join_group(sock, words[1], words[2]);
	if (strcmp(words[0], "leave") == 0)
		return forkd_socket_leave_group(sock, words[1], words[2]);
	if (strcmp(words[0], "block") == 0)
		return forkd_socket_block_source(sock, words[1], words[2],
		    words[3]);
	if (strcmp(words[0], "unblock") == 0)
		return forkd_socket_unblock_source(sock, words[1], words[2],
		    words[3]);
	if (strcmp(words[0], "join-source") == 0)
		return forkd_socket_join_source_group(sock, words[1],
		    words[2], words[3]);
	if (strcmp(words[0], "leave-source") == 0)
		return forkd_socket_leave_source_group(sock, words[1],
		    words[2], words[3]);
	return sending(sock, words);
}

static int
sending(struct forkd_socket *sock, char *words[])
{
	if (strcmp(words[0], "interface") == 0)
		return forkd_socket_set_multicast_interface(sock, words[1]);
	if (strcmp(words[0], "get-interface") == 0)
		return forkd_socket_get_multicast_interface(sock);
	if (strcmp(words[0], "loop") == 0)
		return forkd_socket_set_multicast_loop(sock, atoi(words[1]));
	if (strcmp(words[0], "get-loop") == 0)
		return forkd_socket_get_multicast_loop(sock);
	if (strcmp(words[0], "ttl") == 0)
		return forkd_socket_set_multicast_ttl(sock, atoi(words[1]));
	if (strcmp(words[0], "get-ttl") == 0)
		return forkd_socket_get_multicast_ttl(sock);
	return option(sock, words);
}

/* set,LEVEL,NAME,INT; get,LEVEL,NAME */
static int
option(struct forkd_socket *sock, char *words[])
{
	socklen_t	length;
	int		value;

	length = sizeof(value);
	if (strcmp(words[0], "get") == 0)
		return forkd_socket_get_option(sock, atoi(words[1]),
		    atoi(words[2]), &value, &length) == -1 ? -1 : value;
	if (strcmp(words[0], "set") != 0)
		return -2;
	value = atoi(words[3]);
	return forkd_socket_set_option(sock, atoi(words[1]), atoi(words[2]),
	    &value, length);
}
