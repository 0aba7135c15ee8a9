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

noinst_PROGRAMS += %D%/sendmail
%C%_sendmail_SOURCES = $(example_sendmail) $(example_cli)
%C%_sendmail_CPPFLAGS = $(example_cppflags)
%C%_sendmail_CFLAGS = $(example_cflags)
%C%_sendmail_LDADD = src/lib/libforkd.la
%C%_sendmail_LDFLAGS = $(example_ldflags)

examplesdir = $(docdir)/examples
examples_DATA = \
	%D%/cli.c \
	%D%/cli.h \
	%D%/counter.c \
	%D%/embed.c \
	%D%/forked.c \
	%D%/forking.c \
	%D%/jobs.c \
	%D%/pair.c \
	$(example_sendmail) \
	%D%/talkback.c
