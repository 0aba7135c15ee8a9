#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A supervisor's socket that is full, or gone and back, costs no connection and
# no time; what it should know is sent when it can be.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *
from supervisor import *


def serves(forkd):
    equal(forkd.talk(b"one\n"), b"You said 'one'.\n")


@test
def full_at_start():
    """full at the start: it serves, and READY comes when there is room"""
    with Supervisor() as supervisor:
        junk = supervisor.fill()
        with Forkd("-p", "0", handler("talkback"),
                   env=supervisor.environment()) as forkd:
            forkd.wait_line(" warning forkd: setup-error: NOTIFY_SOCKET: "
                            "Resource temporarily unavailable; next try in "
                            "2000ms$")
            serves(forkd)
            forkd.wait_line("#1: close")
            for _ in range(junk):
                equal(supervisor.receive(), ["JUNK=1"])
            supervisor.ready(forkd, "0/128 workers, 1 served, 0 refused")


@test
def full_later():
    """full when it reloads: RELOADING and READY come in their order"""
    with Supervisor() as supervisor:
        with Forkd("-p", "0", handler("talkback"),
                   env=supervisor.environment()) as forkd:
            supervisor.ready(forkd)
            junk = supervisor.fill()
            forkd.send(signal.SIGHUP)
            turn(forkd)
            forkd.has_lines("setup-error", 1)
            for _ in range(junk):
                equal(supervisor.receive(), ["JUNK=1"])
            equal(supervisor.receive()[0], "RELOADING=1")
            supervisor.ready(forkd)
            supervisor.fill()
            equal(forkd.stop(), 0)      # and ends without waiting for it


@test
def gone_and_back():
    """gone: it serves; back: it is told again"""
    with Supervisor() as supervisor:
        supervisor.close()
        with Forkd("-p", "0", handler("talkback"),
                   env=supervisor.environment()) as forkd:
            forkd.wait_line("setup-error: NOTIFY_SOCKET: No such file or "
                            "directory; next try in 2000ms$")
            serves(forkd)
            forkd.wait_line("#1: close")
            supervisor.open()
            supervisor.ready(forkd, "0/128 workers, 1 served, 0 refused")
            # another socket of the same name
            supervisor.close()
            supervisor.open()
            serves(forkd)
            supervisor.status("0/128 workers, 2 served, 0 refused")
            supervisor.socket.close()   # the name stays, nobody listens
            forkd.send(signal.SIGHUP)
            forkd.wait_line("setup-error: NOTIFY_SOCKET: Connection refused;")
            serves(forkd)
            os.unlink(supervisor.name)
            supervisor.open()
            equal(supervisor.receive()[0], "RELOADING=1")
            equal(supervisor.receive()[0], "READY=1")


@test
def gone_at_the_end():
    """gone when it stops: it stops"""
    with Supervisor() as supervisor:
        with Forkd("-p", "0", handler("talkback"),
                   env=supervisor.environment()) as forkd:
            supervisor.ready(forkd)
            supervisor.close()
            equal(forkd.stop(), 0)


@test
def kept():
    """no handler has the socket or its name"""
    with Supervisor() as supervisor:
        with Forkd("-p", "0", testbin("puppet"), "-o", "env-keep=*",
                   env=supervisor.environment(
                       WATCHDOG_USEC="60000000",
                       WATCHDOG_PID="1")) as forkd:
            puppet = Puppet(forkd)
            equal([fd for fd in descriptors(puppet.pid) if fd > 2], [])
            with open("/proc/%d/environ" % puppet.pid, "rb") as file:
                names = [variable.split(b"=")[0]
                         for variable in file.read().split(b"\0")]
            for name in b"NOTIFY_SOCKET", b"WATCHDOG_USEC", b"WATCHDOG_PID":
                assert name not in names, name
            puppet.order("exit 0")
            puppet.close()


@test
def wrong_names():
    """a name that cannot be one keeps it from starting"""
    for name in "run/x", "notify", "@", "/", "vsock:2:1234", "unix:/run/x":
        refused(78, "NOTIFY_SOCKET: \"%s\" is neither an absolute path nor @ "
                "and a name" % name, "-p", "0", *as_user(),
                handler("talkback"), env=dict(os.environ, NOTIFY_SOCKET=name))
    for first in "/@":
        name = first + "x" * 107
        refused(78, "NOTIFY_SOCKET: \"%s...\" is longer than 107 bytes"
                % name[:32], "-p", "0", *as_user(), handler("talkback"),
                env=dict(os.environ, NOTIFY_SOCKET=name))


@test
def no_name():
    """an empty one is none"""
    with Forkd("-p", "0", handler("talkback"),
               env=dict(os.environ, NOTIFY_SOCKET="")) as forkd:
        serves(forkd)
        equal(forkd.count_lines("NOTIFY_SOCKET"), 0)


main()
