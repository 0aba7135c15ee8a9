#!/bin/sh
# SPDX-License-Identifier: ISC
#
# forkd and tcpserver (Debian: ucspi-tcp) side by side: the same handler, the
# same user, the same limits, loaded by turns, A B A B.  Rates drift from minute
# to minute; only neighbours compare, and the medians at the end say more than
# any single round.  On a busy machine even a program and itself come out 10 %
# apart: wait until it is quiet, and make more rounds.
#
#	FORKD=/usr/sbin/forkd tests/bench/compare.sh [-c connections] \
#	    [-r rounds] [-t seconds]
#
# connload and hello are looked for in $BENCH, otherwise beside this script.
# Exits with 77 where the comparison cannot be made at all.

set -u
LC_ALL=C
export LC_ALL

bench=${BENCH:-$(dirname "$0")}
forkd=${FORKD:-forkd}
user=nobody
connections=16
rounds=5
seconds=5
directory=
forkd_pid=
tcpserver_pid=

usage()
{
	echo 'usage: compare.sh [-c connections] [-r rounds] [-t seconds]' >&2
	exit 64
}

fail()
{
	echo "compare.sh: $*" >&2
	exit 1
}

skip()
{
	echo "compare.sh: $*: no comparison" >&2
	exit 77
}

main()
{
	read_options "$@"
	check
	trap stop EXIT
	trap 'exit 130' INT
	trap 'exit 143' HUP TERM
	prepare
	start_tcpserver
	start_forkd
	compare
	summary
}

read_options()
{
	while getopts c:r:t: option; do
		case $option in
		c) connections=$(number "$OPTARG") || usage ;;
		r) rounds=$(number "$OPTARG") || usage ;;
		t) seconds=$(number "$OPTARG") || usage ;;
		*) usage ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -eq 0 ] || usage
}

number()
{
	case $1 in
	''|0*|*[!0-9]*) return 1 ;;
	esac
	echo "$1"
}

check()
{
	[ "$(id -u)" -eq 0 ] || skip "not root, so not as user $user"
	for program in connload hello; do
		[ -x "$bench/$program" ] ||
		    fail "$bench/$program: no such program; set BENCH"
	done
	command -v tcpserver >/dev/null || skip 'tcpserver is not installed'
	command -v "$forkd" >/dev/null || fail "$forkd: no such program; set FORKD"
}

# The handler, where the user can reach it wherever the sources are.
prepare()
{
	directory=$(mktemp -d) || fail 'no temporary directory'
	cp "$bench/hello" "$directory/hello" || fail "$directory: cannot be filled"
	chmod 755 "$directory" "$directory/hello"
}

# With -1, tcpserver tells the free port that it was given for 0.
start_tcpserver()
{
	mkfifo "$directory/port" || fail "$directory/port: cannot be made"
	tcpserver -1 -RHl0 -c 128 -b 4096 -u "$(id -u $user)" \
	    -g "$(id -g $user)" 127.0.0.1 0 "$directory/hello" \
	    >"$directory/port" 2>"$directory/tcpserver.log" &
	tcpserver_pid=$!
	read -r tcpserver_port <"$directory/port" || gone tcpserver
	warm_up tcpserver "$tcpserver_pid" "$tcpserver_port"
}

# forkd -q does not tell.  A port is taken that a server had a moment ago.
start_forkd()
{
	mkfifo "$directory/free" || fail "$directory/free: cannot be made"
	tcpserver -1 -RHl0 127.0.0.1 0 "$directory/hello" \
	    >"$directory/free" 2>/dev/null &
	forkd_pid=$!
	read -r forkd_port <"$directory/free" || fail 'no free port'
	kill "$forkd_pid"
	wait "$forkd_pid"

	"$forkd" -d -q -u $user -l "tcp://127.0.0.1:$forkd_port" -c 128 -- \
	    "$directory/hello" 2>"$directory/forkd.log" &
	forkd_pid=$!
	warm_up forkd "$forkd_pid" "$forkd_port"
}

# Some connections that do not count, to the end of each.
warm_up()
{
	"$bench/connload" -q -w 10 -c "$connections" -n 200 127.0.0.1 "$3" \
	    >"$directory/warm-up" 2>&1 || gone "$1"
	kill -0 "$2" 2>/dev/null || gone "$1"
}

gone()
{
	cat "$directory/$1.log" "$directory/warm-up" >&2 2>/dev/null
	fail "$1 does not serve"
}

compare()
{
	echo "$rounds rounds of $seconds s, $connections connections at once"
	round=1
	while [ "$round" -le "$rounds" ]; do
		load forkd "$forkd_port"
		load tcpserver "$tcpserver_port"
		round=$((round + 1))
	done
}

load()
{
	line=$("$bench/connload" -q -C -c "$connections" -t "$seconds" \
	    127.0.0.1 "$2") || fail "$1: $line"
	rate=$(field rate "$line")
	p99=$(field p99_us "$line")
	echo "$rate" >>"$directory/$1.rate"
	echo "$p99" >>"$directory/$1.p99"
	printf '%3d  %-9s  %8.0f/s  p99 %7d us\n' "$round" "$1" "$rate" "$p99"
}

field()
{
	echo "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

median()
{
	sort -n "$1" | awk '{ v[NR] = $1 }
	    END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

summary()
{
	for server in forkd tcpserver; do
		printf 'median %-9s %8.0f/s  p99 %7.0f us\n' $server \
		    "$(median "$directory/$server.rate")" \
		    "$(median "$directory/$server.p99")"
	done
	for what in rate p99; do
		awk -v a="$(median "$directory/forkd.$what")" \
		    -v b="$(median "$directory/tcpserver.$what")" \
		    -v what=$what 'BEGIN {
			printf "ratio %s forkd/tcpserver %.3f\n", what, a / b }'
	done
}

stop()
{
	status=$?
	trap '' INT HUP TERM
	for pid in $forkd_pid $tcpserver_pid; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	[ -z "$directory" ] || rm -rf "$directory"
	exit "$status"
}

main "$@"
