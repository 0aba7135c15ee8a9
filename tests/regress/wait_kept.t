#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Mode wait with min-workers: so many handlers are kept running from the start;
# TTIN and TTOU make them more and less.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from waits import *


def kept(count, *args, **popen):
    return waiting("-o", "min-workers=%d" % count, *args,
                   start_new_session=True, **popen)


def settle(forkd, count):
    """Until that many run and none is on its way out."""
    wait_until(lambda: len(children(forkd.pid)) == count,
               "%d handlers" % count)
    return handlers(forkd)


@test
def from_the_start():
    """all of them, without a client, after `ready', and none is watched"""
    for count in 1, 3, 40:
        with kept(count) as forkd:
            forkd.wait_line("open pid", count)
            pids = settle(forkd, count)
            turn(forkd)
            equal(opened(forkd), count)
            equal(len(pids), count)
            assert not is_watched(forkd)
            match("listening", forkd.lines[0])
            match(" info waiter: open pid %s, 1/%d$" % (r"\d+", count),
                  forkd.lines[1])
            forkd.wait_line(", %d/%d$" % (count, count))


@test
def replaced():
    """each one that ends is replaced, whatever its end; the others stay"""
    with kept(3) as forkd:
        pids = settle(forkd, 3)
        puppets = [Puppet(forkd) for _ in range(3)]
        equal(sorted(puppet.pid for puppet in puppets), pids)
        began = time.monotonic()
        # who has run for a second is replaced at once
        wait_until(lambda: time.monotonic() - began > 1.1, "a second")
        for count, order in enumerate(("exit 0", "exit 1", "signal 9")):
            puppet = puppets[count]
            puppet.order(order)
            puppet.close()
            forkd.wait_line("open pid", 4 + count)
            pids.remove(puppet.pid)
            now = settle(forkd, 3)
            assert set(pids) < set(now), (pids, now)
        equal(forkd.count_lines("throttle"), 0)


@test
def at_once():
    """clients are served by several at the same time"""
    with kept(4) as forkd:
        puppets = [Puppet(forkd) for _ in range(4)]
        equal(sorted(p.pid for p in puppets), settle(forkd, 4))
        fifth = forkd.connect()
        for puppet in puppets:
            puppet.order("exit 0")
            puppet.close()
        fifth.sendall(b"pid\n")
        assert int(read_line(fifth)) not in [p.pid for p in puppets]
        fifth.close()


def says(forkd, number, name, text, count=1):
    forkd.send(number)
    forkd.wait_line(" info waiter: reload: %s: %s$" % (name, re.escape(text)),
                    count)


@test
def more_and_less():
    """TTIN one more, up to max-workers; TTOU one less, down to one"""
    with kept(2, "-c", "4") as forkd:
        first = settle(forkd, 2)
        for count in 3, 4:
            says(forkd, signal.SIGTTIN, "TTIN",
                 "%d handlers are kept running" % count)
            settle(forkd, count)
        forkd.wait_line("open pid \\d+, 4/4$")
        says(forkd, signal.SIGTTIN, "TTIN",
             "4 handlers are the most (max-workers): ignored")
        for count in 3, 2:
            says(forkd, signal.SIGTTOU, "TTOU",
                 "%d handlers are kept running" % count)
            settle(forkd, count)
        equal(settle(forkd, 2), first)      # the youngest left
        forkd.wait_line(r" info waiter: close pid \d+ signal 15 TERM in "
                        r"\S+: TTOU$", 2)
        says(forkd, signal.SIGTTOU, "TTOU", "1 handlers are kept running")
        left, = settle(forkd, 1)
        says(forkd, signal.SIGTTOU, "TTOU", "1 handler is the least: ignored")
        turn(forkd)
        equal(settle(forkd, 1), [left])
        for line in forkd.lines:            # as asked: nothing to wait for
            assert "throttle" not in line, line
        puppet = Puppet(forkd)
        equal(puppet.pid, left)
        puppet.close()


@test
def less_while_stuck():
    """TTOU does not wait for who ignores TERM; KILL comes after kill-grace"""
    with kept(2, "-o", "kill-grace=300ms") as forkd:
        puppets = [Puppet(forkd) for _ in range(2)]
        for puppet in puppets:
            puppet.order("ignore 15")
        says(forkd, signal.SIGTTOU, "TTOU", "1 handlers are kept running")
        says(forkd, signal.SIGTTIN, "TTIN", "2 handlers are kept running")
        forkd.wait_line("close pid .* signal 9 KILL")
        forkd.wait_line("open pid", 3)
        equal(len(settle(forkd, 2)), 2)
        for puppet in puppets:
            puppet.close()


@test
def ignored():
    """with min-workers 0 there is nothing to keep"""
    with waiting(start_new_session=True) as forkd:
        for number, name in ((signal.SIGTTIN, "TTIN"),
                             (signal.SIGTTOU, "TTOU")):
            says(forkd, number, name,
                 "1 handler when one is needed (min-workers): ignored")
        turn(forkd)
        equal(handlers(forkd), [])


main()
