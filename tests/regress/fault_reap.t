#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What may fail behind a connection: the pipe of signals, reaping, killing.
# No child stays a zombie, and no slot stays taken.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *


def pipe_of_signals(forkd):
    """Its two descriptors: the one that is read is in the wait set."""
    found = descriptors(forkd.pid)
    wait_set = [fd for fd, what in found.items() if "[eventpoll]" in what]
    with open("/proc/%d/fdinfo/%d" % (forkd.pid, wait_set[0])) as file:
        watched = [int(tfd) for tfd in
                   re.findall(r"tfd:\s*(\d+)", file.read())]
    reader = [fd for fd in watched if found[fd].startswith("pipe:")]
    writer = [fd for fd, what in found.items()
              if what == found[reader[0]] and fd != reader[0]]
    equal((len(reader), len(writer)), (1, 1), "pipe of signals")
    return reader[0], writer[0]


@test
def reaping_interrupted():
    """wait4 and waitid are interrupted, once and often"""
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        for times in 1, 50:
            fault = faults.set("wait4", errno.EINTR, times)
            health.check()
            equal(fault.failed, times)
    with faulty(faults, "-o", "timeout=50ms") as forkd:
        for times in 1, 50:
            fault = faults.set("waitid", errno.EINTR, times)
            equal(silent(forkd), b"")
            wait_until(lambda: not children(forkd.pid), "the reaper")
            equal(fault.failed, times)


@full
def reaping_missed():
    """A child that was not reaped is reaped when nobody else ends, too"""
    faults = Faults()
    with faulty(faults, workers=1) as forkd:
        health = Health(forkd, 1)
        fault = faults.set("wait4", errno.ECHILD)
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        fault.wait()
        health.check()


def silent(forkd):
    """A client that says nothing; what it gets."""
    with forkd.connect() as client:
        return client.recv(1)


@test
def wake_lost():
    """The write that a signal makes fails: its child is reaped all the same"""
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        _, writer = pipe_of_signals(forkd)
        for number in errno.ENOMEM, errno.EAGAIN, errno.EINTR:
            for _ in range(5):
                fault = faults.set("write", number, argument=writer)
                equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
                fault.wait()
                wait_until(lambda: not children(forkd.pid), "the reaper")
            health.check()
        fault = faults.set("write", errno.ENOMEM, FOREVER, argument=writer)
        forkd.send(signal.SIGTERM)
        equal(forkd.wait(), 0)


@test
def wake_unread():
    """The pipe of signals cannot be read, once and often"""
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        reader, _ = pipe_of_signals(forkd)
        for number, times in ((errno.EIO, 1), (errno.ENOMEM, 3),
                              (errno.EINTR, 1), (errno.EINTR, 50)):
            fault = faults.set("read", number, times, argument=reader)
            health.check()
            fault.wait(times)


@test
def killing():
    """kill fails: what kill-grace is for"""
    faults = Faults()
    with faulty(faults, "-o", "timeout=50ms", "-o", "kill-grace=100ms"
                ) as forkd:
        descriptors_before = descriptors(forkd.pid)
        # to the group, to the process; for ever
        for times, end in (1, "signal 15 TERM"), (FOREVER, "signal 9 KILL"):
            since = len(forkd.lines)
            fault = faults.set("kill", errno.EPERM, times,
                               argument=signal.SIGTERM)
            equal(silent(forkd), b"")
            fault.clear()
            assert fault.failed > 0
            match(end, forkd.wait_line("close", since=since))
        wait_until(lambda: not children(forkd.pid), "the reaper")
        equal(descriptors(forkd.pid), descriptors_before)


@test
def killing_once():
    """The group cannot be killed once: INT still ends all"""
    faults = Faults()
    with faulty(faults) as forkd:
        clients = [forkd.connect() for _ in range(2)]
        for client in clients:
            client.sendall(b"a\n")
            read_line(client)
        faults.set("kill", errno.ESRCH, 1)
        equal(forkd.stop(signal.SIGINT), 0)
        for client in clients:
            client.close()


main()
