#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Messages from a worker to the master and back: whole, in order, with
# descriptors; what forkd_send and forkd_receive refuse, and how they wait.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from messages import *


def not_kept(forkd, path):
    """The master closes its descriptor of a file; after it has said so."""
    wait_until(lambda: path not in descriptors(forkd.pid).values(),
               "the master to close " + path)


@test
def both_ways():
    """a message reaches ops.message, and its answer the worker"""
    with Talk() as talk:
        equal(talk.say("send -1 1 hello"), "send 0")
        talk.forkd.wait_line(r"^heard slot 0 1 type 1 size 5 'hello'$")
        talk.forkd.wait_line(r"^answer 0$")
        equal(talk.say("receive 100 20000"), "receive type 1 size 5 'hello'")
        # the shortest, and one that just fits
        equal(talk.say("send -1 1 "), "send 0")
        equal(talk.say("receive 0 20000"), "receive type 1 size 0 ''")
        equal(talk.say("send -1 1 abc"), "send 0")
        equal(talk.say("receive 3 20000"), "receive type 1 size 3 'abc'")
        # any type is the program's
        equal(talk.say("send -1 4294967295 x"), "send 0")
        talk.forkd.wait_line(r"^heard slot 0 1 type 4294967295 size 1 'x'$")


@test
def descriptors_attached():
    """a descriptor goes along, both ways; each side has its own"""
    path = script("attached", "what is in it", 0o644)
    with Talk() as talk:
        equal(talk.say("sendfd 1 " + path), "sendfd 0")
        equal(talk.answer(), "still 0")
        talk.forkd.wait_line(r"^heard slot 0 1 type 1 size 4 'file' "
                             r"fd 'what is in it' 1$")
        equal(talk.say("receive 100 20000"),
              "receive type 1 size 4 'file' fd 'what is in it' 1")
        not_kept(talk.forkd, path)


@test
def order():
    """messages come whole and in their order, all of them, also at the end"""
    count = 1000 if SHORT else 20000
    with Talk() as talk:
        equal(talk.say("numbers 11 %d" % count).split()[:2],
              ["numbers", str(count)])
        talk.forkd.wait_line(r"^heard slot 0 1 type 11 size \d+ '%d'$" %
                             (count - 1))
        # these are in the channel when the worker ends
        equal(talk.say("numbers 12 50"), "numbers 50 0")
        talk.say("exit 0", answer=False)
        talk.forkd.wait_line("^reaped slot 0")
        with talk.forkd.changed:
            lines = list(talk.forkd.lines)
    for kind, total in (11, count), (12, 50):
        equal([int(l.split("'")[1]) for l in lines
               if l.startswith("heard slot 0 1 type %d " % kind)],
              list(range(total)))
    assert max(i for i, l in enumerate(lines) if " type 12 " in l) < \
        min(i for i, l in enumerate(lines) if l.startswith("reaped"))


@test
def order_down():
    """the same from the master to a worker"""
    with Talk() as talk:
        equal(talk.say("send -1 6 100"), "send 0")
        for number in range(100):
            equal(talk.say("receive 100 20000"), "receive type 6 size %d '%d'"
                  % (len(str(number)), number))


@test
def several_workers():
    """each worker has a channel of its own, known by its slot"""
    with Talk() as talk:
        others = [Talk(talk.forkd) for _ in range(3)]
        for number, other in enumerate(others):
            equal(other.say("send -1 1 %d" % number), "send 0")
        for number, other in enumerate(others):
            equal(other.say("receive 10 20000"),
                  "receive type 1 size 1 '%d'" % number)
            talk.forkd.wait_line(r"^heard slot %d 1 type 1 size 1 '%d'$" %
                                 (number + 1, number))
        # the master sends to another slot than the one that asked
        equal(talk.say("send -1 3 2"), "send 0")
        equal(others[1].say("receive 10 20000"), "receive type 3 size 1 '2'")
        for other in others:
            other.close()


@test
def receive_waits():
    """ETIMEDOUT, not before its time; 0 does not wait"""
    with Talk() as talk:
        late = "receive -1 %d forkd_receive: no message came in time" % \
            errno.ETIMEDOUT
        equal(talk.say("receive 10 0"), late)
        start = time.monotonic()
        equal(talk.say("receive 10 100"), late)
        assert time.monotonic() - start >= 0.1
        equal(talk.say("receive 10 -2"), "receive -1 %d forkd_receive: "
              "timeout -2: -1 for none" % errno.EINVAL)
        # it waits for what comes later
        talk.say("receive 10 -1", answer=False)
        with Talk(talk.forkd) as other:
            equal(other.say("send -1 3 0"), "send 0")
            equal(talk.answer(), "receive type 3 size 1 '0'")


@test
def receive_interrupted():
    """a function of the program's that a signal calls ends the wait: EINTR"""
    with Talk() as talk:
        talk.say("signal-in 50", answer=False)
        equal(talk.say("receive 10 -1"), "receive -1 %d forkd_receive: "
              "Interrupted system call" % errno.EINTR)


@test
def too_small():
    """EMSGSIZE, and the message stays, with its descriptor"""
    path = script("attached", "inside", 0o644)
    with Talk() as talk:
        equal(talk.say("sendfd 1 " + path), "sendfd 0")
        talk.answer()
        talk.forkd.wait_line("^answer 0")
        for size in 3, 0:
            equal(talk.say("receive %d 20000" % size),
                  "receive -1 %d forkd_receive: a message of 4 bytes, and "
                  "room for %d: it stays" % (errno.EMSGSIZE, size))
        equal(talk.say("receive 4 0"),
              "receive type 1 size 4 'file' fd 'inside' 1")


@test
def no_room():
    """a full descriptor table: EMFILE, and the message stays"""
    path = script("attached", "inside", 0o644)
    with Talk(after=["set", "s", "limit-nofile", "64"]) as talk:
        equal(talk.say("sendfd 1 " + path), "sendfd 0")
        talk.answer()
        talk.forkd.wait_line("^answer 0")
        last = talk.say("crowd").split()[1]
        equal(talk.say("receive 4 20000"), "receive -1 %d forkd_receive: no "
              "room for a descriptor, it stays: Too many open files" %
              errno.EMFILE)
        equal(talk.say("room " + last), "room 0")
        equal(talk.say("receive 4 20000"),
              "receive type 1 size 4 'file' fd 'inside' 1")


@test
def too_long():
    """FORKD_MESSAGE_MAX goes through, one byte more is EMSGSIZE"""
    with Talk() as talk:
        have = talk.say("cram 7 16385")
        equal(have, "filled 0 %d forkd_send: a message of 16385 bytes: at "
              "most 16384 (FORKD_MESSAGE_MAX)" % errno.EMSGSIZE)
        equal(talk.say("send -1 2 16384"), "send 0")
        have = talk.forkd.wait_line(r"^filled ").split()
        assert int(have[1]) >= 4, have
        equal(int(have[2]), errno.EAGAIN)
        equal(talk.say("receive 16384 20000"),
              "receive type 2 size 16384 '%s'" % ("x" * 40))


@test
def bad_descriptor():
    """a descriptor that is none: EBADF, and nothing is sent"""
    with Talk() as talk:
        equal(talk.say("sendfd 1 /nonexistent"), "sendfd 0")
        talk.answer()       # -1: none
        talk.forkd.wait_line(r"^heard slot 0 1 type 1 size 4 'file'$")
        equal(talk.say("badfd 1"), "badfd -1 %d forkd_send: Bad file "
              "descriptor" % errno.EBADF)
        equal(talk.say("badfd -7"), "badfd -1 %d forkd_send: descriptor -7: "
              "-1 for none" % errno.EINVAL)


@test
def nobody_listens():
    """without ops.message: a line in the log, and nothing is kept open"""
    path = script("attached", "inside", 0o644)
    with Talk(hooks="serve") as talk:
        equal(talk.say("sendfd 9 " + path), "sendfd 0")
        talk.answer()
        talk.forkd.wait_line(r" warning s#1: handler-error pid \d+ \S+: message "
                             r"of type 9: the program has no function for it")
        not_kept(talk.forkd, path)


main()
