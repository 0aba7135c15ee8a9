#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Every system call of the start fails, one at a time: either forkd says why
# in one line and ends with the right code, or it did without and serves.
import os
import queue
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *

NOINPUT, OSERR, NOPERM = 66, 71, 77
NUMBERS = errno.EMFILE, errno.ENOMEM, errno.EACCES
MASTER_CALLS = ["socket", "setsockopt", "bind", "listen", "getsockname",
                "pipe2", "fork", "read", "waitpid", "epoll_create1",
                "epoll_ctl", "sigaction", "sigprocmask", "fstat"]
# in the child that tries to be a worker and looks for the handler
CHILD_CALLS = ["getpriority", "setpriority", "setrlimit", "setgroups",
               "setresgid", "setresuid", "getresuid", "getresgid", "prctl",
               "chdir", "stat", "access", "open", "read", "write"]
ARGUMENTS = {"prctl": 38}       # that call and not those of the C library
SETTINGS = ["-o", "nice=1", "-o", "limit-nofile=64", "-o", "directory=/tmp",
            "-o", "no-new-privs=yes", "-o", "stderr=null"]

# What a start can do without, all calls or the one of that number: how
# standard error can be written to; who is reaped; a listener that is watched
# a moment later; signals that are only asked about; whether a program is a
# script, or may be read; a way back to root, which should fail.
SPARE = [("master", "fstat"), ("master", "waitpid"),
         ("master", "epoll_ctl", 1), ("master", "sigaction"),
         ("child", "open"), ("child", "access"), ("child", "read"),
         ]
# How many there are depends on how fast the other end of a pipe is.
SOME = {"read": 3, "write": 3}
# Where the exit code is that of a handler that cannot be used.
LOOKUP = "stat", "access"
WORKERS = 4     # at once


def started(faults):
    return faulty(faults, *SETTINGS, ready=False)


def outcome(forkd):
    """Whether it listens; else its exit code and its lines."""
    if is_ready(forkd):
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        equal(forkd.stop(), 0)
        return 0, []
    forkd.reader.join(DEADLINE)
    return forkd.wait(), forkd.lines


def fails(faults, where, call, nth, number):
    what = "%s in %s, call %d: %s" % (call, where, nth + 1,
                                      os.strerror(number))
    fault = faults.set(call, number, 1, MASTER if where == "master" else
                       CHILD, ARGUMENTS.get(call, -1), nth)
    forkd = started(faults)
    try:
        code, lines = outcome(forkd)
        fault.clear()
        equal(fault.failed, 1)
        if code == 0:
            assert {(where, call), (where, call, nth)} & set(SPARE), \
                "it started"
            return call
        equal(len(lines), 1, "lines %s" % lines)
        match(r"^forkd: .*(%s|cannot|process that checks)" %
              re.escape(os.strerror(number)), lines[0])
        codes = [NOPERM if number == errno.EACCES else OSERR]
        if call in LOOKUP:
            codes.append(NOINPUT)
        if call in ("read", "write"):
            codes.append(OSERR)
        assert code in codes, "exit code %d" % code
        return None
    except BaseException as failure:
        forkd.kill()
        raise AssertionError("%s: %s" % (what, failure)) from failure


def count():
    """How often a start makes each call."""
    faults = Faults()
    counters = [(where, call, faults.set(call, 1, 0, scope,
                                         ARGUMENTS.get(call, -1)))
                for where, scope, calls in (("master", MASTER, MASTER_CALLS),
                                            ("child", CHILD, CHILD_CALLS))
                for call in calls]
    forkd = started(faults)
    with forkd:
        forkd.wait_line("listening")
        found = [(where, call, counter.calls)
                 for where, call, counter in counters]
    if ROOT:
        missing = [one for one in found if one[2] == 0]
        equal(missing, [], "calls that are not made any more")
    return found


@test
def each_call():
    """Each system call of the start fails once"""
    cases = queue.SimpleQueue()
    numbers = NUMBERS[:1] if SHORT else NUMBERS
    found = count()
    for where, call, calls in found:
        for nth in range(min(calls, SOME.get(call, calls))):
            # dozens of signals are much the same
            for number in numbers[:1] if call == "sigaction" else numbers:
                cases.put((where, call, nth, number))
    print("# %d starts" % cases.qsize())
    wrong = []
    did_without = []

    def work():
        faults = Faults()
        while True:
            try:
                did_without.append(fails(faults, *cases.get_nowait()))
            except queue.Empty:
                return
            except AssertionError as failure:
                wrong.append(str(failure))

    at_once([work] * WORKERS)
    assert not wrong, "\n".join(sorted(wrong))
    # of all signals, those that the master takes or ignores must be there
    signals = [one[2] for one in found if one[:2] == ("master", "sigaction")]
    assert did_without.count("sigaction") <= signals[0] - 9


@test
def few_descriptors():
    """With however few descriptors: it says so at start, or serves"""
    if SANITIZED:
        raise Skip("sanitizers need descriptors of their own")
    served = 0
    for limit in range(4, 24):
        forkd = Forkd("-c", 'ulimit -n %d; exec "$@"' % limit, "sh", FORKD,
                      "-d", *as_user(), "-l", "127.0.0.1:0", "-c", "2",
                      handler("talkback"), plain=True, program="/bin/sh",
                      ready=False)
        if is_ready(forkd):
            Health(forkd).check()
            equal(forkd.stop(), 0)
            served += 1
            continue
        equal(served, 0, "it served with fewer than %d" % limit)
        code = forkd.wait()
        forkd.reader.join(DEADLINE)
        if code == 127:         # of the dynamic linker
            continue
        equal(code, OSERR, "exit code; %s" % forkd.lines)
        equal(len(forkd.lines), 1, "lines %s" % forkd.lines)
        match(r"^forkd: .*" + os.strerror(errno.EMFILE), forkd.lines[0])
    assert served > 0, "it never served"


main()
