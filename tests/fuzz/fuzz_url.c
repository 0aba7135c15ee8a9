/* SPDX-License-Identifier: ISC */
/*
 * fuzz_url: any bytes as a URL.  What is refused has a reason and one of three
 * numbers; what is taken is whole, ends, and put together again it is read as
 * the same.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "socket_url.h"

static void	refused(int, const char *);
static void	taken(const struct socket_url *);
static void	again(const struct socket_url *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct socket_url	 url;
	const char		*wrong;
	char			*text;
	int			 number;

	text = malloc(size + 1);	/* so that nothing behind it is read */
	FUZZ_CHECK(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	memset(&url, 'x', sizeof(url));
	wrong = NULL;
	number = socket_url_parse(text, &url, &wrong);
	if (number == 0) {
		FUZZ_CHECK(wrong == NULL);
		taken(&url);
		again(&url);
	} else
		refused(number, wrong);
	free(text);
	return 0;
}

static void
refused(int number, const char *wrong)
{
	FUZZ_CHECK(wrong != NULL && wrong[0] != '\0');
	FUZZ_CHECK(number == EINVAL || number == EPROTONOSUPPORT ||
	    number == ENAMETOOLONG);
}

static void
taken(const struct socket_url *url)
{
	const size_t	most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	FUZZ_CHECK(memchr(url->host, '\0', sizeof(url->host)) != NULL);
	FUZZ_CHECK(memchr(url->port, '\0', sizeof(url->port)) != NULL);
	FUZZ_CHECK(url->type == SOCK_STREAM || url->type == SOCK_DGRAM);
	FUZZ_CHECK(url->host[0] != '\0');
	if (url->domain == AF_UNIX) {
		FUZZ_CHECK(url->host[0] == '/' || url->host[0] == '@');
		/* the @ stands for a byte that is not in the text */
		FUZZ_CHECK(url->host[1] != '\0' && strlen(url->host) <=
		    (url->host[0] == '@' ? most + 1 : most));
		FUZZ_CHECK(url->port[0] == '\0');
	} else {
		FUZZ_CHECK(url->domain == AF_UNSPEC);
		FUZZ_CHECK(socket_url_is_port(url->port));
	}
}

static void
again(const struct socket_url *url)
{
	struct socket_url	 other;
	const char		*scheme, *wrong;
	char			 text[sizeof(*url) + 16];
	bool			 stream;

	stream = url->type == SOCK_STREAM;
	if (url->domain == AF_UNIX) {
		scheme = stream ? "unix" : "udg";
		(void)snprintf(text, sizeof(text), "%s://%s", scheme,
		    url->host);
	} else {
		scheme = stream ? "tcp" : "udp";
		(void)snprintf(text, sizeof(text),
		    strchr(url->host, ':') != NULL ? "%s://[%s]:%s" :
		    "%s://%s:%s", scheme, url->host, url->port);
	}
	FUZZ_CHECK(socket_url_parse(text, &other, &wrong) == 0);
	FUZZ_CHECK(memcmp(url, &other, sizeof(other)) == 0);
}
