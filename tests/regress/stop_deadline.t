#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 9: after drain-timeout the groups of busy handlers get TERM, after
# kill-grace KILL; all are reaped, and forkd ends with 0.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *

GRACE = ["-o", "drain-timeout=200ms", "-o", "kill-grace=300ms"]


def duration(forkd, puppet):
    line = forkd.wait_line("close pid %d " % puppet.pid)
    return float(re.search(r" in ([\d.]+)s", line).group(1))


@test
def term():
    """TERM ends a handler that does not ignore it, and its group"""
    with Forkd("-p", "0", "-o", "kill-grace=1h", "-o", "drain-timeout=200ms",
               testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        began = time.monotonic()
        equal(forkd.stop(), 0)
        assert time.monotonic() - began >= 0.19
        forkd.wait_line(r" warning puppet#1: close pid %d signal 15 TERM in "
                        r"[\d.]+s: drain-timeout$" % puppet.pid)
        wait_until(lambda: not alive(child), "the descendant's death")
        puppet.close()


@test
def kill():
    """KILL ends one that ignores it, and the whole group"""
    with Forkd("-p", "0", *GRACE, testbin("puppet")) as forkd:
        stubborn, quick = Puppet(forkd), Puppet(forkd)
        stubborn.order("ignore 15")
        family = [stubborn.order("child") for _ in range(3)]
        began = time.monotonic()
        equal(forkd.stop(), 0)
        assert time.monotonic() - began >= 0.49
        forkd.wait_line(r" warning puppet#1: close pid %d signal 9 KILL in "
                        r"[\d.]+s: drain-timeout$" % stubborn.pid)
        forkd.wait_line(r" warning puppet#2: close pid %d signal 15 TERM in "
                        r"[\d.]+s: drain-timeout$" % quick.pid)
        forkd.wait_line(r" warning puppet#1: handler-error pid %d "
                        r"127\.0\.0\.1:\d+: kill-grace is over: KILL to its "
                        r"group$" % stubborn.pid)
        for pid in family:
            wait_until(lambda: not alive(pid), "a descendant's death")
        stubborn.close()
        quick.close()


@test
def zero():
    """drain-timeout=0 and kill-grace=0: at once"""
    with Forkd("-p", "0", "-o", "drain-timeout=0", "-o", "kill-grace=0",
               testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        began = time.monotonic()
        equal(forkd.stop(), 0)
        assert time.monotonic() - began < DEADLINE / 2
        puppet.close()


@test
def by_itself():
    """one that ends before leaves its descendants alone"""
    with Forkd("-p", "0", "-o", "drain-timeout=1h",
               testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: TERM")
        puppet.order("exit 0")
        equal(forkd.wait(), 0)
        assert alive(child)
        slay(child)
        puppet.close()


main()
