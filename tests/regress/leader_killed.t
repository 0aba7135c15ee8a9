#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The leader of a handler's group dies by KILL, and its descendants ignore
# TERM, stop themselves, or have left the group.  Whoever killed it, the slot is
# free; only who is ended by forkd takes the group along.
import contextlib
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *


class Family:
    """A puppet with descendants of each kind; `with' ends them."""

    def __init__(self, forkd):
        self.puppet = Puppet(forkd)
        self.puppet.order("ignore 15")
        self.stubborn = self.puppet.order("child")
        self.stopped = self.puppet.order("child")
        self.escaped = self.puppet.order("escape")
        os.kill(self.stopped, signal.SIGSTOP)
        self.children = [self.stubborn, self.stopped, self.escaped]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.puppet.close()
        for pid in [self.puppet.pid] + self.children:
            if alive(pid):
                slay(pid)


def start(*args):
    return Forkd("-p", "0", "-c", "1", *args, testbin("puppet"))


@test
def by_somebody():
    """by somebody: descendants are left alone, the next client is served"""
    with start() as forkd, Family(forkd) as family:
        slay(family.puppet.pid)
        forkd.wait_line("close pid %d signal 9 KILL" % family.puppet.pid)
        with contextlib.closing(Puppet(forkd)) as other:
            assert other.pid != family.puppet.pid
        equal([alive(pid) for pid in family.children], [True] * 3)
        equal(forkd.stop(), 0)
        equal([alive(pid) for pid in family.children], [True] * 3)


@test
@patiently
def by_timeout(seconds):
    """by timeout: the group dies with it, who has left it does not"""
    with start("-o", "timeout=%dms" % (seconds * 1000), "-o",
               "kill-grace=100ms") as forkd, Family(forkd) as family:
        forkd.wait_line("close pid %d signal 9 KILL" % family.puppet.pid)
        for pid in family.stubborn, family.stopped:
            wait_until(lambda: not alive(pid), "a descendant's death")
        assert alive(family.escaped)
        with contextlib.closing(Puppet(forkd)):
            pass


@test
def by_stop():
    """by a second INT: the group dies with it, forkd ends"""
    with start() as forkd, Family(forkd) as family:
        forkd.send(signal.SIGINT)
        forkd.wait_line("stop: INT")
        forkd.send(signal.SIGINT)
        equal(forkd.wait(), 0)
        for pid in family.stubborn, family.stopped:
            wait_until(lambda: not alive(pid), "a descendant's death")
        assert alive(family.escaped)


main()
