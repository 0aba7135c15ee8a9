#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# timeout: TERM to the handler's group when its time is over, KILL after
# kill-grace; stopped handlers and descendants included.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *


def start(seconds, grace="1h"):
    return Forkd("-p", "0", "-o", "timeout=%dms" % (seconds * 1000),
                 "-o", "kill-grace=" + grace, testbin("puppet"))


def said(forkd, puppet, number=1):
    """The lines that tell of it."""
    forkd.wait_line(r" warning puppet#%d: handler-error pid %d "
                    r"127\.0\.0\.1:%d: timeout: TERM to its group$" %
                    (number, puppet.pid, puppet.connection.getsockname()[1]))


def closed(forkd, puppet, how, number=1):
    line = forkd.wait_line(r" warning puppet#%d: close pid %d %s in [\d.]+s: "
                           r"timeout$" % (number, puppet.pid, how))
    return float(re.search(r" in ([\d.]+)s", line).group(1))


@test
@patiently
def term(seconds):
    """TERM ends it"""
    with start(seconds) as forkd:
        puppet = Puppet(forkd)
        equal(puppet.ended(), b"")
        said(forkd, puppet)
        took = closed(forkd, puppet, "signal 15 TERM")
        assert seconds <= took < DEADLINE, took
        equal(forkd.count_lines("KILL"), 0)
        puppet.close()


@test
@patiently
def kill(seconds):
    """KILL ends one that ignores TERM"""
    with start(seconds, "200ms") as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        children = [puppet.order("child") for _ in range(2)]
        equal(puppet.ended(), b"")
        said(forkd, puppet)
        forkd.wait_line(r" warning puppet#1: handler-error pid %d "
                        r"127\.0\.0\.1:\d+: kill-grace is over: KILL to its "
                        r"group$" % puppet.pid)
        took = closed(forkd, puppet, "signal 9 KILL")
        assert seconds + 0.2 <= took < DEADLINE, took
        for pid in children:
            wait_until(lambda: not alive(pid), "a descendant's death")
        puppet.close()


@test
@patiently
def group(seconds):
    """TERM reaches descendants, also those of one that ignores it"""
    with start(seconds) as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        puppet.order("ignore 15")
        said(forkd, puppet)
        wait_until(lambda: not alive(child), "a descendant's death")
        equal(puppet.order("pid"), puppet.pid)
        slay(puppet.pid)
        closed(forkd, puppet, "signal 9 KILL")
        puppet.close()


@test
@patiently
def stopped(seconds):
    """TERM reaches a stopped handler"""
    with start(seconds) as forkd:
        puppet = Puppet(forkd)
        puppet.order("signal 19")
        said(forkd, puppet)
        closed(forkd, puppet, "signal 15 TERM")
        puppet.close()


@test
@patiently
def stopped_stubborn(seconds):
    """KILL reaches a stopped handler that ignores TERM"""
    with start(seconds, "200ms") as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        puppet.order("signal 19")
        closed(forkd, puppet, "signal 9 KILL")
        puppet.close()


@test
@patiently
def leader_first(seconds):
    """descendants that ignore TERM die with the leader that does not"""
    with start(seconds) as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        children = [puppet.order("child") for _ in range(2)]
        puppet.order("default 15")
        closed(forkd, puppet, "signal 15 TERM")
        for pid in children:
            wait_until(lambda: not alive(pid), "a descendant's death")
        puppet.close()


@test
@patiently
def by_itself(seconds):
    """a handler that ends in time leaves its descendants alone"""
    with start(seconds) as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        puppet.order("exit 0")
        forkd.wait_line("close pid %d status 0 in " % puppet.pid)
        # until a second one's time is over, which began later
        other = Puppet(forkd)
        other.ended()
        closed(forkd, other, "signal 15 TERM", 2)
        assert alive(child)
        forkd.has_lines("handler-error", 1)
        slay(child)
        puppet.close()
        other.close()


@test
@patiently
def meanwhile(seconds):
    """so does one that ends while another one is being ended"""
    with start(seconds) as forkd:
        stubborn = Puppet(forkd)
        stubborn.order("ignore 15")
        said(forkd, stubborn)
        puppet = Puppet(forkd)
        child = puppet.order("child")
        puppet.order("exit 0")
        forkd.wait_line("close pid %d status 0 in " % puppet.pid)
        assert alive(child)
        slay(child)
        slay(stubborn.pid)
        closed(forkd, stubborn, "signal 9 KILL")
        puppet.close()
        stubborn.close()


@test
@patiently
def each(seconds):
    """each connection has its own time"""
    with start(seconds) as forkd:
        puppets = [Puppet(forkd) for _ in range(5)]
        puppets[2].order("exit 0")
        for puppet in puppets:
            puppet.ended()
        for number, puppet in enumerate(puppets, 1):
            if number != 3:
                took = closed(forkd, puppet, "signal 15 TERM", number)
                assert took >= seconds, took
            puppet.close()
        forkd.has_lines("handler-error", 4)


@test
def off():
    """off, the default: as long as it takes"""
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        time.sleep(0.3)         # it should not happen: nothing to wait for
        equal(puppet.order("pid"), puppet.pid)
        puppet.order("exit 0")
        forkd.wait_line("close pid %d status 0" % puppet.pid)
        puppet.close()


main()
