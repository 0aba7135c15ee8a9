#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Every system call that unix and inherited sockets add to the start fails, one
# at a time: either forkd says why in one line, ends with the right code and
# leaves no file of its own, or it did without and serves.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from inheritance import *

OSERR, NOPERM, UNAVAILABLE = 71, 77, 69
NUMBERS = errno.EMFILE, errno.ENOMEM, errno.EACCES
TALKBACK = handler("talkback")
UNIX_CALLS = ["socket", "bind", "listen", "lstat", "flock", "unlink", "open",
              "lchown", "connect", "getsockname", "fork", "pipe2", "fstat"]
INHERITED_CALLS = ["getsockname", "getsockopt", "fcntl", "fstat"]
SO_ERRORS = (OSERR, NOPERM, UNAVAILABLE)


def stale():
    """A stale socket file."""
    path = place()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
    return path


def start_unix(faults, path):
    return Forkd("-l", path, "-o", "socket-owner=%d" % os.geteuid(), TALKBACK,
                 env=faults.environment("inject"), ready=False)


def unix_call(call, nth, number):
    """One start that fails; whether it did without the call."""
    faults, path = Faults(), stale()
    fault = faults.set(call, number, 1, MASTER, skip=nth)
    forkd = start_unix(faults, path)
    try:
        wait_until(lambda: forkd.ended or forkd.count_lines("listening"))
        equal(fault.failed, 1)
        if forkd.count_lines("listening"):
            equal(talk(path, b"x\n"), b"You said 'x'.\n")
            equal(forkd.stop(), 0)
            return True
        forkd.reader.join(DEADLINE)
        code = forkd.wait()
        equal(len(forkd.lines), 1, forkd.lines)
        match(r"^forkd: .*(%s|process that)" % re.escape(os.strerror(number)),
              forkd.lines[0])
        assert code in SO_ERRORS, code
        # nothing but what was there before, or that without its file
        left = os.listdir(os.path.dirname(path))
        assert left in ([], [os.path.basename(path)]) or \
            call in ("unlink", "lstat", "fstat", "flock"), left
        return False
    except BaseException as failure:
        forkd.kill()
        raise AssertionError("%s, call %d, %s: %s" % (
            call, nth + 1, os.strerror(number), failure)) from failure


@test
def unix_start():
    """a unix socket over a stale file"""
    faults, path = Faults(), stale()
    counters = {call: faults.set(call, 1, 0, MASTER) for call in UNIX_CALLS}
    with start_unix(faults, path) as forkd:
        forkd.wait_line("listening")
        counts = {call: one.calls for call, one in counters.items()}
    assert all(counts.values()), counts
    without = set()
    for call, count in counts.items():
        for nth in range(count):
            for number in NUMBERS[:1] if SHORT else NUMBERS:
                if unix_call(call, nth, number):
                    without.add(call)
    # the lock file may stay; how standard error can be written to
    equal(without - {"unlink", "fstat", "open"}, set())


@test
def lock_left():
    """a lock file that cannot be removed is in nobody's way"""
    faults, path = Faults(), place()
    faults.set("unlink", errno.EACCES, 1, MASTER)
    for _ in range(2):
        with Forkd("-l", path, TALKBACK, env=faults.environment("inject"),
                   ready=False) as forkd:
            forkd.wait_line("listening")
            equal(talk(path, b"x\n"), b"You said 'x'.\n")
    equal(os.listdir(os.path.dirname(path)), [])


@test
def unknown_client():
    """who the client is cannot be had: it is served without"""
    faults, path = Faults(), place()
    with Forkd("-l", path, "/usr/bin/env", env=faults.environment("inject"),
               ready=False) as forkd:
        forkd.wait_line("listening")
        faults.set("getsockopt", errno.ENOMEM, 1, MASTER, socket.SO_PEERCRED)
        text = talk(path, b"")
        assert b"PROTO=UNIX\n" in text
        assert b"UNIXREMOTE" not in text
        assert b"UNIXREMOTEPID=" in talk(path, b"")


@test
def inherited_start():
    """an inherited socket"""
    server, path = unix()
    with server:
        os.set_inheritable(server.fileno(), True)

        def start(faults):
            os.environ["LD_PRELOAD"] = faults.environment("inject")[
                "LD_PRELOAD"]
            os.environ["FORKD_FAULTS"] = faults.path
            try:
                return inherit([server], TALKBACK, ready=False)
            finally:
                del os.environ["LD_PRELOAD"], os.environ["FORKD_FAULTS"]
        for call in INHERITED_CALLS:
            for nth in range(8):
                server.setblocking(True)
                faults = Faults()
                fault = faults.set(call, errno.ENOMEM, 1, MASTER, skip=nth)
                forkd = start(faults)
                wait_until(lambda: forkd.ended or
                           forkd.count_lines("listening"))
                failed = fault.failed
                fault.clear()
                if forkd.count_lines("listening"):
                    equal(talk(path, b"x\n"), b"You said 'x'.\n")
                    equal(forkd.stop(), 0)
                else:
                    forkd.reader.join(DEADLINE)
                    assert forkd.wait() in SO_ERRORS, forkd.lines
                    equal(len(forkd.lines), 1, forkd.lines)
                assert os.path.exists(path)
                if failed == 0:
                    break


main()
