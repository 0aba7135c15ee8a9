# Programs that use libforkd, as its users would: only its public headers, and
# the shared library.  They are always built, so they cannot rot; their sources
# are installed.  -no-install: a program that runs in place, not a wrapper.

example_ldflags = $(AM_LDFLAGS) -no-install
# A callback need not use all that it is given, nor an example say so.
example_cflags = $(AM_CFLAGS) -Wno-unused-parameter

# No libbsd, whose getopt(3) would come in by a header of its own: what a client
# uses is what everybody has.
example_cppflags = -I$(top_srcdir)/src/lib $(HARD_CPPFLAGS)

# What the clients share: their command line, their deadline, how they end.
example_cli = \
	%D%/cli.c \
	%D%/cli.h
# What those of them share that read a line of a server.
example_answer = \
	%D%/answer.c \
	%D%/answer.h

noinst_PROGRAMS += %D%/talkback
%C%_talkback_SOURCES = %D%/talkback.c
%C%_talkback_CFLAGS = $(example_cflags)
%C%_talkback_LDADD = src/lib/libforkd.la
%C%_talkback_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/counter
%C%_counter_SOURCES = %D%/counter.c
%C%_counter_CFLAGS = $(example_cflags)
%C%_counter_LDADD = src/lib/libforkd.la
%C%_counter_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/counter_client
%C%_counter_client_SOURCES = %D%/counter_client.c $(example_answer) \
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
%C%_daytime_SOURCES = %D%/daytime.c %D%/daytime.h \
	%D%/daytime_tcp.c %D%/daytime_udp.c $(example_cli)
%C%_daytime_CPPFLAGS = $(example_cppflags)
%C%_daytime_CFLAGS = $(example_cflags)
%C%_daytime_LDADD = src/lib/libforkd.la
%C%_daytime_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/daytime_client
%C%_daytime_client_SOURCES = %D%/daytime_client.c $(example_answer) \
	$(example_cli)
%C%_daytime_client_CPPFLAGS = $(example_cppflags)
%C%_daytime_client_CFLAGS = $(example_cflags)
%C%_daytime_client_LDADD = src/lib/libforkd.la
%C%_daytime_client_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/embed
%C%_embed_SOURCES = %D%/embed.c
%C%_embed_CFLAGS = $(example_cflags)
%C%_embed_LDADD = src/lib/libforkd.la
%C%_embed_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/forked
%C%_forked_SOURCES = %D%/forked.c
%C%_forked_CFLAGS = $(example_cflags)
%C%_forked_LDADD = src/lib/libforkd.la
%C%_forked_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/forking
%C%_forking_SOURCES = %D%/forking.c
%C%_forking_CFLAGS = $(example_cflags)
%C%_forking_LDADD = src/lib/libforkd.la
%C%_forking_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/hello
%C%_hello_SOURCES = %D%/hello.c
%C%_hello_CPPFLAGS = $(example_cppflags)
%C%_hello_CFLAGS = $(example_cflags)
%C%_hello_LDADD = src/lib/libforkd.la
%C%_hello_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/hello_client
%C%_hello_client_SOURCES = %D%/hello_client.c $(example_answer) \
	$(example_cli)
%C%_hello_client_CPPFLAGS = $(example_cppflags)
%C%_hello_client_CFLAGS = $(example_cflags)
%C%_hello_client_LDADD = src/lib/libforkd.la
%C%_hello_client_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/jobs
%C%_jobs_SOURCES = %D%/jobs.c
%C%_jobs_CFLAGS = $(example_cflags)
%C%_jobs_LDADD = src/lib/libforkd.la
%C%_jobs_LDFLAGS = $(example_ldflags)

noinst_PROGRAMS += %D%/pair
%C%_pair_SOURCES = %D%/pair.c
%C%_pair_CFLAGS = $(example_cflags)
%C%_pair_LDADD = src/lib/libforkd.la
%C%_pair_LDFLAGS = $(example_ldflags)

examplesdir = $(docdir)/examples
examples_DATA = \
	%D%/answer.c \
	%D%/answer.h \
	%D%/cli.c \
	%D%/cli.h \
	%D%/counter.c \
	%D%/counter_client.c \
	%D%/counter_server.c \
	%D%/daytime.c \
	%D%/daytime.h \
	%D%/daytime_client.c \
	%D%/daytime_tcp.c \
	%D%/daytime_udp.c \
	%D%/embed.c \
	%D%/forked.c \
	%D%/forking.c \
	%D%/hello.c \
	%D%/hello_client.c \
	%D%/jobs.c \
	%D%/pair.c \
	%D%/talkback.c
