/* SPDX-License-Identifier: ISC */
/*
 * The settings table: the only place where the name, type, unit, default,
 * limits and help text of a setting stand.  Options, forkd_set(), usage text
 * and the test of the manual read it; nothing here does anything.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <limits.h>

#include "settings.h"

#define TEXT_OF(x)	#x
#define EXPANDED(x)	TEXT_OF(x)

#define AT(field)	offsetof(struct settings, field)
#define LIMIT(n)	(AT(limits) + (n) * sizeof(int64_t))

#define HOUR		INT64_C(3600000)
#define MAX_TIME	(1000 * 24 * HOUR)
#define MAX_SIZE	INT64_MAX

#define OFF		SETTING_MAY_BE_OFF
#define AUTO		SETTING_MAY_BE_AUTO
#define LATER		SETTING_LATER

/* name, group, type, flags, offset, min, max, default, choices, help */
const struct setting	settings_table[] = {
	{ "listen", GROUP_SOCKETS, SETTING_LINES, 0, AT(listen), 0, 0,
	    NULL, { NULL }, "address to listen on; each one is added" },
	{ "backlog", GROUP_SOCKETS, SETTING_NUMBER, 0, AT(backlog),
	    1, INT_MAX, EXPANDED(SOMAXCONN), { NULL },
	    "connections that the kernel queues, see listen(2)" },
	{ "socket-mode", GROUP_SOCKETS, SETTING_OCTAL, 0,
	    AT(socket_mode), 0, 0777, "0660", { NULL }, "mode of a unix socket file" },
	{ "socket-owner", GROUP_SOCKETS, SETTING_TEXT, 0,
	    AT(socket_owner), 0, 0,
	    NULL, { NULL }, "owner of a unix socket file" },
	{ "socket-group", GROUP_SOCKETS, SETTING_TEXT, 0,
	    AT(socket_group), 0, 0,
	    NULL, { NULL }, "group of a unix socket file" },
	{ "tcp-nodelay", GROUP_SOCKETS, SETTING_YES, 0, AT(tcp_nodelay),
	    0, 1, "no", { NULL }, "send small segments at once" },
	{ "keepalive", GROUP_SOCKETS, SETTING_YES, 0, AT(keepalive), 0, 1,
	    "yes", { NULL },
	    "probe silent peers: after 5m, 30s apart, 6 times" },
	{ "send-buffer", GROUP_SOCKETS, SETTING_SIZE, OFF, AT(send_buffer),
	    1, INT_MAX / 2, "off", { NULL },
	    "SO_SNDBUF, off: the kernel's choice" },
	{ "receive-buffer", GROUP_SOCKETS, SETTING_SIZE, OFF,
	    AT(receive_buffer), 1, INT_MAX / 2, "off", { NULL },
	    "SO_RCVBUF, off: the kernel's choice" },
	{ "freebind", GROUP_SOCKETS, SETTING_YES, 0, AT(freebind), 0, 1,
	    "no", { NULL }, "bind addresses that do not exist yet" },

	{ "handler", GROUP_HANDLER, SETTING_COMMAND, 0, AT(handler), 0, 0,
	    "talkback", { NULL },
	    "program and arguments that serve a connection" },
	{ "argv0", GROUP_HANDLER, SETTING_TEXT, 0, AT(argv0), 0, 0,
	    NULL, { NULL }, "argument 0 of the handler, else its path" },
	{ "mode", GROUP_HANDLER, SETTING_CHOICE, 0, AT(mode), 0, 0,
	    "fork", { "fork", "prefork", "wait" },
	    "when workers are forked" },
	{ "directory", GROUP_HANDLER, SETTING_TEXT, 0, AT(directory), 0, 0,
	    NULL, { NULL },
	    "working directory, else where forkd was started; / in a chroot and detached" },
	{ "umask", GROUP_HANDLER, SETTING_OCTAL, 0, AT(umask), 0, 0777,
	    "022", { NULL }, "file mode creation mask" },
	{ "nice", GROUP_HANDLER, SETTING_NUMBER, 0, AT(nice), -20, 19,
	    "0", { NULL }, "added to the scheduling priority, see nice(2)" },
	{ "stderr", GROUP_HANDLER, SETTING_CHOICE, 0, AT(standard_error),
	    0, 0, "log", { "log", "socket", "null" },
	    "where descriptor 2 of the handler leads" },
	{ "env", GROUP_HANDLER, SETTING_LINES, 0, AT(env), 0, 0,
	    NULL, { NULL }, "NAME=VALUE for the handler; each one is added" },
	{ "env-keep", GROUP_HANDLER, SETTING_LIST, 0, AT(env_keep), 0, 0,
	    "PATH LANG LC_* TZ", { NULL },
	    "names of the environment that the handler keeps" },
	{ "resolve", GROUP_HANDLER, SETTING_YES, 0, AT(resolve), 0, 1,
	    "no", { NULL }, "look up the names of both addresses" },
	{ "title", GROUP_HANDLER, SETTING_YES, 0, AT(title), 0, 1,
	    "yes", { NULL }, "worker titles in ps(1)" },

	{ "user", GROUP_IDENTITY, SETTING_TEXT, 0, AT(user), 0, 0,
	    NULL, { NULL }, "user[:group] of the workers, names or numbers" },
	{ "group", GROUP_IDENTITY, SETTING_TEXT, 0, AT(group), 0, 0,
	    NULL, { NULL }, "group of the workers, else the user's" },
	{ "groups", GROUP_IDENTITY, SETTING_TEXT, 0, AT(groups), 0, 0,
	    NULL, { NULL },
	    "supplementary groups, or none; else the user's own" },
	{ "chroot", GROUP_IDENTITY, SETTING_TEXT, 0, AT(chroot), 0, 0,
	    NULL, { NULL }, "root directory of the workers" },
	{ "no-new-privs", GROUP_IDENTITY, SETTING_YES, AUTO,
	    AT(no_new_privs), 0, 1, "auto", { NULL },
	    "no way to more privileges; auto: when user drops them" },

	{ "max-workers", GROUP_POOL, SETTING_NUMBER, 0, AT(max_workers),
	    1, 65536, "128", { NULL },
	    "workers at once; beyond it connections wait" },
	{ "min-workers", GROUP_POOL, SETTING_NUMBER, 0, AT(min_workers),
	    0, 65536,
	    "2", { NULL }, "workers at least; mode wait: 0" },
	{ "min-spare", GROUP_POOL, SETTING_NUMBER, 0, AT(min_spare),
	    0, 65536,
	    "2", { NULL }, "idle workers at least" },
	{ "max-spare", GROUP_POOL, SETTING_NUMBER, 0, AT(max_spare),
	    0, 65536,
	    "8", { NULL }, "idle workers at most" },
	{ "max-requests", GROUP_POOL, SETTING_NUMBER, 0, AT(max_requests),
	    1, INT_MAX,
	    "10000", { NULL }, "connections a worker serves" },
	{ "max-lifetime", GROUP_POOL, SETTING_DURATION, OFF,
	    AT(max_lifetime), 1, MAX_TIME, "off", { NULL }, "age at which a worker retires" },
	{ "idle-interval", GROUP_POOL, SETTING_DURATION, 0,
	    AT(idle_interval), 1, MAX_TIME, "60s", { NULL }, "how often the pool may shrink" },
	{ "start-timeout", GROUP_POOL, SETTING_DURATION, 0,
	    AT(start_timeout), 1, MAX_TIME, "30s", { NULL }, "time for a worker to get ready" },

	{ "max-per-source", GROUP_ADMISSION, SETTING_NUMBER, LATER | OFF, 0,
	    1, 65536, "off", { NULL }, "connections at once of one source" },
	{ "source-prefix", GROUP_ADMISSION, SETTING_TEXT, LATER, 0, 0, 0,
	    "32/64", { NULL }, "IPv4 and IPv6 prefix that is one source" },
	{ "overload", GROUP_ADMISSION, SETTING_CHOICE, LATER, 0, 0, 0,
	    "wait", { "wait", "reject" }, "what happens beyond max-workers" },
	{ "reject-message", GROUP_ADMISSION, SETTING_TEXT, LATER, 0, 0, 0,
	    NULL, { NULL }, "text for refused clients" },
	{ "rate", GROUP_ADMISSION, SETTING_TEXT, LATER | OFF, 0, 0, 0,
	    "off", { NULL }, "connections in a time: 20/s 300/m 1000/h" },
	{ "rate-per-source", GROUP_ADMISSION, SETTING_TEXT, LATER | OFF, 0,
	    0, 0, "off", { NULL }, "the same for one source" },
	{ "exempt", GROUP_ADMISSION, SETTING_LIST, LATER, 0, 0, 0,
	    NULL, { NULL }, "sources without limits" },

	{ "allow", GROUP_ACCESS, SETTING_LIST, LATER, 0, 0, 0,
	    NULL, { NULL }, "sources that may connect" },
	{ "deny", GROUP_ACCESS, SETTING_LIST, LATER, 0, 0, 0,
	    NULL, { NULL }, "sources that may not" },
	{ "access-file", GROUP_ACCESS, SETTING_TEXT, LATER, 0, 0, 0,
	    NULL, { NULL }, "file of such rules" },

	{ "timeout", GROUP_TIME, SETTING_DURATION, OFF, AT(timeout),
	    1, MAX_TIME, "off", { NULL }, "for a whole connection" },
	{ "idle-timeout", GROUP_TIME, SETTING_DURATION, OFF,
	    AT(idle_timeout), 1, MAX_TIME, "off", { NULL },
	    "without data in either direction; TCP" },
	{ "client-gone", GROUP_TIME, SETTING_CHOICE, 0, AT(client_gone), 0, 0,
	    "ignore", { "ignore", "reset", "eof" },
	    "when a client that left ends its handler; TCP" },
	{ "kill-grace", GROUP_TIME, SETTING_DURATION, 0, AT(kill_grace),
	    0, MAX_TIME, "5s", { NULL }, "between TERM and KILL" },
	{ "drain-timeout", GROUP_TIME, SETTING_DURATION, 0,
	    AT(drain_timeout), 0, MAX_TIME, "30s", { NULL },
	    "for handlers to finish when forkd stops" },
	{ "on-stop", GROUP_TIME, SETTING_CHOICE, 0, AT(on_stop), 0, 0,
	    "drain", { "drain", "leave" }, "what becomes of busy handlers" },

	{ "limit-as", GROUP_LIMITS, SETTING_SIZE, OFF, LIMIT(0),
	    1 << 20, MAX_SIZE, "off", { NULL }, "address space, RLIMIT_AS" },
	{ "limit-cpu", GROUP_LIMITS, SETTING_DURATION, OFF, LIMIT(1),
	    1000, MAX_TIME, "off", { NULL },
	    "processor time in whole seconds, RLIMIT_CPU" },
	{ "limit-nofile", GROUP_LIMITS, SETTING_NUMBER, OFF, LIMIT(2),
	    5, INT_MAX, "off", { NULL }, "descriptors, RLIMIT_NOFILE" },
	{ "limit-nproc", GROUP_LIMITS, SETTING_NUMBER, OFF, LIMIT(3),
	    1, INT_MAX, "off", { NULL },
	    "processes of the user, RLIMIT_NPROC" },
	{ "limit-fsize", GROUP_LIMITS, SETTING_SIZE, OFF, LIMIT(4),
	    0, MAX_SIZE, "off", { NULL }, "size of a file, RLIMIT_FSIZE" },
	{ "limit-core", GROUP_LIMITS, SETTING_SIZE, OFF, LIMIT(5),
	    0, MAX_SIZE, "0", { NULL }, "size of a core dump, RLIMIT_CORE" },
	{ "limit-stack", GROUP_LIMITS, SETTING_SIZE, OFF, LIMIT(6),
	    1 << 16, MAX_SIZE, "off", { NULL }, "size of the stack, RLIMIT_STACK" },
	{ "limit-memory", GROUP_LIMITS, SETTING_SIZE, LATER | OFF, 0,
	    1, MAX_SIZE, "off", { NULL }, "memory of a handler's cgroup" },
	{ "limit-tasks", GROUP_LIMITS, SETTING_NUMBER, LATER | OFF, 0,
	    1, INT_MAX, "off", { NULL }, "tasks in a handler's cgroup" },

	{ "proxy-protocol", GROUP_PROXY, SETTING_YES, LATER, 0, 0, 1,
	    "no", { NULL }, "read a PROXY header" },
	{ "proxy-from", GROUP_PROXY, SETTING_LIST, LATER, 0, 0, 0,
	    NULL, { NULL }, "proxies that are believed" },
	{ "proxy-timeout", GROUP_PROXY, SETTING_DURATION, LATER, 0,
	    1, MAX_TIME, "5s", { NULL }, "time for that header" },

	{ "enabled", GROUP_SERVICE, SETTING_YES, LATER, 0, 0, 1,
	    "yes", { NULL }, "no: the service is left out" },

	{ "pidfile", GROUP_PROGRAM, SETTING_TEXT, 0, AT(pid_file), 0, 0,
	    NULL, { NULL }, "file for the process id, locked while it runs" },
	{ "log", GROUP_PROGRAM, SETTING_TEXT, 0, AT(log), 0, 0,
	    NULL, { NULL }, "stderr, syslog:FACILITY or /path; default: "
	    "syslog:daemon, -d: stderr" },
	{ "log-format", GROUP_PROGRAM, SETTING_CHOICE, 0, AT(log_format),
	    0, 0, "text", { "text", "json" }, "form of the log lines" },
	{ "log-level", GROUP_PROGRAM, SETTING_CHOICE, 0, AT(log_level),
	    0, 0, "info", { "error", "warning", "info", "debug" },
	    "the least important lines that are logged" },
	{ "notify-fd", GROUP_PROGRAM, SETTING_NUMBER, OFF, AT(notify_fd),
	    3, INT_MAX, "off", { NULL },
	    "descriptor that gets a new line when ready, as with s6" },
	{ "control", GROUP_PROGRAM, SETTING_TEXT, LATER, 0, 0, 0,
	    NULL, { NULL }, "control socket" },
	{ .name = NULL }
};

int	settings_limit_resource[LIMIT_COUNT] = {
	RLIMIT_AS, RLIMIT_CPU, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_FSIZE,
	RLIMIT_CORE, RLIMIT_STACK
};
