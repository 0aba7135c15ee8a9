# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# What scripts of measurements share: servers loaded by turns, A B A B, since
# rates drift from minute to minute and only neighbours compare; medians of the
# rounds, and ratios of these.  For "." in the other scripts here.
#
# A script sets bench (where the programs are) and directory (its own), and
# calls start, then load, then ratio; stop is for its trap.

started=

fail()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

skip()
{
	echo "${0##*/}: $*: no comparison" >&2
	exit 77
}

# A whole number above 0.
number()
{
	case $1 in
	''|0*|*[!0-9]*) return 1 ;;
	esac
	echo "$1"
}

# free_port: one that a server had a moment ago, in $port.
free_port()
{
	[ -p "$directory/free" ] || mkfifo "$directory/free" ||
	    fail "$directory/free: cannot be made"
	tcpserver -1 -RHl0 127.0.0.1 0 /bin/true >"$directory/free" \
	    2>/dev/null &
	free_pid=$!
	read -r port <"$directory/free" || fail 'no free port'
	kill "$free_pid"
	wait "$free_pid"
}

# start NAME COMMAND...: a server on 127.0.0.1:$port; waits until it serves.
start()
{
	name=$1
	shift
	"$@" >"$directory/$name.log" 2>&1 &
	started="$started $!"
	echo "$port" >"$directory/$name.port"
	"$bench/connload" -q -w 10 -c 4 -n 100 ${request:+-r "$request"} \
	    127.0.0.1 "$port" >"$directory/warm-up" 2>&1 || {
		cat "$directory/$name.log" "$directory/warm-up" >&2
		fail "$name does not serve"
	}
}

# load NAME AS OPTION...: one turn, kept as AS.
load()
{
	name=$1
	kept=$2
	shift 2
	read -r port <"$directory/$name.port"
	line=$("$bench/connload" -q -C "$@" 127.0.0.1 "$port") ||
	    fail "$name: $line"
	for what in rate p50_us p99_us; do
		echo "$line" | tr ' ' '\n' | sed -n "s/^$what=//p" \
		    >>"$directory/$kept.$what"
	done
	printf '%3d  %-20s %8.0f/s  p50 %6d us  p99 %7d us\n' "$round" "$kept" \
	    "$(tail -n 1 "$directory/$kept.rate")" \
	    "$(tail -n 1 "$directory/$kept.p50_us")" \
	    "$(tail -n 1 "$directory/$kept.p99_us")"
}

# by_turns FUNCTION NAME...: calls it for each, in even rounds the last one
# first: whoever comes second finds what the other has left behind.
by_turns()
{
	turn_function=$1
	shift
	turns=$*
	if [ $((round % 2)) -eq 0 ]; then
		turns=
		for turn; do
			turns="$turn $turns"
		done
	fi
	for turn in $turns; do
		"$turn_function" "$turn"
	done
}

median()
{
	sort -n "$1" | awk '{ v[NR] = $1 }
	    END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# tell NAME: the medians of what was kept under it.
tell()
{
	printf 'median %-20s %8.0f/s  p50 %6.0f us  p99 %7.0f us\n' "$1" \
	    "$(median "$directory/$1.rate")" "$(median "$directory/$1.p50_us")" \
	    "$(median "$directory/$1.p99_us")"
}

# ratio WHAT A B: of medians.
ratio()
{
	awk -v a="$(median "$directory/$2.$1")" \
	    -v b="$(median "$directory/$3.$1")" -v "what=$1 $2/$3" \
	    'BEGIN { printf "ratio %s %.3f\n", what, a / b }'
}

# Ends the servers that were started, and only these.
stop()
{
	status=$?
	trap '' INT HUP TERM
	for pid in $started; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	[ -z "$directory" ] || rm -rf "$directory"
	exit "$status"
}
