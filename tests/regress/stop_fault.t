#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What may fail in a stop: the filter that lets no handshake begin, and the
# question whether one is under way.  Who waits is served all the same.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from stopload import *

FILTER, NETLINK, TCP_INFO = 26, 16, 11


def no_filter(number):
    faults = Faults()
    with faulty(faults, workers=1, serve=testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        queue = [forkd.connect() for _ in range(3)]
        fault = faults.set("setsockopt", number, argument=FILTER)
        forkd.send(signal.SIGTERM)
        forkd.wait_line(r" warning puppet: stop: tcp://127\.0\.0\.1:%d: "
                        "SO_ATTACH_FILTER: %s; new connections come in until "
                        "nobody waits$" % (forkd.port, os.strerror(number)))
        queue.append(forkd.connect())   # so it is
        puppet.order("exit 0")
        for client in queue:
            client.sendall(b"exit 0\n")
            equal(read_all(client), b"0\n")
            client.close()
        equal(forkd.wait(), 0)
        equal(fault.failed, 1)
        forkd.reader.join(DEADLINE)
        forkd.has_lines(": close ", 5)
        puppet.close()


@test
def attach():
    """without the filter, the listener closes when nobody waits"""
    for number in errno.ENOMEM, errno.ENOPROTOOPT:
        no_filter(number)


@test
def idle():
    """and so it does at once when nobody came"""
    faults = Faults()
    with faulty(faults) as forkd:
        faults.set("setsockopt", errno.ENOMEM, argument=FILTER)
        began = time.monotonic()
        equal(forkd.stop(), 0)
        assert time.monotonic() - began < DEADLINE / 2


def blind(name, number, argument):
    faults = Faults()
    with faulty(faults) as forkd:
        client = handshake("127.0.0.1", forkd.port)
        fault = faults.set(name, number, FOREVER, argument=argument)
        unfilter(client)        # the kernel repeats itself after a second
        forkd.send(signal.SIGTERM)
        forkd.wait_line(" stop: ")
        fault.wait()
        fault.clear()           # from now on it is known
        equal(hear(client), 0)
        client.sendall(b"hello\nquit\n")
        equal(read_all(client), b"You said 'hello'.\n")
        client.close()
        equal(forkd.wait(), 0)


@test
def unknown():
    """not to know whether a handshake is under way is not to know of none"""
    needs_filter()
    for number in errno.EMFILE, errno.EPROTONOSUPPORT, errno.ENOMEM:
        blind("socket", number, NETLINK)
    blind("send", errno.ENOMEM, -1)
    blind("recv", errno.ENOBUFS, -1)


@test
def never_known():
    """and it is waited for a second, no longer"""
    needs_filter()
    faults = Faults()
    with faulty(faults) as forkd:
        with handshake("127.0.0.1", forkd.port):
            faults.set("socket", errno.EAFNOSUPPORT, FOREVER,
                       argument=NETLINK)
            began = time.monotonic()
            equal(forkd.stop(), 0)
            assert 0.95 < time.monotonic() - began < 3.4


@test
def uncounted():
    """not to know how many wait: they are served, or refused and said"""
    for number in signal.SIGTERM, signal.SIGINT:
        faults = Faults()
        with faulty(faults, workers=1, serve=testbin("puppet")) as forkd:
            puppet = Puppet(forkd)
            client = forkd.connect()
            fault = faults.set("getsockopt", errno.ENOMEM, FOREVER,
                               argument=TCP_INFO)
            forkd.send(number)
            fault.wait()
            if number == signal.SIGINT:
                forkd.wait_line(": stop: closed, connections that waited are "
                                "refused$")
            else:
                puppet.order("exit 0")
                client.sendall(b"exit 0\n")
                equal(read_all(client), b"0\n")
            equal(forkd.wait(), 0)
            client.close()
            puppet.close()


@test
def accept():
    """accept fails while the queue is served"""
    faults = Faults()
    with faulty(faults) as forkd:
        os.kill(forkd.pid, signal.SIGSTOP)
        clients = [forkd.connect() for _ in range(2)]
        fault = faults.set("accept4", errno.EMFILE, 2)
        forkd.send(signal.SIGTERM)
        os.kill(forkd.pid, signal.SIGCONT)
        for client in clients:
            client.sendall(b"hello\nquit\n")
            equal(read_all(client), b"You said 'hello'.\n")
            client.close()
        equal(forkd.wait(), 0)
        equal(fault.failed, 2)


@test
def fork():
    """so does fork"""
    faults = Faults()
    with faulty(faults) as forkd:
        os.kill(forkd.pid, signal.SIGSTOP)
        clients = [forkd.connect() for _ in range(2)]
        fault = faults.set("fork", errno.EAGAIN, 2)
        forkd.send(signal.SIGTERM)
        os.kill(forkd.pid, signal.SIGCONT)
        for client in clients:
            client.sendall(b"hello\nquit\n")
            equal(read_all(client), b"You said 'hello'.\n")
            client.close()
        equal(forkd.wait(), 0)
        equal(fault.failed, 2)


main()
