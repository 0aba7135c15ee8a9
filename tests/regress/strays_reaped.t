#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 3: children that forkd does not know are reaped too: as PID 1 of a
# container, or as a subreaper, it inherits those of its handlers.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *


def strays(forkd, pid):
    """A handler leaves a child behind: it is reaped, forkd goes on."""
    puppet = Puppet(forkd)
    puppet.order("child")
    puppet.order("exit 0")
    forkd.wait_line("#1: close ")
    stray, = wait_until(lambda: children(pid), "the stray")
    # strays take no slot and are not ours to end
    assert alive(stray)
    other = Puppet(forkd)
    os.kill(stray, signal.SIGKILL)
    wait_until(lambda: stray not in children(pid), "the stray's burial")
    assert other.order("pid") == other.pid
    other.order("exit 7")
    forkd.wait_line("#2: close pid %d status 7 " % other.pid)
    wait_until(lambda: not children(pid), "the last burial")
    puppet.close()
    other.close()


@test
def subreaper():
    """as a subreaper"""
    def adopt():
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    with Forkd("-p", "0", "-c", "2", testbin("puppet"),
               preexec_fn=adopt) as forkd:
        strays(forkd, forkd.pid)


@test
def ending():
    """a stray does not keep it from stopping"""
    def adopt():
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    with Forkd("-p", "0", testbin("puppet"), preexec_fn=adopt) as forkd:
        puppet = Puppet(forkd)
        stray = puppet.order("child")
        puppet.order("exit 0")
        forkd.wait_line("#1: close ")
        equal(forkd.stop(), 0)
        assert alive(stray)
        slay(stray)
        puppet.close()


@test
def first():
    """as PID 1: it serves, reaps strays, and TERM stops it"""
    command = ["--pid", "--fork", "--kill-child"]
    if subprocess.run(["unshare", *command, "true"],
                      capture_output=True).returncode != 0:
        raise Skip("no process namespace of our own")
    with Forkd(*command, FORKD, *as_user(), "-p", "0", testbin("puppet"),
               plain=True, program="unshare") as forkd:
        pid, = children(forkd.pid)
        with open("/proc/%d/status" % pid) as file:
            match(r"NSpid:.*\t1\n", file.read())
        strays(forkd, pid)
        os.kill(pid, signal.SIGTERM)
        forkd.wait_line("stop: all workers have ended")
        equal(forkd.wait(), 0)


main()
