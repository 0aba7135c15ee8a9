# makefile.awk: makes the Makefile that is installed with the examples, of the
# line "cc -o NAME NAME.c ... $(pkg-config ...)" at the head of each program.
#
#	awk -f makefile.awk *.h *.c

BEGIN {
	for (i = 1; i < ARGC; i++) {
		name = ARGV[i]
		sub(/.*\//, "", name)
		there[name] = 1
	}
	print "# Builds the examples of libforkd with the one that pkg-config knows:"
	print "#"
	print "#\tmake\t\tall of them"
	print "#\tmake forking\tone of them"
	print "#\tmake clean\tremoves what was built"
	print ""
	print "CFLAGS = -O2 -g"
	print ""
}

# The line may go on behind a backslash.
more {
	sub(/^ \*[ \t]*/, "")
	line = line $0
}

/^ \*\tcc -o / {
	line = substr($0, 4)
	more = 1
}

more {
	more = sub(/\\$/, "", line)
	if (!more)
		rule(line)
}

END {
	printf "all:%s\n\n%sclean:\n\trm -f%s\n\n", names, rules, names
	print ".PHONY: all clean"
}

# The last parameters are local variables.
function rule(line,	words, n, i, files, headers, flags, header) {
	n = split(line, words, " ")
	for (i = 4; i <= n; i++)
		if (words[i] ~ /\.c$/) {
			files = files " " words[i]
			header = words[i]
			sub(/c$/, "h", header)
			if (header in there)
				headers = headers " " header
		} else
			flags = flags " " words[i]
	sub(/^ \$/, " $$", flags)
	names = names " " words[3]
	rules = rules words[3] ":" files headers "\n" \
	    "\t$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o " words[3] files \
	    flags "\n\n"
}
