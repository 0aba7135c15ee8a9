#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 8: a child whose exec fails leaves; it never falls back into the
# master's loop, where it would accept connections of its own.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


@test
def leaves():
    """after many failures there is one process"""
    count = 50 if SHORT else 200
    path = script("gone", "#!/bin/sh\n")
    with Forkd("-p", "0", path) as forkd:
        for number in range(1, count + 1):
            os.rename(path, path + ".away")
            equal(forkd.talk(), b"")
            forkd.wait_line("close pid .* status 127 ", number)
            # one that does not fail, or the service would be throttled
            os.rename(path + ".away", path)
            equal(forkd.talk(), b"")
            forkd.wait_line("close pid .* status 0 ", number)
        equal(children(forkd.pid), [])
        # a child that escaped would be ours now
        equal(children(os.getpid()), [forkd.pid])
        # one bad line each would drown the log
        said = forkd.count_lines("setup-error")
        assert 0 < said < count, said


main()
