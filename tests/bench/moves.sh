#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What forkd_socket_read() and forkd_socket_write() cost more than recv(2) and
# send(2): instructions in user space, counted by callgrind, for each pair of
# calls; for 1 byte, and for many, which shows that nothing is copied.
#
#	sh tests/bench/moves.sh [size]...
#
# The program `moves' is looked for in $BENCH, otherwise beside this script.

set -u
LC_ALL=C
export LC_ALL

bench=${BENCH:-$(dirname "$0")}
few=1000
many=3000

main()
{
	[ -x "$bench/moves" ] || {
		echo "$bench/moves: no such program; set BENCH" >&2
		exit 1
	}
	command -v valgrind >/dev/null || {
		echo 'valgrind is not installed' >&2
		exit 77
	}
	[ $# -gt 0 ] || set -- 1 1024 65536
	for size; do
		bare=$(each bare "$size")
		layer=$(each layer "$size")
		echo "$size bytes: bare $bare, layer $layer instructions," \
		    "$((layer - bare)) more"
	done
}

# each HOW SIZE: instructions of one pair of calls, without start and end.
each()
{
	a=$(instructions "$1" "$few" "$2")
	b=$(instructions "$1" "$many" "$2")
	echo $(((b - a) / (many - few)))
}

instructions()
{
	valgrind --tool=callgrind --callgrind-out-file=/dev/null \
	    "$bench/moves" "$@" 2>&1 | sed -n 's/.*Collected : *//p'
}

main "$@"
