#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 1: beyond max-workers connections wait, and are served when a slot is
# free; nothing is refused, nothing spins.  ipsvd's count never came back after
# a failed fork.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *


@test
def waits():
    """the connection after the last one waits for a slot"""
    with Forkd("-p", "0", "-c", "2", testbin("puppet")) as forkd:
        began = time.monotonic()
        first, second = Puppet(forkd), Puppet(forkd)
        forkd.wait_line(r" warning puppet: full: 2 of 2 workers busy, "
                        r"new connections wait \(max-workers\)$")
        waiting = [forkd.connect(), forkd.connect()]
        for connection in waiting:
            connection.sendall(b"pid\n")
        turn(forkd)
        forkd.has_lines("open pid", 2)
        first.order("exit 0")
        equal(int(read_line(waiting[0])) > 0, True)
        second.order("exit 0")
        equal(int(read_line(waiting[1])) > 0, True)
        forkd.wait_line(r" puppet#4: open .*, 2/2$")
        held = time.monotonic() - began
        for connection in waiting:
            connection.close()
        line = forkd.wait_line(r" info puppet: free: was full for "
                               r"\d+\.\d{3}s, [01]/2$")
        said = float(re.search(r"for ([\d.]+)s", line).group(1))
        whole = time.monotonic() - began
        assert 0 <= said <= whole, (said, held, whole)
        forkd.has_lines("full:", 1)
        equal(forkd.count_lines("refuse"), 0)


@test
def duration():
    """`free' says how long it was full"""
    with Forkd("-p", "0", "-c", "1", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        full = stamp(forkd.wait_line("full:"))
        puppet.order("burn 300")
        puppet.order("exit 0")
        room = stamp(forkd.wait_line("close pid"))
        line = forkd.wait_line("free: was full for")
        said = float(re.search(r"for ([\d.]+)s", line).group(1))
        # the lines are written a little later than what they tell of
        assert 0.3 <= said < room - full + 0.5, (said, room - full, line)


def stamp(line):
    """The time of a line, seconds of the day."""
    hours, minutes, seconds = \
        re.search(r"T(\d+):(\d+):([\d.]+)Z", line).groups()
    return (int(hours) * 60 + int(minutes)) * 60 + float(seconds)


@test
def idle():
    """a full service costs no processor time while connections wait"""
    with Forkd("-p", "0", "-c", "1", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        waiting = [forkd.connect() for _ in range(5)]
        turn(forkd)
        before = cpu_seconds(forkd.pid), switches(forkd.pid)
        time.sleep(1)           # not to wait for something: to measure
        used = cpu_seconds(forkd.pid) - before[0]
        turns = switches(forkd.pid) - before[1]
        assert used <= 0.05 and turns <= 5, (used, turns)
        puppet.order("exit 0")
        for connection in waiting:
            connection.sendall(b"exit 0\n")
            equal(read_line(connection), b"0\n")


def switches(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)",
                             file.read(), re.M).group(1))


@test
def crowd():
    """many more than that: each is served, never more at once"""
    count = 40 if SHORT else 200
    with Forkd("-p", "0", "-c", "3", handler("echo")) as forkd:
        crowd = [forkd.connect() for _ in range(count)]
        for number, connection in enumerate(crowd):
            connection.sendall(b"%d" % number)
            connection.shutdown(socket.SHUT_WR)
        for number, connection in enumerate(crowd):
            equal(read_all(connection), b"%d" % number)
            connection.close()
        forkd.wait_line("close pid", count)
        busy = [int(n) for line in forkd.lines
                for n in re.findall(r"open pid .*, (\d+)/3$", line)]
        equal((len(busy), max(busy)), (count, 3))
        equal(forkd.count_lines("refuse|error"), 0)


main()
