/* SPDX-License-Identifier: ISC */
/*
 * resolver.h: a resolver in place of the C library's, which answers what the
 * test has set.  Included once in a program.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RESOLVER_MAX	8

struct resolver_answer {
	struct addrinfo		info;
	struct sockaddr_storage	addr;
};

static struct {
	const char	*address[RESOLVER_MAX];	/* the answer */
	int		 code;			/* 0, or EAI_ */
	int		 number;		/* errno then */
	int		 busy_ms;		/* how long it takes */
	/* what was asked */
	struct addrinfo	 hints;
	char		 host[256];
	int		 asked, released;
} resolver;

static struct addrinfo *
resolver_answer(const char *text, int port, int type)
{
	struct resolver_answer	*answer;
	struct sockaddr_in	*in;
	struct sockaddr_in6	*in6;

	answer = calloc(1, sizeof(*answer));
	if (answer == NULL)
		abort();
	answer->info.ai_addr = (struct sockaddr *)&answer->addr;
	answer->info.ai_socktype = type;
	in = (struct sockaddr_in *)&answer->addr;
	in6 = (struct sockaddr_in6 *)&answer->addr;
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		answer->info.ai_family = AF_INET;
		answer->info.ai_addrlen = sizeof(*in);
	} else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		answer->info.ai_family = AF_INET6;
		answer->info.ai_addrlen = sizeof(*in6);
	} else	/* of a family that has longer ones than any */
		answer->info.ai_addrlen = sizeof(answer->addr) + 1;
	return &answer->info;
}

static void
resolver_work(void)
{
	struct timespec	begin, now;
	long		ms;

	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		ms = (long)(now.tv_sec - begin.tv_sec) * 1000 +
		    (now.tv_nsec - begin.tv_nsec) / 1000000;
	} while (ms < resolver.busy_ms);
}

int
getaddrinfo(const char *restrict host, const char *restrict port,
    const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	struct addrinfo	**next;
	int		  i;

	resolver.asked++;
	memset(&resolver.hints, 0, sizeof(resolver.hints));
	if (hints != NULL)
		resolver.hints = *hints;
	(void)snprintf(resolver.host, sizeof(resolver.host), "%s",
	    host == NULL ? "(none)" : host);
	resolver_work();
	if (resolver.number != 0)
		errno = resolver.number;
	if (resolver.code != 0)
		return resolver.code;
	next = found;
	for (i = 0; i < RESOLVER_MAX && resolver.address[i] != NULL; i++) {
		*next = resolver_answer(resolver.address[i],
		    port == NULL ? 0 : atoi(port), resolver.hints.ai_socktype);
		next = &(*next)->ai_next;
	}
	return 0;
}

void
freeaddrinfo(struct addrinfo *found)
{
	struct addrinfo	*next;

	resolver.released++;
	for (; found != NULL; found = next) {
		next = found->ai_next;
		free(found);	/* the first member of its answer */
	}
}

#endif /* RESOLVER_H */
