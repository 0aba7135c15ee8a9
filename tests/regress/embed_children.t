#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A program that embeds a master keeps what is its own: its children, its
# dispositions, its mask.  Workers get a clean state, whatever the program has.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hosts import *

SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGCHLD, SIGTERM = 10, 12, 13, 14, 17, 15
FUNCTIONS = ("f", None, {})


def both(host, **settings):
    return host.master(("f", None, settings),
                       ("x", testbin("probe"), settings))


@test
def children_stay():
    """the program's children are not reaped, and their status is its own"""
    with Host() as host:
        functions, probe = both(host)
        host.watch()
        pids = [host.order("child", "exit", code) for code in (0, 3, 7)]
        wait_until(lambda: all("Z" == state(pid) for pid in pids), "zombies")
        for _ in range(5):
            ask(functions, b"x\n")
            ask(probe, b"")
        host.wait_line(r"x#5: close")
        equal([state(pid) for pid in pids], ["Z"] * 3)
        for pid, code in zip(pids, (0, 3, 7)):
            host.works("wait", pid, answer="%s %d" % (pid, code << 8))


def state(pid):
    with open("/proc/%s/stat" % pid) as file:
        return file.read().rsplit(") ", 1)[1][0]


@test
def child_frees():
    """in a child of the program, forkd_free() takes nothing from the master"""
    path = os.path.join(scratch(), "socket")
    with Host() as host:
        port, = host.master(FUNCTIONS)
        host.works("listen", "f", "unix://" + path)
        host.works("set", "-", "pidfile", os.path.join(scratch(), "pid"))
        host.watch()
        with dial(port) as peer:
            pid = host.order("child", "free")
            host.works("wait", pid, answer="%s 0" % pid)
            peer.sendall(b"still\n")
            equal(read_line(peer), b"You said 'still'.\n")
        host.wait_said("^reaped")
        equal(ask(port, b"x\n"), b"You said 'x'.\n")
        assert os.path.exists(path)
        assert os.path.exists(os.path.join(scratch(), "pid"))


@test
def signals_stay():
    """dispositions and mask before, during and after are the same"""
    for dispositions in ({}, {SIGPIPE: "ignore", SIGUSR1: "note",
                              SIGTERM: "ignore", SIGALRM: "note",
                              SIGCHLD: "note", 40: "ignore", 41: "note"}):
        with Host() as host:
            for number, how in dispositions.items():
                host.works("signal", number, how)
            for number in SIGUSR2, SIGALRM, 42:
                host.works("block", number)
            before = host.order("signals")
            functions, probe = both(host, timeout="50ms")
            host.watch()
            equal(host.order("signals"), before)
            ask(functions, b"x\n")
            ask(probe, b"")
            with socket.create_connection(("127.0.0.1", functions)) as peer:
                peer.settimeout(DEADLINE)
                equal(read_all(peer), b"")
            host.wait_line(r"f#2: close .*: timeout")
            equal(host.order("signals"), before)
            host.works("stop", 2)
            host.wait_said("^step 0 0$")
            equal(host.order("signals"), before)


@test
def workers_clean():
    """a worker has default dispositions and an empty mask"""
    with Host() as host:
        for number in range(1, 65):
            if number not in (9, 19, 32, 33):
                host.works("signal", number, "ignore" if number % 2 else
                           "note")
        for number in range(1, 65):
            if number not in (9, 19, 32, 33):
                host.works("block", number)
        functions, probe = both(host)
        host.watch()
        for port, data, ignored in ((probe, b"", []),
                                    (functions, b"report\n", [1, 10, 12, 13])):
            have = facts(ask(port, data))
            equal([number for number in range(1, 65) if
                   have["signal %d" % number] not in ("default", "unknown")],
                  ignored)
            equal(have["blocked"], [])
            mask = sum(1 << number - 1 for number in ignored)
            for name, value in (("SigBlk", 0), ("SigIgn", mask),
                                ("SigCgt", 0)):
                equal(have["status " + name].strip(), "%016x" % value)


@test
def descriptors_of_executables():
    """an executable has 0 1 2 only, whatever the program has open"""
    with Host() as host:
        functions, probe = both(host)
        host.watch()
        have = facts(ask(probe, b""))
        equal(sorted(name for name in have if re.match(r"fd \d", name)),
              ["fd 0", "fd 1", "fd 2"])


@test
def ignored():
    """with SIGCHLD ignored, statuses are unknown and no slot is lost"""
    for how in "ignore", "reap":
        with Host() as host:
            host.works("signal", SIGCHLD, how)
            port, = host.master(("f", None, {"max-workers": "1"}))
            host.watch()
            for number in range(1, 6):
                equal(ask(port, b"x\n"), b"You said 'x'.\n")
                if how == "ignore":
                    match(r"^reaped \d+ \d+ -1 0 2 1$",
                          host.wait_said("reaped"))
                    host.wait_line(r" info f#%d: close pid \d+ status unknown "
                                   r"in [0-9.]+s: the program has reaped it, "
                                   r"or ignores SIGCHLD$" % number)
                else:       # who of both is first nobody knows
                    host.wait_said("reaped")
                    host.wait_line(r" f#%d: close pid \d+ status " % number)
            host.works("stop", 1)
            host.wait_said("^step 0 0$")


@test
def ignored_set_up():
    """with SIGCHLD ignored, what a worker cannot do is said all the same"""
    with Host() as host:
        host.works("signal", SIGCHLD, "ignore")
        path = script("leaves", "#!/bin/sh\n")
        port, = host.master(("x", path, {}))
        host.watch()
        os.unlink(path)
        equal(ask(port, b""), b"")
        host.wait_line(r"x#1: setup-error pid \d+: exec .*: No such file")


@test
def ignored_group():
    """with SIGCHLD ignored, the group of a worker that is ended is killed"""
    with Host() as host:
        host.works("signal", SIGCHLD, "ignore")
        port, = host.master(("x", testbin("puppet"), {}))
        host.watch()
        with socket.create_connection(("127.0.0.1", port), DEADLINE) as peer:
            peer.settimeout(DEADLINE)
            peer.sendall(b"ignore 15\nchild\n")
            read_line(peer)
            child = int(read_line(peer))
            peer.sendall(b"default 15\n")
            read_line(peer)
            host.works("stop", 2)
            host.wait_said("^step 0 0$")
        wait_until(lambda: not os.path.exists("/proc/%d" % child) or
                   os.waitpid(child, os.WNOHANG)[0], "the end of the group")


@test
def pipe():
    """a log that nobody reads raises no SIGPIPE in the program"""
    with Host() as host:
        before = host.order("signals")
        host.works("mute")      # before the log opens it
        port, = host.master(FUNCTIONS)
        host.watch()
        equal(ask(port, b"x\n"), b"You said 'x'.\n")
        host.wait_said("^reaped")
        equal(host.order("signals"), before)
        # one that was pending before stays
        host.works("block", SIGPIPE)
        host.send(SIGPIPE)
        wait_until(lambda: is_pending(host), "SIGPIPE")
        equal(ask(port, b"x\n"), b"You said 'x'.\n")
        host.wait_said("^reaped")
        assert is_pending(host)


def is_pending(host):
    return re.search(r"ShdPnd:\s+0*1000 ", host.order("signals"))


main()
