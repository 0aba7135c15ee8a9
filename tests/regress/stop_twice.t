#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 9: whoever asks again gets more: a second TERM, or INT: TERM to the
# groups now, KILL after kill-grace; a second INT: KILL.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *

NEVER = ["-o", "drain-timeout=1h", "-o", "kill-grace=1h"]


def stubborn(forkd):
    """A handler, and a child of it, that ignore TERM."""
    puppet = Puppet(forkd)
    puppet.order("ignore 15")
    return puppet, puppet.order("child")


def over(forkd, puppet, child, how):
    equal(forkd.wait(), 0)
    forkd.reader.join(DEADLINE)
    forkd.wait_line(r"close pid %d signal %s in [\d.]+s: stop$" %
                    (puppet.pid, how))
    wait_until(lambda: not alive(child), "the descendant's death")
    puppet.close()


@test
def second_term():
    """a second TERM: TERM to the groups"""
    with Forkd("-p", "0", *NEVER, testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: TERM: 1 workers: they may finish until "
                        "drain-timeout$")
        equal(puppet.order("pid"), puppet.pid)
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: TERM: 1 workers: TERM to them, KILL after "
                        "kill-grace$")
        over(forkd, puppet, child, "15 TERM")


@test
def interrupt():
    """INT: the same at once"""
    with Forkd("-p", "0", *NEVER, testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        forkd.send(signal.SIGINT)
        forkd.wait_line("stop: INT: 1 workers: TERM to them, KILL after "
                        "kill-grace$")
        over(forkd, puppet, child, "15 TERM")


@test
def grace():
    """after kill-grace: KILL"""
    with Forkd("-p", "0", "-o", "drain-timeout=1h", "-o", "kill-grace=200ms",
               testbin("puppet")) as forkd:
        puppet, child = stubborn(forkd)
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: TERM")
        forkd.send(signal.SIGTERM)
        over(forkd, puppet, child, "9 KILL")


@test
def second_interrupt():
    """a second INT: KILL at once"""
    with Forkd("-p", "0", *NEVER, testbin("puppet")) as forkd:
        puppet, child = stubborn(forkd)
        forkd.send(signal.SIGINT)
        forkd.wait_line("stop: INT: 1 workers: TERM to them")
        equal(puppet.order("pid"), puppet.pid)
        forkd.send(signal.SIGINT)
        forkd.wait_line("stop: INT: 1 workers: KILL to them$")
        over(forkd, puppet, child, "9 KILL")


@test
def from_drain():
    """INT ends a drain"""
    with Forkd("-p", "0", *NEVER, testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        for number, name in (signal.SIGQUIT, "QUIT"), (signal.SIGINT, "INT"):
            forkd.send(number)
            forkd.wait_line("stop: %s: 1 workers" % name)
        over(forkd, puppet, child, "15 TERM")


@test
def less():
    """who asks for less than has begun changes nothing"""
    with Forkd("-p", "0", *NEVER, testbin("puppet")) as forkd:
        puppet, child = stubborn(forkd)
        forkd.send(signal.SIGINT)
        forkd.wait_line("stop: INT: 1 workers")
        for number in signal.SIGQUIT, signal.SIGTERM, signal.SIGTERM:
            forkd.send(number)
            turn(forkd)
        equal(puppet.order("pid"), puppet.pid)
        forkd.send(signal.SIGINT)
        over(forkd, puppet, child, "9 KILL")


main()
