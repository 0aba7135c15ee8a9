#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Memory runs out: the nth allocation fails, for every n.  A start ends with
# one line that says so, or does without; a master that serves allocates
# nothing; a worker loses its own connection at most.
#
# glibc itself is not that good: with no memory, getaddrinfo(3) and
# getpwnam_r(3) crash, fail an assertion or say that there is no such name.
# The program lookup, which calls nothing else, shows how often; no more than
# that is excused here, and only where forkd looks up names.  nomalloc.so has
# them look into files only.
import collections
import ctypes
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *

OSERR, NOHOST, NOUSER = 71, 68, 67
TALKBACK = os.path.join(os.environ["EXAMPLES"], "talkback")
LOOKUP = testbin("lookup")
NO_MEMORY = os.strerror(errno.ENOMEM)
CRASH, UNKNOWN = "crash", "no such name"
# One of everything that a start copies, splits or looks up.
SETTINGS = ["-o", "env=A=b", "-o", "env=C=d", "-o", "env-keep=PATH LC_*",
            "-o", "directory=/tmp", "-o", "argv0=name", "-o", "log-level=info",
            "-o", "idle-timeout=1h"]
STEP = 7 if SHORT else 1
STARTS = 4      # at once


def countable():
    """A sanitizer that is linked statically has its own malloc() only."""
    faults = Faults()
    fault = faults.set("malloc", 1, 0, ANY)
    subprocess.run([FORKD, "-V"], stdout=subprocess.DEVNULL, check=True,
                   env=faults.environment("nomalloc"))
    if SANITIZED and fault.calls == 0:
        raise Skip("the sanitizer's malloc() cannot be replaced")
    assert fault.calls > 0, "no allocation was seen"


def lookups(*args):
    """How often the C library alone crashes or does not find a name."""
    faults = Faults()
    found = collections.Counter()
    for nth in range(10000):
        fault = faults.set("malloc", 1, 1, ANY, skip=nth)
        code = subprocess.run([LOOKUP, *args], stderr=subprocess.DEVNULL,
                              env=faults.environment("nomalloc")).returncode
        if code < 0:
            found[CRASH] += 1
        elif code == 2:
            found[UNKNOWN] += 1
        if fault.failed == 0:
            return found


def judge(code, lines):
    """None for a good end of a start, else what may be excused."""
    if code in (-signal.SIGSEGV, -signal.SIGABRT):
        return CRASH
    if "process that checks it" in lines[-1] and NO_MEMORY not in lines[-1]:
        equal(code, OSERR, "exit code; %s" % lines)
        return CRASH
    equal(len(lines), 1, "lines %s" % lines)
    if code in (NOHOST, NOUSER):
        return UNKNOWN
    equal(code, OSERR, "exit code; %s" % lines)
    match(": " + NO_MEMORY + "$", lines[0])
    return None


def one_start(faults, args, keywords, scope, nth, times):
    """Whether there were so many allocations, and what judge() says."""
    fault = faults.set("malloc", 1, times, scope, skip=nth)
    forkd = faulty(faults, *SETTINGS, *args, objects=("nomalloc",),
                   ready=False, **keywords)
    try:
        if is_ready(forkd):
            starved = fault.failed > 0
            fault.clear()
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
            equal(forkd.stop(), 0)
            return starved, None
        code = forkd.wait()
        forkd.reader.join(DEADLINE)
        assert fault.failed > 0, "no allocation failed: %s" % forkd.lines
        return True, judge(code, forkd.lines)
    except BaseException as failure:
        forkd.kill()
        raise AssertionError("allocation %d: %s" % (nth + 1, failure)
                             ) from failure


def every_start(args, keywords, scope, times, excused=None):
    """Starts for n = 1, 2, ... until one is not starved."""
    numbers = iter(range(0, 10000, STEP))
    lock = threading.Lock()
    ends = []
    wrong = []
    excuses = collections.Counter()

    def work():
        faults = Faults()
        while not ends and len(wrong) < 10:
            with lock:
                nth = next(numbers)
            try:
                starved, excuse = one_start(faults, args, keywords, scope,
                                            nth, times)
            except AssertionError as failure:
                wrong.append(str(failure))
                continue
            if not starved:
                ends.append(nth)
            if excuse:
                excuses[excuse] += 1

    at_once([work] * STARTS)
    assert not wrong, "\n".join(wrong)
    assert not excuses - (excused or collections.Counter()), \
        "%s, but of the C library's %s" % (excuses, excused)
    print("# allocations: %d; %s" % (min(ends), dict(excuses)))


@test
def start_once():
    """Each allocation of the master's start fails once"""
    countable()
    every_start((), {}, MASTER, 1)


@test
def start_persistent():
    """From each allocation of the master's start on, all fail"""
    countable()
    every_start((), {}, MASTER, FOREVER)


def files_only():
    """Tests do not talk to name servers."""
    if not hasattr(ctypes.CDLL(None), "__nss_configure_lookup"):
        raise Skip("this C library would ask a name server")


@test
def start_name():
    """The same with the name of a host to look up"""
    countable()
    files_only()
    every_start(("-l", "localhost:0"), {}, MASTER, 1,
                lookups("host", "localhost"))


@test
def start_child():
    """Each allocation of the child that checks user and handler fails"""
    countable()
    every_start((), {}, CHILD, 1, lookups("user", "nobody"))


@test
def start_function():
    """The same for a program with a C function"""
    countable()
    every_start((), {"program": TALKBACK}, ANY, 1,
                lookups("user", "nobody"))


@test
def master_serves():
    """A master that serves, and the way to exec, allocate nothing"""
    countable()
    faults = Faults()
    with faulty(faults, *SETTINGS, objects=("nomalloc",)) as forkd:
        health = Health(forkd)
        fault = faults.set("malloc", 1, FOREVER, ANY)
        with forkd.connect() as client:
            client.sendall(b"hello\n")
            equal(read_line(client), b"You said 'hello'.\n")
            forkd.send(signal.SIGHUP)
            forkd.wait_line("HUP")
        health.check()
        equal(forkd.stop(), 0)
        equal(fault.failed, 0, "allocations")


def answer(forkd):
    """What one client gets; a reset is nothing."""
    try:
        return forkd.talk(b"hello\n")
    except TimeoutError:
        raise
    except OSError:
        return b""


def workers(*args, **keywords):
    """Each allocation of a worker fails once; returns clients lost."""
    faults = Faults()
    lost = 0
    with faulty(faults, *args, objects=("nomalloc",), **keywords) as forkd:
        health = Health(forkd)
        for nth in range(10000):
            fault = faults.set("malloc", 1, 1, CHILD, skip=nth)
            lost += answer(forkd) != b"You said 'hello'.\n"
            starved = fault.failed > 0
            fault.clear()
            if not starved:
                break
            if nth % 20 == 0:
                health.check()
        assert nth > 0, "it does not allocate"
        health.check()
    print("# allocations: %d; clients lost: %d" % (nth, lost))
    return lost


@test
def function_worker():
    """A worker with a C function: one client at most"""
    countable()
    workers(program=TALKBACK)


@test
def function_worker_persistent():
    """A worker with a C function and no memory at all"""
    countable()
    faults = Faults()
    with faulty(faults, objects=("nomalloc",), program=TALKBACK) as forkd:
        health = Health(forkd)
        fault = faults.set("malloc", 1, FOREVER, CHILD)
        for _ in range(5):
            equal(answer(forkd), b"")
        fault.clear()
        health.check()


@test
def resolving_worker():
    """A child that looks up its peer's name"""
    countable()
    files_only()
    # where glibc waits for ever for a lock of its own, timeout ends it
    workers("-o", "resolve=yes", "-o", "timeout=500ms",
            "-o", "kill-grace=50ms")


main()
