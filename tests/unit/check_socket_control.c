/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_control.c and socket_control_ip.c: control data as
 * bytes, good and bad ones; no socket has anything to do with them.
 */
#include "config.h"

#include <net/if.h>

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>

#include "forkd.h"
#include "socket_mail.h"

static struct mail	mail;

static struct forkd_message *
fresh(size_t room)
{
	(void)mail_room(&mail);
	mail.message.control_size = room;
	memset(mail.control, 'x', sizeof(mail.control));
	return &mail.message;
}

START_TEST(space)
{
	ck_assert_uint_eq(forkd_socket_cmsg_space(SOL_SOCKET, SCM_RIGHTS, 0),
	    CMSG_SPACE(0));
	ck_assert_uint_eq(forkd_socket_cmsg_space(SOL_SOCKET, SCM_RIGHTS, 1),
	    CMSG_SPACE(sizeof(int)));
	ck_assert_uint_eq(forkd_socket_cmsg_space(SOL_SOCKET, SCM_RIGHTS, 253),
	    CMSG_SPACE(253 * sizeof(int)));
	ck_assert_uint_eq(forkd_socket_cmsg_space(SOL_SOCKET, SCM_CREDENTIALS,
	    0), CMSG_SPACE(sizeof(struct ucred)));
	ck_assert_uint_eq(forkd_socket_cmsg_space(IPPROTO_IP, IP_PKTINFO, 1),
	    CMSG_SPACE(sizeof(struct in_pktinfo)));
	ck_assert_uint_eq(forkd_socket_cmsg_space(IPPROTO_IPV6, IPV6_PKTINFO,
	    1), CMSG_SPACE(sizeof(struct in6_pktinfo)));
	ck_assert_uint_eq(forkd_socket_cmsg_space(IPPROTO_IP, IP_TTL, 1),
	    CMSG_SPACE(sizeof(int)));
	ck_assert_uint_eq(forkd_socket_cmsg_space(IPPROTO_IP, IP_TOS, 1),
	    CMSG_SPACE(sizeof(int)));
	ck_assert_uint_eq(forkd_socket_cmsg_space(IPPROTO_IPV6, IPV6_HOPLIMIT,
	    1), CMSG_SPACE(sizeof(int)));
	ck_assert_uint_eq(forkd_socket_cmsg_space(IPPROTO_IPV6, IPV6_TCLASS,
	    0), CMSG_SPACE(sizeof(int)));
}
END_TEST

START_TEST(space_of_nothing)
{
	static const struct {
		int	level, type;
		size_t	n;
	} wrong[] = {
		{ SOL_SOCKET, SCM_RIGHTS, 254 },
		{ SOL_SOCKET, SCM_RIGHTS, SIZE_MAX },
		{ SOL_SOCKET, SCM_RIGHTS, SIZE_MAX / sizeof(int) + 2 },
		{ SOL_SOCKET, SCM_CREDENTIALS, 2 },
		{ IPPROTO_IP, IP_TTL, 2 },
		{ IPPROTO_IP, IPV6_TCLASS, 1 },
		{ IPPROTO_IPV6, IP_TTL, 1 },
		{ SOL_SOCKET, 0, 1 }, { -1, -1, 1 },
	};
	size_t	i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		errno = 0;
		ck_assert_uint_eq(forkd_socket_cmsg_space(wrong[i].level,
		    wrong[i].type, wrong[i].n), 0);
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(forkd_socket_last_error(NULL), EINVAL);
	}
}
END_TEST

/* What was added comes back, from a buffer that is aligned to nothing. */
START_TEST(there_and_back)
{
	struct forkd_message	*message;
	struct forkd_cmsg	 cmsg;

	message = fresh(0);
	message->control = mail.control + 1;
	message->control_size = 2 * CMSG_SPACE(3) + CMSG_SPACE(0);
	ck_assert_int_eq(forkd_socket_cmsg_add(message, 1, 2, "abc", 3), 0);
	ck_assert_int_eq(forkd_socket_cmsg_add(message, -1, INT_MAX, NULL, 0),
	    0);
	ck_assert_int_eq(forkd_socket_cmsg_add(message, 5, 6, "de", 2), 0);
	ck_assert_uint_eq(message->control_length, message->control_size);
	memset(&cmsg, 0, sizeof(cmsg));
	ck_assert_int_eq(forkd_socket_cmsg_next(message, &cmsg), 1);
	ck_assert_int_eq(cmsg.level, 1);
	ck_assert_int_eq(cmsg.type, 2);
	ck_assert_uint_eq(cmsg.size, 3);
	ck_assert_mem_eq(cmsg.data, "abc\0\0\0\0\0", 8);
	ck_assert_int_eq(forkd_socket_cmsg_next(message, &cmsg), 1);
	ck_assert_int_eq(cmsg.level, -1);
	ck_assert_int_eq(cmsg.type, INT_MAX);
	ck_assert_uint_eq(cmsg.size, 0);
	ck_assert_int_eq(forkd_socket_cmsg_next(message, &cmsg), 1);
	ck_assert_uint_eq(cmsg.size, 2);
	ck_assert_mem_eq(cmsg.data, "de", 2);
	ck_assert_int_eq(forkd_socket_cmsg_next(message, &cmsg), 0);
	/* behind one without its padding, too */
	message->control_length -= CMSG_SPACE(2) - CMSG_LEN(2);
	ck_assert_int_eq(forkd_socket_cmsg_next(message, &cmsg), 0);
	mail_failed(NULL, forkd_socket_cmsg_add(message, 1, 2, NULL, 0),
	    ENOBUFS, "no room for 0 bytes");
}
END_TEST

START_TEST(no_room)
{
	struct forkd_message	*message;

	message = fresh(CMSG_SPACE(4) - 1);
	mail_failed(NULL, forkd_socket_cmsg_add(message, 1, 2, "abcd", 4),
	    ENOBUFS, "forkd_socket_cmsg_add: control: no room");
	ck_assert_uint_eq(message->control_length, 0);
	ck_assert_int_eq(mail.control[0], 'x');
	mail_failed(NULL, forkd_socket_cmsg_add(message, 1, 2, "abcd",
	    SIZE_MAX), ENOBUFS, "no room");
	message->control_size = SIZE_MAX;
	message->control_length = SIZE_MAX;
	mail_failed(NULL, forkd_socket_cmsg_add(message, 1, 2, "abcd", 4),
	    ENOBUFS, "no room");
	mail_failed(NULL, forkd_socket_cmsg_add(fresh(64), 1, 2, NULL, 1),
	    EINVAL, "data: NULL");
	message->control = NULL;
	message->control_size = 0;
	mail_failed(NULL, forkd_socket_cmsg_add(message, 1, 2, NULL, 0),
	    ENOBUFS, "no room");
}
END_TEST

static void
no_message(struct forkd_message *message, const char *why)
{
	struct forkd_cmsg	cmsg = { .size = 0 };

	mail_failed(NULL, forkd_socket_cmsg_next(message, &cmsg), EINVAL, why);
	mail_failed(NULL, forkd_socket_cmsg_add(message, 1, 1, NULL, 0),
	    EINVAL, why);
	mail_failed(NULL, forkd_socket_cmsg_get_fd(message), EINVAL, why);
	mail_failed(NULL, forkd_socket_cmsg_add_fds(message, NULL, 0), EINVAL,
	    why);
	mail_failed(NULL, forkd_socket_cmsg_get_cred(message, NULL, NULL,
	    NULL), EINVAL, why);
	mail_failed(NULL, forkd_socket_cmsg_add_cred(message, 0, 0, 0), EINVAL,
	    why);
	mail_failed(NULL, forkd_socket_cmsg_get_pktinfo(message, NULL, 0, NULL,
	    0), EINVAL, why);
	mail_failed(NULL, forkd_socket_cmsg_add_pktinfo(message, AF_INET, NULL,
	    NULL), EINVAL, why);
	mail_failed(NULL, forkd_socket_cmsg_get_hop_limit(message), EINVAL,
	    why);
	mail_failed(NULL, forkd_socket_cmsg_add_hop_limit(message, AF_INET, 1),
	    EINVAL, why);
	mail_failed(NULL, forkd_socket_cmsg_get_traffic_class(message), EINVAL,
	    why);
	mail_failed(NULL, forkd_socket_cmsg_add_traffic_class(message, AF_INET,
	    1), EINVAL, why);
}

START_TEST(no_message_at_all)
{
	struct forkd_cmsg	 cmsg = { .size = 0 };
	struct forkd_message	*message;

	no_message(NULL, "message: NULL");
	forkd_socket_cmsg_close(NULL);
	message = fresh(10);
	message->control_length = 11;
	no_message(message, "control: not 11 of 10 bytes");
	message->control = NULL;
	message->control_length = 0;
	no_message(message, "control: not 0 of 10 bytes");
	forkd_socket_cmsg_close(message);
	mail_failed(NULL, forkd_socket_cmsg_next(fresh(64), NULL), EINVAL,
	    "cmsg: NULL");
	/* not of this message */
	cmsg.data = &cmsg;
	mail_failed(NULL, forkd_socket_cmsg_next(&mail.message, &cmsg), EINVAL,
	    "not of this message");
	(void)forkd_socket_cmsg_add(&mail.message, 1, 1, "abc", 3);
	cmsg.data = mail.control + CMSG_LEN(0);
	cmsg.size = SIZE_MAX;
	mail_failed(NULL, forkd_socket_cmsg_next(&mail.message, &cmsg), EINVAL,
	    "not of this message");
	cmsg.data = mail.control;
	cmsg.size = 0;
	mail_failed(NULL, forkd_socket_cmsg_next(&mail.message, &cmsg), EINVAL,
	    "not of this message");
}
END_TEST

/* Lengths that lie: below a header, beyond the end, huge. */
START_TEST(junk)
{
	static const size_t	 lengths[] = {
		0, 1, CMSG_LEN(0) - 1, CMSG_LEN(4) + 1, INT_MAX, SIZE_MAX,
		SIZE_MAX - 7
	};
	struct forkd_message	*message;
	struct forkd_cmsg	 cmsg;
	struct cmsghdr		 head;
	size_t			 i;

	for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		message = fresh(CMSG_LEN(4));
		message->control_length = CMSG_LEN(4);
		memset(&head, 0, sizeof(head));
		head.cmsg_level = SOL_SOCKET;
		head.cmsg_type = SCM_RIGHTS;
		head.cmsg_len = lengths[i];
		memcpy(mail.control, &head, sizeof(head));
		memset(&cmsg, 0, sizeof(cmsg));
		mail_failed(NULL, forkd_socket_cmsg_next(message, &cmsg),
		    EBADMSG, "not control data");
		ck_assert_ptr_null(cmsg.data);
		mail_failed(NULL, forkd_socket_cmsg_get_fd(message), EBADMSG,
		    "not control data");
		mail_failed(NULL, forkd_socket_cmsg_get_hop_limit(message),
		    EBADMSG, "not control data");
		forkd_socket_cmsg_close(message);	/* closes nothing */
		ck_assert_uint_eq(message->control_length, 0);
	}
	/* the second one ends behind the end, though not behind the buffer */
	message = fresh(CMSG_SPACE(4) + CMSG_LEN(4));
	(void)forkd_socket_cmsg_add(message, SOL_SOCKET, 99, "abcd", 4);
	message->control_length = message->control_size;
	head.cmsg_len = CMSG_LEN(4) + 1;
	memcpy(mail.control + CMSG_SPACE(4), &head, sizeof(head));
	memset(&cmsg, 0, sizeof(cmsg));
	ck_assert_int_eq(forkd_socket_cmsg_next(message, &cmsg), 1);
	mail_failed(NULL, forkd_socket_cmsg_next(message, &cmsg), EBADMSG,
	    "not control data");
	ck_assert_int_eq(cmsg.type, 99);
	/* less than a header is the end */
	message = fresh(64);
	message->control_length = CMSG_LEN(0) - 1;
	memset(&cmsg, 0, sizeof(cmsg));
	ck_assert_int_eq(forkd_socket_cmsg_next(message, &cmsg), 0);
}
END_TEST

/* Each of the kinds, with too few bytes, too many, and values out of range. */
START_TEST(wrong_sizes)
{
	struct forkd_message	*message;
	int			 number;

	message = fresh(512);
	mail_failed(NULL, forkd_socket_cmsg_get_cred(message, NULL, NULL,
	    NULL), ENOENT, "none came");
	mail_failed(NULL, forkd_socket_cmsg_get_fd(message), ENOENT,
	    "none came");
	(void)forkd_socket_cmsg_add(message, SOL_SOCKET, SCM_CREDENTIALS, "",
	    1);
	mail_failed(NULL, forkd_socket_cmsg_get_cred(message, NULL, NULL,
	    NULL), EBADMSG, "1 bytes");
	(void)forkd_socket_cmsg_add(message, SOL_SOCKET, SCM_RIGHTS, "abc", 3);
	mail_failed(NULL, forkd_socket_cmsg_get_fd(message), ENOENT, "taken");
	(void)forkd_socket_cmsg_add(message, IPPROTO_IP, IP_PKTINFO, "abc", 3);
	mail_failed(NULL, forkd_socket_cmsg_get_pktinfo(message, NULL, 0, NULL,
	    0), EBADMSG, "3 bytes");
	message->control_length = 0;
	(void)forkd_socket_cmsg_add(message, IPPROTO_IPV6, IPV6_PKTINFO, "", 0);
	mail_failed(NULL, forkd_socket_cmsg_get_pktinfo(message, NULL, 0, NULL,
	    0), EBADMSG, "0 bytes");
	(void)forkd_socket_cmsg_add(message, IPPROTO_IP, IP_TTL, "ab", 2);
	mail_failed(NULL, forkd_socket_cmsg_get_hop_limit(message), EBADMSG,
	    "not a number");
	number = 256;
	(void)forkd_socket_cmsg_add(message, IPPROTO_IP, IP_TOS, &number,
	    sizeof(number));
	mail_failed(NULL, forkd_socket_cmsg_get_traffic_class(message),
	    EBADMSG, "not a number");
}
END_TEST

START_TEST(wrong_descriptors)
{
	int	fds[254] = { 0 };

	mail_failed(NULL, forkd_socket_cmsg_add_fds(fresh(2048), fds, 254),
	    EINVAL, "254 descriptors: more than 253");
	mail_failed(NULL, forkd_socket_cmsg_add_fds(&mail.message, fds,
	    SIZE_MAX), EINVAL, "more than 253");
	mail_failed(NULL, forkd_socket_cmsg_add_fds(&mail.message, NULL, 1),
	    EINVAL, "1 descriptors: NULL");
	fds[2] = -1;
	mail_failed(NULL, forkd_socket_cmsg_add_fds(&mail.message, fds, 3),
	    EBADF, "descriptor -1 of place 2");
	ck_assert_uint_eq(mail.message.control_length, 0);
	/* none is not wrong */
	ck_assert_int_eq(forkd_socket_cmsg_add_fds(&mail.message, NULL, 0), 0);
	ck_assert_uint_eq(mail.message.control_length, 0);
	ck_assert_int_eq(forkd_socket_cmsg_add_fds(&mail.message, fds, 2), 0);
	ck_assert_uint_eq(mail.message.control_length,
	    forkd_socket_cmsg_space(SOL_SOCKET, SCM_RIGHTS, 2));
}
END_TEST

/* Those of several pieces, and of a pidfd's; taken ones are not closed. */
START_TEST(closes_what_is_left)
{
	struct forkd_message	*message;
	int			 before, ends[4];

	before = mail_descriptors();
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(ends + 2, O_CLOEXEC), 0);
	message = fresh(512);
	(void)forkd_socket_cmsg_add(message, SOL_SOCKET, SCM_RIGHTS, ends,
	    2 * sizeof(int));
	(void)forkd_socket_cmsg_add(message, SOL_SOCKET, 99, "other", 5);
	(void)forkd_socket_cmsg_add(message, SOL_SOCKET, SCM_RIGHTS, ends + 2,
	    sizeof(int));
	(void)forkd_socket_cmsg_add(message, SOL_SOCKET, 4, ends + 3,
	    sizeof(int));
	ck_assert_int_eq(forkd_socket_cmsg_get_fd(message), ends[0]);
	errno = EDOM;
	forkd_socket_cmsg_close(message);
	ck_assert_int_eq(errno, EDOM);
	ck_assert_uint_eq(message->control_length, 0);
	ck_assert_int_eq(mail_descriptors(), before + 1);
	forkd_socket_cmsg_close(message);
	ck_assert_int_eq(close(ends[0]), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_control");
	TCase	*tc = tcase_create("socket_control");

	tcase_add_test(tc, space);
	tcase_add_test(tc, space_of_nothing);
	tcase_add_test(tc, there_and_back);
	tcase_add_test(tc, no_room);
	tcase_add_test(tc, no_message_at_all);
	tcase_add_test(tc, junk);
	tcase_add_test(tc, wrong_sizes);
	tcase_add_test(tc, wrong_descriptors);
	tcase_add_test(tc, closes_what_is_left);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
