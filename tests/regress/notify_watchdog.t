#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# WATCHDOG_USEC: a sign of life twice in that time, from the loop itself.
import os
import sys
import time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *
from supervisor import *

START = ["-p", "0", handler("talkback")]


@test
def half():
    """at half of the time, if WATCHDOG_PID is not set or its own"""
    with Supervisor() as supervisor:
        own = 'WATCHDOG_PID=$$ exec "$0" "$@"'
        for wrapped in False, True:
            environment = supervisor.environment(WATCHDOG_USEC="600000")
            args = ["-d"] + as_user() + START
            if wrapped:
                forkd = Forkd("-c", own, FORKD, *args, plain=True,
                              program="/bin/sh", env=environment)
            else:
                forkd = Forkd(*args, plain=True, env=environment)
            with forkd:
                supervisor.ready(forkd)
                began = time.monotonic()
                for count in range(1, 6):
                    equal(supervisor.receive(), ["WATCHDOG=1"])
                    # not early; late is what a machine under load is
                    assert time.monotonic() - began > 0.3 * count - 0.1
                assert time.monotonic() - began < DEADLINE / 2
                equal(forkd.stop(), 0)
            supervisor.ends()


@test
def stuck():
    """a master that does not turn its loop says nothing"""
    with Supervisor() as supervisor:
        with Forkd(*START, env=supervisor.environment(
                WATCHDOG_USEC="100000")) as forkd:
            supervisor.ready(forkd)
            equal(supervisor.receive(), ["WATCHDOG=1"])
            forkd.send(signal.SIGSTOP)
            os.waitpid(forkd.pid, os.WUNTRACED)
            while supervisor.waiting() > 0:
                supervisor.receive()
            time.sleep(0.3)     # it should not happen: nothing to wait for
            equal(supervisor.waiting(), 0)
            forkd.send(signal.SIGCONT)
            equal(supervisor.receive(), ["WATCHDOG=1"])


@test
def draining():
    """it goes on while handlers finish"""
    with Supervisor() as supervisor:
        with Forkd("-p", "0", testbin("puppet"), env=supervisor.environment(
                WATCHDOG_USEC="200000")) as forkd:
            puppet = Puppet(forkd)
            forkd.send(signal.SIGTERM)
            supervisor.ends()
            for _ in range(3):
                equal(supervisor.receive(), ["WATCHDOG=1"])
            puppet.order("exit 0")
            puppet.close()
            equal(forkd.wait(), 0)


@test
def somebody_elses():
    """none for another WATCHDOG_PID, nor without NOTIFY_SOCKET"""
    with Supervisor() as supervisor:
        with Forkd(*START, env=supervisor.environment(
                WATCHDOG_USEC="100000", WATCHDOG_PID="1")) as forkd:
            supervisor.ready(forkd)
            forkd.talk(b"one\n")
            # two seconds later, with nothing in between
            supervisor.status("0/128 workers, 1 served, 0 refused")
    with Forkd(*START, env=dict(os.environ, WATCHDOG_USEC="nonsense")):
        pass


@test
def wrong():
    """a time that is none keeps it from starting"""
    with Supervisor() as supervisor:
        for text in "0", "-1", "1s", "", "99999999999999999999":
            refused(78, "WATCHDOG_USEC: \"%s\" is not a number of "
                    "microseconds" % text, "-d", *as_user(), *START,
                    env=supervisor.environment(WATCHDOG_USEC=text))
        with Forkd(*START, env=supervisor.environment(
                WATCHDOG_USEC="1")) as forkd:
            supervisor.ready(forkd)
            equal(supervisor.receive(), ["WATCHDOG=1"])


main()
