#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 3: forkd sets the disposition of SIGCHLD itself: where it is ignored,
# the system buries children and no one learns how they ended.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *


def ignore():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def prompt(forkd):
    """It was SIGCHLD that told, and not forkd's look every ten seconds."""
    times = [float(re.search(r" in ([\d.]+)s", line).group(1))
             for line in forkd.lines if "close pid" in line]
    assert min(times) < 5, times


@test
def known():
    """handlers are reaped and their status is known"""
    with Forkd("-p", "0", testbin("puppet"), preexec_fn=ignore) as forkd:
        for count in range(1, 6):
            puppet = Puppet(forkd)
            puppet.order("exit %d" % count)
            forkd.wait_line(r"#%d: close pid %d status %d in " %
                            (count, puppet.pid, count))
            puppet.close()
        wait_until(lambda: not children(forkd.pid), "the children's end")
        prompt(forkd)


@test
def blocked():
    """so they are where it is blocked"""
    def block():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    with Forkd("-p", "0", testbin("puppet"), preexec_fn=block) as forkd:
        puppet = Puppet(forkd)
        puppet.order("exit 3")
        forkd.wait_line(r"close pid %d status 3 in " % puppet.pid)
        puppet.close()
        prompt(forkd)


main()
