#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# HACKING, "Ranks": a file includes headers of lower ranks only, and within
# ranks 0 to 2 of what stands before it; mechanism and policy never meet.
import os
import re
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

TOP = os.environ["top_srcdir"]
LIB = os.path.join(TOP, "src", "lib")
MECHANISM, POLICY, ASSEMBLY = 2, 3, 4


def table():
    """Module name to (rank, place)."""
    ranks = {}
    rank = None
    with open(os.path.join(TOP, "HACKING")) as file:
        text = file.read().split("\nRanks\n")[1].split("forkd.h, the public")[0]
    for line in text.splitlines():
        start = re.match(r"    rank (\d)  .{13}(.*)", line)
        more = re.match(r" {25}(\w.*)", line)
        if start:
            rank = int(start.group(1))
        if start or more:
            for name in (start or more).group(2 if start else 1).split():
                ranks[name] = (rank, len(ranks))
    return ranks


def sources():
    return sorted(f for f in os.listdir(LIB) if re.match(r".*\.[ch]\Z", f)
                  and f not in ("forkd.h", "forkd_socket.h"))


@test
def complete():
    """every source has its rank, every rank its sources"""
    have = {f.rsplit(".", 1)[0] for f in sources()}
    equal(sorted(have), sorted(table()))


@test
def includes():
    """no header is included against its rank"""
    ranks = table()
    wrong = []
    for source in sources():
        own = source.rsplit(".", 1)[0]
        with open(os.path.join(LIB, source)) as file:
            for name in re.findall(r'#include "(\w+)\.h"', file.read()):
                if name in ("config", "forkd", "forkd_socket", own):
                    continue
                mine, theirs = ranks[own], ranks[name]
                if mine[0] == ASSEMBLY and theirs[0] == ASSEMBLY:
                    continue
                if {mine[0], theirs[0]} == {MECHANISM, POLICY} \
                        or theirs > mine \
                        or (own + ".c" == source and theirs == mine):
                    wrong.append("%s includes %s.h" % (source, name))
    equal(wrong, [])


main()
