#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Every system call of a detached start fails, one at a time: either the
# starting process says why, in one line, and ends with the right code, or the
# daemon did without and serves.  Nothing is left of a start that failed.
import os
import queue
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from detached import *

NOPERM, CANTCREAT, OSERR = 77, 73, 71
STARTER_CALLS = ["pipe2", "fork", "read"]
DAEMON_CALLS = ["setsid", "pipe2", "fork", "open", "chdir", "dup2", "fcntl",
                "write", "socket", "bind", "listen", "epoll_create1", "flock"]
WORKERS = 3     # at once

# What a start can do without: what is only asked about a descriptor; whether
# a program may be read; the socket to syslog.
SPARE = [("daemon", "fcntl"), ("daemon", "open"), ("daemon", "socket")]


def start(faults, path):
    return Detached("-l", "127.0.0.1:0", "-P", path, "-o", "directory=/tmp",
                    handler("talkback"), code=None,
                    env=faults.environment("inject"))


def count():
    """How often a start makes each call."""
    faults = Faults()
    counters = [(where, call, faults.set(call, 1, 0, scope))
                for where, scope, calls in (
                    ("starter", MASTER, STARTER_CALLS),
                    ("daemon", CHILD, DAEMON_CALLS)) for call in calls]
    with start(faults, os.path.join(scratch(), "count.pid")):
        found = [(where, call, counter.calls)
                 for where, call, counter in counters]
    equal([one for one in found if one[2] == 0], [],
          "calls that are not made any more")
    return found


def fails(faults, path, where, call, nth, number):
    what = "%s in %s, call %d: %s" % (call, where, nth + 1,
                                      os.strerror(number))
    fault = faults.set(call, number, 1, MASTER if where == "starter" else
                       CHILD, skip=nth)
    try:
        daemon = start(faults, path)
        if daemon.code == 0:
            with daemon:
                fault.wait()    # syslog's socket comes after the good news
                assert (where, call) in SPARE, "it started"
                equal(daemon.talk(b"hello\n"), b"You said 'hello'.\n")
        else:
            fault.clear()
            equal(fault.failed, 1)
            match(r"\Aforkd: [^\n]*(%s|cannot|process that checks|waited for it)[^\n]*\n\Z" %
                  re.escape(os.strerror(number)), daemon.err)
            equal(daemon.out, "")
            assert daemon.code in (OSERR, NOPERM, CANTCREAT), daemon.code
        # libbsd leaves one that it could not lock; empty, it is in nobody's way
        if call == "flock":
            equal(os.path.getsize(path), 0)
            with start(Faults(), path):
                pass
        assert not os.path.exists(path), "its pid file is left"
    except BaseException as failure:
        raise AssertionError("%s: %s" % (what, failure)) from failure


@test
def each_call():
    """Each system call of a detached start fails once"""
    cases = queue.SimpleQueue()
    numbers = [errno.ENOMEM] if SHORT else [errno.ENOMEM, errno.EMFILE]
    for where, call, calls in count():
        for nth in range(calls):
            for number in numbers:
                cases.put((where, call, nth, number))
    print("# %d starts" % cases.qsize())
    wrong = []

    def work():
        faults = Faults()
        path = os.path.join(scratch(), "%d.pid" % id(faults))
        while True:
            try:
                fails(faults, path, *cases.get_nowait())
            except queue.Empty:
                return
            except AssertionError as failure:
                wrong.append(str(failure))

    at_once([work] * WORKERS)
    assert not wrong, "\n".join(sorted(wrong))


@test
def steps():
    """the steps of detaching have these messages and codes"""
    path = os.path.join(scratch(), "steps.pid")
    for scope, call, number, skip, message, code in (
            (MASTER, "pipe2", errno.EMFILE, 0, "detach: pipe", OSERR),
            (MASTER, "fork", errno.EAGAIN, 0, "detach: fork", OSERR),
            (CHILD, "setsid", errno.EPERM, 0, "detach: setsid", NOPERM)):
        faults = Faults()
        faults.set(call, number, 1, scope, skip=skip)
        daemon = start(faults, path)
        equal((daemon.code, daemon.out, daemon.err),
              (code, "", "forkd: %s: %s\n" % (message, os.strerror(number))))
    # those at its end: the last calls of that name
    faults = Faults()
    counters = {call: faults.set(call, 1, 0, CHILD)
                for call in ("chdir", "dup2", "open")}
    with start(faults, path):
        calls = {call: counter.calls for call, counter in counters.items()}
    for call, back, message in (("chdir", 1, "detach: chdir /"),
                                ("dup2", 1, "detach: dup2"),
                                ("dup2", 2, "detach: dup2"),
                                ("dup2", 3, "detach: dup2"),
                                ("open", 1, "detach: /dev/null")):
        faults = Faults()
        faults.set(call, errno.ENOMEM, 1, CHILD, skip=calls[call] - back)
        daemon = start(faults, path)
        equal((daemon.code, daemon.out, daemon.err),
              (OSERR, "", "forkd: %s: Cannot allocate memory\n" % message))
        assert not os.path.exists(path)


main()
