#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# As process 1 of a container: the kernel gives it no default action for a
# signal, orphans are its children, and its end is the end of all.
import contextlib
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *
from supervisor import *

COMMAND = ["--pid", "--fork", "--kill-child"]


@contextlib.contextmanager
def first(*args, **keywords):
    """A forkd that is process 1, without -d, and its number out here."""
    if not ROOT or subprocess.run(["unshare", *COMMAND, "true"],
                                  capture_output=True).returncode != 0:
        raise Skip("no process namespace of our own")
    with Forkd(*COMMAND, FORKD, *as_user(), *args, plain=True,
               program="unshare", **keywords) as forkd:
        pid, = children(forkd.pid)
        with open("/proc/%d/status" % pid) as file:
            match(r"NSpid:.*\t1\n", file.read())
        yield forkd, pid


@test
def stops():
    """TERM, INT and QUIT stop it, with exit code 0"""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT:
        with first("-p", "0", handler("talkback")) as (forkd, pid):
            equal(forkd.talk(b"one\n"), b"You said 'one'.\n")
            os.kill(pid, number)
            forkd.wait_line("stop: all workers have ended")
            equal(forkd.wait(), 0)


@test
def drains():
    """TERM waits for a handler, a second one ends it"""
    with first("-p", "0", testbin("puppet")) as (forkd, pid):
        puppet = Puppet(forkd)
        os.kill(pid, signal.SIGTERM)
        forkd.wait_line("stop: TERM: 1 workers")
        assert puppet.order("pid") > 0
        os.kill(pid, signal.SIGTERM)
        forkd.wait_line(r"#1: close pid \d+ signal 15 TERM")
        puppet.close()
        equal(forkd.wait(), 0)


@test
def strays():
    """orphans of handlers are reaped as they end"""
    with first("-p", "0", testbin("puppet")) as (forkd, pid):
        for number in range(1, 6):
            puppet = Puppet(forkd)
            puppet.order("child")
            puppet.order("exit 0")
            puppet.close()
            forkd.wait_line("#%d: close " % number)
        orphans = wait_until(lambda: len(children(pid)) == 5 and
                             children(pid), "the orphans")
        for orphan in orphans:
            os.kill(orphan, signal.SIGKILL)
        wait_until(lambda: not children(pid), "their burial")
        os.kill(pid, signal.SIGTERM)
        equal(forkd.wait(), 0)


@test
def end():
    """its end is the end of what handlers left behind"""
    with first("-p", "0", testbin("puppet")) as (forkd, pid):
        puppet = Puppet(forkd)
        puppet.order("child")
        puppet.order("exit 0")
        puppet.close()
        forkd.wait_line("#1: close ")
        stray, = wait_until(lambda: children(pid), "the orphan")
        os.kill(pid, signal.SIGTERM)
        equal(forkd.wait(), 0)
        wait_until(lambda: not alive(stray), "the orphan's end")


@test
def told():
    """READY has no MAINPID: that number means another process outside"""
    with Supervisor() as supervisor:
        with first("-p", "0", handler("talkback"),
                   env=supervisor.environment()) as (forkd, pid):
            equal(supervisor.receive(), [
                "READY=1", "STATUS=0/128 workers, 0 served, 0 refused"])
            os.kill(pid, signal.SIGTERM)
            supervisor.stopping()
            equal(forkd.wait(), 0)


main()
