#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# When a worker's channel cannot be made, or read, or has no room for what is
# passed over it: the client waits and is served, the master goes on.
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from messages import Talk

TALKBACK = os.path.join(os.environ["EXAMPLES"], "talkback")
COUNTER = os.path.join(os.environ["EXAMPLES"], "counter")
EPOLL_CTL_ADD = 1


def functions(faults, program=TALKBACK):
    return faulty(faults, program=program)


@test
def made():
    """socketpair fails: as when fork fails, and nothing is lost"""
    faults = Faults()
    with functions(faults) as forkd:
        health = Health(forkd)
        for turn, number in enumerate((errno.EMFILE, errno.ENFILE,
                                       errno.ENOMEM), 1):
            fault = faults.set("socketpair", number)
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
            equal(fault.failed, 1)
            forkd.wait_line("setup-error.*" + os.strerror(number))
            health.check()


@test
def watched():
    """the loop does not take it: the same, and both ends are closed"""
    faults = Faults()
    with functions(faults) as forkd:
        health = Health(forkd)
        # the listener is in the wait set as long as there is room
        busy = forkd.connect()
        busy.sendall(b"a\n")
        equal(read_line(busy), b"You said 'a'.\n")
        fault = faults.set("epoll_ctl", errno.ENOSPC, argument=EPOLL_CTL_ADD)
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        equal(fault.failed, 1)
        busy.close()
        health.check()


@test
def forked():
    """fork fails after it was made: both ends are closed"""
    faults = Faults()
    with functions(faults) as forkd:
        health = Health(forkd)
        fault = faults.set("fork", errno.EAGAIN)
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        equal(fault.failed, 1)
        forkd.wait_line("setup-error.*fork: " + os.strerror(errno.EAGAIN))
        health.check()


@test
def read():
    """recvmsg fails: that worker alone suffers"""
    faults = Faults()
    with functions(faults, COUNTER) as forkd:
        before = descriptors(forkd.pid)
        match(b"^You are visitor", forkd.talk())
        for number in errno.ENOMEM, errno.EIO, errno.EINTR:
            fault = faults.set("recvmsg", number)
            try:
                forkd.talk()
            except ConnectionError:
                pass
            fault.wait()
            match(b"^You are visitor", forkd.talk())
        wait_until(lambda: not children(forkd.pid), "the last worker")
        wait_until(lambda: descriptors(forkd.pid) == before, "descriptors")


@test
def no_room():
    """the master has no room for a descriptor: a line in the log, no more"""
    path = script("attached", "inside", 0o644)
    with Talk() as talk:
        forkd = talk.forkd
        forkd.wait_line("#1: open")
        before = descriptors(forkd.pid)
        soft, hard = resource.prlimit(forkd.pid, resource.RLIMIT_NOFILE)
        free = min(set(range(len(before) + 1)) - set(before))
        resource.prlimit(forkd.pid, resource.RLIMIT_NOFILE, (free, hard))
        equal(talk.say("sendfd 1 " + path), "sendfd 0")
        equal(talk.answer(), "still 0")
        forkd.wait_line(r"handler-error pid %d \S+: message of type 1 is lost: "
                        r"no descriptor is left for what it carries" % talk.pid)
        equal(talk.say("send -1 1 on"), "send 0")
        equal(talk.say("receive 10 20000"), "receive type 1 size 2 'on'")
        equal(descriptors(forkd.pid), before)
        resource.prlimit(forkd.pid, resource.RLIMIT_NOFILE, (soft, hard))
        equal(talk.say("sendfd 1 " + path), "sendfd 0")
        talk.answer()
        equal(talk.say("receive 100 20000"),
              "receive type 1 size 4 'file' fd 'inside' 1")


main()
