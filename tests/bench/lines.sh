#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Lines read from a socket by forkd_socket_read() and by stdio, by turns, and
# the medians of all rounds:
#
#	sh tests/bench/lines.sh [-r rounds] [-n lines] [-l length] [-u]
#
# -u: a pair of unix sockets instead of a TCP connection.  The program `lines'
# is looked for in $BENCH, otherwise beside this script.  Ends with 1 where the
# layer is slower than 0.8 of getline(3).

set -u
LC_ALL=C
export LC_ALL

bench=${BENCH:-$(dirname "$0")}
rounds=7
lines=500000
length=1024
kind=

main()
{
	while getopts l:n:r:u option; do
		case $option in
		l) length=$OPTARG ;;
		n) lines=$OPTARG ;;
		r) rounds=$OPTARG ;;
		u) kind=-u ;;
		*) exit 64 ;;
		esac
	done
	[ -x "$bench/lines" ] || {
		echo "$bench/lines: no such program; set BENCH" >&2
		exit 1
	}
	directory=$(mktemp -d) || exit 1
	trap 'rm -rf "$directory"' EXIT
	round=1
	while [ "$round" -le "$rounds" ]; do
		if [ $((round % 2)) -eq 0 ]; then
			set -- layer getline
		else
			set -- getline layer
		fi
		for reader; do
			"$bench/lines" ${kind:+"$kind"} -l "$length" \
			    -n "$lines" "$reader" >>"$directory/$reader" ||
			    exit 1
		done
		round=$((round + 1))
	done
	tell
}

# median FILE COLUMN
median()
{
	awk -v column="$2" '{ print $column }' "$1" | sort -n |
	    awk '{ value[NR] = $1 }
		END { print (value[int((NR + 1) / 2)] + \
		    value[int(NR / 2) + 1]) / 2 }'
}

tell()
{
	for reader in layer getline; do
		printf '%-8s %9.0f lines/s  %7.1f ns of processor time each\n' \
		    "$reader" "$(median "$directory/$reader" 1)" \
		    "$(median "$directory/$reader" 2)"
	done
	awk -v layer="$(median "$directory/layer" 1)" \
	    -v stdio="$(median "$directory/getline" 1)" \
	    'BEGIN { printf "layer / getline: %.2f\n", layer / stdio
		exit layer < 0.8 * stdio }'
}

main "$@"
