# libforkd.  libforkd_core holds every object; libforkd is the same with only
# the public names visible (forkd.map), so the unit tests link libforkd_core.

noinst_LTLIBRARIES += %D%/libforkd_core.la
lib_LTLIBRARIES += %D%/libforkd.la
include_HEADERS += %D%/forkd.h %D%/forkd_socket.h
pkgconfig_DATA += %D%/forkd.pc

# By rank, an empty line between two: see HACKING.
%C%_libforkd_core_la_SOURCES = \
	\
	%D%/visible.c \
	%D%/visible.h \
	%D%/error.c \
	%D%/error.h \
	%D%/apart.c \
	%D%/apart.h \
	%D%/decimal.c \
	%D%/decimal.h \
	%D%/direct.c \
	%D%/direct.h \
	%D%/fdio.c \
	%D%/fdio.h \
	%D%/fdio_pass.c \
	%D%/addr.c \
	%D%/addr.h \
	%D%/addr_parse.c \
	%D%/backoff.c \
	%D%/backoff.h \
	%D%/value.c \
	%D%/value.h \
	%D%/words.c \
	%D%/words.h \
	%D%/interface.c \
	%D%/interface.h \
	%D%/socket.c \
	%D%/socket.h \
	%D%/socket_error.c \
	%D%/socket_address.c \
	%D%/socket_wait.c \
	%D%/socket_open.c \
	%D%/socket_connect.c \
	%D%/socket_url.c \
	%D%/socket_url.h \
	%D%/socket_lookup.c \
	%D%/socket_entry.c \
	%D%/socket_server.c \
	%D%/socket_transfer.c \
	%D%/socket_control.c \
	%D%/socket_control.h \
	%D%/socket_line.c \
	%D%/socket_read.c \
	%D%/socket_write.c \
	%D%/socket_vector.c \
	%D%/socket_poll.c \
	%D%/socket_stream.c \
	%D%/socket_bytes.c \
	%D%/socket_option.c \
	%D%/socket_option.h \
	%D%/socket_option_table.c \
	%D%/socket_interface.c \
	%D%/socket_multicast.c \
	%D%/socket_control_ip.c \
	%D%/socket_message.c \
	%D%/socket_share.c \
	\
	%D%/settings.c \
	%D%/settings.h \
	%D%/settings_table.c \
	%D%/identity.c \
	%D%/identity.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/sig.c \
	%D%/sig.h \
	%D%/sig_note.c \
	%D%/event.c \
	%D%/event.h \
	%D%/event_json.c \
	%D%/log_stream.c \
	%D%/log_stream.h \
	%D%/log_syslog.c \
	%D%/log_syslog.h \
	%D%/log.c \
	%D%/log.h \
	%D%/environment.c \
	%D%/environment.h \
	%D%/conn.c \
	%D%/conn.h \
	%D%/service.c \
	%D%/service.h \
	%D%/worker.c \
	%D%/worker.h \
	\
	%D%/privilege.c \
	%D%/privilege.h \
	%D%/daemon.c \
	%D%/daemon.h \
	%D%/pid_file.c \
	%D%/pid_file.h \
	%D%/reap.c \
	%D%/reap.h \
	%D%/ask.c \
	%D%/ask.h \
	%D%/owner.c \
	%D%/owner.h \
	%D%/inherited.c \
	%D%/inherited.h \
	%D%/listen_text.c \
	%D%/listen_text.h \
	%D%/listen_fd.c \
	%D%/listen_fd.h \
	%D%/listen_unix.c \
	%D%/listen_unix.h \
	%D%/binding.c \
	%D%/binding.h \
	%D%/listen_tcp.c \
	%D%/listen_tcp.h \
	%D%/listen.c \
	%D%/listen.h \
	%D%/listen_give.c \
	%D%/listen_give.h \
	%D%/notify.c \
	%D%/notify.h \
	%D%/accept.c \
	%D%/accept.h \
	%D%/drain.c \
	%D%/drain.h \
	%D%/child.c \
	%D%/child_exec.c \
	%D%/child.h \
	%D%/spawn.c \
	%D%/spawn.h \
	%D%/channel.c \
	%D%/channel.h \
	%D%/stderr_pipe.c \
	%D%/stderr_pipe.h \
	%D%/peer.c \
	%D%/peer.h \
	%D%/elf_linker.c \
	%D%/elf_linker.h \
	%D%/lookup.c \
	%D%/lookup.h \
	%D%/handler.c \
	%D%/handler.h \
	\
	%D%/admit.c \
	%D%/admit.h \
	%D%/throttle.c \
	%D%/throttle.h \
	%D%/pool.c \
	%D%/pool.h \
	%D%/pace.c \
	%D%/pace.h \
	\
	%D%/caller.c \
	%D%/caller.h \
	%D%/stat.c \
	%D%/stat.h \
	%D%/serve.c \
	%D%/serve.h \
	%D%/serve_exec.c \
	%D%/messages.c \
	%D%/messages.h \
	%D%/messages_in.c \
	%D%/hand_over.c \
	%D%/hand_over_hear.c \
	%D%/hand_over.h \
	%D%/hand_over_wait.c \
	%D%/prefork.c \
	%D%/prefork_worker.c \
	%D%/prefork.h \
	%D%/prefork_spawn.c \
	%D%/dispatch.c \
	%D%/dispatch_fork.c \
	%D%/setup.c \
	%D%/wait.c \
	%D%/wait.h \
	%D%/peer_watch.c \
	%D%/peer_watch.h \
	%D%/lifetime.c \
	%D%/lifetime_reap.c \
	%D%/logs.c \
	%D%/stop.c \
	%D%/start.c \
	%D%/supervise.c \
	%D%/supervise.h \
	%D%/orders.c \
	%D%/debug.c \
	%D%/deaths.c \
	%D%/embed.c \
	%D%/server.c \
	%D%/server.h \
	%D%/forkd.c \
	%D%/forkd.h \
	%D%/forkd_socket.h \
	%D%/usage.c \
	%D%/usage.h \
	%D%/options.c \
	%D%/options.h \
	%D%/main.c
%C%_libforkd_core_la_LDFLAGS =

%C%_libforkd_la_SOURCES =
%C%_libforkd_la_LIBADD = %D%/libforkd_core.la $(LIBBSD_LIBS)
%C%_libforkd_la_LDFLAGS = -version-info $(LIBFORKD_VERSION_INFO) \
	-no-undefined $(HARD_LDFLAGS) $(LIB_LDFLAGS)
if HAVE_VSCRIPT
%C%_libforkd_la_LDFLAGS += $(VSCRIPT_LDFLAGS),$(srcdir)/%D%/forkd.map
EXTRA_%C%_libforkd_la_DEPENDENCIES = %D%/forkd.map
else
%C%_libforkd_la_LDFLAGS += -export-symbols-regex '^forkd_'
endif

EXTRA_DIST += %D%/forkd.map
