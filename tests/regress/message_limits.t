#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Messages when something is wrong: full channels, workers that never read,
# flood or talk nonsense, calls from the wrong process, no master any more.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from messages import *
from puppets import turn


@test
def master_full():
    """to a worker that never reads: EAGAIN, and the master goes on"""
    with Talk() as talk, Talk(talk.forkd) as other:
        equal(talk.say("send -1 2 10"), "send 0")
        have = talk.forkd.wait_line("^filled ").split(" ", 3)
        assert int(have[1]) > 64, have
        equal(have[2:], [str(errno.EAGAIN), "forkd_send: the channel is full: "
                         "the worker has yet to read"])
        equal(other.say("send -1 1 on"), "send 0")
        equal(other.say("receive 10 20000"), "receive type 1 size 2 'on'")
        # what was sent is there, and then there is room again
        equal(talk.say("take " + have[1]),
              "receive type 2 size 10 'xxxxxxxxxx'")
        equal(talk.say("send -1 1 again"), "send 0")
        equal(talk.say("receive 10 20000"), "receive type 1 size 5 'again'")


@test
def worker_full():
    """to a master that does not read: EAGAIN, the worker does not wait"""
    with Talk() as talk:
        talk.forkd.send(signal.SIGSTOP)
        try:
            have = talk.say("cram 7 10").split(" ", 3)
        finally:
            talk.forkd.send(signal.SIGCONT)
        assert int(have[1]) > 64, have
        equal(have[2:], [str(errno.EAGAIN), "forkd_send: the channel is full: "
                         "the master has yet to read"])
        equal(talk.say("numbers 7 5").split()[:2], ["numbers", "5"])


@test
def flood():
    """a worker that sends without end keeps nobody else from the master"""
    with Talk() as talk, Talk(talk.forkd) as other:
        senders = [int(word) for word in talk.say("flood").split()]
        for _ in range(10):
            equal(other.say("send -1 1 x"), "send 0")
            equal(other.say("receive 10 20000"), "receive type 1 size 1 'x'")
            equal(talk.forkd.talk(b"say new\n"), b"new\n")
        # its descendants go on, but not for ever
        os.kill(talk.pid, signal.SIGKILL)
        talk.forkd.wait_line(r"^reaped slot 0 pid %d" % talk.pid)
        for pid in senders:
            equal(os.waitpid(pid, 0)[1], 0)     # EPIPE
        equal(other.say("send -1 1 x"), "send 0")
        equal(other.say("receive 10 20000"), "receive type 1 size 1 'x'")


@test
def garbage():
    """a worker that talks nonsense is dropped, alone"""
    with Talk() as other:
        forkd = other.forkd
        forkd.wait_line("#1: open")     # its own copy is closed then
        before = descriptors(forkd.pid)
        for number, kind in enumerate(
                ("empty", "short", "type", "ready", "done", "length", "fds"), 1):
            talk = Talk(forkd)
            talk.say("garbage %d %s" % (number, kind), answer=False)
            forkd.wait_line(r" warning s#%d: handler-error pid %d \S+: nonsense "
                            r"on its channel: KILL to its group" %
                            (number + 1, talk.pid))
            forkd.wait_line(r"^reaped slot 1 pid %d status 9 " % talk.pid)
            talk.close()
            equal(other.say("send -1 1 on"), "send 0")
            equal(other.say("receive 10 20000"), "receive type 1 size 2 'on'")
        # of another worker that had the slot before
        with Talk(forkd) as talk:
            talk.say("garbage 1 none", answer=False)
            forkd.wait_line(r"handler-error pid %d .*nonsense" % talk.pid)
            forkd.wait_line(r"^reaped slot 1 pid %d status 9 " % talk.pid)
        # and the same made right is none
        with Talk(forkd) as talk:
            equal(talk.say("garbage 9 none"), "garbage 16")
            equal(talk.say("send -1 1 x"), "send 0")
            equal(talk.say("receive 10 20000"), "receive type 1 size 1 'x'")
        wait_until(lambda: descriptors(forkd.pid) == before, "descriptors")


@test
def last_words():
    """nonsense of a worker that has ended already hurts nobody"""
    with Talk() as other:
        with Talk(other.forkd) as talk:
            other.forkd.send(signal.SIGSTOP)
            talk.say("garbage 1 type", answer=False)
            talk.answer()
            talk.say("exit 3", answer=False)
            equal(read_all(talk.connection), b"")
            other.forkd.send(signal.SIGCONT)
            other.forkd.wait_line(r"^reaped slot 1 pid %d status (768|9) " %
                                  talk.pid)
        equal(other.say("send -1 1 on"), "send 0")
        equal(other.say("receive 10 20000"), "receive type 1 size 2 'on'")


@test
def wrong_in_worker():
    """what only the master may call: EPERM in a worker, and nothing happens"""
    with Talk() as talk:
        ends = "called in process %d: only process %d, which runs the " \
            "master, can do that" % (talk.pid, talk.forkd.pid)
        have = [talk.say("calls")] + [talk.answer() for _ in range(6)]
        for line, call in zip(have, ("run", "set", "listen", "service",
                                     "send")):
            equal(line, "%s -1 %d forkd_%s: %s%s" % (
                call, errno.EPERM, call,
                "to a worker: " if call == "send" else "", ends))
        match(r"^address ", have[5])
        equal(have[6], "message 0")     # after forkd_free, forkd_stop
        equal(talk.forkd.talk(b"say on\n"), b"on\n")


@test
def wrong_in_master():
    """what only workers may call: EPERM in the master"""
    with Talk() as talk:
        equal(talk.say("send -1 4 x"), "send 0")
        talk.forkd.wait_line(r"^receive -1 %d forkd_receive: only workers can; "
                             r"the master has the member message" % errno.EPERM)
        talk.forkd.wait_line(r"^send -1 %d forkd_send: FORKD_MASTER is for "
                             r"workers$" % errno.EPERM)
        talk.forkd.wait_line(r"^draining 0$")
        # no such slot
        for slot in "7", "1000000":
            equal(talk.say("send -1 3 " + slot), "send 0")
            talk.forkd.wait_line(r"^answer -1 %d forkd_send: no worker has "
                                 r"slot %s$" % (errno.ENOENT, slot))
        equal(talk.say("send -1 3 -5"), "send 0")
        talk.forkd.wait_line(r"^answer -1 %d forkd_send: slot -5: FORKD_MASTER, "
                             r"or 0 and above$" % errno.EINVAL)


@test
def executables():
    """a worker that runs an executable gets none: EOPNOTSUPP"""
    other = ["service", "x", "-", *user_words("x"), "set", "x", "handler",
             handler("talkback"), "listen", "x", "127.0.0.1:0"]
    with Talk(after=other) as talk:
        line = talk.forkd.wait_line(r"listening on .*: \S+talkback$")
        port = int(re.search(r":(\d+): ", line)[1])
        connection = talk.forkd.connect(port=port)
        connection.sendall(b"hello\n")
        equal(read_line(connection), b"You said 'hello'.\n")
        equal(talk.say("send -1 3 1"), "send 0")
        talk.forkd.wait_line(r"^answer -1 %d forkd_send: the worker in slot 1 "
                             r"runs an executable, which gets no messages$" %
                             errno.EOPNOTSUPP)
        connection.close()


@test
def before_run():
    """without a running master: ENOENT, EPERM, 0; without any: EINVAL"""
    equal(calls("send", "0", "receive", "draining"),
          ["send -1 ENOENT forkd_send: no worker has slot 0",
           "receive -1 EPERM forkd_receive: only workers can; the master has "
           "the member message of struct forkd_ops", "draining 0"])
    equal(calls("free", "send", "0", "receive", "draining"),
          ["send -1 EINVAL forkd_send: forkd is NULL: no master",
           "receive -1 EINVAL forkd_receive: forkd is NULL: no master",
           "draining -1 EINVAL forkd_draining: forkd is NULL: no master"])


@test
def master_gone():
    """kill -9 of the master: EPIPE, after what it has sent; it is a drain"""
    talk = Talk()
    with Talk(talk.forkd) as other:
        equal(talk.say("send -1 6 2"), "send 0")
        equal(talk.say("receive 10 20000"), "receive type 6 size 1 '0'")
        turn(talk.forkd)        # the second one is on its way, too
        os.kill(talk.forkd.pid, signal.SIGKILL)
        talk.forkd.process.wait()
        equal(talk.say("receive 10 20000"), "receive type 6 size 1 '1'")
        gone = " -1 %d forkd_%%s: the master is gone" % errno.EPIPE
        equal(talk.say("receive 10 -1"), "receive" + gone % "receive")
        equal(talk.say("send -1 7 x"), "send" + gone % "send")
        equal(talk.say("draining"), "draining 1")
        # a sibling does not keep the channel open, though it was born later
        equal(other.say("receive 10 -1"), "receive" + gone % "receive")
    talk.close()
    for pid in talk.pid, other.pid:     # they are this process's children now
        os.waitpid(pid, 0)
    talk.forkd.kill()


@test
def draining():
    """a stop: forkd_draining says so, also behind messages and a full channel"""
    with Talk() as talk, Talk(talk.forkd) as full:
        equal(talk.say("draining"), "draining 0")
        equal(talk.say("send -1 6 3"), "send 0")
        equal(full.say("send -1 2 10"), "send 0")
        have = talk.forkd.wait_line("^filled ").split()
        talk.forkd.send(signal.SIGTERM)
        equal(talk.say("undrained"), "draining 1")
        for number in "012":    # what it came across is kept
            equal(talk.say("receive 10 0"),
                  "receive type 6 size 1 '%s'" % number)
        # nothing else is said of it
        equal(talk.say("receive 10 0"), "receive -1 %d forkd_receive: no "
              "message came in time" % errno.ETIMEDOUT)
        # this one has to read first
        equal(full.say("draining"), "draining 0")
        equal(full.say("take " + have[1]),
              "receive type 2 size 10 'xxxxxxxxxx'")
        equal(full.say("draining"), "draining 1")
        # the channel still works
        equal(talk.say("send -1 4 x"), "send 0")
        talk.forkd.wait_line("^draining 1$")


main()
