#!/bin/sh
# autogen.sh: makes configure and what it needs, in a clone.
set -eu
cd "$(dirname "$0")"
mkdir -p m4
exec autoreconf -fi "$@"
