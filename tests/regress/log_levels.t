#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# log-level, -q and -v: the least important lines that are logged.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *

RANK = ["error", "warning", "info", "debug"]


def levels(*options):
    """The levels of the lines of a forkd that sees each of them."""
    path = shutil.copy(testbin("puppet"), os.path.join(scratch(), "seen"))
    with Forkd("-p", "0", *options, path, ready=False) as forkd:
        forkd.ports = [wait_until(lambda: listeners(forkd.pid),
                                  "a listener")[0][1]]
        for order in "exit 0", "exit 3":
            puppet = Puppet(forkd)
            puppet.order(order)
            puppet.ended()
            puppet.close()
        os.unlink(path)
        try:
            forkd.talk()
        except OSError:
            pass
        equal(forkd.stop(), 0)
    return {line.split()[1] for line in forkd.lines}


@test
def default():
    """info, by default"""
    equal(levels(), {"error", "warning", "info"})


@test
def named():
    """log-level=LEVEL"""
    for rank, level in enumerate(RANK):
        have = levels("-o", "log-level=" + level)
        equal(have - {"debug"}, set(RANK[:rank + 1]) - {"debug"})


@test
def options():
    """-q is warning, -v is debug, the last one counts"""
    equal(levels("-q"), {"error", "warning"})
    equal(levels("--quiet"), {"error", "warning"})
    equal(levels("-v") - {"debug"}, {"error", "warning", "info"})
    equal(levels("-v", "-q"), {"error", "warning"})
    equal(levels("-q", "-o", "log-level=error"), {"error"})


main()
