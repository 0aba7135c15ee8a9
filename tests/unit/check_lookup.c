/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of lookup.c: the path of a handler, and what exec would say of
 * it.  What only another user cannot reach is tested in tests/regress.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "error.h"
#include "fdio.h"
#include "lookup.h"
#include "service.h"
#include "unit.h"

#define SCRIPT	"#!/bin/sh\nexit 0\n"

static char		 root[] = "/tmp/check_lookup.XXXXXX";
static char		 path_variable[256];
static char		*variables[] = { path_variable, NULL };
static struct service	*service;
static struct error	 error;
static char		 path[PATH_MAX];

static const char *
under(const char *name)
{
	static char	text[PATH_MAX];

	(void)snprintf(text, sizeof(text), "%s/%s", root, name);
	return text;
}

static void
file(const char *name, mode_t mode, const char *content, size_t length)
{
	int	fd;

	fd = open(under(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fdio_write(fd, content, length), 0);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	fdio_close(&fd);
}

static void
script(const char *name, mode_t mode, const char *content)
{
	file(name, mode, content, strlen(content));
}

static void
fresh(void)
{
	struct settings	settings;

	(void)strlcpy(root + sizeof(root) - 7, "XXXXXX", 7);
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(mkdir(under("one"), 0755), 0);
	ck_assert_int_eq(mkdir(under("two"), 0755), 0);
	ck_assert_int_eq(settings_init(&settings), 0);
	service = service_new("web", &settings);
	ck_assert_ptr_nonnull(service);
	settings_free(&settings);
	(void)snprintf(path_variable, sizeof(path_variable),
	    "PATH=.::%s/none:%s/one:%s/two", root, root, root);
	service->environment.variable = variables;
	ck_assert_int_eq(settings_set(&service->settings, "user",
	    "ann:users", &error), 0);
}

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

static void
gone(void)
{
	service->environment.variable = NULL;
	service_free(service);
	(void)nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int
lookup(const char *handler)
{
	ck_assert_int_eq(settings_set(&service->settings, "handler", handler,
	    &error), 0);
	memset(path, '#', sizeof(path));
	errno = 0;
	return lookup_handler(service, root, path, sizeof(path), &error);
}

static void
found(const char *handler, const char *expected)
{
	ck_assert_msg(lookup(handler) == 0, "%s: %s", handler, error.text);
	ck_assert_str_eq(path, expected);
}

/* The error about a file below root: after its name, `text'. */
static void
refused(const char *handler, int exit_code, int number, const char *text)
{
	char	expected[2 * PATH_MAX];

	ck_assert_msg(lookup(handler) == -1, "%s is taken", handler);
	(void)snprintf(expected, sizeof(expected), "%s: %s", path, text);
	ck_assert_str_eq(error.text, expected);
	ck_assert_int_eq(error.exit_code, exit_code);
	ck_assert_int_eq(error.number, number);
	ck_assert_int_eq(errno, number);
}

START_TEST(paths)
{
	script("x", 0755, SCRIPT);
	script("one/y", 0700, SCRIPT);
	found(under("x"), under("x"));
	found("./x", under("x"));
	found("one/y -n 'a b'", under("one/y"));
	found("one/../x", under("one/../x"));
	found("/bin/sh", "/bin/sh");
	(void)lookup("bin/sh");
	ck_assert_int_eq(lookup_handler(service, "/", path, sizeof(path),
	    &error), 0);
	ck_assert_str_eq(path, "/bin/sh");
}
END_TEST

/* The first that can be run, even after one that cannot. */
START_TEST(names_in_path)
{
	script("two/a", 0755, SCRIPT);
	found("a", under("two/a"));
	script("one/a", 0644, SCRIPT);
	found("a", under("two/a"));
	script("one/a", 0755, SCRIPT);
	found("a", under("one/a"));
	ck_assert_int_eq(mkdir(under("one/b"), 0755), 0);
	script("two/b", 0755, SCRIPT);
	found("b", under("two/b"));
	script("two/c", 0644, SCRIPT);		/* exists, so it is meant */
	refused("c", EX_NOINPUT, EACCES, "user ann cannot execute it, its "
	    "mode is 0644: chmod +x it?");
	ck_assert_str_eq(path, under("two/c"));
}
END_TEST

/* Where we stand is no place to look for a name. */
START_TEST(names_not_found)
{
	char	start[PATH_MAX];

	script("d", 0755, SCRIPT);
	ck_assert_ptr_nonnull(getcwd(start, sizeof(start)));
	ck_assert_int_eq(chdir(root), 0);
	ck_assert_int_eq(lookup("d"), -1);
	ck_assert_int_eq(chdir(start), 0);
	ck_assert_int_eq(error.exit_code, EX_NOINPUT);
	ck_assert_str_eq(error.text, "d: no such handler in " HANDLERDIR
	    " or PATH; see forkd-handlers(8)");
	(void)strlcpy(path_variable, "NOPATH=/bin", sizeof(path_variable));
	ck_assert_int_eq(lookup("sh"), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(missing)
{
	refused("./none", EX_NOINPUT, ENOENT, "No such file or directory");
	ck_assert_int_eq(lookup("./none/x"), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(lookup("''"), -1);
	ck_assert_int_eq(error.exit_code, EX_NOINPUT);
	ck_assert_str_eq(error.text, "handler: its name is empty");
}
END_TEST

START_TEST(not_programs)
{
	refused("./one", EX_NOINPUT, EISDIR, "a directory, not a program");
	ck_assert_int_eq(mkfifo(under("fifo"), 0755), 0);
	refused("./fifo", EX_NOINPUT, EACCES, "not a regular file");
	refused("/dev/null", EX_NOINPUT, EACCES, "not a regular file");
	script("plain", 0600, SCRIPT);
	refused("./plain", EX_NOINPUT, EACCES, "user ann cannot execute it, "
	    "its mode is 0600: chmod +x it?");
	script("empty", 0755, "");
	refused("./empty", EX_NOINPUT, ENOEXEC, "it is empty");
	script("text", 0755, "echo hello\n");
	refused("./text", EX_NOINPUT, ENOEXEC, "neither a program nor a "
	    "script with a first line like #!/bin/sh, so user ann cannot "
	    "run it");
}
END_TEST

START_TEST(programs)
{
	char	self[PATH_MAX];
	ssize_t	n;

	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		found(self, self);
	}
	file("binary", 0755, "MZ\0\0abc", 7);	/* binfmt_misc may know it */
	found("./binary", under("binary"));
}
END_TEST

START_TEST(interpreters)
{
	script("a", 0755, "#!/bin/sh");
	found("./a", under("a"));
	script("b", 0755, "#! \t/bin/sh\t-e\nexit\n");
	found("./b", under("b"));
	script("c", 0755, "#!/no/such/sh -e\n");
	refused("./c", EX_NOINPUT, ENOENT,
	    "interpreter \"/no/such/sh\" does not exist");
	script("d", 0755, "#!\n");
	refused("./d", EX_NOINPUT, ENOENT, "interpreter \"\" does not exist");
	script("e", 0755, "#!/\n");
	ck_assert_int_eq(lookup("./e"), -1);
	ck_assert_int_eq(errno, EACCES);
}
END_TEST

START_TEST(line_ends)
{
	script("a", 0755, "#!/bin/sh\r\nexit 0\r\n");
	refused("./a", EX_NOINPUT, ENOENT, "interpreter \"/bin/sh\\r\" does "
	    "not exist: the file has CR LF line ends");
	script("b", 0755, "#!/bin/sh -e\r\nexit 0\r\n");
	refused("./b", EX_NOINPUT, ENOENT, "interpreter \"/bin/sh\" would get "
	    "an argument that ends in CR: the file has CR LF line ends");
	script("c", 0755, "#!/bin/sh\nprintf 'a\r\n'\r\n");
	found("./c", under("c"));
}
END_TEST

START_TEST(long_paths)
{
	char	name[PATH_MAX + 10];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name, "./", 2);
	ck_assert_int_eq(lookup(name), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	memset(name, 'n', 3);
	ck_assert_int_eq(lookup(name), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("lookup");
	TCase	*tc = tcase_create("lookup");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, paths);
	tcase_add_test(tc, names_in_path);
	tcase_add_test(tc, names_not_found);
	tcase_add_test(tc, missing);
	tcase_add_test(tc, not_programs);
	tcase_add_test(tc, programs);
	tcase_add_test(tc, interpreters);
	tcase_add_test(tc, line_ends);
	tcase_add_test(tc, long_paths);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
