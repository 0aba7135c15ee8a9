# Programs that use libforkd, as its users would: only <forkd.h>, and the
# shared library.  They are always built, so they cannot rot; their sources
# are installed.  -no-install: a program that runs in place, not a wrapper.

example_ldflags = $(AM_LDFLAGS) -no-install
# A callback need not use all that it is given, nor an example say so.
example_cflags = $(AM_CFLAGS) -Wno-unused-parameter

noinst_PROGRAMS += %D%/talkback
%C%_talkback_SOURCES = %D%/talkback.c
%C%_talkback_CFLAGS = $(example_cflags)
%C%_talkback_LDADD = src/lib/libforkd.la
%C%_talkback_LDFLAGS = $(example_ldflags)

examplesdir = $(docdir)/examples
examples_DATA = \
	%D%/talkback.c
