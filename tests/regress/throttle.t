#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 11: a service whose workers cannot be set up accepts nothing for a
# while; what a handler does with its client never does that.
import json
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from puppets import *

LINE = (r" error greet: throttle: accepting nothing for (\d+)ms: exec "
        r"\S+/greet: No such file or directory$")


class Greet:
    """A handler that can be missing."""

    def __init__(self):
        self.path = script("greet", "#!/bin/sh\necho hello\n")
        self.away = self.path + ".away"

    def hide(self):
        os.rename(self.path, self.away)

    def show(self):
        os.rename(self.away, self.path)


def talk(forkd, number):
    """A connection from its beginning to its last line."""
    answer = forkd.talk()
    forkd.wait_line(r"close\b", number)
    return answer


@test
def pauses():
    """the third failure in a row: a pause; connections wait; it doubles"""
    greet = Greet()
    with Forkd("-p", "0", greet.path) as forkd:
        greet.hide()
        for number in 1, 2:
            equal(talk(forkd, number), b"")
        equal(forkd.count_lines("throttle"), 0)
        equal(talk(forkd, 3), b"")
        delay = int(re.search(LINE, forkd.wait_line(LINE)).group(1))
        assert 1600 <= delay <= 2400, delay
        began = time.monotonic()
        with forkd.connect() as client:         # it waits in the backlog
            assert not is_watched(forkd)
            forkd.has_lines("open", 3)
            bad_second([forkd])
            equal(client.recv(1), b"")
        took = time.monotonic() - began
        assert took > delay / 1000 - 0.5, took
        delay = int(re.search(LINE, forkd.wait_line(LINE, 2)).group(1))
        assert 3200 <= delay <= 4800, delay
        greet.show()
        equal(talk(forkd, 5), b"hello\n")
        # reset: it takes three again
        greet.hide()
        for number in 6, 7:
            equal(talk(forkd, number), b"")
        forkd.has_lines("throttle", 2)
        equal(talk(forkd, 8), b"")
        delay = int(re.search(LINE, forkd.wait_line(LINE, 3)).group(1))
        assert 1600 <= delay <= 2400, delay
        began = time.monotonic()
        equal(forkd.stop(), 0)                  # in the middle of a pause
        assert time.monotonic() - began < 1.5
        greet.show()


@test
def burst():
    """a burst of failures is one pause"""
    greet = Greet()
    with Forkd("-p", "0", greet.path) as forkd:
        forkd.send(signal.SIGSTOP)
        clients = [forkd.connect() for _ in range(12)]
        greet.hide()
        forkd.send(signal.SIGCONT)
        forkd.wait_line("throttle")
        since = forkd.count_lines("open")
        forkd.wait_line("close", since)
        forkd.has_lines("throttle", 1)
        greet.show()
        for client in clients:
            assert read_all(client) in (b"", b"hello\n")
            client.close()


@test
def between():
    """a success between them: never a pause"""
    greet = Greet()
    with Forkd("-p", "0", greet.path) as forkd:
        number = 0
        for _ in range(5):
            for hidden in True, True, False:
                if hidden:
                    greet.hide()
                number += 1
                equal(talk(forkd, number), b"" if hidden else b"hello\n")
                if hidden:
                    greet.show()
        forkd.has_lines("setup-error", 10)
        equal(forkd.count_lines("throttle"), 0)


@test
def steps():
    """privileges, limits, descriptors: each of them counts; in JSON, too"""
    faults = Faults()
    forkd = faulty(faults, "-o", "limit-nofile=64", "-o",
                   "log-format=json", "-o", "no-new-privs=yes", ready=False)
    with forkd:
        assert json_ready(forkd)
        for call, number, argument in (
                ("setrlimit", errno.EPERM, -1), ("prctl", errno.EINVAL, 38),
                ("setsid", errno.EPERM, -1)):
            fault = faults.set(call, number, 1, CHILD, argument)
            equal(forkd.talk(), b"")
            equal(fault.failed, 1, call)
        event = json.loads(forkd.wait_line('"event":"throttle"'))
        equal(event["level"], "error")
        equal(event["service"], "talkback")
        assert 1.6 <= event["duration_s"] <= 2.4, event
        match(r"accepting nothing for \d+ms: setsid: ", event["reason"])


def json_ready(forkd):
    line = forkd.wait_line('"event":"ready"')
    forkd.ports = [int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))]
    return True


@test
def handlers():
    """exit codes, signals, crashes, time-outs of handlers never do"""
    with Forkd("-p", "0", "-o", "timeout=1s", testbin("puppet")) as forkd:
        ends = ["exit %d" % code for code in (1, 2, 126, 127, 255)]
        ends += ["signal %d" % number for number in (
            signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM,
            signal.SIGPIPE, signal.SIGALRM)]
        number = 0
        for end in ends:
            for _ in range(5):
                number += 1
                puppet = Puppet(forkd)
                puppet.order(end)
                puppet.close()
                forkd.wait_line("close pid", number)
        puppets = [forkd.connect() for _ in range(5)]
        for puppet in puppets:
            puppet.settimeout(DEADLINE)
            equal(puppet.recv(1), b"")
            puppet.close()
        forkd.wait_line(": timeout$", 5)
        equal(forkd.count_lines("throttle"), 0)
        puppet = Puppet(forkd)
        puppet.order("exit 0")
        puppet.close()


@test
def clients():
    """clients that reset, or fill the user's processes, never do"""
    faults = Faults()
    with faulty(faults, "-o", "client-gone=reset", workers=20,
                serve=testbin("puppet")) as forkd:
        for _ in range(5):
            with forkd.connect() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
        forkd.wait_line("close", 5)
        # exec says EAGAIN while the user has too many processes; each worker
        # tries for five seconds
        fault = faults.set("execve", errno.EAGAIN, FOREVER, CHILD)
        waiting = [forkd.connect() for _ in range(6)]
        for client in waiting:
            equal(client.recv(1), b"")
            client.close()
        forkd.wait_line("setup-error.*exec", 6)
        fault.clear()
        equal(forkd.count_lines("throttle"), 0)
        puppet = Puppet(forkd)
        puppet.order("exit 0")
        puppet.close()


main()
