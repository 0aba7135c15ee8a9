# The program.  It is linked with the objects of libforkd and not with the
# shared library, and with libbsd.a where there is one: a fork copies fewer
# maps, and what lies in the build tree is the program itself and no wrapper
# script.  Unlike libtool's -static this also holds under --disable-static.

sbin_PROGRAMS += %D%/forkd
%C%_forkd_SOURCES = %D%/main.c
%C%_forkd_LDFLAGS = $(AM_LDFLAGS) $(PROGRAM_LDFLAGS)
%C%_forkd_LDADD = src/lib/libforkd_core.la $(LIBBSD_PROGRAM_LIBS)
