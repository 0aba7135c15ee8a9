#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A worker that says nonsense on its channel is dropped, alone.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *

CONN, RETIRE, DRAIN, READY, TAKEN, MISSED, DONE, RETIRED, USER = range(1, 10)


def header(kind, length=0, flags=0, generation=1):
    return struct.pack("=IIII", kind, length, flags, generation).hex()


def nonsense(what, count=1, fds=0, fill=0):
    """A worker says it, while another one serves."""
    with Pool("reaped", "min-workers=2 min-spare=0 max-workers=3") as forkd:
        other = Talk(forkd)
        bad = Talk(forkd)
        before = sorted(descriptors(forkd.pid))
        bad.say("channel %d %d %d %s" % (count, fds, fill, what))
        forkd.wait_line("handler-error pid %d .*nonsense on its channel: KILL"
                        % bad.pid)
        forkd.wait_line("s#2: close pid %d signal 9 KILL in .*: nonsense" %
                        bad.pid)
        forkd.wait_line("^reaped slot . pid %d status 9" % bad.pid)
        bad.connection.close()
        equal(other.ask("pid"), str(other.pid))
        third = Talk(forkd)
        third.close()
        other.close()
        equal(forkd.count_lines("throttle|nonsense.*nonsense"), 0)
        wait_until(lambda: len(descriptors(forkd.pid)) <= len(before),
                   "descriptors to be closed")


@test
def short():
    """messages without a header, or without a byte"""
    for what in "", "00", "00" * 15:
        nonsense(what)


@test
def types():
    """types that are unknown, or the master's own"""
    for kind in 0, CONN, RETIRE, DRAIN, USER + 1, 0xffffffff:
        nonsense(header(kind))


@test
def states():
    """reports that do not fit to what it does"""
    for kind in READY, TAKEN, RETIRED:
        nonsense(header(kind))
    nonsense(header(DONE, flags=3))


@test
def generations():
    """another generation than its own"""
    for generation in 0, 2, 0xffffffff:
        nonsense(header(DONE, generation=generation))


@test
def lengths():
    """lengths that are not those of the message"""
    nonsense(header(DONE, length=1))
    nonsense(header(DONE), fill=1)
    nonsense(header(DONE, length=4), fill=4)
    nonsense(header(USER, length=0xffffffff), fill=10)
    nonsense(header(USER, length=20000), fill=20000)


@test
def attached():
    """descriptors that nobody asked for are closed"""
    nonsense(header(DONE), fds=1)
    nonsense(header(0), fds=1)


@test
def much():
    """as much of it as it can"""
    nonsense(header(0), count=1000000)


@test
def twice():
    """DONE while it still serves: the second one is too much"""
    with Pool("serve", "min-workers=2 min-spare=0") as forkd:
        bad = Talk(forkd)
        bad.ask("channel 1 0 0 " + header(DONE))
        forkd.wait_line("s#1: close pid %d status 0" % bad.pid)
        bad.say("channel 1 0 0 " + header(DONE))
        forkd.wait_line("handler-error pid %d.*nonsense on its channel" %
                        bad.pid)
        bad.connection.close()
        for _ in range(5):
            Talk(forkd).close()


main()
