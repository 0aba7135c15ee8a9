# Fuzz targets, tests/fuzz/fuzz_NAME.c.  A new one needs its name here, and a
# directory of seeds, tests/fuzz/corpus_NAME.
#
# Everywhere they are tests: driver.c tries the seeds.  In a tree of
# `configure --enable-fuzz CC=clang' libFuzzer takes its place, and there
#
#   make fuzz FUZZ_SECONDS=60
#
# runs all of them side by side, each for so long and with a copy of its seeds.
# It ends with the line "N passed, N failed".
fuzz_programs = \
	%D%/fuzz_control \
	%D%/fuzz_icmp \
	%D%/fuzz_lines \
	%D%/fuzz_smtp_reply \
	%D%/fuzz_url

fuzz_corpora = \
	%D%/corpus_control \
	%D%/corpus_icmp \
	%D%/corpus_lines \
	%D%/corpus_smtp_reply \
	%D%/corpus_url

EXTRA_DIST += \
	$(fuzz_corpora) \
	%D%/fuzz.h \
	%D%/run

# What they take apart is libforkd's; or it is of an example.
%C%_fuzz_icmp_SOURCES = \
	%D%/fuzz_icmp.c \
	src/examples/ping_packet.c \
	src/examples/ping_packet.h

check_PROGRAMS += $(fuzz_programs)

# What no library has: a part of an example.
%C%_fuzz_smtp_reply_SOURCES = \
	%D%/fuzz_smtp_reply.c \
	src/examples/smtp_reply.c \
	src/examples/smtp_reply.h
%C%_fuzz_smtp_reply_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/src/examples

# Their main() comes by LDADD, which is for all programs without one of their
# own: one that has a main() takes nothing from there.
check_LTLIBRARIES += %D%/libdriver.la
%C%_libdriver_la_SOURCES = %D%/driver.c %D%/fuzz.h

if FUZZ
fuzz_main =
else
fuzz_main = %D%/libdriver.la
TESTS += $(fuzz_programs)
endif

FUZZ_SECONDS = 60

fuzz: $(fuzz_programs)
	@test '$(FUZZ)' = yes || \
	    { echo 'make fuzz: needs configure --enable-fuzz' >&2; exit 1; }
	sh $(srcdir)/%D%/run -t $(FUZZ_SECONDS) -s $(srcdir)/%D% \
	    $(fuzz_programs)

.PHONY: fuzz
