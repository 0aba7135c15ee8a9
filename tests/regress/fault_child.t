#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What may fail between fork and exec: each step is told in the log with its
# errno, costs that client its connection and nobody else anything.  What a
# child writes into the pipe for such reports is gossip.
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from probed import probe

E = errno
TALKBACK = os.path.join(os.environ["EXAMPLES"], "talkback")
SETTINGS = ["-o", "nice=1", "-o", "limit-nofile=64", "-o", "directory=/tmp",
            "-o", "no-new-privs=yes"]
AS_ROOT = ["-r", "/"] if ROOT else []

# call, errno, what is in the log; argument=, skip=: which of the calls
SHARED = [
    ("setsid", E.EPERM, "setsid", {}),
    ("rt_sigaction", E.EINVAL, "signals", {}),
    ("rt_sigprocmask", E.EINVAL, "signals", {}),
    ("getpriority", E.ESRCH, "nice 1", {}),
    ("setpriority", E.EACCES, "nice 1", {}),
    ("setrlimit", E.EPERM, "limit-nofile 64", {}),
    ("chdir", E.ENOENT, "directory /tmp", {"skip": 1 if ROOT else 0}),
    ("chdir", E.ENOMEM, "directory /tmp", {"skip": 1 if ROOT else 0}),
    ("prctl", E.EINVAL, "no-new-privs", {"argument": 38}),
]
IDENTITY = [    # started as root
    ("chroot", E.EPERM, "chroot /", {}),
    ("chroot", E.ENOMEM, "chroot /", {}),
    ("chdir", E.EACCES, "chroot /", {}),
    ("setgroups", E.ENOMEM, "user nobody.*", {}),
    ("setgroups", E.EPERM, "user nobody.*", {}),
    ("setresgid", E.EAGAIN, "user nobody.*", {}),
    ("setresuid", E.EAGAIN, "user nobody.*", {}),
    ("setresuid", E.EPERM, "user nobody.*", {}),
    ("getresuid", E.EFAULT, "user nobody.*", {}),
    ("getresgid", E.EFAULT, "user nobody.*", {}),
    ("capget", E.EINVAL, "user nobody.*", {}),
]
LIES = [        # "done" where nothing was, and a way back that is open
    ("setresgid", LIE, "user nobody.*", {}),
    ("setresuid", LIE, "user nobody.*", {}),
    ("capget", LIE, "user nobody.*", {}),
]
DESCRIPTORS = [
    ("dup3", E.EMFILE, "descriptors", {"argument": 0}),
    ("dup3", E.EBADF, "descriptors", {"argument": 1}),
    ("dup3", E.EIO, "descriptors", {"argument": 2}),
    ("dup3", E.EMFILE, "descriptors", {"argument": 3}),
    ("close_range", E.ENOMEM, "descriptors", {}),
    ("close_range", E.ENOSYS, "descriptors", {}),
]
FUNCTION_DESCRIPTORS = DESCRIPTORS[:3]      # without exec none is closed
EXEC = [("execve", number, "exec /.*/talkback", {}) for number in (
    E.ENOENT, E.EACCES, E.EPERM, E.ENOEXEC, E.ENOMEM, E.E2BIG, E.ETXTBSY,
    E.EMFILE, E.ENFILE, E.EIO, E.ELOOP)]


def fails(start, cases):
    """Each case on one master: told, and then forgotten."""
    faults = Faults()
    with start(faults) as forkd:
        health = Health(forkd)
        for call, number, step, which in cases:
            since = len(forkd.lines)
            fault = faults.set(call, number, 1, CHILD, **which)
            equal(forkd.talk(), b"", call)
            equal(fault.failed, 1, call)
            code = 127 if (call, number) == ("execve", E.ENOENT) else 126
            forkd.wait_line(r"close pid \d+ status %d " % code, since=since)
            line = forkd.wait_line("setup-error", since=since)
            match(r"setup-error pid \d+: %s: %s$" % (
                step, re.escape(os.strerror(number or E.EPERM))), line)
            serves(forkd)
        health.check()


def serves(forkd):
    """A success between two failures: else the service would be throttled."""
    since = len(forkd.lines)
    equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
    forkd.wait_line(r"close pid \d+ status 0 ", since=since)


def program(faults):
    return faulty(faults, *SETTINGS, *AS_ROOT, "-o", "stderr=null")


def function(faults):
    return faulty(faults, *SETTINGS, *AS_ROOT, "-o", "stderr=null",
                  program=TALKBACK)


@test
def executable():
    """Each step on the way to exec: told, and only that client is lost"""
    at_once([lambda: fails(program, DESCRIPTORS), lambda: fails(program, EXEC),
             lambda: fails(program, SHARED)])


@test
def c_function():
    """Each step on the way to a C function"""
    at_once([lambda: fails(function, SHARED),
             lambda: fails(function, FUNCTION_DESCRIPTORS)])


@test
def identity():
    """A step of giving up privileges fails, or lies"""
    if not ROOT:
        raise Skip("it takes root to give up privileges")
    at_once([lambda start=start, cases=cases: fails(start, cases)
             for start in (program, function) for cases in (IDENTITY, LIES)])


@test
def interrupted():
    """EINTR and EBUSY on the way are nobody's failure"""
    faults = Faults()
    with program(faults) as forkd:
        for call, number in (("dup3", E.EINTR), ("dup3", E.EBUSY)):
            fault = faults.set(call, number, 3, CHILD)
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
            equal(fault.failed, 3)
        since = len(forkd.lines)
        faults.set("setsid", E.EPERM, 1, CHILD)
        fault = faults.set("write", E.EINTR, 3, CHILD)
        equal(forkd.talk(), b"")
        equal(fault.failed, 3)
        forkd.wait_line("setup-error.*setsid", since=since)


@test
def exec_delayed():
    """exec says EAGAIN: the client waits, and only that client"""
    faults = Faults()
    with program(faults) as forkd:
        fault = faults.set("execve", E.EAGAIN, 3, CHILD)
        with forkd.connect() as client:
            client.sendall(b"hello\n")
            fault.wait()
            equal(forkd.talk(b"other\n"), b"You said 'other'.\n")
            equal(read_line(client), b"You said 'hello'.\n")
        equal(fault.failed, 3)
        equal(forkd.count_lines("setup-error"), 0)


@test
def old_kernel():
    """clone3(2) is not there, or not allowed: fork(2), and the same handler"""
    for number in E.ENOSYS, E.EINVAL, E.EPERM:
        faults = Faults()
        with faulty(faults, serve=testbin("probe")) as forkd:
            first = probe(forkd)[0]
            fault = faults.set("fork", number, 1, MASTER)
            second = probe(forkd)[0]
            equal(fault.failed, 1)
            equal(forkd.count_lines("setup-error|accept-error"), 0)
        for name in first:
            if name.startswith(("signal", "blocked")):
                equal(second[name], first[name], name)


@test
def report_lost():
    """A report that cannot be written: the exit code still tells"""
    faults = Faults()
    with program(faults) as forkd:
        health = Health(forkd)
        for number in E.EAGAIN, E.EPIPE:
            since = len(forkd.lines)
            faults.set("setsid", E.EPERM, 1, CHILD)
            faults.set("write", number, 1, CHILD)
            equal(forkd.talk(), b"")
            forkd.wait_line("warning.*close.*status 126", since=since)
        health.check()


@test
def killed():
    """A child that dies on the way to exec"""
    faults = Faults()
    with program(faults) as forkd:
        health = Health(forkd)
        for call in "setsid", "dup3", "close_range", "rt_sigprocmask", "execve":
            for number, name in (9, "KILL"), (6, "ABRT"):
                since = len(forkd.lines)
                fault = faults.set(call, -number, 1, CHILD)
                equal(forkd.talk(), b"")
                equal(fault.failed, 1)
                forkd.wait_line(r"close pid \d+ signal %d %s" % (
                    number, name), since=since)
        health.check()


@test
def stopped():
    """A child that is stopped on the way to exec is ended by timeout"""
    faults = Faults()
    with faulty(faults, "-o", "timeout=50ms", "-o", "kill-grace=50ms"
                ) as forkd:
        for call in "setsid", "execve":
            fault = faults.set(call, -signal.SIGSTOP, 1, CHILD)
            equal(forkd.talk(), b"")
            equal(fault.failed, 1)
        wait_until(lambda: not children(forkd.pid), "the end of both")
        forkd.has_lines("timeout: TERM to its group", 2)


@test
def junk():
    """Reports that are junk: of odd lengths, about others, nonsense"""
    report = struct.Struct("iIii")
    forged = b"".join(
        report.pack(slot, generation, step, 12345 - slot)
        for slot in (-1, 0, 1, 2, 1 << 30) for generation in range(1, 5)
        for step in (-1, 6, 7, 10, 1 << 30))
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        for data in (b"x", b"12345", b"y" * 16, b"z" * 100,
                     b"\xff" * 16, b"\0" * 160, forged, b"q" * 4088):
            faults.junk(data)
            with forkd.connect() as client:     # one to be slandered
                client.sendall(b"hello\n")
                read_line(client)
                faults.set("setsid", E.EPERM, 1, CHILD)
                fault = faults.set("junk", 1, 1, CHILD)
                equal(forkd.talk(), b"")
                equal(fault.failed, 1)
            health.check()
        # the next true report is read as what it is
        before = forkd.count_lines("setup-error.*: setsid: ")
        faults.set("setsid", E.EPERM, 1, CHILD)
        equal(forkd.talk(), b"")
        forkd.wait_line("setup-error.*: setsid: ", before + 1)
        health.check()


@test
def flood():
    """A child that floods the reports holds up nobody"""
    leaves = script("leaves", "#!/bin/sh\nread -r line\n"
                    "echo \"You said '$line'.\"\nexit 126\n")
    faults = Faults()
    faults.junk(b"f" * 4088)
    with faulty(faults, workers=3, serve=leaves) as forkd:
        health = Health(forkd, 2)
        forkd.wait_line("close", 2)
        faults.set("setsid", E.EPERM, 1, CHILD)
        flooding = faults.set("flood", 1, FOREVER, CHILD)
        reads = faults.set("read", 1, 0)    # to count them only
        with forkd.connect() as client:
            flooding.wait(100)
            for _ in range(30):     # each of them has the reports read
                before = reads.calls
                since = len(forkd.lines)
                equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
                forkd.wait_line("close", since=since)   # they are read then
                taken = reads.calls - before
                assert taken < 5000, "%d reports at once" % taken
            flooding.wait(flooding.failed + 100)
            flooding.clear()
            equal(client.recv(1), b"")
        health.check()


main()
