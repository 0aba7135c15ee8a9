#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Faults at the border to the kernel, where inject.so does not see: strace(1)
# lets system calls of a running master fail, those inside of the C library
# too.  A master alone: its children are not traced.
import os
import shutil
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *

STRACE = shutil.which("strace")
FORKS = "?clone,?clone3,?fork,?vfork"
WAITS = "?epoll_wait,?epoll_pwait,?epoll_pwait2"
ONCE = [
    ("accept4", "EMFILE"), ("accept4", "ENOMEM"), ("accept4", "ECONNABORTED"),
    ("accept4", "EINTR"), ("accept4", "EPERM"), (FORKS, "EAGAIN"),
    (FORKS, "ENOMEM"), (WAITS, "EINTR"), ("wait4", "EINTR"),
    ("read", "EIO"), ("read", "EINTR"), ("write", "EIO"), ("write", "EINTR"),
    ("write", "ENOMEM"),
]
FOR_A_SECOND = [
    ("accept4", "ENFILE"), ("accept4", "ECONNABORTED"), (FORKS, "EAGAIN"),
    (WAITS, "EINTR"), ("write", "ENOSPC"),
]


class Strace:
    """Lets calls of a process fail while it is attached."""

    def __init__(self, pid, calls, error, when):
        self.process = subprocess.Popen(
            [STRACE, "-o", "/dev/null", "-e", "trace=" + calls, "-e",
             "inject=%s:error=%s:when=%s" % (calls, error, when),
             "-p", str(pid)],
            stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        if "attached" not in line:
            self.process.wait()
            raise Skip("strace: " + line.strip())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.send_signal(signal.SIGINT)     # it detaches
        self.process.wait(DEADLINE)
        self.process.stderr.close()


def master():
    if STRACE is None:
        raise Skip("no strace")
    return Forkd("-l", "127.0.0.1:0", "-c", "2", "-o", "stderr=null",
                 handler("talkback"))


@test
def once():
    """Each system call of a connection fails once"""
    with master() as forkd:
        health = Health(forkd)
        for calls, error in ONCE:
            with Strace(forkd.pid, calls, error, "1"):
                equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n", calls)
                # strace loses a signal that comes while it detaches
                wait_until(lambda: not children(forkd.pid), "the reaper")
            health.check()


def badly(calls, error):
    with master() as forkd:
        health = Health(forkd)
        with forkd.connect() as client:
            with Strace(forkd.pid, calls, error, "1+"):
                client.sendall(b"hello\n")
                with forkd.connect() as other:
                    other.sendall(b"hello\n")
                    bad_second([forkd])
            equal(read_line(client), b"You said 'hello'.\n")
        health.check()


@test
def for_a_second():
    """System calls fail for a second: the master is not busy, and recovers"""
    at_once([lambda case=case: badly(*case) for case in FOR_A_SECOND])


main()
