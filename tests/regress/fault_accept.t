#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What may fail between a client's connect and fork: accept, getsockname, the
# wait set.  Once, and for a second; the master serves again, was not busy
# meanwhile, and has lost and kept nothing.
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *

LATER = [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM,
         errno.EINVAL]
AGAIN = [errno.EINTR, errno.ECONNABORTED, errno.EPROTO, errno.EPERM,
         errno.ENETDOWN, errno.ENOPROTOOPT, errno.EHOSTDOWN, errno.ENONET,
         errno.EHOSTUNREACH, errno.EOPNOTSUPP, errno.ENETUNREACH,
         errno.ETIMEDOUT, errno.ECONNRESET]
ERRORS = "accept-error"
ONCE_IN_A_SECOND = 5    # lines: at 0, 100, 300, 700 and 1500 ms


def says(number):
    return ERRORS + ".*" + re.escape(os.strerror(number))


@test
def accept_once():
    """accept fails once: with what error ever, the client is served"""
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        for number in LATER + AGAIN + [errno.EAGAIN]:
            fault = faults.set("accept4", number)
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
            equal(fault.failed, 1)
            if number in LATER:
                forkd.wait_line(says(number))
            health.check()
        forkd.has_lines(ERRORS, len(LATER))


def accept_badly(number):
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        busy = forkd.connect()
        busy.sendall(b"a\n")
        equal(read_line(busy), b"You said 'a'.\n")
        fault = faults.set("accept4", number, FOREVER)
        with forkd.connect() as client:
            client.sendall(b"hello\n")
            fault.wait()
            wait_until(lambda: not is_watched(forkd), "a rest")
            bad_second([forkd])
            busy.close()        # children are reaped all the same
            wait_until(lambda: not children(forkd.pid), "the reaper")
            fault.clear()
            equal(read_line(client), b"You said 'hello'.\n")
        lines = forkd.count_lines(ERRORS)
        assert 1 <= lines <= ONCE_IN_A_SECOND, "%d lines" % lines
        equal(forkd.count_lines(says(number)), lines)
        # those that say nothing of us are tried a few times in a row
        tries = lines * (1 if number in LATER else 16) + 15
        assert fault.failed <= tries, "%d tries" % fault.failed
        health.check()


@test
def accept_for_a_second():
    """accept fails for a second: no work, no flood of lines, no loss"""
    at_once([lambda number=number: accept_badly(number)
             for number in LATER + (AGAIN[:4] if SHORT else AGAIN)])


@test
def accept_one_of_two():
    """One of two listeners fails: both come back"""
    faults = Faults()
    with faulty(faults, "-l", "127.0.0.2:0") as forkd:
        found = descriptors(forkd.pid)
        listeners = sorted(fd for fd, what in found.items()
                           if what.startswith("socket:"))
        equal((len(listeners), len(forkd.ports)), (2, 2))
        places = list(zip(("127.0.0.1", "127.0.0.2"), forkd.ports))
        for number in range(2):
            fault = faults.set("accept4", errno.EMFILE, 3,
                               argument=listeners[number])
            with forkd.connect(*places[number]) as client:
                fault.wait()
                for place in places:
                    equal(forkd.talk(b"x\n", *place), b"You said 'x'.\n")
                client.sendall(b"y\n")
                equal(read_line(client), b"You said 'y'.\n")
            equal(fault.failed, 3)
        equal(descriptors(forkd.pid), found)


@test
def accept_stop():
    """TERM ends a master that cannot accept"""
    faults = Faults()
    with faulty(faults, "-o", "drain-timeout=300ms") as forkd:
        fault = faults.set("accept4", errno.ENFILE, FOREVER)
        with forkd.connect():
            fault.wait()
            equal(forkd.stop(), 0)


@test
def getsockname_once():
    """getsockname fails once: that client is lost, and no other"""
    faults = Faults()
    with faulty(faults, listen="*:0") as forkd:
        health = Health(forkd)
        for number in (errno.ENOBUFS, errno.ENOMEM, errno.EINVAL,
                       errno.ENOTCONN):
            fault = faults.set("getsockname", number)
            equal(forkd.talk(), b"")
            equal(fault.failed, 1)
            if number in (errno.ENOBUFS, errno.ENOMEM):
                forkd.wait_line(says(number))
            health.check()
        forkd.has_lines(ERRORS, 2)


def getsockname_badly(number):
    faults = Faults()
    with faulty(faults, listen="*:0") as forkd:
        health = Health(forkd)
        fault = faults.set("getsockname", number, FOREVER)
        clients = [forkd.connect() for _ in range(20)]
        fault.wait()
        bad_second([forkd])
        fault.clear()
        lost = 0
        for client in clients:
            with client:
                try:
                    client.sendall(b"hello\n")
                    lost += read_line(client) == b""
                except ConnectionError:
                    lost += 1
        equal(lost, fault.failed, "clients that were lost")
        assert lost <= ONCE_IN_A_SECOND, "%d clients were lost" % lost
        health.check()


@test
def getsockname_for_a_second():
    """getsockname fails for a second: the others wait and are served"""
    at_once([lambda number=number: getsockname_badly(number)
             for number in (errno.ENOBUFS, errno.ENOMEM)])


def watch_badly(number):
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        busy = [forkd.connect() for _ in range(2)]
        for client in busy:
            client.sendall(b"a\n")
            read_line(client)
        wait_until(lambda: not is_watched(forkd), "being full")
        fault = faults.set("epoll_ctl", number, FOREVER, argument=1)  # ADD
        with forkd.connect() as client:
            client.sendall(b"hello\n")
            for one in busy:
                one.close()
            fault.wait()
            bad_second([forkd])
            assert not is_watched(forkd)
            fault.clear()
            equal(read_line(client), b"You said 'hello'.\n")
        assert 1 <= forkd.count_lines(says(number)) <= ONCE_IN_A_SECOND
        health.check()


@test
def watch_for_a_second():
    """epoll_ctl fails for a second: the listener comes back"""
    at_once([lambda number=number: watch_badly(number)
             for number in (errno.ENOMEM, errno.ENOSPC)])


@test
def watch_once():
    """epoll_ctl fails once, to add or to remove"""
    faults = Faults()
    with faulty(faults, workers=1) as forkd:
        health = Health(forkd, 1)
        for operation in 1, 2:
            fault = faults.set("epoll_ctl", errno.ENOMEM, argument=operation)
            health.check()
            equal(fault.failed, 1)
            wait_until(lambda: is_watched(forkd), "the listener")


def wait_badly(number, times):
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        fault = faults.set("epoll_wait", number, times)
        with forkd.connect() as client:     # wakes it
            client.sendall(b"hello\n")
            fault.wait()
            if times == FOREVER:
                bad_second([forkd])
                fault.clear()
            equal(read_line(client), b"You said 'hello'.\n")
        health.check()


@test
def wait():
    """epoll_wait fails, once, often, and for a second"""
    at_once([lambda number=number, times=times: wait_badly(number, times)
             for number in (errno.EINTR, errno.ENOMEM)
             for times in (1, 15, 40, FOREVER)])


@test
def descriptors_run_out():
    """Without a descriptor left the master rests, and then goes on"""
    with Forkd("-l", "127.0.0.1:0", "-c", "2", handler("talkback")) as forkd:
        health = Health(forkd)
        _, hard = resource.prlimit(forkd.pid, resource.RLIMIT_NOFILE)
        before = resource.prlimit(forkd.pid, resource.RLIMIT_NOFILE,
                                  (max(health.descriptors) + 1, hard))
        with forkd.connect() as client:
            client.sendall(b"hello\n")
            forkd.wait_line(says(errno.EMFILE))
            bad_second([forkd])
            resource.prlimit(forkd.pid, resource.RLIMIT_NOFILE, before)
            equal(read_line(client), b"You said 'hello'.\n")
        assert forkd.count_lines(ERRORS) <= ONCE_IN_A_SECOND
        health.check()


main()
