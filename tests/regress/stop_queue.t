#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 9: what the kernel has queued when forkd is asked to stop is served
# as slots free, and so is a handshake that is under way; no new one begins.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stopload import *

ONE = ["-c", "1", "-o", "drain-timeout=1h", testbin("puppet")]


def begin(forkd, host, number=signal.SIGTERM, waiting=3):
    """A busy handler, clients in the queue behind it, and a stop."""
    puppet = Puppet(forkd, host)
    queue = [forkd.connect(host) for _ in range(waiting)]
    for client in queue:
        client.sendall(b"exit 0\n")
    forkd.send(number)
    forkd.wait_line("stop: %s: 1 workers: " % signal.Signals(number).name[3:])
    return puppet, queue


def drains(listen, host, number):
    with Forkd("-l", listen, *ONE) as forkd:
        puppet, queue = begin(forkd, host, number)
        late = attempt(host, forkd.port)
        assert not connects(late, 0.3), "a new handshake"
        equal(puppet.order("pid"), puppet.pid)
        puppet.order("exit 0")
        for client in queue:
            equal(read_all(client), b"0\n")
            client.close()
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        forkd.has_lines(": close pid .* status 0 ", 4)
        equal(forkd.count_lines(" warning .*: stop: "), 0)
        # by now, or when it asks again
        assert not connects(late, 1.5), "served after the end"
        late.close()
        puppet.close()


@test
def queued():
    """the queue is served, also after QUIT; new connections are not"""
    needs_filter()
    for number in signal.SIGTERM, signal.SIGQUIT:
        drains("127.0.0.1:0", "127.0.0.1", number)


@test
def queued_ipv6():
    """over IPv6, and over IPv4 to a listener for both"""
    needs_filter()
    need_ipv6()
    drains("[::1]:0", "::1", signal.SIGTERM)
    drains("*:0", "127.0.0.1", signal.SIGTERM)
    drains("*:0", "::1", signal.SIGTERM)


@test
def closes():
    """when nobody waits any more, the listener closes before the handlers"""
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        forkd.send(signal.SIGTERM)
        wait_until(lambda: not listeners(forkd.pid), "the listener's end")
        try:
            forkd.connect().close()
            raise AssertionError("connected")
        except ConnectionRefusedError:
            pass
        equal(puppet.order("pid"), puppet.pid)
        puppet.order("exit 0")
        equal(forkd.wait(), 0)
        puppet.close()


def late_end(listen, host, number):
    with Forkd("-l", listen, "-o", "drain-timeout=1h",
               handler("talkback")) as forkd:
        clients = [handshake(host, forkd.port) for _ in range(3)]
        forkd.send(number)
        forkd.wait_line(" stop: ")
        for client in clients:
            unfilter(client)
        for client in clients:
            equal(hear(client), 0)
            client.sendall(b"hello\nquit\n")
            equal(read_all(client), b"You said 'hello'.\n")
            client.close()
        equal(forkd.wait(), 0)


@test
def handshakes():
    """a handshake that is under way ends, and its client is served"""
    needs_filter()
    late_end("127.0.0.1:0", "127.0.0.1", signal.SIGTERM)
    late_end("*:0", "127.0.0.1", signal.SIGQUIT)


@test
def handshakes_ipv6():
    """the same over IPv6"""
    needs_filter()
    need_ipv6()
    late_end("[::1]:0", "::1", signal.SIGTERM)
    late_end("*:0", "::1", signal.SIGTERM)


@test
def elsewhere():
    """a handshake of another address is not waited for"""
    needs_filter()
    with Forkd("-l", "127.0.0.1:0", handler("talkback")) as forkd, \
            socket.socket() as other:
        other.bind(("127.0.0.2", forkd.port))
        other.listen()
        with handshake("127.0.0.2", forkd.port):
            began = time.monotonic()
            equal(forkd.stop(), 0)
            assert time.monotonic() - began < 2


@full
def never():
    """one that never ends is waited for, but not for long"""
    with Forkd("-p", "0", "-o", "drain-timeout=1h",
               handler("talkback")) as forkd:
        with handshake("127.0.0.1", forkd.port):
            began = time.monotonic()
            equal(forkd.stop(), 0)
            assert 3.4 < time.monotonic() - began < DEADLINE / 2


@full
def overflow():
    """a client that the full queue made wait in its handshake is served"""
    with Forkd("-l", "127.0.0.1:0", "-b", "2", *ONE) as forkd:
        puppet = Puppet(forkd)
        slow = handshake("127.0.0.1", forkd.port)
        queue = [forkd.connect() for _ in range(3)]
        unfilter(slow)
        equal(hear(slow), 0)            # it believes to be connected
        forkd.send(signal.SIGTERM)
        time.sleep(7.3)                 # the kernel asks again at 7 s and 15
        for client in queue:
            client.sendall(b"exit 0\n")
        puppet.order("exit 0")
        for client in queue:
            equal(read_all(client), b"0\n")
            client.close()
        slow.settimeout(DEADLINE)
        wait_until(lambda: forkd.count_lines(": open ") == 5, "the fifth")
        slow.sendall(b"exit 0\n")
        equal(read_all(slow), b"0\n")
        slow.close()
        equal(forkd.wait(), 0)
        puppet.close()


def cut_short(why, *args, signals=(signal.SIGTERM,)):
    with Forkd("-l", "127.0.0.1:0", "-c", "1", *args,
               testbin("puppet")) as forkd:
        puppet, queue = begin(forkd, "127.0.0.1", signals[0])
        for number in signals[1:]:
            forkd.send(number)
        for client in queue:
            try:
                equal(read_all(client), b"", "served")
                raise AssertionError("not refused by the kernel")
            except ConnectionResetError:
                client.close()
        puppet.ended()
        puppet.close()
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        forkd.has_lines(": open ", 1)
        forkd.wait_line(r" warning puppet: stop: tcp://127\.0\.0\.1:%d: %s: "
                        "closed, 3 connections that waited are refused$"
                        % (forkd.port, why))


@test
def deadline():
    """at drain-timeout, who still waits is refused, and the log says so"""
    cut_short("drain-timeout", "-o", "drain-timeout=300ms")


@test
def now():
    """so it is at a second TERM, and at INT"""
    never = ["-o", "drain-timeout=1h"]
    cut_short("stop", *never, signals=(signal.SIGTERM, signal.SIGTERM))
    cut_short("stop", *never, signals=(signal.SIGQUIT, signal.SIGINT))


@test
def unfiltered():
    """a connection taken during the drain does not keep the filter"""
    needs_filter()
    show = script("filter", """#!/usr/bin/env python3
import ctypes
size = ctypes.c_uint(64)
room = ctypes.create_string_buffer(1024)
libc = ctypes.CDLL(None, use_errno=True)
print(libc.getsockopt(0, 1, 26, room, ctypes.byref(size)), size.value)
""")
    with Forkd("-l", "127.0.0.1:0", show) as forkd:
        client = handshake("127.0.0.1", forkd.port)
        forkd.send(signal.SIGTERM)
        forkd.wait_line(" stop: ")
        unfilter(client)
        equal(hear(client), 0)
        equal(read_all(client), b"0 0\n")
        client.close()
        equal(forkd.wait(), 0)


main()
