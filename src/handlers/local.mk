# Programs that forkd can run, one file each.  A new one needs its name in the
# list and the two lines below it.

pkglibexec_PROGRAMS += \
	%D%/chargen \
	%D%/chat \
	%D%/daytime \
	%D%/discard \
	%D%/echo \
	%D%/talkback \
	%D%/time

handler_io = \
	%D%/handler_io.c \
	%D%/handler_io.h

%C%_chargen_SOURCES = %D%/chargen.c $(handler_io)
%C%_chargen_LDADD = $(LIBBSD_PROGRAM_LIBS)

# An example of libforkd, see src/examples/local.mk.  It is linked as forkd is:
# the user who runs it need not reach the build tree, nor a changed root have
# the library, and what is installed has no path of either.
%C%_chat_SOURCES = $(example_chat) $(example_cli)
%C%_chat_CPPFLAGS = $(example_cppflags)
%C%_chat_LDADD = src/lib/libforkd_core.la $(LIBBSD_PROGRAM_LIBS)

%C%_daytime_SOURCES = %D%/daytime.c $(handler_io)
%C%_daytime_LDADD = $(LIBBSD_PROGRAM_LIBS)

%C%_discard_SOURCES = %D%/discard.c $(handler_io)
%C%_discard_LDADD = $(LIBBSD_PROGRAM_LIBS)

%C%_echo_SOURCES = %D%/echo.c $(handler_io)
%C%_echo_LDADD = $(LIBBSD_PROGRAM_LIBS)

%C%_talkback_SOURCES = %D%/talkback.c $(handler_io)
%C%_talkback_LDADD = $(LIBBSD_PROGRAM_LIBS)

%C%_time_SOURCES = %D%/time.c $(handler_io)
%C%_time_LDADD = $(LIBBSD_PROGRAM_LIBS)
