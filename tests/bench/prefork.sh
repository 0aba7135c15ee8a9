#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Pools, side by side with what they are measured by, loaded by turns:
#
#	function	a C function in 8 workers: against 8 processes that accept,
#			write and close, and against Perl's Net::Server::PreFork
#	program		a static executable, forked ahead: against tcpserver
#	sequence	the same with one client
#	held		mode fork, with and without 5,000 connections that others
#			hold open
#
#	FORKD=/usr/sbin/forkd tests/bench/prefork.sh [-r rounds] [-t seconds] \
#	    [function | program | sequence | held]...
#
# connload and the other programs are looked for in $BENCH, otherwise beside
# this script.  Exits with 77 where a comparison cannot be made.

set -u
LC_ALL=C
export LC_ALL

here=$(dirname "$0")
bench=${BENCH:-$here}
forkd=${FORKD:-forkd}
user=nobody
rounds=5
seconds=2
directory=
request=

# shellcheck source=tests/bench/common.sh
. "$here/common.sh"

main()
{
	while getopts r:t: option; do
		case $option in
		r) rounds=$(number "$OPTARG") || usage ;;
		t) seconds=$(number "$OPTARG") || usage ;;
		*) usage ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -gt 0 ] || set -- function program sequence held
	check
	trap stop EXIT
	trap 'exit 130' INT
	trap 'exit 143' HUP TERM
	prepare
	for measurement; do
		case $measurement in
		function|program|sequence|held) ;;
		*) usage ;;
		esac
		echo "== $measurement: $rounds rounds of $seconds s"
		"start_$measurement"
		round=1
		while [ "$round" -le "$rounds" ]; do
			"load_$measurement"
			round=$((round + 1))
		done
		"tell_$measurement"
	done
}

usage()
{
	echo 'usage: prefork.sh [-r rounds] [-t seconds]' \
	    '[function | program | sequence | held]...' >&2
	exit 64
}

check()
{
	[ "$(id -u)" -eq 0 ] || skip "not root, so not as user $user"
	command -v tcpserver >/dev/null || skip 'tcpserver is not installed'
	command -v "$forkd" >/dev/null || fail "$forkd: no such program; set FORKD"
	for program in answer bare connload function hello hold; do
		[ -x "$bench/$program" ] ||
		    fail "$bench/$program: no such program; set BENCH"
	done
}

# The handlers, where the user can reach them wherever the sources are.
prepare()
{
	directory=$(mktemp -d) || fail 'no temporary directory'
	cp "$bench/hello" "$bench/answer" "$here/prefork.pl" "$directory" ||
	    fail "$directory: cannot be filled"
	chmod -R a+rX "$directory"
}

start_function()
{
	perl -MNet::Server::PreFork -e 1 2>/dev/null ||
	    skip 'Net::Server::PreFork is not installed (Debian: libnet-server-perl)'
	free_port
	start function "$bench/function" -d -q -u $user -m prefork \
	    -l "tcp://127.0.0.1:$port" -c 8 -o min-workers=8 -o max-spare=8 \
	    -o max-requests=100000000
	mkfifo "$directory/bare.port" "$directory/bare.in" ||
	    fail "$directory: no fifo"
	# it ends with its standard input, which this shell holds open
	setpriv --reuid="$user" --clear-groups "$bench/bare" 8 \
	    <"$directory/bare.in" >"$directory/bare.port" &
	exec 9>"$directory/bare.in"
	read -r port <"$directory/bare.port"
	rm "$directory/bare.port"
	echo "$port" >"$directory/bare.port"
	free_port
	start perl perl "$directory/prefork.pl" "$port" $user 8
}

load_function()
{
	by_turns load_sixteen function bare perl
}

load_sixteen()
{
	load "$1" "$1" -c 16 -t "$seconds"
}

tell_function()
{
	tell function
	tell bare
	tell perl
	ratio rate function bare
	ratio rate function perl
}

start_program()
{
	[ ! -e "$directory/program.port" ] || return 0
	free_port
	start program "$forkd" -d -q -u $user -m prefork \
	    -l "tcp://127.0.0.1:$port" -c 128 -o min-spare=16 \
	    -o max-spare=32 -- "$directory/hello"
	free_port
	start tcpserver tcpserver -1 -RHl0 -c 128 -b 4096 -u "$(id -u $user)" \
	    -g "$(id -g $user)" 127.0.0.1 "$port" "$directory/hello"
}

load_program()
{
	by_turns load_sixteen program tcpserver
}

tell_program()
{
	tell program
	tell tcpserver
	ratio rate program tcpserver
	ratio p99_us program tcpserver
}

start_sequence()
{
	start_program
}

load_sequence()
{
	by_turns load_one program tcpserver
}

load_one()
{
	load "$1" "$1-1" -c 1 -t "$seconds"
}

tell_sequence()
{
	tell program-1
	tell tcpserver-1
	ratio p50_us program-1 tcpserver-1
}

# Two alike; one of them has its held connections before the first round.
start_held()
{
	request=x
	for name in held free; do
		free_port
		start $name "$forkd" -d -q -u $user \
		    -l "tcp://127.0.0.1:$port" -c 6000 -- "$directory/answer"
		[ "$name" = free ] || held_pid=${started##* }
	done
	request=
	mkfifo "$directory/hold.in" || fail "$directory: no fifo"
	read -r port <"$directory/held.port"
	"$bench/hold" "$port" 5000 <"$directory/hold.in" >/dev/null &
	exec 8>"$directory/hold.in"
	while [ "$(pgrep -c -P "$held_pid")" -lt 5000 ]; do
		kill -0 "$held_pid" || fail 'held: it has ended'
		sleep 0.1
	done
}

load_held()
{
	by_turns load_answer held free
}

load_answer()
{
	load "$1" "$1" -c 16 -t "$seconds" -r x
}

tell_held()
{
	tell held
	tell free
	ratio rate held free
}

main "$@"
