#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A program that embeds a master and has other threads, too: its workers wait
# for no lock that one of these held when they were forked.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hosts import *

COUNT = 20 if SHORT else 150


@test
def threads():
    """C functions and executables, in mode fork and in pools"""
    if SANITIZED:
        raise Skip("the allocator of sanitizers does not know of fork")
    pool = {"mode": "prefork", "min-workers": "1", "max-requests": "1"}
    puppet = testbin("puppet")
    with Host() as host:
        host.works("threads", 3)
        ports = host.master(("f", None, {}), ("g", None, pool),
                            ("x", puppet, {}), ("y", puppet, pool))
        host.watch()
        for _ in range(COUNT):
            for port in ports[:2]:
                equal(ask(port, b"a\n"), b"You said 'a'.\n")
                host.wait_said("^reaped")       # who says it waits for that
            for port in ports[2:]:
                equal(ask(port, b"exit 3\n"), b"3\n")
        for name in "fgxy":
            host.wait_line(r"%s#%d: close pid \d+ status" % (name, COUNT))
        host.works("stop", 1)
        host.wait_said("^step 0 0$")


main()
