#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A system call fails on the way to a supervisor: at start that is said, and
# later it costs nothing but time until the supervisor knows.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from supervisor import *

AF_UNIX, F_SETFD = 1, 2


def supervised(faults, supervisor, *args, **keywords):
    """faulty(), with NOTIFY_SOCKET."""
    return Forkd("-l", "127.0.0.1:0", "-c", "2", *args, handler("talkback"),
                 env=dict(faults.environment("inject"),
                          NOTIFY_SOCKET=supervisor.name), **keywords)


def fails(forkd, code, line):
    """It does not start, and says why."""
    assert not is_ready(forkd)
    forkd.reader.join(DEADLINE)
    equal((forkd.wait(), forkd.lines), (code, [line]))


@test
def no_socket():
    """socket(2) fails at start"""
    with Supervisor() as supervisor:
        for number in errno.EMFILE, errno.ENOMEM:
            faults = Faults()
            faults.set("socket", number, argument=AF_UNIX)
            fails(supervised(faults, supervisor, ready=False), 71,
                  "forkd: NOTIFY_SOCKET: " + os.strerror(number))


@test
def no_flag():
    """a descriptor that cannot be made close-on-exec is not used"""
    faults = Faults()
    with Supervisor() as supervisor, open("/dev/null", "wb") as null:
        faults.set("fcntl", errno.EACCES, argument=F_SETFD)
        fails(supervised(faults, supervisor, "-o", "notify-fd=%d" %
                         null.fileno(), ready=False,
                         pass_fds=[null.fileno()]), 77,
              "forkd: notify-fd: Permission denied")


@test
def unsent():
    """sendto(2) fails twice: it is sent two tries later"""
    for number in ((errno.EAGAIN,) if SHORT else
                   (errno.EAGAIN, errno.ENOBUFS, errno.EINTR, errno.EPERM)):
        faults = Faults()
        fault = faults.set("sendto", number, 2)
        with Supervisor() as supervisor, \
                supervised(faults, supervisor) as forkd:
            Health(forkd).check()
            line = forkd.wait_line("setup-error: NOTIFY_SOCKET: ")
            match(re.escape(os.strerror(number)), line)
            equal(supervisor.receive()[:2],
                  ["READY=1", "MAINPID=%d" % forkd.pid])
            equal(fault.failed, 2)
            forkd.has_lines("setup-error", 1)  # for the outage


@test
def never():
    """sendto(2) always fails: no busy loop, and it stops as asked"""
    faults = Faults()
    with Supervisor() as supervisor:
        faults.set("sendto", errno.EAGAIN, FOREVER)
        with supervised(faults, supervisor) as forkd:
            health = Health(forkd)
            bad_second([forkd])
            forkd.send(signal.SIGHUP)
            forkd.wait_line("reload: HUP")
            health.check()
            forkd.has_lines("setup-error", 1)
            equal(forkd.stop(), 0)
        equal(supervisor.waiting(), 0)


@test
def new_line():
    """poll(2) or write(2) fails for notify-fd"""
    for call, number, comes in (("poll", errno.ENOMEM, True),
                                ("write", errno.EAGAIN, True),
                                ("write", errno.EIO, False)):
        faults = Faults()
        there, here = os.pipe()
        with Supervisor() as supervisor, open(there, "rb") as pipe:
            fault = faults.set(call, number,
                               argument=here if call == "write" else 0)
            with supervised(faults, supervisor, "-o", "notify-fd=%d" % here,
                            pass_fds=[here]) as forkd:
                os.close(here)
                supervisor.ready(forkd, "0/2 workers, 0 served, 0 refused")
                equal(pipe.read(), b"\n" if comes else b"")
                equal(fault.failed, 1)


main()
