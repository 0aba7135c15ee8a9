/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of socket_stream.c: a FILE and a socket each have a descriptor of
 * their own, and no byte is lost between them.
 */
#include "config.h"

#include <sys/resource.h>

#include <fcntl.h>
#include <stdlib.h>
#include <wchar.h>

#include "forkd.h"
#include "socket.h"
#include "sockets.h"
#include "unit.h"

static struct forkd_socket	*pair[2];

/* The pointer is NULL, and the error is said. */
#define ck_null(call, sock, number, part)				\
	do {								\
		errno = 0;						\
		forkd_socket_clear_error(NULL);				\
		ck_assert_ptr_null(call);				\
		ck_said(sock, number, part);				\
	} while (0)

START_TEST(exported)
{
	char	line[32];
	FILE	*in, *out;

	if (pair_open(_i, pair) == -1)
		return;
	in = forkd_socket_export_stream(pair[0], "r");
	out = forkd_socket_export_stream(pair[0], "w");
	ck_assert_ptr_nonnull(in);
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ne(fileno(in), pair[0]->fd);
	ck_assert_int_eq(fcntl(fileno(in), F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fileno(out), F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(send(pair[1]->fd, "question\n", 9, 0), 9);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), in));
	ck_assert_str_eq(line, "question\n");
	ck_assert_int_eq(fprintf(out, "answer %d\n", 42), 10);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(forkd_socket_read(pair[1], line, sizeof(line),
	    FORKD_READ_LINE), 10);
	/* the socket outlives both, and they outlive it */
	ck_assert_int_eq(forkd_socket_write(pair[0], "more\n", 5), 5);
	forkd_socket_close(pair[0]);
	ck_assert_int_eq(send(pair[1]->fd, "last\n", 5, 0), 5);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), in));
	ck_assert_str_eq(line, "last\n");
	ck_assert_int_eq(fclose(in), 0);
	forkd_socket_close(pair[1]);
}
END_TEST

START_TEST(modes)
{
	static const char *const good[] = { "r", "w", "r+", "w+", "rb", "wb",
		"r+b", "rb+", "w+be", "re" };
	static const char *const bad[] = { "", "a", "a+", "x", "R", "r ", "rw",
		"r+x", "+", "br", "r,ccs=UTF-8" };
	FILE	*stream;
	size_t	 i;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		stream = forkd_socket_export_stream(pair[0], good[i]);
		ck_assert_ptr_nonnull(stream);
		if (good[i][0] == 'w' || strchr(good[i], '+') != NULL) {
			ck_assert_int_eq(fputs("out", stream), 1);
			ck_assert_int_eq(fflush(stream), 0);
			ck_assert_int_eq(recv(pair[1]->fd, (char[9]){ 0 }, 9,
			    0), 3);
		}
		if (good[i][0] == 'r' || strchr(good[i], '+') != NULL) {
			ck_assert_int_eq(send(pair[1]->fd, "i", 1, 0), 1);
			ck_assert_int_eq(getc(stream), 'i');
		}
		ck_assert_int_eq(fclose(stream), 0);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_null(forkd_socket_export_stream(pair[0], bad[i]), pair[0],
		    EINVAL, "forkd_socket_export_stream: mode ");
	ck_null(forkd_socket_export_stream(pair[0], NULL), pair[0], EINVAL,
	    "forkd_socket_export_stream: mode NULL");
	ck_null(forkd_socket_export_stream(NULL, "r"), NULL, EINVAL,
	    "forkd_socket_export_stream: no socket");
	pair_close(pair);
}
END_TEST

START_TEST(not_exported)
{
	struct rlimit	limit, few;
	char		line[8];

	ck_assert_int_eq(pair_open(KIND_DGRAM, pair), 0);
	ck_null(forkd_socket_export_stream(pair[0], "r"), pair[0], EOPNOTSUPP,
	    "forkd_socket_export_stream: not a socket");
	pair_close(pair);
	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	ck_assert_int_eq(send(pair[1]->fd, "a\nbc", 4, 0), 4);
	ck_assert_int_eq(forkd_socket_read(pair[0], line, 8, FORKD_READ_LINE),
	    2);
	ck_null(forkd_socket_export_stream(pair[0], "r"), pair[0], EBUSY,
	    "forkd_socket_export_stream: 2 bytes are read ahead");
	ck_assert_int_eq(forkd_socket_read(pair[0], line, 8, 0), 2);
	if (getenv("FORKD_VALGRIND") == NULL) {
		ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
		few = limit;
		few.rlim_cur = (rlim_t)pair[0]->fd;
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
		errno = 0;
		ck_assert_ptr_null(forkd_socket_export_stream(pair[0], "r"));
		ck_assert(errno == EMFILE || errno == EINVAL);
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	}
	ck_assert_int_eq(close(pair[0]->fd), 0);
	ck_null(forkd_socket_export_stream(pair[0], "r"), pair[0], EBADF,
	    "forkd_socket_export_stream: descriptor ");
	pair[0]->fd = -1;
	pair_close(pair);
}
END_TEST

START_TEST(imported)
{
	struct forkd_socket	*sock;
	FILE			*stream;
	char			 line[8];

	if (pair_open(_i, pair) == -1)
		return;
	stream = fdopen(dup(pair[0]->fd), "r+");
	ck_assert_ptr_nonnull(stream);
	sock = forkd_socket_import_stream(stream);
	ck_assert_ptr_nonnull(sock);
	ck_assert_int_ne(sock->fd, fileno(stream));
	ck_assert_int_eq(fcntl(sock->fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(sock->type, pair[0]->type);
	ck_assert_int_eq(sock->domain, pair[0]->domain);
	ck_assert_int_eq(fclose(stream), 0);
	ck_assert_int_eq(send(pair[1]->fd, "hello\n", 6, 0), 6);
	ck_assert_int_eq(forkd_socket_read(sock, line, 8, 0), 6);
	forkd_socket_close(sock);
	pair_close(pair);
}
END_TEST

/* stdio holds bytes: read ahead, pushed back, not written, wide. */
START_TEST(not_imported)
{
	static const char	 busy[] = "forkd_socket_import_stream: the "
				    "stream holds bytes that are not ";
	struct forkd_socket	*sock;
	FILE			*stream;

	ck_assert_int_eq(pair_open(KIND_UNIX, pair), 0);
	stream = fdopen(dup(pair[0]->fd), "r");
	ck_assert_int_eq(send(pair[1]->fd, "ab", 2, 0), 2);
	ck_assert_int_eq(getc(stream), 'a');
	ck_null(forkd_socket_import_stream(stream), NULL, EBUSY, busy);
	ck_assert_int_eq(getc(stream), 'b');
	sock = forkd_socket_import_stream(stream);
	ck_assert_ptr_nonnull(sock);
	forkd_socket_close(sock);
	ck_assert_int_eq(ungetc('x', stream), 'x');
	ck_null(forkd_socket_import_stream(stream), NULL, EBUSY, busy);
	ck_assert_int_eq(getc(stream), 'x');
	sock = forkd_socket_import_stream(stream);
	ck_assert_ptr_nonnull(sock);
	forkd_socket_close(sock);
	ck_assert_int_eq(fclose(stream), 0);

	stream = fdopen(dup(pair[0]->fd), "w");
	ck_assert_int_eq(fputs("out", stream), 1);
	ck_null(forkd_socket_import_stream(stream), NULL, EBUSY, busy);
	ck_assert_int_eq(fflush(stream), 0);
	sock = forkd_socket_import_stream(stream);
	ck_assert_ptr_nonnull(sock);
	forkd_socket_close(sock);
	ck_assert_int_eq(fclose(stream), 0);

	stream = fdopen(dup(pair[0]->fd), "r");
	ck_assert_int_gt(fwide(stream, 1), 0);
	ck_null(forkd_socket_import_stream(stream), NULL, EBUSY, busy);
	ck_assert_int_eq(fclose(stream), 0);
	pair_close(pair);
}
END_TEST

START_TEST(no_socket)
{
	char	 text[8];
	FILE	*stream;

	ck_null(forkd_socket_import_stream(NULL), NULL, EINVAL,
	    "forkd_socket_import_stream: stream: NULL");
	stream = fmemopen(text, sizeof(text), "w");
	ck_null(forkd_socket_import_stream(stream), NULL, EBADF,
	    "forkd_socket_import_stream: descriptor -1");
	ck_assert_int_eq(fclose(stream), 0);
	stream = fopen("/dev/null", "r");
	ck_null(forkd_socket_import_stream(stream), NULL, ENOTSOCK,
	    "forkd_socket_import_stream: descriptor ");
	ck_assert_int_eq(close(fileno(stream)), 0);
	ck_null(forkd_socket_import_stream(stream), NULL, EBADF,
	    "forkd_socket_import_stream: descriptor ");
	(void)fclose(stream);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite = suite_create("socket_stream");
	TCase	*tcase = tcase_create("socket_stream");

	tcase_add_loop_test(tcase, exported, 0, STREAM_KINDS);
	tcase_add_test(tcase, modes);
	tcase_add_test(tcase, not_exported);
	tcase_add_loop_test(tcase, imported, 0, KINDS);
	tcase_add_test(tcase, not_imported);
	tcase_add_test(tcase, no_socket);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
