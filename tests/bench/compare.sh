#!/bin/sh
# SPDX-License-Identifier: ISC
#
# forkd and tcpserver (Debian: ucspi-tcp) side by side: the same handler, the
# same user, the same limits, loaded by turns, A B B A.  Rates drift from minute
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

here=$(dirname "$0")
bench=${BENCH:-$here}
forkd=${FORKD:-forkd}
user=nobody
connections=16
rounds=5
seconds=5
directory=

# shellcheck source=tests/bench/common.sh
. "$here/common.sh"

main()
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
	check
	trap stop EXIT
	trap 'exit 130' INT
	trap 'exit 143' HUP TERM
	prepare
	free_port
	start tcpserver tcpserver -1 -RHl0 -c 128 -b 4096 -u "$(id -u $user)" \
	    -g "$(id -g $user)" 127.0.0.1 "$port" "$directory/hello"
	free_port
	start forkd "$forkd" -d -q -u $user -l "tcp://127.0.0.1:$port" \
	    -c 128 -- "$directory/hello"
	compare
	for server in forkd tcpserver; do
		tell $server
	done
	ratio rate forkd tcpserver
	ratio p99_us forkd tcpserver
}

usage()
{
	echo 'usage: compare.sh [-c connections] [-r rounds] [-t seconds]' >&2
	exit 64
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

compare()
{
	echo "$rounds rounds of $seconds s, $connections connections at once"
	round=1
	while [ "$round" -le "$rounds" ]; do
		by_turns load_one forkd tcpserver
		round=$((round + 1))
	done
}

load_one()
{
	load "$1" "$1" -c "$connections" -t "$seconds"
}

main "$@"
