# Programs that use libforkd, as its users would: only its public headers, and
# the shared library.  They are always built, so they cannot rot; their sources
# are installed.  -no-install: a program that runs in place, not a wrapper.

example_ldflags = $(AM_LDFLAGS) -no-install
# A callback need not use all that it is given, nor an example say so.
example_cflags = $(AM_CFLAGS) -Wno-unused-parameter
# No libbsd, whose getopt(3) would come in by a header of its own: a program uses
# what everybody has.
example_cppflags = -I$(top_srcdir)/src/lib $(HARD_CPPFLAGS)

# What the clients share: their command line, their deadline, how they end.
example_cli = \
	%D%/cli.c \
	%D%/cli.h

# Also a handler: src/handlers builds it again, with the objects of libforkd.
example_chat = \
	%D%/chat.c \
	%D%/chat_room.c \
	%D%/chat_room.h \
	%D%/chat_text.c \
	%D%/chat_text.h

example_answer = \
	%D%/answer.c \
	%D%/answer.h

example_datagrams = \
	%D%/datagrams.c \
	%D%/datagrams.h

example_sendmail = \
	%D%/mail.c \
	%D%/mail.h \
	%D%/mail_address.c \
	%D%/mail_body.c \
	%D%/mail_encode.c \
	%D%/mail_encode.h \
	%D%/mail_header.c \
	%D%/sendmail.c \
	%D%/smtp.c \
	%D%/smtp.h \
	%D%/smtp_reply.c \
	%D%/smtp_reply.h

noinst_PROGRAMS += %D%/broadcast
%C%_broadcast_SOURCES = \
	%D%/broadcast.c \
	%D%/interfaces.c \
	%D%/interfaces.h \
	$(example_datagrams) \
	$(example_cli)
%C%_broadcast_CPPFLAGS = $(example_cppflags)
%C%_broadcast_CFLAGS = $(example_cflags)
%C%_broadcast_LDADD = src/lib/libforkd.la
%C%_broadcast_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/chat
%C%_chat_SOURCES = $(example_chat) $(example_cli)
%C%_chat_CPPFLAGS = $(example_cppflags)
%C%_chat_CFLAGS = $(example_cflags)
%C%_chat_LDADD = src/lib/libforkd.la
%C%_chat_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/counter
%C%_counter_SOURCES = %D%/counter.c
%C%_counter_CPPFLAGS = $(example_cppflags)
%C%_counter_CFLAGS = $(example_cflags)
%C%_counter_LDADD = src/lib/libforkd.la
%C%_counter_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/counter_client
%C%_counter_client_SOURCES = \
	%D%/counter_client.c \
	$(example_answer) \
	$(example_cli)
%C%_counter_client_CPPFLAGS = $(example_cppflags)
%C%_counter_client_CFLAGS = $(example_cflags)
%C%_counter_client_LDADD = src/lib/libforkd.la
%C%_counter_client_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/counter_server
%C%_counter_server_SOURCES = %D%/counter_server.c
%C%_counter_server_CPPFLAGS = $(example_cppflags)
%C%_counter_server_CFLAGS = $(example_cflags)
%C%_counter_server_LDADD = src/lib/libforkd.la
%C%_counter_server_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/daytime
%C%_daytime_SOURCES = \
	%D%/daytime.c \
	%D%/daytime.h \
	%D%/daytime_tcp.c \
	%D%/daytime_udp.c \
	$(example_cli)
%C%_daytime_CPPFLAGS = $(example_cppflags)
%C%_daytime_CFLAGS = $(example_cflags)
%C%_daytime_LDADD = src/lib/libforkd.la
%C%_daytime_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/daytime_client
%C%_daytime_client_SOURCES = \
	%D%/daytime_client.c \
	$(example_answer) \
	$(example_cli)
%C%_daytime_client_CPPFLAGS = $(example_cppflags)
%C%_daytime_client_CFLAGS = $(example_cflags)
%C%_daytime_client_LDADD = src/lib/libforkd.la
%C%_daytime_client_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/embed
%C%_embed_SOURCES = %D%/embed.c
%C%_embed_CPPFLAGS = $(example_cppflags)
%C%_embed_CFLAGS = $(example_cflags)
%C%_embed_LDADD = src/lib/libforkd.la
%C%_embed_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/forked
%C%_forked_SOURCES = %D%/forked.c
%C%_forked_CPPFLAGS = $(example_cppflags)
%C%_forked_CFLAGS = $(example_cflags)
%C%_forked_LDADD = src/lib/libforkd.la
%C%_forked_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/forking
%C%_forking_SOURCES = %D%/forking.c
%C%_forking_CPPFLAGS = $(example_cppflags)
%C%_forking_CFLAGS = $(example_cflags)
%C%_forking_LDADD = src/lib/libforkd.la
%C%_forking_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/head
%C%_head_SOURCES = %D%/head.c $(example_cli)
%C%_head_CPPFLAGS = $(example_cppflags)
%C%_head_CFLAGS = $(example_cflags)
%C%_head_LDADD = src/lib/libforkd.la
%C%_head_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/hello
%C%_hello_SOURCES = %D%/hello.c
%C%_hello_CPPFLAGS = $(example_cppflags)
%C%_hello_CFLAGS = $(example_cflags)
%C%_hello_LDADD = src/lib/libforkd.la
%C%_hello_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/hello_client
%C%_hello_client_SOURCES = \
	%D%/hello_client.c \
	$(example_answer) \
	$(example_cli)
%C%_hello_client_CPPFLAGS = $(example_cppflags)
%C%_hello_client_CFLAGS = $(example_cflags)
%C%_hello_client_LDADD = src/lib/libforkd.la
%C%_hello_client_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/jobs
%C%_jobs_SOURCES = %D%/jobs.c
%C%_jobs_CPPFLAGS = $(example_cppflags)
%C%_jobs_CFLAGS = $(example_cflags)
%C%_jobs_LDADD = src/lib/libforkd.la
%C%_jobs_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/multicast
%C%_multicast_SOURCES = \
	%D%/multicast.c \
	$(example_datagrams) \
	$(example_cli)
%C%_multicast_CPPFLAGS = $(example_cppflags)
%C%_multicast_CFLAGS = $(example_cflags)
%C%_multicast_LDADD = src/lib/libforkd.la
%C%_multicast_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/pair
%C%_pair_SOURCES = %D%/pair.c
%C%_pair_CPPFLAGS = $(example_cppflags)
%C%_pair_CFLAGS = $(example_cflags)
%C%_pair_LDADD = src/lib/libforkd.la
%C%_pair_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/ping
%C%_ping_SOURCES = \
	%D%/ping.c \
	%D%/ping_loop.c \
	%D%/ping_loop.h \
	%D%/ping_packet.c \
	%D%/ping_packet.h \
	%D%/ping_socket.c \
	%D%/ping_socket.h \
	%D%/ping_stat.c \
	%D%/ping_stat.h \
	$(example_cli)
%C%_ping_CPPFLAGS = $(example_cppflags)
%C%_ping_CFLAGS = $(example_cflags)
%C%_ping_LDADD = src/lib/libforkd.la
%C%_ping_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/records
%C%_records_SOURCES = \
	%D%/records.c \
	%D%/records_layout.c \
	%D%/records_layout.h \
	$(example_cli)
%C%_records_CPPFLAGS = $(example_cppflags)
%C%_records_CFLAGS = $(example_cflags)
%C%_records_LDADD = src/lib/libforkd.la
%C%_records_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/sendmail
%C%_sendmail_SOURCES = $(example_sendmail) $(example_cli)
%C%_sendmail_CPPFLAGS = $(example_cppflags)
%C%_sendmail_CFLAGS = $(example_cflags)
%C%_sendmail_LDADD = src/lib/libforkd.la
%C%_sendmail_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/talkback
%C%_talkback_SOURCES = %D%/talkback.c
%C%_talkback_CPPFLAGS = $(example_cppflags)
%C%_talkback_CFLAGS = $(example_cflags)
%C%_talkback_LDADD = src/lib/libforkd.la
%C%_talkback_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/talkback_client
%C%_talkback_client_SOURCES = %D%/talkback_client.c $(example_cli)
%C%_talkback_client_CPPFLAGS = $(example_cppflags)
%C%_talkback_client_CFLAGS = $(example_cflags)
%C%_talkback_client_LDADD = src/lib/libforkd.la
%C%_talkback_client_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/wol
%C%_wol_SOURCES = \
	%D%/wol.c \
	%D%/wol_packet.c \
	%D%/wol_packet.h \
	%D%/interfaces.c \
	%D%/interfaces.h \
	$(example_cli)
%C%_wol_CPPFLAGS = $(example_cppflags)
%C%_wol_CFLAGS = $(example_cflags)
%C%_wol_LDADD = src/lib/libforkd.la
%C%_wol_LDFLAGS = $(example_ldflags)

examplesdir = $(docdir)/examples
examples_DATA = \
	%D%/answer.c \
	%D%/answer.h \
	%D%/broadcast.c \
	%D%/chat.c \
	%D%/chat_room.c \
	%D%/chat_room.h \
	%D%/chat_text.c \
	%D%/chat_text.h \
	%D%/cli.c \
	%D%/cli.h \
	%D%/counter.c \
	%D%/counter_client.c \
	%D%/counter_server.c \
	%D%/datagrams.c \
	%D%/datagrams.h \
	%D%/daytime.c \
	%D%/daytime.h \
	%D%/daytime_client.c \
	%D%/daytime_tcp.c \
	%D%/daytime_udp.c \
	%D%/embed.c \
	%D%/forked.c \
	%D%/forking.c \
	%D%/head.c \
	%D%/hello.c \
	%D%/hello_client.c \
	%D%/interfaces.c \
	%D%/interfaces.h \
	%D%/jobs.c \
	%D%/mail.c \
	%D%/mail.h \
	%D%/mail_address.c \
	%D%/mail_body.c \
	%D%/mail_encode.c \
	%D%/mail_encode.h \
	%D%/mail_header.c \
	%D%/multicast.c \
	%D%/pair.c \
	%D%/ping.c \
	%D%/ping_loop.c \
	%D%/ping_loop.h \
	%D%/ping_packet.c \
	%D%/ping_packet.h \
	%D%/ping_socket.c \
	%D%/ping_socket.h \
	%D%/ping_stat.c \
	%D%/ping_stat.h \
	%D%/records.c \
	%D%/records_layout.c \
	%D%/records_layout.h \
	%D%/sendmail.c \
	%D%/smtp.c \
	%D%/smtp.h \
	%D%/smtp_reply.c \
	%D%/smtp_reply.h \
	%D%/talkback.c \
	%D%/talkback_client.c \
	%D%/wol.c \
	%D%/wol_packet.c \
	%D%/wol_packet.h

# What builds them there, in the words of the comments at their heads.
makefiledir = $(examplesdir)
makefile_DATA = %D%/installed/Makefile
EXTRA_DIST += %D%/makefile.awk $(examples_DATA)
CLEANFILES += %D%/installed/Makefile
%D%/installed/Makefile: %D%/makefile.awk $(examples_DATA)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
		LC_ALL=C $(AWK) -f $(srcdir)/%D%/makefile.awk \
		$(srcdir)/%D%/*.h $(srcdir)/%D%/*.c >$@.new && mv $@.new $@
