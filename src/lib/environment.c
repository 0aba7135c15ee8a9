/* SPDX-License-Identifier: ISC */
/*
 * The environment of handlers, as forkd-handler(7) promises it.  The later
 * source wins: inherited, the user's, `env', the connection.  Reads no global
 * environment itself.
 */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "decimal.h"
#include "direct.h"
#include "environment.h"
#include "error.h"
#include "identity.h"
#include "settings.h"

#define OWN_MAX		(ENVIRONMENT_CELLS + 2)	/* and the host names */
#define PID_VARIABLE	"LISTEN_PID="
#define PATH_DEFAULT	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:" \
			"/usr/bin:/sbin:/bin"

/* Adds the variables of a connection, one after the other. */
struct writer {
	char			**variable;	/* the next one's place */
	struct environment_room	 *room;
	size_t			  used;		/* bytes of the room */
};

static bool	is_kept(const char *, const struct words *);
static bool	is_users(const char *);
static bool	is_ours(const char *);
static bool	matches(const char *, const char *);
static int	put(struct words *, const char *);
static int	put_pair(struct words *, const char *, const char *);
static int	put_user(struct words *, const struct identity *);
static int	put_all(struct words *, const struct settings *,
		    const struct identity *, char *const [],
		    struct error *);
static void	write_tcp(struct writer *, const struct environment_facts *)
		    __attribute__((hot));
static void	write_unix(struct writer *, const struct environment_facts *)
		    __attribute__((noinline));
static void	write_listeners(struct writer *,
		    const struct environment_facts *)
		    __attribute__((noinline));
static void	write_text(struct writer *, const char *, const char *)
		    __attribute__((hot));
static void	write_path(struct writer *, const char *, const struct addr *);
static void	write_number(struct writer *, const char *, uint64_t)
		    __attribute__((hot));
static void	write_place(struct writer *, char *) __attribute__((hot));

/* Never inherited: what forkd says itself, and what was said to forkd. */
static const char	*ours[] = {
	"PROTO", "TCPLOCAL*", "TCPREMOTE*", "UNIXLOCAL*", "UNIXREMOTE*",
	"REMOTE_*", "FORKD_*", "NOTIFY_SOCKET", "WATCHDOG_*", "LISTEN_*"
};

int
environment_make(struct environment *environment,
    const struct settings *settings, const struct identity *identity,
    char *const inherited[], struct error *error)
{
	struct words	words = { NULL, 0 };
	char		**variable;

	if (put_all(&words, settings, identity, inherited, error) == -1) {
		words_free(&words);
		return -1;
	}
	variable = reallocarray(words.word, words.count + OWN_MAX + 1,
	    sizeof(*variable));
	if (variable == NULL) {
		(void)error_system(error, ENOMEM, "environment");
		words_free(&words);
		return -1;
	}
	memset(variable + words.count, 0, (OWN_MAX + 1) * sizeof(*variable));
	environment->variable = variable;
	environment->fixed = words.count;
	return 0;
}

void
environment_free(struct environment *environment)
{
	struct words	words;

	words.word = environment->variable;
	words.count = environment->fixed;
	words_free(&words);
	memset(environment, 0, sizeof(*environment));
}

char **
environment_of(struct environment *environment, struct environment_room *room,
    const struct environment_facts *facts)
{
	struct writer	writer;

	writer.variable = environment->variable + environment->fixed;
	writer.room = room;
	writer.used = 0;
	if (facts->local->u.sa.sa_family == AF_UNIX)
		write_unix(&writer, facts);
	else
		write_tcp(&writer, facts);
	write_text(&writer, "FORKD_SERVICE=", facts->service);
	if (facts->serial != 0)
		write_number(&writer, "FORKD_CONNECTION=", facts->serial);
	write_number(&writer, "FORKD_WORKER=", (uint64_t)facts->slot);
	if (facts->listeners > 0)
		write_listeners(&writer, facts);
	if (facts->local_name != NULL)
		write_place(&writer, facts->local_name);
	if (facts->peer_name != NULL)
		write_place(&writer, facts->peer_name);
	write_place(&writer, NULL);
	return environment->variable;
}

void
environment_pid(char **variables, pid_t pid)
{
	size_t	length;

	length = strlen(PID_VARIABLE);
	for (; *variables != NULL; variables++)
		if (strncmp(*variables, PID_VARIABLE, length) == 0)
			(void)decimal(*variables + length, (uint64_t)pid);
}

static int
put_all(struct words *words, const struct settings *settings,
    const struct identity *identity, char *const inherited[],
    struct error *error)
{
	const char	*variable;
	size_t		 i;
	int		 failed;

	failed = 0;
	for (i = 0; failed == 0 && inherited[i] != NULL; i++)
		if (is_kept(inherited[i], &settings->env_keep) &&
		    !(identity->given && is_users(inherited[i])))
			failed = put(words, inherited[i]);
	if (failed == 0)
		failed = put_user(words, identity);
	for (i = 0; failed == 0 && i < settings->env.count; i++) {
		variable = settings->env.word[i];
		if (strchr(variable, '=') == NULL || variable[0] == '=')
			return error_set(error, EX_USAGE, EINVAL,
			    "env: \"%s\" is not NAME=VALUE", variable);
		if (is_ours(variable))
			return error_set(error, EX_USAGE, EINVAL,
			    "env: %s: forkd itself says what that is",
			    variable);
		failed = put(words, variable);
	}
	for (i = 0; i < words->count; i++)
		if (strncmp(words->word[i], "PATH=", 5) == 0)
			break;
	if (failed == 0 && i == words->count)
		failed = put(words, PATH_DEFAULT);
	return failed == 0 ? 0 : error_system(error, errno, "environment");
}

static int
put_user(struct words *words, const struct identity *identity)
{
	if (!identity->given || identity->user == NULL)
		return 0;
	if (put_pair(words, "HOME", identity->home) == -1 ||
	    put_pair(words, "USER", identity->user) == -1 ||
	    put_pair(words, "LOGNAME", identity->user) == -1)
		return -1;
	return put_pair(words, "SHELL", identity->shell);
}

static int
put_pair(struct words *words, const char *name, const char *value)
{
	char	*variable;
	int	 failed;

	if (asprintf(&variable, "%s=%s", name, value) == -1)
		return -1;
	failed = put(words, variable);
	free(variable);
	return failed;
}

/* Adds a variable in place of the one of the same name. */
static int
put(struct words *words, const char *variable)
{
	char	*copy;
	size_t	 i, length;

	length = strcspn(variable, "=") + 1;
	for (i = 0; i < words->count; i++)
		if (strncmp(words->word[i], variable, length) == 0)
			break;
	if (i == words->count)
		return words_add(words, variable);
	copy = strdup(variable);
	if (copy == NULL)
		return -1;
	free(words->word[i]);
	words->word[i] = copy;
	return 0;
}

static bool
is_kept(const char *variable, const struct words *patterns)
{
	size_t	i;

	if (strchr(variable, '=') == NULL || is_ours(variable))
		return false;
	for (i = 0; i < patterns->count; i++)
		if (matches(patterns->word[i], variable))
			return true;
	return false;
}

/* What describes a user; never that of another one. */
static bool
is_users(const char *variable)
{
	return matches("HOME", variable) || matches("USER", variable) ||
	    matches("LOGNAME", variable) || matches("SHELL", variable);
}

static bool
is_ours(const char *variable)
{
	size_t	i;

	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (matches(ours[i], variable))
			return true;
	return false;
}

/* Whether a pattern matches the name of a variable; longer than any: no. */
static bool
matches(const char *pattern, const char *variable)
{
	char	name[256];
	size_t	length;

	if (strcmp(pattern, "*") == 0)
		return true;
	length = strcspn(variable, "=");
	if (length >= sizeof(name))
		return false;
	memcpy(name, variable, length);
	name[length] = '\0';
	return fnmatch(pattern, name, 0) == 0;
}

static void
write_tcp(struct writer *writer, const struct environment_facts *facts)
{
	char	host[ADDR_TEXT_SIZE];

	write_text(writer, "PROTO=", "TCP");
	addr_host_text(facts->local, host, sizeof(host));
	write_text(writer, "TCPLOCALIP=", host);
	write_number(writer, "TCPLOCALPORT=",
	    (uint64_t)addr_port(facts->local));
	if (facts->peer == NULL)
		return;
	addr_host_text(facts->peer, host, sizeof(host));
	write_text(writer, "TCPREMOTEIP=", host);
	write_number(writer, "TCPREMOTEPORT=",
	    (uint64_t)addr_port(facts->peer));
	write_text(writer, "REMOTE_ADDR=", host);
	write_number(writer, "REMOTE_PORT=",
	    (uint64_t)addr_port(facts->peer));
}

/* The same room: fewer variables, and two of them longer. */
static void
write_unix(struct writer *writer, const struct environment_facts *facts)
{
	static char		 proto[] = "PROTO=UNIX";
	const struct addr_unix	*peer;

	_Static_assert(2 * ENVIRONMENT_PATH_SIZE + 6 * ENVIRONMENT_CELL_SIZE <=
	    sizeof(writer->room->cell), "the paths, and the others");
	write_place(writer, proto);
	write_path(writer, "UNIXLOCALPATH=", facts->local);
	if (facts->peer == NULL)
		return;
	peer = &facts->peer->u.un;
	if (facts->peer->length > offsetof(struct sockaddr_un, sun_path))
		write_path(writer, "UNIXREMOTEPATH=", facts->peer);
	if (!peer->is_known)
		return;
	write_number(writer, "UNIXREMOTEPID=", (uint64_t)peer->pid);
	write_number(writer, "UNIXREMOTEEUID=", peer->uid);
	write_number(writer, "UNIXREMOTEEGID=", peer->gid);
}

/* As sd_listen_fds(3) has it; the process id is not known yet. */
static void
write_listeners(struct writer *writer, const struct environment_facts *facts)
{
	write_number(writer, "LISTEN_FDS=", (uint64_t)facts->listeners);
	write_text(writer, PID_VARIABLE, "");
	write_place(writer, facts->listen_names);
}

static void
write_text(struct writer *writer, const char *name, const char *value)
{
	char	*cell, *end;

	cell = writer->room->cell + writer->used;
	end = cell + ENVIRONMENT_CELL_SIZE;
	writer->used += ENVIRONMENT_CELL_SIZE;
	(void)direct_put(direct_put(cell, end, name), end, value);
	write_place(writer, cell);
}

/* Takes more room than the others do. */
static void
write_path(struct writer *writer, const char *name, const struct addr *addr)
{
	char	*cell;
	size_t	 length;

	cell = writer->room->cell + writer->used;
	writer->used += ENVIRONMENT_PATH_SIZE;
	length = strlcpy(cell, name, ENVIRONMENT_PATH_SIZE);
	addr_host_text(addr, cell + length, ENVIRONMENT_PATH_SIZE - length);
	write_place(writer, cell);
}

static void
write_number(struct writer *writer, const char *name, uint64_t value)
{
	char	digits[DECIMAL_SIZE];

	(void)decimal(digits, value);
	write_text(writer, name, digits);
}

static void
write_place(struct writer *writer, char *variable)
{
	if (*writer->variable != variable)
		*writer->variable = variable;
	if (variable != NULL)
		writer->variable++;
}
