# The tests.  `make check' runs all, in parallel; each speaks TAP.
#
#   make check                              everything
#   make check FORKD_TESTS=short            smaller counts
#   make check TESTS=tests/regress/x.t      one of them; its output: tests/regress/x.log
#   make check-valgrind                     unit tests and servers under valgrind

#
# Unit tests: one program for each module, tests/unit/check_MODULE.c, linked
# with all of libforkd.  A new one needs its name here and nothing else.
#
unit_programs = \
	%D%/unit/check_accept \
	%D%/unit/check_addr \
	%D%/unit/check_addr_names \
	%D%/unit/check_addr_text \
	%D%/unit/check_admit \
	%D%/unit/check_apart \
	%D%/unit/check_ask \
	%D%/unit/check_backoff \
	%D%/unit/check_channel \
	%D%/unit/check_channel_refused \
	%D%/unit/check_child \
	%D%/unit/check_conn \
	%D%/unit/check_daemon \
	%D%/unit/check_decimal \
	%D%/unit/check_direct \
	%D%/unit/check_environment \
	%D%/unit/check_drain \
	%D%/unit/check_error \
	%D%/unit/check_event \
	%D%/unit/check_event_json \
	%D%/unit/check_event_json_string \
	%D%/unit/check_fdio \
	%D%/unit/check_fdio_arrange \
	%D%/unit/check_fdio_more \
	%D%/unit/check_histogram \
	%D%/unit/check_identity \
	%D%/unit/check_identity_pass \
	%D%/unit/check_inherited \
	%D%/unit/check_interface \
	%D%/unit/check_listen \
	%D%/unit/check_listen_give \
	%D%/unit/check_listen_names \
	%D%/unit/check_listen_unix \
	%D%/unit/check_log \
	%D%/unit/check_log_full \
	%D%/unit/check_log_limit \
	%D%/unit/check_log_syslog \
	%D%/unit/check_lookup \
	%D%/unit/check_loop \
	%D%/unit/check_loop_batch \
	%D%/unit/check_loop_timer \
	%D%/unit/check_notify \
	%D%/unit/check_pace \
	%D%/unit/check_peer \
	%D%/unit/check_pid_file \
	%D%/unit/check_ping_packet \
	%D%/unit/check_ping_stat \
	%D%/unit/check_pool \
	%D%/unit/check_reap \
	%D%/unit/check_service \
	%D%/unit/check_settings \
	%D%/unit/check_settings_errors \
	%D%/unit/check_settings_table \
	%D%/unit/check_sig \
	%D%/unit/check_sig_process \
	%D%/unit/check_socket_bytes \
	%D%/unit/check_socket_interface \
	%D%/unit/check_socket_multicast \
	%D%/unit/check_socket_option \
	%D%/unit/check_socket_option_calls \
	%D%/unit/check_socket_option_more \
	%D%/unit/check_socket \
	%D%/unit/check_socket_address \
	%D%/unit/check_socket_bind \
	%D%/unit/check_socket_client \
	%D%/unit/check_socket_connect \
	%D%/unit/check_socket_fault \
	%D%/unit/check_socket_lookup \
	%D%/unit/check_socket_open \
	%D%/unit/check_socket_server \
	%D%/unit/check_socket_url \
	%D%/unit/check_socket_wait \
	%D%/unit/check_socket_deadlines \
	%D%/unit/check_socket_faults \
	%D%/unit/check_socket_line \
	%D%/unit/check_socket_poll \
	%D%/unit/check_socket_read \
	%D%/unit/check_socket_seeds \
	%D%/unit/check_socket_stream \
	%D%/unit/check_socket_vector \
	%D%/unit/check_socket_write \
	%D%/unit/check_socket_control \
	%D%/unit/check_socket_message \
	%D%/unit/check_socket_message_cred \
	%D%/unit/check_socket_message_fds \
	%D%/unit/check_socket_message_ip \
	%D%/unit/check_socket_message_wait \
	%D%/unit/check_socket_share \
	%D%/unit/check_spawn \
	%D%/unit/check_stderr_pipe \
	%D%/unit/check_stat \
	%D%/unit/check_throttle \
	%D%/unit/check_value \
	%D%/unit/check_visible \
	%D%/unit/check_wol_packet \
	%D%/unit/check_words \
	%D%/unit/check_worker

EXTRA_DIST += \
	%D%/unit/channels.h \
	%D%/unit/fails.h \
	%D%/unit/forked.h \
	%D%/unit/json.h \
	%D%/unit/resolver.h \
	%D%/unit/socket_calls.h \
	%D%/unit/socket_ends.h \
	%D%/unit/socket_fault.h \
	%D%/unit/socket_mail.h \
	%D%/unit/socket_numbers.h \
	%D%/unit/socket_path.h \
	%D%/unit/socket_queue.h \
	%D%/unit/socket_served.h \
	%D%/unit/socket_try.h \
	%D%/unit/sockets.h \
	%D%/unit/unit.h

# What every program of the tree without _LDADD of its own is linked with:
# the unit tests, and the fuzz targets with what has a main() for them.
LDADD = src/lib/libforkd_core.la $(fuzz_main) $(FUZZ_ENGINE) $(LIBBSD_LIBS) \
	$(CHECK_LIBS)

# The one that tests a part of the load generator and not of libforkd.
%C%_unit_check_histogram_SOURCES = \
	%D%/unit/check_histogram.c \
	%D%/bench/histogram.c \
	%D%/bench/histogram.h

# Those that test what a program of the examples does without a socket.
%C%_unit_check_ping_packet_SOURCES = \
	%D%/unit/check_ping_packet.c \
	src/examples/ping_packet.c \
	src/examples/ping_packet.h
%C%_unit_check_ping_stat_SOURCES = \
	%D%/unit/check_ping_stat.c \
	src/examples/ping_stat.c \
	src/examples/ping_stat.h
%C%_unit_check_wol_packet_SOURCES = \
	%D%/unit/check_wol_packet.c \
	src/examples/wol_packet.c \
	src/examples/wol_packet.h

# The one whose calls of the C library come past itself, so that they can fail.
%C%_unit_check_socket_faults_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fdopen \
	-Wl,--wrap=malloc -Wl,--wrap=readv \
	-Wl,--wrap=realloc -Wl,--wrap=reallocarray -Wl,--wrap=recv \
	-Wl,--wrap=recvfrom -Wl,--wrap=recvmsg \
	-Wl,--wrap=send -Wl,--wrap=sendmsg \
	-Wl,--wrap=sendto

if HAVE_CHECK
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)
endif

#
# Regression tests: executable scripts, tests/regress/BEHAVIOUR.t, which run
# where they lie.  A new one needs its name here (and chmod +x).
#
regress_scripts = \
	%D%/regress/check_only.t \
	%D%/regress/child_never_returns.t \
	%D%/regress/chroot.t \
	%D%/regress/contrib_init.t \
	%D%/regress/contrib_service.t \
	%D%/regress/detach.t \
	%D%/regress/detach_broken.t \
	%D%/regress/detach_killed.t \
	%D%/regress/client_gone.t \
	%D%/regress/example_install.t \
	%D%/regress/example_chat.t \
	%D%/regress/example_cli.t \
	%D%/regress/example_head.t \
	%D%/regress/example_records.t \
	%D%/regress/example_talkback_client.t \
	%D%/regress/example_wait.t \
	%D%/regress/example_ping.t \
	%D%/regress/example_ping_hostile.t \
	%D%/regress/example_wol.t \
	%D%/regress/example_counter.t \
	%D%/regress/example_daytime.t \
	%D%/regress/example_daytime_client.t \
	%D%/regress/example_daytime_udp.t \
	%D%/regress/example_hello.t \
	%D%/regress/example_sendmail.t \
	%D%/regress/example_sendmail_message.t \
	%D%/regress/example_sendmail_smtp.t \
	%D%/regress/example_chat_run.t \
	%D%/regress/examples.t \
	%D%/regress/example_broadcast.t \
	%D%/regress/example_multicast.t \
	%D%/regress/exit_config.t \
	%D%/regress/exit_handler.t \
	%D%/regress/exit_nohost.t \
	%D%/regress/exit_noperm.t \
	%D%/regress/exit_not_yet.t \
	%D%/regress/exit_nouser.t \
	%D%/regress/exit_oserr.t \
	%D%/regress/exit_settings.t \
	%D%/regress/exit_stopped.t \
	%D%/regress/exit_unavailable.t \
	%D%/regress/exit_usage.t \
	%D%/regress/embed_children.t \
	%D%/regress/embed_faults.t \
	%D%/regress/embed_libevent.t \
	%D%/regress/embed_poll.t \
	%D%/regress/embed_threads.t \
	%D%/regress/fault_accept.t \
	%D%/regress/fault_channel.t \
	%D%/regress/fault_child.t \
	%D%/regress/fault_detach.t \
	%D%/regress/fault_fork.t \
	%D%/regress/fault_listen.t \
	%D%/regress/fault_log.t \
	%D%/regress/fault_notify.t \
	%D%/regress/fault_logs.t \
	%D%/regress/fault_reap.t \
	%D%/regress/fault_start.t \
	%D%/regress/fault_strace.t \
	%D%/regress/handler_addresses.t \
	%D%/regress/handler_languages.t \
	%D%/regress/handler_lookup.t \
	%D%/regress/handler_numbers.t \
	%D%/regress/handler_state.t \
	%D%/regress/handler_state_inherited.t \
	%D%/regress/handler_unix.t \
	%D%/regress/handler_stderr.t \
	%D%/regress/handler_vanishes.t \
	%D%/regress/handler_chat.t \
	%D%/regress/handlers.t \
	%D%/regress/leader_killed.t \
	%D%/regress/linger.t \
	%D%/regress/linker_apart.t \
	%D%/regress/library_detach.t \
	%D%/regress/idle_timeout.t \
	%D%/regress/library_drop.t \
	%D%/regress/library_errors.t \
	%D%/regress/library_header.t \
	%D%/regress/library_hooks.t \
	%D%/regress/library_install.t \
	%D%/regress/library_languages.t \
	%D%/regress/library_leaves.t \
	%D%/regress/library_log.t \
	%D%/regress/library_main.t \
	%D%/regress/library_misuse.t \
	%D%/regress/library_notify.t \
	%D%/regress/library_results.t \
	%D%/regress/library_run_again.t \
	%D%/regress/library_services.t \
	%D%/regress/library_stat.t \
	%D%/regress/library_stop.t \
	%D%/regress/library_streams.t \
	%D%/regress/library_symbols.t \
	%D%/regress/library_worker.t \
	%D%/regress/listen_every.t \
	%D%/regress/listen_forms.t \
	%D%/regress/listen_inherited.t \
	%D%/regress/listen_names.t \
	%D%/regress/listen_options.t \
	%D%/regress/listen_unix.t \
	%D%/regress/log_blocked.t \
	%D%/regress/log_client_gone.t \
	%D%/regress/log_debug.t \
	%D%/regress/log_end.t \
	%D%/regress/log_file.t \
	%D%/regress/log_full.t \
	%D%/regress/log_journal.t \
	%D%/regress/log_json.t \
	%D%/regress/log_levels.t \
	%D%/regress/log_lines.t \
	%D%/regress/log_repeats.t \
	%D%/regress/log_rotate.t \
	%D%/regress/log_syslog.t \
	%D%/regress/man_commands.t \
	%D%/regress/man_diagnostics.t \
	%D%/regress/man_example.t \
	%D%/regress/man_example_options.t \
	%D%/regress/man_example_socket.t \
	%D%/regress/man_examples.t \
	%D%/regress/man_functions.t \
	%D%/regress/man_lint.t \
	%D%/regress/man_options.t \
	%D%/regress/man_php.t \
	%D%/regress/man_settings.t \
	%D%/regress/man_socket.t \
	%D%/regress/man_synopsis.t \
	%D%/regress/master_identity.t \
	%D%/regress/max_workers.t \
	%D%/regress/message_limits.t \
	%D%/regress/message_pool.t \
	%D%/regress/message_worker.t \
	%D%/regress/nomalloc.t \
	%D%/regress/nomalloc_calls.t \
	%D%/regress/notify.t \
	%D%/regress/notify_fd.t \
	%D%/regress/notify_socket.t \
	%D%/regress/notify_status.t \
	%D%/regress/notify_watchdog.t \
	%D%/regress/options.t \
	%D%/regress/options_end.t \
	%D%/regress/options_version.t \
	%D%/regress/packages.t \
	%D%/regress/page_faults.t \
	%D%/regress/peer_text.t \
	%D%/regress/pid1.t \
	%D%/regress/pid_file.t \
	%D%/regress/pid_file_wrong.t \
	%D%/regress/prefork_c.t \
	%D%/regress/prefork_crowd.t \
	%D%/regress/prefork_death.t \
	%D%/regress/prefork_exec.t \
	%D%/regress/prefork_fds.t \
	%D%/regress/prefork_garbage.t \
	%D%/regress/prefork_killed.t \
	%D%/regress/prefork_pool.t \
	%D%/regress/prefork_random.t \
	%D%/regress/prefork_retire.t \
	%D%/regress/prefork_stop.t \
	%D%/regress/quickstart.t \
	%D%/regress/ranks.t \
	%D%/regress/scale_descriptors.t \
	%D%/regress/scale_memory.t \
	%D%/regress/scale_parallel.t \
	%D%/regress/scale_sequence.t \
	%D%/regress/scripts.t \
	%D%/regress/reap_many.t \
	%D%/regress/services.t \
	%D%/regress/setting_argv0.t \
	%D%/regress/setting_directory.t \
	%D%/regress/setting_env.t \
	%D%/regress/setting_env_keep.t \
	%D%/regress/setting_groups.t \
	%D%/regress/setting_limits.t \
	%D%/regress/setting_nice.t \
	%D%/regress/setting_no_new_privs.t \
	%D%/regress/setting_resolve.t \
	%D%/regress/setting_stderr.t \
	%D%/regress/setting_umask.t \
	%D%/regress/setting_user.t \
	%D%/regress/sigchld_ignored.t \
	%D%/regress/signals_ignored.t \
	%D%/regress/signals_not_starved.t \
	%D%/regress/socket_calls.t \
	%D%/regress/socket_multicast.t \
	%D%/regress/socket_misuse.t \
	%D%/regress/socket_options.t \
	%D%/regress/socket_seeds.t \
	%D%/regress/socket_seeds_names.t \
	%D%/regress/standard_closed.t \
	%D%/regress/stop_deadline.t \
	%D%/regress/stop_drains.t \
	%D%/regress/start_odd.t \
	%D%/regress/stop_fault.t \
	%D%/regress/stop_inherited.t \
	%D%/regress/stop_killed.t \
	%D%/regress/stop_leave.t \
	%D%/regress/stop_queue.t \
	%D%/regress/stop_random.t \
	%D%/regress/stop_twice.t \
	%D%/regress/stop_unix.t \
	%D%/regress/storm.t \
	%D%/regress/strays_reaped.t \
	%D%/regress/throttle.t \
	%D%/regress/timeout.t \
	%D%/regress/transfers_complete.t \
	%D%/regress/wait_bad.t \
	%D%/regress/wait_descriptors.t \
	%D%/regress/wait_inetd.t \
	%D%/regress/wait_kept.t \
	%D%/regress/wait_stop.t \
	%D%/regress/wait_throttle.t

# Under valgrind alone, see check-valgrind: what clang 14 writes for debuggers
# is more than Debian 12's can read.
valgrind_scripts = \
	%D%/regress/valgrind.t

EXTRA_DIST += \
	$(regress_scripts) \
	$(valgrind_scripts) \
	%D%/regress/answering.py \
	%D%/regress/daytimes.py \
	%D%/regress/chats.py \
	%D%/regress/detached.py \
	%D%/regress/fault.py \
	%D%/regress/forkdtest.py \
	%D%/regress/headers.py \
	%D%/regress/hosts.py \
	%D%/regress/inheritance.py \
	%D%/regress/lans.py \
	%D%/regress/library_ctypes.py \
	%D%/regress/library_cxx.cc \
	%D%/regress/libtests.py \
	%D%/regress/logs.py \
	%D%/regress/manexamples.py \
	%D%/regress/manpages.py \
	%D%/regress/manprograms.py \
	%D%/regress/messages.py \
	%D%/regress/oneshot.py \
	%D%/regress/pools.py \
	%D%/regress/pings.py \
	%D%/regress/probed.py \
	%D%/regress/loaded.py \
	%D%/regress/puppets.py \
	%D%/regress/mailserver.py \
	%D%/regress/socketlib.py \
	%D%/regress/stopload.py \
	%D%/regress/supervisor.py \
	%D%/regress/tuns.py \
	%D%/regress/unixtest.py \
	%D%/regress/waits.py

TESTS += $(regress_scripts)

#
# What they need.  A program, found in $TESTBIN:
#
#   check_PROGRAMS += %D%/regress/NAME
#   %C%_regress_NAME_LDADD = $(LIBBSD_LIBS)
#
# An object for LD_PRELOAD, found as $PRELOAD/NAME.so:
#
#   check_LTLIBRARIES += %D%/regress/NAME.la
#   %C%_regress_NAME_la_LDFLAGS = $(preload_ldflags)
#   %C%_regress_NAME_la_LIBADD = $(DL_LIBS)
#   %C%_regress_NAME_la_CFLAGS = $(preload_cflags)
#
# Without -rpath, libtool would make no shared object of what is not installed.
# Sanitizers stay out of it; their own runtime then no longer comes first,
# which ASAN_OPTIONS below allows.
preload_ldflags = -module -avoid-version -rpath $(abs_builddir) \
	$(HARD_LDFLAGS)
preload_cflags = $(WARN_CFLAGS) $(HARD_CFLAGS)

# A kernel without IPv6.
check_LTLIBRARIES += %D%/regress/no_ipv6.la
%C%_regress_no_ipv6_la_SOURCES = %D%/regress/no_ipv6.c
%C%_regress_no_ipv6_la_LDFLAGS = $(preload_ldflags)
%C%_regress_no_ipv6_la_CFLAGS = $(preload_cflags)

# Calls that fail, and memory that runs out, when a test says so (fault.py);
# and what the C library alone does then.
check_LTLIBRARIES += \
	%D%/regress/inject.la \
	%D%/regress/nomalloc.la

faults = \
	%D%/regress/fault.c \
	%D%/regress/fault.h

%C%_regress_inject_la_SOURCES = %D%/regress/inject.c $(faults)
%C%_regress_inject_la_LDFLAGS = $(preload_ldflags)
%C%_regress_inject_la_LIBADD = $(DL_LIBS)
%C%_regress_inject_la_CFLAGS = $(preload_cflags)

%C%_regress_nomalloc_la_SOURCES = \
	%D%/regress/nomalloc.c \
	%D%/regress/nomalloc.h \
	$(faults)
%C%_regress_nomalloc_la_LDFLAGS = $(preload_ldflags)
%C%_regress_nomalloc_la_LIBADD = $(DL_LIBS)
%C%_regress_nomalloc_la_CFLAGS = $(preload_cflags)

check_PROGRAMS += %D%/regress/lookup
%C%_regress_lookup_SOURCES = %D%/regress/lookup.c
%C%_regress_lookup_CFLAGS = $(WARN_CFLAGS) $(HARD_CFLAGS)
%C%_regress_lookup_LDADD =

# Handlers that report and do as they are told; without sanitizers, which have
# signals and limits of their own.
check_PROGRAMS += \
	%D%/regress/probe \
	%D%/regress/puppet \
	%D%/regress/waiter

%C%_regress_probe_SOURCES = \
	%D%/regress/probe.c \
	%D%/regress/report.c \
	%D%/regress/report.h
%C%_regress_probe_CFLAGS = $(WARN_CFLAGS) $(HARD_CFLAGS)
%C%_regress_probe_LDADD =

%C%_regress_puppet_SOURCES = %D%/regress/puppet.c
%C%_regress_puppet_CFLAGS = $(WARN_CFLAGS) $(HARD_CFLAGS)
%C%_regress_puppet_LDADD =

%C%_regress_waiter_SOURCES = %D%/regress/waiter.c
%C%_regress_waiter_CFLAGS = $(WARN_CFLAGS) $(HARD_CFLAGS)
%C%_regress_waiter_LDADD =

# The library as its users have it: the shared one, by its public names.
check_PROGRAMS += %D%/regress/libtest

%C%_regress_libtest_SOURCES = \
	%D%/regress/libtest.c \
	%D%/regress/libtest.h \
	%D%/regress/libtest_hooks.c \
	%D%/regress/libtest_messages.c \
	%D%/regress/libtest_stats.c \
	%D%/regress/report.c \
	%D%/regress/report.h
%C%_regress_libtest_LDADD = src/lib/libforkd.la
%C%_regress_libtest_LDFLAGS = $(AM_LDFLAGS) -no-install

# Calls for multicast on a socket that a test has made.
check_PROGRAMS += %D%/regress/grouptest

%C%_regress_grouptest_SOURCES = %D%/regress/grouptest.c
%C%_regress_grouptest_LDADD = src/lib/libforkd.la
%C%_regress_grouptest_LDFLAGS = $(AM_LDFLAGS) -no-install

# Memory that runs out in each public call; and every call misused.
check_PROGRAMS += \
	%D%/regress/misuse \
	%D%/regress/starve \
	%D%/regress/starve_options \
	%D%/regress/starve_socket

%C%_regress_misuse_SOURCES = %D%/regress/misuse.c
%C%_regress_misuse_LDADD = src/lib/libforkd.la
%C%_regress_misuse_LDFLAGS = $(AM_LDFLAGS) -no-install

starving = \
	%D%/regress/nomalloc.h \
	%D%/regress/starving.c \
	%D%/regress/starving.h

%C%_regress_starve_SOURCES = %D%/regress/starve.c $(starving)
%C%_regress_starve_LDADD = src/lib/libforkd.la
%C%_regress_starve_LDFLAGS = $(AM_LDFLAGS) -no-install

%C%_regress_starve_options_SOURCES = \
	%D%/regress/starve_options.c \
	$(starving)
%C%_regress_starve_options_LDADD = src/lib/libforkd.la
%C%_regress_starve_options_LDFLAGS = $(AM_LDFLAGS) -no-install

%C%_regress_starve_socket_SOURCES = %D%/regress/starve_socket.c $(starving)
%C%_regress_starve_socket_LDADD = src/lib/libforkd.la
%C%_regress_starve_socket_LDFLAGS = $(AM_LDFLAGS) -no-install

# A program with a loop of its own, and masters in it.
check_PROGRAMS += %D%/regress/host

%C%_regress_host_SOURCES = \
	%D%/regress/host.c \
	%D%/regress/host.h \
	%D%/regress/host_libevent.c \
	%D%/regress/host_threads.c \
	%D%/regress/report.c \
	%D%/regress/report.h
%C%_regress_host_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS)
%C%_regress_host_LDADD = src/lib/libforkd.la $(LIBBSD_LIBS) $(LIBEVENT_LIBS)
%C%_regress_host_LDFLAGS = $(AM_LDFLAGS) -no-install

#
# Measurements: built with the tests, so that they cannot rot, but run by hand.
#
check_PROGRAMS += \
	%D%/bench/answer \
	%D%/bench/bare \
	%D%/bench/connload \
	%D%/bench/function \
	%D%/bench/hello \
	%D%/bench/hold \
	%D%/bench/lines \
	%D%/bench/moves

%C%_bench_connload_SOURCES = \
	%D%/bench/connload.c \
	%D%/bench/dial.c \
	%D%/bench/dial.h \
	%D%/bench/histogram.c \
	%D%/bench/histogram.h \
	%D%/bench/load.c \
	%D%/bench/load.h
%C%_bench_connload_LDADD = $(LIBBSD_LIBS)

%C%_bench_hello_SOURCES = %D%/bench/hello.c
%C%_bench_hello_LDADD =
%C%_bench_hello_CPPFLAGS = $(AM_CPPFLAGS) $(HELLO_CPPFLAGS)
%C%_bench_hello_CFLAGS = $(AM_CFLAGS) -fno-stack-protector
%C%_bench_hello_LDFLAGS = $(HELLO_LDFLAGS)

%C%_bench_answer_SOURCES = %D%/bench/answer.c
%C%_bench_answer_LDADD =
%C%_bench_answer_LDFLAGS = $(STATIC_LDFLAGS)

%C%_bench_bare_SOURCES = %D%/bench/bare.c
%C%_bench_bare_LDADD =

%C%_bench_hold_SOURCES = %D%/bench/hold.c
%C%_bench_hold_LDADD =

%C%_bench_function_SOURCES = %D%/bench/function.c
%C%_bench_function_LDADD = src/lib/libforkd.la
%C%_bench_function_LDFLAGS = $(AM_LDFLAGS) -no-install

%C%_bench_lines_SOURCES = %D%/bench/lines.c
%C%_bench_lines_LDADD = src/lib/libforkd.la $(LIBBSD_LIBS)
%C%_bench_lines_LDFLAGS = $(AM_LDFLAGS) -no-install

%C%_bench_moves_SOURCES = %D%/bench/moves.c
%C%_bench_moves_LDADD = src/lib/libforkd.la $(LIBBSD_LIBS)
%C%_bench_moves_LDFLAGS = $(AM_LDFLAGS) -no-install

EXTRA_DIST += \
	%D%/bench/common.sh \
	%D%/bench/compare.sh \
	%D%/bench/lines.sh \
	%D%/bench/moves.sh \
	%D%/bench/prefork.pl \
	%D%/bench/prefork.sh

include %D%/fuzz/local.mk

#
# Running the tests.
#
TEST_EXTENSIONS = .t
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
T_LOG_DRIVER = $(tap_driver)

# All paths are absolute.  A tool that is not there is the empty string.  A test
# of a unit has a minute, and not libcheck's 4 seconds: machines are busy.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	FORKD='$(abs_top_builddir)/src/forkd/forkd'; export FORKD; \
	HANDLERS='$(abs_top_builddir)/src/handlers'; export HANDLERS; \
	EXAMPLES='$(abs_top_builddir)/src/examples'; export EXAMPLES; \
	HANDLERDIR='$(pkglibexecdir)'; export HANDLERDIR; \
	TESTBIN='$(abs_top_builddir)/tests/regress'; export TESTBIN; \
	PRELOAD='$(abs_top_builddir)/tests/regress/.libs'; export PRELOAD; \
	FORKD_VERSION='$(VERSION)'; export FORKD_VERSION; \
	FORKD_TESTS="$${FORKD_TESTS:-$(TESTS_SIZE)}"; export FORKD_TESTS; \
	CK_DEFAULT_TIMEOUT="$${CK_DEFAULT_TIMEOUT:-60}"; \
	export CK_DEFAULT_TIMEOUT; \
	SANITIZERS='$(SANITIZERS)'; export SANITIZERS; \
	CC='$(CC)'; export CC; \
	CFLAGS='$(CFLAGS)'; export CFLAGS; \
	LDFLAGS='$(LDFLAGS)'; export LDFLAGS; \
	LIBBSD_CFLAGS='$(LIBBSD_CFLAGS)'; export LIBBSD_CFLAGS; \
	LIBBSD_LIBS='$(LIBBSD_LIBS)'; export LIBBSD_LIBS; \
	NM='$(NM)'; export NM; \
	MANDOC='$(MANDOC)'; export MANDOC; \
	PYTHON='$(PYTHON)'; export PYTHON; \
	SHELLCHECK='$(SHELLCHECK)'; export SHELLCHECK; \
	VALGRIND='$(VALGRIND)'; export VALGRIND; \
	ASAN_OPTIONS="verify_asan_link_order=0:$$ASAN_OPTIONS"; \
	export ASAN_OPTIONS; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE; \
	HARNESS_ACTIVE=1; export HARNESS_ACTIVE; \
	LC_ALL=C; export LC_ALL;

check-local:
if !HAVE_CHECK
	@echo '*** The unit tests are NOT built and NOT run.' >&2
	@echo '*** Install check (0.15 or later) and run configure again.' >&2
endif

# CK_FORK=no: one process a test program, so that valgrind sees its leaks.
# valgrind.t runs whole servers under it.
check-valgrind:
	@test -n '$(VALGRIND)' || { echo 'valgrind is missing' >&2; exit 1; }
	FORKD_VALGRIND=1 CK_FORK=no $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='$(unit_programs) $(valgrind_scripts)' \
		TEST_SUITE_LOG=valgrind-suite.log LOG_COMPILER='$(VALGRIND)' \
		LOG_FLAGS='-q --error-exitcode=99 --leak-check=full \
		--errors-for-leak-kinds=definite,indirect --track-fds=no'

CLEANFILES += valgrind-suite.log

.PHONY: check-valgrind
