/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_message.c: who has sent it, true and false.
 */
#include "config.h"

#include <pwd.h>

#include "forkd.h"
#include "socket_mail.h"

static struct mail	in, out;

START_TEST(own_credentials)
{
	uid_t	uid = 1;
	gid_t	gid = 1;
	pid_t	pid = 1;

	connect_pair(SOCK_STREAM);
	pass_credentials();
	(void)mail_text(&out, "a");
	if (_i == 1)	/* the kernel says it unasked, too */
		ck_assert_int_eq(forkd_socket_cmsg_add_cred(&out.message,
		    getuid(), getgid(), getpid()), 0);
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], &out.message, 0), 1);
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	ck_assert_int_eq(forkd_socket_cmsg_get_cred(&in.message, &uid, &gid,
	    &pid), 0);
	ck_assert_uint_eq(uid, getuid());
	ck_assert_uint_eq(gid, getgid());
	ck_assert_int_eq(pid, getpid());
	ck_assert_int_eq(forkd_socket_cmsg_get_cred(&in.message, NULL, NULL,
	    NULL), 0);
	gone();
}
END_TEST

/* Not root: nobody is believed to be who he is not. */
static int
liar(void *arg)
{
	struct passwd	*nobody = arg;

	if (getuid() == 0) {
		FORKED_CHECK(setgid(nobody->pw_gid) == 0);
		FORKED_CHECK(setuid(nobody->pw_uid) == 0);
	}
	(void)mail_text(&out, "a");
	FORKED_CHECK(forkd_socket_cmsg_add_cred(&out.message, 0, 0,
	    getpid()) == 0);
	errno = 0;
	FORKED_CHECK(forkd_socket_sendmsg(pair[0], &out.message, 0) == -1);
	FORKED_CHECK(errno == EPERM);
	FORKED_CHECK(forkd_socket_last_error(pair[0]) == EPERM);
	(void)mail_text(&out, "a");
	FORKED_CHECK(forkd_socket_cmsg_add_cred(&out.message, getuid(),
	    getgid(), getppid()) == 0);
	FORKED_CHECK(forkd_socket_sendmsg(pair[0], &out.message, 0) == -1);
	FORKED_CHECK(errno == EPERM);
	return 0;
}

START_TEST(wrong_credentials)
{
	struct passwd	*nobody;

	nobody = getpwnam("nobody");
	if (nobody == NULL)
		return;
	connect_pair(SOCK_STREAM);
	pass_credentials();
	ck_assert_int_eq(forked(liar, nobody), 0);
	/* nothing of it came */
	mail_failed(pair[1], forkd_socket_recvmsg(pair[1], mail_room(&in),
	    MSG_DONTWAIT), EAGAIN, "recvmsg from ");
	gone();
}
END_TEST

/* One who may, root, is believed. */
START_TEST(other_credentials)
{
	uid_t	uid;
	gid_t	gid;
	pid_t	pid;

	connect_pair(SOCK_SEQPACKET);
	pass_credentials();
	(void)forkd_socket_cmsg_add_cred(mail_text(&out, "a"), 65534, 65533,
	    getpid());
	if (forkd_socket_sendmsg(pair[0], &out.message, 0) == -1) {
		ck_assert_int_eq(errno == EINVAL ? EPERM : errno, EPERM);
		gone();
		return;
	}
	ck_assert_int_eq(forkd_socket_recvmsg(pair[1], mail_room(&in), 0), 1);
	ck_assert_int_eq(forkd_socket_cmsg_get_cred(&in.message, &uid, &gid,
	    &pid), 0);
	ck_assert_uint_eq(uid, 65534);
	ck_assert_uint_eq(gid, 65533);
	ck_assert_int_eq(pid, getpid());
	gone();
}
END_TEST

/* They are not cut either. */
START_TEST(cut_credentials)
{
	connect_pair(SOCK_STREAM);
	pass_credentials();
	ck_assert_int_eq(forkd_socket_sendmsg(pair[0], mail_text(&out, "a"),
	    0), 1);
	mail_room(&in)->control_size = CMSG_SPACE(sizeof(struct ucred)) - 1;
	mail_failed(pair[1], forkd_socket_recvmsg(pair[1], &in.message, 0),
	    EMSGSIZE, "recvmsg: control: ");
	gone();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("socket_message_cred");
	TCase	*tc = tcase_create("socket_message_cred");

	tcase_add_loop_test(tc, own_credentials, 0, 2);
	tcase_add_test(tc, wrong_credentials);
	tcase_add_test(tc, other_credentials);
	tcase_add_test(tc, cut_credentials);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
