#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Messages in mode prefork: what comes while a worker waits for a connection,
# and what start and finish send and receive.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from messages import *

KEPT = 64       # MESSAGES_KEPT


def pool(workers):
    """Settings of a pool of so many workers."""
    words = []
    for name, value in ("mode", "prefork"), ("max-workers", workers), \
            ("min-workers", workers), ("min-spare", 1), ("max-spare", workers):
        words += ["set", "s", name, str(value)]
    return words


@test
def between():
    """what comes between two connections is kept for the next one"""
    path = script("attached", "inside", 0o644)
    with Talk(after=pool(2)) as talk:
        equal(talk.say("send -1 9 10"), "send 0")
        equal(talk.say("sendfd 9 " + path), "sendfd 0")
        talk.answer()
        talk.forkd.wait_line("^answer 0")
        with Talk(talk.forkd) as other:
            for number in range(10):
                equal(other.say("receive 10 0"),
                      "receive type 6 size 1 '%d'" % number)
            equal(other.say("receive 3 0"), "receive -1 %d forkd_receive: a "
                  "message of 4 bytes, and room for 3: it stays" %
                  errno.EMSGSIZE)
            equal(other.say("receive 4 0"),
                  "receive type 9 size 4 'file' fd 'inside' 1")
            # and what comes now is as ever
            equal(other.say("send -1 1 x"), "send 0")
            equal(other.say("receive 4 20000"), "receive type 1 size 1 'x'")


@test
def across():
    """what one connection did not receive is there for the next one"""
    with Talk(after=pool(1)) as talk:
        equal(talk.say("send -1 6 3"), "send 0")
        equal(talk.say("receive 4 20000"), "receive type 6 size 1 '0'")
        pid = talk.pid
        talk.close()
        with Talk(talk.forkd) as again:
            equal(again.pid, pid)
            equal(again.say("receive 4 20000"), "receive type 6 size 1 '1'")
            equal(again.say("draining"), "draining 0")
            equal(again.say("receive 4 20000"), "receive type 6 size 1 '2'")


@test
def lost():
    """more than 64: the rest is lost, which is said once, in its place"""
    with Talk(after=pool(2)) as talk:
        equal(talk.say("send -1 9 %d" % (KEPT + 36)), "send 0")
        talk.forkd.wait_line("^heard slot . 1 type 9")
        with Talk(talk.forkd) as other:
            equal(talk.say("send -1 9 1"), "send 0")
            for number in range(KEPT):
                equal(other.say("receive 10 0"),
                      "receive type 6 size %d '%d'" % (len(str(number)),
                                                       number))
            equal(other.say("receive 10 20000"), "receive -1 %d forkd_receive: "
                  "36 messages are lost: there was no room for them between "
                  "connections" % errno.ENOBUFS)
            equal(other.say("receive 10 20000"), "receive type 6 size 1 '0'")
            equal(other.say("send -1 1 x"), "send 0")
            equal(other.say("receive 4 20000"), "receive type 1 size 1 'x'")


@test
def start_finish():
    """start and finish may send, start may receive, in both modes"""
    hooks = "serve,message,start,finish,greets,reaped"
    for settings in [], pool(1):
        with Talk(hooks=hooks, after=settings) as talk:
            talk.forkd.wait_line(r"^heard slot 0 1 type 1 size 5 'start'$")
            talk.forkd.wait_line(r"^answered start$")
            talk.say("return 1", answer=False)      # FORKD_RETIRE
            talk.forkd.wait_line(r"^heard slot 0 1 type 11 size 6 'finish'$")
            talk.forkd.wait_line(r"^reaped slot 0 pid %d " % talk.pid)


@test
def idle_garbage():
    """a worker that leaves nonsense behind is dropped; the pool goes on"""
    with Talk(after=pool(1)) as talk:
        talk.say("garbage 1 type", answer=False)
        talk.forkd.wait_line(r"handler-error pid %d .*nonsense on its channel: "
                             r"KILL to its group" % talk.pid)
        talk.forkd.wait_line(r"^reaped slot 0 pid %d status 9 " % talk.pid)
        with Talk(talk.forkd) as again:
            equal(again.say("send -1 1 x"), "send 0")
            equal(again.say("receive 4 20000"), "receive type 1 size 1 'x'")


@test
def draining():
    """a stop is told to workers of a pool that are busy"""
    with Talk(after=pool(2)) as talk:
        equal(talk.say("draining"), "draining 0")
        talk.forkd.send(signal.SIGTERM)
        equal(talk.say("undrained"), "draining 1")


main()
