#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Many connections at once, and the master is as it was when they have left.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

COUNT = 100 if SHORT else 500


@test
def parallel():
    """%d connections at once"""
    with Forkd("-p", "0", "-c", str(COUNT), "-b", str(COUNT),
               handler("echo")) as forkd:
        before = None
        for turn in range(2):
            crowd = [forkd.connect() for _ in range(COUNT)]
            forkd.wait_line(r": open ", (turn + 1) * COUNT)
            equal(len(children(forkd.pid)), COUNT)
            for number, connection in enumerate(crowd):
                connection.sendall(b"%d" % number)
            for number, connection in enumerate(crowd):
                equal(connection.recv(16), b"%d" % number)
            # a busy worker costs the master no descriptor
            busy = len(descriptors(forkd.pid))
            for connection in crowd:
                connection.close()
            forkd.wait_line(r": close .* status 0 ", (turn + 1) * COUNT)
            equal(children(forkd.pid), [])
            after = descriptors(forkd.pid), rss_kb(forkd.pid)
            equal(busy, len(after[0]))
            # the second crowd must not need more than the first
            if before:
                equal(sorted(after[0]), sorted(before[0]))
                if not SANITIZED:
                    assert after[1] <= before[1] + 64, (before, after)
            before = after
        forkd.has_lines("full:", 2 if full_twice(forkd) else 1)


def full_twice(forkd):
    """`free' was said between the two."""
    return forkd.count_lines("free: ") > 0 and forkd.count_lines("full:") == 2


parallel.__doc__ %= COUNT


main()
