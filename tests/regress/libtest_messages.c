/* SPDX-License-Identifier: ISC */
/*
 * Messages of libtest's services.  In a worker, orders of the client:
 *
 *	send SLOT TYPE TEXT	forkd_send(); SLOT -1: the master
 *	sendfd TYPE PATH	with a descriptor of that file
 *	badfd FD		with that, if below 0, or one that is not open
 *	cram TYPE SIZE		as many as there is room for
 *	numbers TYPE COUNT	messages 0 to COUNT - 1; waits when full
 *	receive SIZE TIMEOUT	forkd_receive()
 *	take COUNT		forkd_receive() as often; the last one
 *	draining		forkd_draining()
 *	undrained		waits until it says 1
 *	calls			what only the master may call
 *	crowd			no descriptor is left; room FD: that one is
 *	signal-in MS		SIGALRM, with a function, from then on
 *	garbage GENERATION KIND	to the channel: empty, short, type, ready,
 *				done, length, fds; none: what could be a message
 *	linger WORDS		gives its connection, full and with SO_LINGER,
 *				to the master as the descriptor of what
 *				libtest_channel() makes of WORDS, which
 *				a slash divides, and ends
 *	flood			two processes that send without end; their numbers
 *
 * The master says what it hears, and answers: see hook_message().
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forkd.h"
#include "libtest.h"

#define SAY_MAX	40	/* of a message's text */

static void	hear_numbers(int, int);
static void	say(FILE *, const char *, ssize_t);
static void	say_message(FILE *, uint32_t, const char *, size_t, int);
static void	order_cram(FILE *, int, uint32_t, size_t);
static void	order_numbers(FILE *, uint32_t, long);
static void	order_receive(FILE *, size_t, int, long);
static void	order_sendfd(FILE *, uint32_t, const char *);
static void	order_calls(FILE *);
static pid_t	order_flood(void);
static void	order_garbage(FILE *, uint32_t, const char *);
static void	order_linger(int, const char *) __attribute__((noreturn));
static void	on_alarm(int);
static int	channel(void);

bool
libtest_order(FILE *out, const char *name, char *words)
{
	struct pollfd	 none;
	char		*rest;
	long		 first, second;
	int		 fd;

	first = strtol(words, &rest, 10);
	second = strtol(rest, &rest, 10);
	rest += *rest == ' ';
	if (strcmp(name, "send") == 0)
		say(out, name, forkd_send(libtest_forkd, (int)first,
		    (uint32_t)second, rest, strlen(rest), -1));
	else if (strcmp(name, "sendfd") == 0)
		order_sendfd(out, (uint32_t)first, strchr(words, '/'));
	else if (strcmp(name, "badfd") == 0)
		say(out, name, forkd_send(libtest_forkd, FORKD_MASTER, 0, "x",
		    1, first < 0 ? (int)first : 1000));
	else if (strcmp(name, "cram") == 0)
		order_cram(out, FORKD_MASTER, (uint32_t)first, (size_t)second);
	else if (strcmp(name, "numbers") == 0)
		order_numbers(out, (uint32_t)first, second);
	else if (strcmp(name, "receive") == 0)
		order_receive(out, (size_t)first, (int)second, 1);
	else if (strcmp(name, "take") == 0)
		order_receive(out, 1000, 20000, first);
	else if (strcmp(name, "draining") == 0)
		fprintf(out, "draining %d\n", forkd_draining(libtest_forkd));
	else if (strcmp(name, "undrained") == 0) {
		while (forkd_draining(libtest_forkd) == 0)
			(void)poll(&none, 0, 5);
		fprintf(out, "draining 1\n");
	} else if (strcmp(name, "calls") == 0)
		order_calls(out);
	else if (strcmp(name, "crowd") == 0) {
		while ((fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) != -1)
			first = fd;
		fprintf(out, "crowd %ld\n", first);
	} else if (strcmp(name, "room") == 0) {
		fprintf(out, "room %d\n", close((int)first));
	} else if (strcmp(name, "signal-in") == 0) {
		(void)signal(SIGALRM, on_alarm);
		(void)ualarm((useconds_t)(first * 1000), 20000);
	} else if (strcmp(name, "flood") == 0)
		fprintf(out, "%ld %ld\n", (long)order_flood(),
		    (long)order_flood());
	else if (strcmp(name, "linger") == 0)
		order_linger(fileno(out), words);
	else if (strcmp(name, "garbage") == 0)
		order_garbage(out, (uint32_t)first, words);
	else
		return false;
	(void)fflush(out);
	return true;
}

/*
 * Types: 1 back to the sender, with its descriptor; 2 as many as there is
 * room for; 3 to the slot that the text names; 4 what only a worker may call;
 * 6 so many numbers; 7 says nothing; 9 the same numbers, or the descriptor, to
 * the other one of slots 0 and 1.
 */
void
libtest_message(struct forkd *server, int slot, uint32_t type,
    const void *data, size_t size, int fd, void *arg)
{
	static char	much[FORKD_MESSAGE_MAX];
	char		text[SAY_MAX + 1];
	ssize_t		n;

	(void)arg;
	(void)snprintf(text, sizeof(text), "%.*s", (int)(size < SAY_MAX ?
	    size : SAY_MAX), (const char *)data);
	if (type != 7) {
		fprintf(stderr, "heard slot %d %d ", slot,
		    server == libtest_forkd);
		say_message(stderr, type, data, size, fd);
	}
	if (type == 1)
		say(stderr, "answer", forkd_send(server, slot, type, data,
		    size, fd));
	else if (type == 2)
		order_cram(stderr, slot, type, (size_t)atoi(text));
	else if (type == 3)
		say(stderr, "answer", forkd_send(server, atoi(text), type,
		    data, size, -1));
	else if (type == 4) {
		n = forkd_receive(server, NULL, much, sizeof(much), NULL, 0);
		say(stderr, "receive", n);
		say(stderr, "send", forkd_send(server, FORKD_MASTER, 0, "", 0,
		    -1));
		fprintf(stderr, "draining %d\n", forkd_draining(server));
	} else if (type == 6)
		hear_numbers(slot, atoi(text));
	else if (type == 9 && fd == -1)
		hear_numbers(1 - slot, atoi(text));
	else if (type == 9)
		say(stderr, "answer", forkd_send(server, 1 - slot, type, data,
		    size, fd));
	if (fd != -1)
		(void)close(fd);
}

static void
hear_numbers(int slot, int count)
{
	char	text[24];
	int	i;

	for (i = 0; i < count; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		if (forkd_send(libtest_forkd, slot, 6, text, strlen(text),
		    -1) == -1)
			say(stderr, "answer", -1);
	}
}

/* The result of a call, and after -1 errno and the sentence. */
static void
say(FILE *out, const char *name, ssize_t value)
{
	int	number;

	number = errno;
	fprintf(out, "%s %zd", name, value);
	if (value == -1)
		fprintf(out, " %d %s", number, forkd_error(libtest_forkd));
	fputc('\n', out);
}

static void
say_message(FILE *out, uint32_t type, const char *text, size_t size, int fd)
{
	char	content[SAY_MAX];
	ssize_t	n;

	fprintf(out, "type %" PRIu32 " size %zu '%.*s'", type, size,
	    (int)(size < SAY_MAX ? size : SAY_MAX), text);
	if (fd != -1) {
		n = pread(fd, content, sizeof(content), 0);
		fprintf(out, " fd '%.*s' %d", (int)n, content,
		    fcntl(fd, F_GETFD));
	}
	fputc('\n', out);
}

static void
order_cram(FILE *out, int slot, uint32_t type, size_t size)
{
	static char	much[FORKD_MESSAGE_MAX + 1];
	long		count;

	memset(much, 'x', sizeof(much));
	for (count = 0; forkd_send(libtest_forkd, slot, type, much, size,
	    -1) == 0; count++)
		;
	fprintf(out, "filled %ld %d %s\n", count, errno,
	    forkd_error(libtest_forkd));
}

static void
order_numbers(FILE *out, uint32_t type, long count)
{
	struct pollfd	one;
	char		text[24];
	long		i, waits;

	waits = 0;
	one.fd = channel();
	one.events = POLLOUT;
	for (i = 0; i < count; i++) {
		(void)snprintf(text, sizeof(text), "%ld", i);
		while (forkd_send(libtest_forkd, FORKD_MASTER, type, text,
		    strlen(text), -1) == -1 && errno == EAGAIN) {
			waits++;
			(void)poll(&one, 1, 1000);
		}
	}
	fprintf(out, "numbers %ld %d\n", i, waits > 0);
}

static void
order_receive(FILE *out, size_t size, int timeout_ms, long count)
{
	static char	data[FORKD_MESSAGE_MAX];
	uint32_t	type;
	ssize_t		n;
	int		fd;

	n = 0;
	for (; count > 0; count--) {
		fd = -1;
		n = forkd_receive(libtest_forkd, &type, data, size, &fd,
		    timeout_ms);
		if (n == -1 || count == 1)
			break;
	}
	if (n == -1) {
		say(out, "receive", n);
		return;
	}
	fprintf(out, "receive ");
	say_message(out, type, data, (size_t)n, fd);
	if (fd != -1)
		(void)close(fd);
}

static void
order_sendfd(FILE *out, uint32_t type, const char *path)
{
	int	fd;

	fd = open(path, O_RDONLY);
	say(out, "sendfd", forkd_send(libtest_forkd, FORKD_MASTER, type,
	    "file", 4, fd));
	fprintf(out, "still %d\n", close(fd));
}

static void
order_calls(FILE *out)
{
	static const struct forkd_ops	none;
	char				text[8];

	say(out, "run", forkd_run(libtest_forkd));
	say(out, "set", forkd_set(libtest_forkd, NULL, "timeout", "1s"));
	say(out, "listen", forkd_listen(libtest_forkd, NULL, "127.0.0.1:0"));
	say(out, "service", forkd_service(libtest_forkd, "x", &none, NULL));
	say(out, "send", forkd_send(libtest_forkd, 0, 0, "", 0, -1));
	fprintf(out, "address %d %d\n", forkd_address(libtest_forkd, NULL, 0,
	    text, sizeof(text)), errno);
	forkd_stop(libtest_forkd, FORKD_STOP_NOW);
	forkd_free(libtest_forkd);
	say(out, "message", forkd_send(libtest_forkd, FORKD_MASTER, 0, "", 0,
	    -1));
}

static pid_t
order_flood(void)
{
	pid_t	pid;

	pid = fork();
	if (pid != 0)
		return pid;
	while (forkd_send(libtest_forkd, FORKD_MASTER, 7, "x", 1, -1) == 0 ||
	    errno == EAGAIN)
		;
	_exit(errno == EPIPE ? 0 : 1);
}

static void
order_garbage(FILE *out, uint32_t generation, const char *kind)
{
	uint32_t	header[4] = { 9, 0, 7, generation };
	struct iovec	part;
	struct msghdr	message;
	int		fds[2] = { STDIN_FILENO, STDOUT_FILENO };
	union {
		struct cmsghdr	align;
		char		bytes[CMSG_SPACE(sizeof(fds))];
	} control;

	memset(&message, 0, sizeof(message));
	part.iov_base = header;
	part.iov_len = sizeof(header);
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	if (strstr(kind, "empty") != NULL)
		part.iov_len = 0;
	else if (strstr(kind, "short") != NULL)
		part.iov_len = 15;
	else if (strstr(kind, "type") != NULL)
		header[0] = 4711;
	else if (strstr(kind, "done") != NULL) {
		header[0] = 7;
		header[2] = 0;
	} else if (strstr(kind, "length") != NULL)
		header[1] = 1;
	else if (strstr(kind, "ready") != NULL)
		header[0] = 4;
	else if (strstr(kind, "fds") != NULL) {
		memset(&control, 0, sizeof(control));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(fds));
		memcpy(CMSG_DATA(&control.align), fds, sizeof(fds));
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
	}
	fprintf(out, "garbage %zd\n", sendmsg(channel(), &message, 0));
}

static void
order_linger(int fd, const char *words)
{
	static const struct linger	 linger = { 1, 300 };
	static char			 bytes[1 << 16];

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	(void)dup2(fd, STDIN_FILENO);	/* the one that goes */
	for (; words != NULL; words = strchr(words, '/')) {
		words += *words == '/';
		(void)libtest_channel(words);
	}
	_exit(0);
}

/* The worker's end: the only socket of packets. */
static int
channel(void)
{
	socklen_t	length;
	int		fd, type;

	for (fd = 3; fd < 1024; fd++) {
		length = sizeof(type);
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
		    type == SOCK_SEQPACKET)
			return fd;
	}
	return -1;
}

static void
on_alarm(int number)
{
	(void)number;
}
