#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Mode wait, promises 9 and 10: handlers get TERM as soon as forkd is asked to
# stop, KILL after kill-grace; and TERM from the kernel when it is killed.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import faulty, Faults, CHILD
from waits import *
from unixtest import dial, place

STOPS = signal.SIGTERM, signal.SIGINT, signal.SIGQUIT


@test
def at_once():
    """TERM, INT and QUIT: TERM to all handlers, at once"""
    for number in STOPS:
        for args in [], ["-o", "min-workers=3"]:
            with waiting(*args, "-o", "drain-timeout=1h") as forkd:
                puppet = Puppet(forkd)
                if args:
                    forkd.wait_line("open pid", 3)
                port = forkd.port
                equal(forkd.stop(number), 0)
                puppet.ended()
                puppet.close()
                count = 3 if args else 1
                forkd.wait_line(r" info waiter: close pid \d+ signal 15 TERM "
                                r"in \S+: stop$", count)
                forkd.wait_line(r"stop: %s: %d workers: TERM to them, KILL "
                                "after kill-grace$" %
                                (signal.Signals(number).name[3:], count))
                equal(opened(forkd), count)
                with socket.socket() as free:
                    free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    free.bind(("127.0.0.1", port))


@test
def nobody_runs():
    """with no handler it stops at once, though a client waits in a pause"""
    with waiting() as forkd:
        turn(forkd)
        equal(forkd.stop(signal.SIGQUIT), 0)
    with Forkd("-m", "wait", "-l", "127.0.0.1:0", "/bin/false") as forkd:
        with forkd.connect():
            forkd.wait_line("throttle")
            equal(forkd.stop(), 0)
    with Forkd("-m", "wait", "-l", "127.0.0.1:0", "-o", "min-workers=4",
               "/bin/true") as forkd:
        forkd.wait_line("throttle")
        equal(forkd.stop(), 0)


@test
def stubborn():
    """who ignores TERM gets KILL after kill-grace, its group with it"""
    with waiting("-o", "kill-grace=300ms") as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        child = puppet.order("child")
        equal(forkd.stop(signal.SIGQUIT), 0)
        forkd.wait_line(r"handler-error pid %d: kill-grace is over: KILL" %
                        puppet.pid)
        forkd.wait_line("close pid %d signal 9 KILL in .*: stop" % puppet.pid)
        wait_until(lambda: not alive(child), "the end of the group")
        puppet.close()


@test
def more():
    """INT after INT kills at once"""
    with waiting("-o", "kill-grace=1h") as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        forkd.send(signal.SIGINT)
        forkd.wait_line("stop: INT")
        equal(forkd.stop(signal.SIGINT), 0)
        forkd.wait_line("close pid %d signal 9 KILL" % puppet.pid)
        puppet.close()


@test
def not_replaced():
    """while it stops, no handler is started for those that end"""
    with waiting("-o", "min-workers=3", "-o", "kill-grace=1h") as forkd:
        puppets = [Puppet(forkd) for _ in range(3)]
        for puppet in puppets:
            puppet.order("ignore 15")
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: TERM")
        for count, puppet in enumerate(puppets):
            puppet.order("exit 0")
            forkd.wait_line("close pid", count + 1)
            puppet.close()
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        equal(opened(forkd), 3)


@test
def socket_file():
    """the file of a unix socket is removed at once: nobody new finds it"""
    path = place()
    with waiting("-l", "unix://" + path, "-o", "socket-mode=0666",
                 "-o", "kill-grace=1h") as forkd:
        with dial(path) as client:
            client.sendall(b"ignore 15\n")
            equal(client.recv(10), b"15\n")
            forkd.send(signal.SIGTERM)
            forkd.wait_line("stop: TERM")
            assert not os.path.lexists(path)
            client.sendall(b"exit 0\n")
            equal(forkd.wait(), 0)


@test
def killed():
    """kill -9 of the master: all handlers get TERM; the address is free"""
    for args in [], ["-o", "min-workers=3"]:
        with waiting(*args) as forkd:
            puppet = Puppet(forkd)
            if args:
                forkd.wait_line("open pid", 3)
            pids = handlers(forkd)
            equal(len(pids), 3 if args else 1)
            forkd.send(signal.SIGKILL)
            equal(forkd.wait(), -signal.SIGKILL)
            for pid in pids:
                wait_until(lambda: not alive(pid), "the end of a handler")
            puppet.ended()
            with Forkd("-l", "127.0.0.1:%d" % forkd.port,
                       testbin("puppet")) as other:
                equal(Puppet(other).order("exit 0"), 0)
            puppet.close()


@test
def killed_as_root():
    """the same for handlers that keep the master's identity"""
    with Forkd("-d", *as_self(), "-m", "wait", "-l", "127.0.0.1:0",
               testbin("waiter"), testbin("puppet"), plain=True) as forkd:
        puppet = Puppet(forkd)
        forkd.send(signal.SIGKILL)
        equal(forkd.wait(), -signal.SIGKILL)
        wait_until(lambda: not alive(puppet.pid), "the end of a handler")
        puppet.close()


@test
def killed_while_starting():
    """killed at any moment of a handler's start: none is left"""
    for _ in range(10 if SHORT else 50):
        with waiting("-o", "min-workers=8") as forkd:
            forkd.send(signal.SIGKILL)
            forkd.wait()
        wait_until(lambda: not left_behind(forkd), "the end of all handlers")


@test
def killed_before():
    """the master is dead before the kernel could tie the handler to it"""
    faults = Faults()
    with faulty(faults, "-m", "wait", testbin("waiter"),
                serve=testbin("puppet")) as forkd:
        fault = faults.set("setsid", -signal.SIGSTOP, 1, CHILD)
        with forkd.connect():
            fault.wait()
            pid, = wait_until(lambda: handlers(forkd), "the handler")
            wait_until(lambda: state(pid) == "T", "it to stop")
            forkd.send(signal.SIGKILL)
            forkd.wait()
            os.kill(pid, signal.SIGCONT)
            wait_until(lambda: not alive(pid), "the end of the handler")
            equal(os.waitpid(pid, 0)[1], 126 << 8)


def state(pid):
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def left_behind(forkd):
    """Processes that have come to us and run still."""
    return [pid for pid in children(os.getpid()) if alive(pid)]


main()
