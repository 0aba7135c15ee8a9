#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What may fail in a program that embeds a master: descriptors for pidfds and
# for timers, the wait set.  No worker is lost, and no slot.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from hosts import *


def faulty_host(faults):
    return Host(env=faults.environment("inject"))


def served(host, port, count=3):
    for _ in range(count):
        equal(ask(port, b"x\n"), b"You said 'x'.\n")
        match(r"^reaped \d+ \d+ 0 1 2 1$", host.wait_said("reaped"))


@test
def no_pidfd():
    """pidfd_open fails, once or always: the worker is reaped all the same"""
    for times in 1, FOREVER:
        for number in errno.EMFILE, errno.ENFILE, errno.ENOSYS, errno.ESRCH:
            faults = Faults()
            with faulty_host(faults) as host:
                port, = host.master(("f", None, {"max-workers": "1"}))
                host.watch()
                before = descriptors(host.pid)
                fault = faults.set("pidfd_open", number, times)
                served(host, port)
                assert fault.failed >= 1
                wait_until(lambda: descriptors(host.pid) == before,
                           "the descriptors of before")


@test
def no_pidfd_ended():
    """a worker without a pidfd is ended by timeout and by a stop"""
    faults = Faults()
    with faulty_host(faults) as host:
        port, = host.master(("x", testbin("puppet"),
                             {"timeout": "50ms", "kill-grace": "50ms"}))
        faults.set("pidfd_open", errno.EMFILE, FOREVER)
        host.watch()
        equal(ask(port, b"ignore 15\nchild\n").count(b"\n"), 2)
        with socket.create_connection(("127.0.0.1", port), DEADLINE) as peer:
            peer.settimeout(DEADLINE)
            peer.sendall(b"ignore 15\n")
            read_all(peer)
            host.wait_line(r"x#2: close pid \d+ signal 9 .*: timeout")
        with socket.create_connection(("127.0.0.1", port), DEADLINE) as peer:
            peer.settimeout(DEADLINE)
            peer.sendall(b"pid\n")
            read_line(peer)
            host.works("free", answer="-1")
        equal(children(host.pid), [])


@test
def no_descriptors():
    """the last descriptors: connections wait or are served, none is lost"""
    # the connection, and both ends of the channel of its worker
    for more in 3, 4, 5:
        with Host() as host:
            port, = host.master(("f", None, {}))
            host.watch()
            served(host, port, 1)
            host.works("lowfd", more)
            peers = [dial(port)]
            waiting = socket.create_connection(("127.0.0.1", port), DEADLINE)
            waiting.settimeout(DEADLINE)
            waiting.sendall(b"late\n")
            for peer in peers:
                peer.close()
            host.wait_said("reaped")
            equal(read_line(waiting), b"You said 'late'.\n")
            waiting.close()
            host.wait_said("reaped")
            host.works("lowfd", 0)
            served(host, port, 1)


@test
def no_descriptors_exec():
    """the same with executables, which have no channel"""
    for more in 1, 2, 3:
        with Host() as host:
            port, = host.master(("x", testbin("puppet"), {}))
            host.watch()
            host.works("lowfd", more)
            first, late = (socket.create_connection(
                ("127.0.0.1", port), DEADLINE) for _ in range(2))
            for peer in first, late:
                peer.settimeout(DEADLINE)
                peer.sendall(b"pid\n")
            assert int(read_line(first)) > 0
            first.close()
            assert int(read_line(late)) > 0
            late.close()
            host.wait_line("x#.: close pid .* status 0", 2)


@test
def not_watched():
    """epoll_ctl fails for a pidfd: the worker is reaped all the same"""
    faults = Faults()
    with faulty_host(faults) as host:
        port, = host.master(("f", None, {"max-workers": "1"}))
        host.watch()
        before = descriptors(host.pid)
        for number in errno.ENOMEM, errno.ENOSPC:
            with dial(port):
                # the listener has left: the next one added is a pidfd
                pass
            host.wait_said("reaped")
            fault = faults.set("epoll_ctl", number, 1, argument=1)
            served(host, port)
            wait_until(lambda: fault.failed == 1, "the fault")
        wait_until(lambda: descriptors(host.pid) == before,
                   "the descriptors of before")


@test
def waitid_odd():
    """waitid is interrupted or fails: the worker is reaped all the same"""
    for number in errno.EINTR, errno.EINVAL:
        faults = Faults()
        with faulty_host(faults) as host:
            port, = host.master(("f", None, {"max-workers": "1"}))
            host.watch()
            fault = faults.set("waitid", number, 3)
            served(host, port)
            equal(fault.failed, 3)


@test
def no_start():
    """what a start needs cannot be had: it fails, and leaves nothing"""
    for name in ("timerfd_create", "eventfd", "epoll_create1", "pipe2",
                 "epoll_ctl", "fork"):
        faults = Faults()
        with faulty_host(faults) as host:
            port, = host.master(("f", None, {}))
            before = descriptors(host.pid)
            signals = host.order("signals")
            fault = faults.set(name, errno.EMFILE)
            match(r"^-1 EMFILE .*Too many open files", host.order("fd"))
            equal(fault.failed, 1)
            equal([fd for fd in descriptors(host.pid) if fd not in before],
                  [])
            equal(host.order("signals"), signals)
            equal(children(host.pid), [])


@test
def timer_odd():
    """timerfd_settime fails: the next step tries again"""
    faults = Faults()
    with faulty_host(faults) as host:
        port, = host.master(("x", testbin("puppet"), {"timeout": "50ms"}))
        host.watch()
        fault = faults.set("timerfd_settime", errno.EINVAL, 5)
        equal(ask_open(port), b"1\n")
        host.wait_line("x#1: close .*: timeout")
        equal(fault.failed, 5)


def ask_open(port):
    with socket.create_connection(("127.0.0.1", port), DEADLINE) as peer:
        peer.settimeout(DEADLINE)
        peer.sendall(b"default 1\n")
        return read_all(peer)


@test
def broken():
    """a wait set that is broken for good: the step fails, all is closed"""
    faults = Faults()
    with faulty_host(faults) as host:
        port, = host.master(("f", None, {}))
        host.watch()
        with dial(port) as peer:
            host.works("unwatch", answer="-1")
            faults.set("epoll_wait", errno.EBADF, FOREVER)
            for _ in range(1000):
                answer = host.order("step", 0)
                if answer != "1":
                    break
            equal(answer, "-1 EBADF epoll_wait: Bad file descriptor")
            equal(read_all(peer), b"")
        equal(children(host.pid), [])


main()
