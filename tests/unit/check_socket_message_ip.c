/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_message.c and socket_control_ip.c: what datagrams of
 * IPv4 and IPv6 bring along, and take along, over the loopback.
 */
#include "config.h"

#include <net/if.h>

#include <stdio.h>

#include "forkd.h"
#include "socket_mail.h"

static const int	 domains[] = { AF_INET, AF_INET6 };
static struct mail	 in, out;
static struct forkd_socket *from, *to;
static int		 domain, port;

/* A sender, and a receiver that is told everything; false: no IPv6. */
static bool
open_both(int i)
{
	int	on, unused;

	domain = domains[i];
	if (domain == AF_INET6 && !mail_has_ipv6())
		return false;
	from = mail_udp(domain, true, &unused);
	to = mail_udp(domain, false, &port);
	on = 1;
	if (domain == AF_INET) {
		(void)setsockopt(to->fd, IPPROTO_IP, IP_PKTINFO, &on,
		    sizeof(on));
		(void)setsockopt(to->fd, IPPROTO_IP, IP_RECVTTL, &on,
		    sizeof(on));
		(void)setsockopt(to->fd, IPPROTO_IP, IP_RECVTOS, &on,
		    sizeof(on));
	} else {
		(void)setsockopt(to->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on,
		    sizeof(on));
		(void)setsockopt(to->fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on,
		    sizeof(on));
		(void)setsockopt(to->fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on,
		    sizeof(on));
	}
	return true;
}

static void
close_both(void)
{
	forkd_socket_close(from);
	forkd_socket_close(to);
}

/* A letter to the receiver, without anything yet. */
static struct forkd_message *
letter(void)
{
	(void)mail_text(&out, "a");
	(void)strcpy(out.address, domain == AF_INET ? "127.0.0.1" : "::1");
	out.message.address = out.address;
	out.message.port = port;
	return &out.message;
}

static void
travels(void)
{
	ck_assert_int_eq(forkd_socket_sendmsg(from, &out.message, 0), 1);
	ck_assert_int_eq(forkd_socket_recvmsg(to, mail_room(&in), 0), 1);
}

START_TEST(what_comes)
{
	char	address[FORKD_ADDRESS_SIZE], interface[IF_NAMESIZE];

	if (!open_both(_i))
		return;
	(void)letter();
	travels();
	ck_assert_int_eq(forkd_socket_cmsg_get_pktinfo(&in.message, address,
	    sizeof(address), interface, sizeof(interface)), 0);
	ck_assert_str_eq(address, out.address);
	ck_assert_str_eq(interface, "lo");
	ck_assert_int_gt(forkd_socket_cmsg_get_hop_limit(&in.message), 0);
	ck_assert_int_eq(forkd_socket_cmsg_get_traffic_class(&in.message), 0);
	/* one alone, or none */
	ck_assert_int_eq(forkd_socket_cmsg_get_pktinfo(&in.message, NULL, 0,
	    interface, 3), 0);
	ck_assert_int_eq(forkd_socket_cmsg_get_pktinfo(&in.message, address,
	    10, NULL, 0), 0);
	ck_assert_int_eq(forkd_socket_cmsg_get_pktinfo(&in.message, NULL, 0,
	    NULL, 0), 0);
	/* too little room: nothing is filled in */
	address[0] = interface[0] = '?';
	mail_failed(NULL, forkd_socket_cmsg_get_pktinfo(&in.message, address,
	    sizeof(address), interface, 2), ERANGE, "interface: 2 bytes");
	mail_failed(NULL, forkd_socket_cmsg_get_pktinfo(&in.message, address,
	    strlen(out.address), interface, sizeof(interface)), ERANGE,
	    "address: ");
	mail_failed(NULL, forkd_socket_cmsg_get_pktinfo(&in.message, address,
	    0, interface, sizeof(interface)), ERANGE, "address: 0 bytes");
	ck_assert_int_eq(address[0], '?');
	ck_assert_int_eq(interface[0], '?');
	close_both();
}
END_TEST

/* Nobody has asked. */
START_TEST(nothing_comes)
{
	struct forkd_socket	*told;

	if (!open_both(_i))
		return;
	told = to;
	to = mail_udp(domain, false, &port);
	(void)letter();
	travels();
	ck_assert_uint_eq(in.message.control_length, 0);
	mail_failed(NULL, forkd_socket_cmsg_get_pktinfo(&in.message, NULL, 0,
	    NULL, 0), ENOENT, "forkd_socket_cmsg_get_pktinfo: none came");
	mail_failed(NULL, forkd_socket_cmsg_get_hop_limit(&in.message), ENOENT,
	    "forkd_socket_cmsg_get_hop_limit: none came");
	mail_failed(NULL, forkd_socket_cmsg_get_traffic_class(&in.message),
	    ENOENT, "forkd_socket_cmsg_get_traffic_class: none came");
	forkd_socket_close(told);
	close_both();
}
END_TEST

START_TEST(hop_limits)
{
	static const int	limits[] = { 1, 7, 255 };
	size_t			i;

	if (!open_both(_i))
		return;
	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		ck_assert_int_eq(forkd_socket_cmsg_add_hop_limit(letter(),
		    domain, limits[i]), 0);
		travels();
		ck_assert_int_eq(forkd_socket_cmsg_get_hop_limit(&in.message),
		    limits[i]);
	}
	mail_failed(NULL, forkd_socket_cmsg_add_hop_limit(letter(), domain,
	    256), EINVAL, "forkd_socket_cmsg_add_hop_limit: 256: not ");
	mail_failed(NULL, forkd_socket_cmsg_add_hop_limit(letter(), domain,
	    -1), EINVAL, "-1: not ");
	mail_failed(NULL, forkd_socket_cmsg_add_hop_limit(letter(), AF_UNIX,
	    1), EAFNOSUPPORT, "domain 1");
	ck_assert_int_eq(forkd_socket_cmsg_add_hop_limit(letter(), domain, 0),
	    domain == AF_INET ? -1 : 0);
	close_both();
}
END_TEST

START_TEST(traffic_classes)
{
	static const int	classes[] = { 0, 0xb8, 0xfc };
	size_t			i;

	if (!open_both(_i))
		return;
	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		ck_assert_int_eq(forkd_socket_cmsg_add_traffic_class(letter(),
		    domain, classes[i]), 0);
		travels();
		ck_assert_int_eq(forkd_socket_cmsg_get_traffic_class(
		    &in.message), classes[i]);
	}
	ck_assert_int_eq(forkd_socket_cmsg_add_traffic_class(letter(), domain,
	    255), 0);
	mail_failed(NULL, forkd_socket_cmsg_add_traffic_class(letter(), domain,
	    256), EINVAL, "256: not 0 to 255");
	mail_failed(NULL, forkd_socket_cmsg_add_traffic_class(letter(), domain,
	    -1), EINVAL, "-1: not 0 to 255");
	mail_failed(NULL, forkd_socket_cmsg_add_traffic_class(letter(), -1,
	    0), EAFNOSUPPORT, "domain -1");
	close_both();
}
END_TEST

/* The address from which it comes is the one that was chosen. */
START_TEST(pktinfo)
{
	static const char	*own[] = { "127.0.0.2", "::1" };
	static const char	*foreign[] = { "192.0.2.1", "2001:db8::1" };
	char			 number[16];

	if (!open_both(_i))
		return;
	(void)snprintf(number, sizeof(number), "%u", if_nametoindex("lo"));
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(letter(), domain,
	    own[_i], NULL), 0);
	travels();
	ck_assert_str_eq(in.address, own[_i]);
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(letter(), domain, NULL,
	    "lo"), 0);
	travels();
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(letter(), domain,
	    own[_i], number), 0);
	travels();
	ck_assert_str_eq(in.address, own[_i]);
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(letter(), domain, NULL,
	    NULL), 0);
	travels();
	/* an address that is not ours is the kernel's to refuse */
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(letter(), domain,
	    foreign[_i], "lo"), 0);
	errno = 0;
	ck_assert_int_eq(forkd_socket_sendmsg(from, &out.message, 0), -1);
	ck_assert_int_ne(errno, 0);
	ck_assert_int_eq(forkd_socket_last_error(from), errno);
	close_both();
}
END_TEST

START_TEST(wrong_pktinfo)
{
	static const char	*function = "forkd_socket_cmsg_add_pktinfo: ";

	(void)mail_text(&out, "a");
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET,
	    "::1", NULL), EAFNOSUPPORT, function);
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET6,
	    "127.0.0.1", NULL), EAFNOSUPPORT, "address 127.0.0.1");
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET,
	    "", NULL), EINVAL, "address: empty");
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET,
	    "localhost", NULL), EINVAL, "address localhost");
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET,
	    NULL, ""), EINVAL, "interface: empty");
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET,
	    NULL, "no-such-one"), ENODEV, "interface no-such-one");
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET,
	    NULL, "0"), ENODEV, "interface 0");
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_UNIX,
	    NULL, NULL), EAFNOSUPPORT, "domain 1");
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET6,
	    "fe80::1%1", "2"), EINVAL, "interface 2: not that of fe80::1%1");
	ck_assert_uint_eq(out.message.control_length, 0);
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET6,
	    "fe80::1%1", NULL), 0);
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET6,
	    "fe80::1%lo", "lo"), 0);
	out.message.control_size = out.message.control_length;
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET6,
	    NULL, NULL), ENOBUFS, "no room");
}
END_TEST

/* Link-local: the address can be given back. */
START_TEST(link_local)
{
	char			address[FORKD_ADDRESS_SIZE], interface[16];
	struct in6_pktinfo	info;

	(void)mail_room(&in);
	memset(&info, 0, sizeof(info));
	info.ipi6_addr.s6_addr[0] = 0xfe;
	info.ipi6_addr.s6_addr[1] = 0x80;
	info.ipi6_addr.s6_addr[15] = 1;
	info.ipi6_ifindex = if_nametoindex("lo");
	(void)forkd_socket_cmsg_add(&in.message, IPPROTO_IPV6, IPV6_PKTINFO,
	    &info, sizeof(info));
	ck_assert_int_eq(forkd_socket_cmsg_get_pktinfo(&in.message, address,
	    sizeof(address), interface, sizeof(interface)), 0);
	ck_assert_str_eq(address, "fe80::1%lo");
	ck_assert_int_eq(forkd_socket_cmsg_add_pktinfo(&in.message, AF_INET6,
	    address, interface), 0);
	/* an interface that has no name */
	in.message.control_length = 0;
	info.ipi6_ifindex = 2000000000;
	(void)forkd_socket_cmsg_add(&in.message, IPPROTO_IPV6, IPV6_PKTINFO,
	    &info, sizeof(info));
	ck_assert_int_eq(forkd_socket_cmsg_get_pktinfo(&in.message, address,
	    sizeof(address), interface, sizeof(interface)), 0);
	ck_assert_str_eq(interface, "2000000000");
}
END_TEST

/* Cut: an error, and the datagram is gone. */
START_TEST(cut)
{
	if (!open_both(_i))
		return;
	(void)letter();
	ck_assert_int_eq(forkd_socket_sendmsg(from, &out.message, 0), 1);
	mail_room(&in)->control = NULL;
	in.message.control_size = 0;
	mail_failed(to, forkd_socket_recvmsg(to, &in.message, 0), EMSGSIZE,
	    "recvmsg: control: 0 bytes are too few");
	ck_assert_int_eq(forkd_socket_sendmsg(from, &out.message, 0), 1);
	mail_room(&in)->control_size = CMSG_SPACE(sizeof(struct in_pktinfo));
	mail_failed(to, forkd_socket_recvmsg(to, &in.message, 0), EMSGSIZE,
	    "recvmsg: control: ");
	ck_assert_str_eq(in.address, "");
	mail_failed(to, forkd_socket_recvmsg(to, &in.message, MSG_DONTWAIT),
	    EAGAIN, "recvmsg from ");
	close_both();
}
END_TEST

/* IPv4 over a socket of IPv6: its control data are IPv4's. */
START_TEST(mapped)
{
	struct sockaddr_in6	in6 = { .sin6_family = AF_INET6 };
	char			address[FORKD_ADDRESS_SIZE];
	int			unused;

	if (!open_both(1))
		return;
	close_both();
	(void)open_both(0);
	forkd_socket_close(from);
	from = mail_udp(AF_INET6, true, &unused);
	(void)strcpy(letter()->address, "::ffff:127.0.0.1");
	(void)forkd_socket_cmsg_add_hop_limit(&out.message, AF_INET, 9);
	(void)forkd_socket_cmsg_add_pktinfo(&out.message, AF_INET6,
	    "::ffff:127.0.0.3", NULL);
	travels();
	ck_assert_str_eq(in.address, "127.0.0.3");
	ck_assert_int_eq(forkd_socket_cmsg_get_hop_limit(&in.message), 9);
	ck_assert_int_eq(forkd_socket_cmsg_get_pktinfo(&in.message, address,
	    sizeof(address), NULL, 0), 0);
	ck_assert_str_eq(address, "127.0.0.1");
	/* of the other kind, which would be ignored */
	out.message.control_length = 0;
	(void)forkd_socket_cmsg_add_hop_limit(&out.message, AF_INET6, 9);
	mail_failed(from, forkd_socket_sendmsg(from, &out.message, 0),
	    EOPNOTSUPP, "not for this socket or peer");
	(void)forkd_socket_cmsg_add_hop_limit(letter(), AF_INET, 9);
	(void)strcpy(out.address, "::1");
	mail_failed(from, forkd_socket_sendmsg(from, &out.message, 0),
	    EOPNOTSUPP, "not for this socket or peer");
	(void)forkd_socket_cmsg_add_hop_limit(letter(), AF_INET6, 9);
	mail_failed(to, forkd_socket_sendmsg(to, &out.message, 0), EOPNOTSUPP,
	    "not for this socket or peer");
	/* the peer that it is connected with counts */
	in6.sin6_port = htons((in_port_t)port);
	in6.sin6_addr = (struct in6_addr){ .s6_addr = { [10] = 0xff, 0xff,
	    127, 0, 0, 1 } };
	ck_assert_int_eq(connect(from->fd, (struct sockaddr *)&in6,
	    sizeof(in6)), 0);
	letter()->address = NULL;
	(void)forkd_socket_cmsg_add_traffic_class(&out.message, AF_INET, 8);
	travels();
	ck_assert_int_eq(forkd_socket_cmsg_get_traffic_class(&in.message), 8);
	close_both();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_message_ip");
	TCase	*tc = tcase_create("socket_message_ip");

	tcase_add_loop_test(tc, what_comes, 0, 2);
	tcase_add_loop_test(tc, nothing_comes, 0, 2);
	tcase_add_loop_test(tc, hop_limits, 0, 2);
	tcase_add_loop_test(tc, traffic_classes, 0, 2);
	tcase_add_loop_test(tc, pktinfo, 0, 2);
	tcase_add_test(tc, wrong_pktinfo);
	tcase_add_test(tc, link_local);
	tcase_add_loop_test(tc, cut, 0, 2);
	tcase_add_test(tc, mapped);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
