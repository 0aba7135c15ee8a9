/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_message.c: data and addresses, what is wrong, what is
 * cut.  Signals and time are in check_socket_message_wait.c, descriptors in
 * check_socket_message_fds.c, what IPv4 and IPv6 send along in
 * check_socket_message_ip.c.
 */
#include "config.h"

#include <limits.h>
#include <poll.h>
#include <stdint.h>

#include "forkd.h"
#include "socket_mail.h"

static struct mail		 in, out;

/* Sends a text, and receives it. */
static void
travels(const char *text)
{
	ssize_t	size;

	size = (ssize_t)strlen(text);
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], mail_text(&out, text),
	    0), size);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0),
	    size);
	ck_assert_mem_eq(in.data, text, (size_t)size);
	ck_assert_str_eq(in.address, "");
	ck_assert_int_eq(in.message.port, -1);
	ck_assert_uint_eq(in.message.control_length, 0);
}

START_TEST(unix_sockets)
{
	static const int	types[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
	};

	connect_pair(types[_i]);
	forkd_socket_clear_error(NULL);
	travels("a message");
	if (types[_i] != SOCK_STREAM)
		travels("");
	ck_assert_int_eq(in.message.flags, 0);
	ck_assert_int_eq(forkd_socket_last_error(pair[0]), 0);
	ck_assert_int_eq(forkd_socket_last_error(pair[1]), 0);
	ck_assert_int_eq(forkd_socket_last_error(NULL), 0);
	gone();
}
END_TEST

/* From two parts into four, of which two are empty, one NULL. */
START_TEST(parts)
{
	struct iovec	from[2] = {
		{ .iov_base = out.data, .iov_len = 3 },
		{ .iov_base = out.data + 3, .iov_len = 4 },
	};
	struct iovec	into[4] = {
		{ .iov_base = in.data, .iov_len = 0 },
		{ .iov_base = in.data + 10, .iov_len = 2 },
		{ .iov_base = NULL, .iov_len = 0 },
		{ .iov_base = in.data + 20, .iov_len = 30 },
	};

	connect_pair(SOCK_SEQPACKET);
	(void)mail_text(&out, "abcdefg");
	out.message.parts = from;
	out.message.parts_count = 2;
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, MSG_EOR),
	    7);
	(void)mail_room(&in);
	in.message.parts = into;
	in.message.parts_count = 4;
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message, 0), 7);
	ck_assert_mem_eq(in.data + 10, "ab\0", 3);
	ck_assert_mem_eq(in.data + 20, "cdefg\0", 6);
	/* none at all */
	out.message.parts = NULL;
	out.message.parts_count = 0;
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, 0), 0);
	in.message.parts = NULL;
	in.message.parts_count = 0;
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message, 0), 0);
	gone();
}
END_TEST

/* Both ways: the answer goes where the message came from. */
START_TEST(addresses)
{
	static const int	domains[] = { AF_INET, AF_INET6 };
	const char		*loopback;
	int			 ports[2];

	if (domains[_i] == AF_INET6 && !mail_has_ipv6())
		return;
	loopback = domains[_i] == AF_INET ? "127.0.0.1" : "::1";
	pair[0] = mail_udp(domains[_i], false, &ports[0]);
	pair[1] = mail_udp(domains[_i], false, &ports[1]);
	(void)mail_text(&out, "question");
	(void)strcpy(out.address, loopback);
	out.message.address = out.address;
	out.message.port = ports[1];
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, 0), 8);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 8);
	ck_assert_str_eq(in.address, loopback);
	ck_assert_int_eq(in.message.port, ports[0]);
	in.message.control_length = 0;
	in.part.iov_len = 8;
	ck_assert_int_eq(forkd_socket_sendmsg(pair[1], &in.message, 0), 8);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[0], mail_room(&out), 0), 8);
	ck_assert_int_eq(out.message.port, ports[1]);
	/* nobody wants to know */
	ck_assert_int_eq(forkd_socket_sendmsg(pair[1], &in.message, 0), 8);
	(void)mail_room(&out);
	out.message.address = NULL;
	out.message.address_size = 0;
	out.message.port = 77;
	ck_assert_int_eq(forkd_socket_recvmsg(pair[0], &out.message, 0), 8);
	ck_assert_int_eq(out.message.port, 77);
	gone();
}
END_TEST

/* Before anything is received, so that the message is still there. */
START_TEST(small_address)
{
	static const struct {
		int	domain;
		size_t	most;
	} sizes[] = {
		{ AF_UNIX, 111 }, { AF_INET, 16 },
		{ AF_INET6, 62 },
	};
	struct forkd_socket	*sock;
	int			 port;

	if (sizes[_i].domain == AF_INET6 && !mail_has_ipv6())
		return;
	connect_pair(SOCK_DGRAM);
	sock = sizes[_i].domain == AF_UNIX ? pair[1] :
	    mail_udp(sizes[_i].domain, false, &port);
	(void)forkd_socket_sendmsg(pair[0], mail_text(&out, "a"), 0);
	(void)mail_room(&in);
	in.message.address_size = 0;
	mail_failed(sock, forkd_socket_recvmsg(sock, &in.message,
	    MSG_DONTWAIT), ERANGE, "address: 0 bytes are too few");
	in.message.address_size = sizes[_i].most - 1;
	mail_failed(sock, forkd_socket_recvmsg(sock, &in.message,
	    MSG_DONTWAIT), ERANGE, "bytes are too few");
	in.message.address_size = sizes[_i].most;
	if (sock == pair[1])
		ck_assert_int_eq(forkd_socket_recvmsg(sock, &in.message, 0),
		    1);
	else {
		mail_failed(sock, forkd_socket_recvmsg(sock, &in.message,
		    MSG_DONTWAIT), EAGAIN, "recvmsg from ");
		forkd_socket_close(sock);
	}
	gone();
}
END_TEST

START_TEST(wrong_addresses)
{
	static char		long_path[] =
	    "/a path that is longer than there is room for in the address of "
	    "a unix socket, which is as good as none at all, or worse";
	char			nonsense[] = "localhost", none[] = "",
				six[] = "::1", four[] = "127.0.0.1",
				lost[] = "/nonexistent/socket";
	struct forkd_socket	*sock;
	int			 port;

	connect_pair(SOCK_DGRAM);
	sock = mail_udp(AF_INET, false, &port);
	(void)mail_text(&out, "a");
	out.message.address = nonsense;
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0), EINVAL,
	    "forkd_socket_sendmsg: address localhost: ");
	out.message.address = none;
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0), EINVAL,
	    "address: empty");
	out.message.address = six;
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0),
	    EAFNOSUPPORT, "address ::1: ");
	out.message.address = four;
	out.message.port = -1;
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0), EINVAL,
	    "port -1");
	out.message.port = 65536;
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0), EINVAL,
	    "port 65536");
	/* what the kernel refuses */
	out.message.port = 0;
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0), EINVAL,
	    "sendmsg to 127.0.0.1:0: ");
	out.message.address = lost;
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    ENOENT, "sendmsg to /nonexistent/socket: ");
	out.message.address = long_path;
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    ENAMETOOLONG, "longer than");
	forkd_socket_close(sock);
	gone();
}
END_TEST

/* Both calls refuse the same. */
static void
both_fail(struct forkd_message *message, int number, const char *sentence)
{
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], message, 0), number,
	    sentence);
	mail_failed(pair[0], forkd_socket_recvmsg(pair[0], message, 0), number,
	    sentence);
}

START_TEST(wrong_arguments)
{
	struct iovec	twice[2] = {
		{ .iov_base = in.data, .iov_len = SSIZE_MAX },
		{ .iov_base = in.data, .iov_len = 1 },
	};

	connect_pair(SOCK_STREAM);
	mail_failed(NULL, forkd_socket_sendmsg(NULL, mail_room(&in), 0), EINVAL,
	    "forkd_socket_sendmsg: no socket");
	mail_failed(NULL, forkd_socket_recvmsg(NULL, mail_room(&in), 0), EINVAL,
	    "forkd_socket_recvmsg: no socket");
	both_fail(NULL, EINVAL, "message: NULL");
	mail_room(&in)->parts = NULL;
	both_fail(&in.message, EINVAL, "parts: 1 of NULL");
	mail_room(&in)->parts_count = IOV_MAX + 1;
	both_fail(&in.message, EINVAL, "parts: 1025 are too many");
	mail_room(&in)->parts_count = SIZE_MAX;
	both_fail(&in.message, EINVAL, "are too many");
	(void)mail_room(&in);
	in.part.iov_base = NULL;
	both_fail(&in.message, EINVAL, "part 0: NULL");
	mail_room(&in)->parts = twice;
	in.message.parts_count = 2;
	both_fail(&in.message, EINVAL, "part 1: 1 bytes are too many");
	twice[0].iov_len = SIZE_MAX;
	both_fail(&in.message, EINVAL, "part 0: ");
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], mail_room(&in),
	    MSG_PEEK), EINVAL, "forkd_socket_sendmsg: flags 0x2");
	mail_failed(pair[0], forkd_socket_recvmsg(pair[0], mail_room(&in),
	    MSG_EOR), EINVAL, "forkd_socket_recvmsg: flags 0x80");
	mail_failed(pair[0], forkd_socket_recvmsg(pair[0], mail_room(&in),
	    MSG_TRUNC), EINVAL, "flags 0x20");
	mail_room(&in)->control = NULL;
	both_fail(&in.message, EINVAL, "control: not 0 of 2048 bytes");
	mail_room(&in)->control_length = sizeof(in.control) + 1;
	both_fail(&in.message, EINVAL, "control: not 2049 of 2048 bytes");
	gone();
}
END_TEST

/* What the kernel would leave out without a word. */
START_TEST(ignored_control)
{
	struct forkd_socket	*sock;
	int			 fd;

	connect_pair(SOCK_STREAM);
	(void)forkd_socket_cmsg_add_cred(mail_text(&out, ""), 0, 0, 0);
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    EINVAL, "no byte to go with it");
	(void)mail_text(&out, "a");
	out.message.control_length = sizeof(out.control);
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    EINVAL, "not control data");
	(void)forkd_socket_cmsg_add_hop_limit(mail_text(&out, "a"), AF_INET,
	    1);
	mail_failed(pair[0], forkd_socket_sendmsg(pair[0], &out.message, 0),
	    EOPNOTSUPP, "not for this socket");
	sock = forkd_socket_create(AF_INET, SOCK_STREAM, 0);
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0),
	    EOPNOTSUPP, "not for this socket");
	fd = 0;
	(void)forkd_socket_cmsg_add_fds(mail_text(&out, "a"), &fd, 1);
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0),
	    EOPNOTSUPP, "level 1, type 1");
	(void)forkd_socket_cmsg_add_cred(mail_text(&out, "a"), 0, 0, 0);
	mail_failed(sock, forkd_socket_sendmsg(sock, &out.message, 0),
	    EOPNOTSUPP, "level 1, type 2");
	forkd_socket_close(sock);
	gone();
}
END_TEST

/* Cut data are an error, and all but the buffers stays as it was. */
START_TEST(cut_data)
{
	connect_pair(_i == 0 ? SOCK_DGRAM : SOCK_SEQPACKET);
	(void)forkd_socket_sendmsg(pair[0], mail_text(&out, "abcd"), 0);
	(void)mail_room(&in);
	in.part.iov_len = 3;
	in.message.port = 77;
	in.message.flags = 78;
	mail_failed(pair[1], forkd_socket_recvmsg(pair[1], &in.message, 0),
	    EMSGSIZE, "recvmsg: parts");
	ck_assert_int_eq(in.message.port, 77);
	ck_assert_int_eq(in.message.flags, 78);
	ck_assert_uint_eq(in.message.control_length, 0);
	/* it is gone; who asks for the size gets it */
	(void)forkd_socket_sendmsg(pair[0], mail_text(&out, "abcdef"), 0);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message,
	    MSG_PEEK | MSG_TRUNC), 6);
	ck_assert_int_eq(in.message.flags & MSG_TRUNC, MSG_TRUNC);
	in.part.iov_len = 6;
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], &in.message, 0), 6);
	/* nothing but a look */
	in.message.parts_count = 0;
	(void)forkd_socket_sendmsg(pair[0], &out.message, 0);
	mail_failed(pair[1], forkd_socket_recvmsg(pair[1], &in.message,
	    MSG_PEEK), EMSGSIZE, "recvmsg: parts");
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 6);
	gone();
}
END_TEST

/* The kernel's own message: nobody takes what went to that address. */
START_TEST(error_queue)
{
	struct forkd_cmsg	cmsg = { .size = 0 };
	struct pollfd		pollfd = { .events = 0 };
	struct addr		addr;
	int			on = 1, port;

	pair[0] = mail_udp(AF_INET, false, &port);
	pair[1] = mail_udp(AF_INET, false, &port);
	/* one that is connected hears its peer alone */
	addr_any(&addr, AF_INET, 9);
	addr.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(pair[1]->fd, &addr.u.sa, addr.length), 0);
	(void)setsockopt(pair[0]->fd, IPPROTO_IP, IP_RECVERR, &on,
	    sizeof(on));
	(void)mail_text(&out, "a");
	(void)strcpy(out.address, "127.0.0.1");
	out.message.address = out.address;
	out.message.port = port;
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, 0), 1);
	pollfd.fd = pair[0]->fd;
	ck_assert_int_eq(poll(&pollfd, 1, 10000), 1);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[0], mail_room(&in),
	    MSG_ERRQUEUE), 1);
	ck_assert_int_eq(in.message.flags & MSG_ERRQUEUE, MSG_ERRQUEUE);
	ck_assert_str_eq(in.address, "127.0.0.1");
	ck_assert_int_eq(in.message.port, port);
	ck_assert_int_eq(forkd_socket_cmsg_next(&in.message, &cmsg), 1);
	ck_assert_int_eq(cmsg.type, IP_RECVERR);
	gone();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_message");
	TCase	*tc = tcase_create("socket_message");

	tcase_add_loop_test(tc, unix_sockets, 0, 3);
	tcase_add_test(tc, parts);
	tcase_add_loop_test(tc, addresses, 0, 2);
	tcase_add_loop_test(tc, small_address, 0, 3);
	tcase_add_test(tc, wrong_addresses);
	tcase_add_test(tc, wrong_arguments);
	tcase_add_test(tc, ignored_control);
	tcase_add_loop_test(tc, cut_data, 0, 2);
	tcase_add_test(tc, error_queue);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
