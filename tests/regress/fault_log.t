#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Whatever the log's destination does, clients are served and the master
# neither waits nor ends; what could not be written is counted.
import fcntl
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *

F_SETPIPE_SZ = 1031


def log_descriptor(forkd):
    """The log is a description of its own of what standard error is."""
    found = descriptors(forkd.pid)
    own = [fd for fd, what in found.items() if what == found[2] and fd > 2]
    return own[0] if own else 2


def badly(number, times):
    faults = Faults()
    with faulty(faults, "-o", "stderr=null") as forkd:
        health = Health(forkd)
        fault = faults.set("write", number, times,
                           argument=log_descriptor(forkd))
        for _ in range(10):
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        wait_until(lambda: not children(forkd.pid))
        fault.clear()
        assert fault.failed > 0
        health.check()
        if number == errno.EINTR and times == 1:
            equal(forkd.count_lines("lost"), 0)     # it is written again
        else:
            line = forkd.wait_line(r" log lines lost")
            lost = int(re.search(r"(\d+) log lines lost", line).group(1))
            if times == FOREVER:
                assert lost >= 20, "%d lines" % lost


@test
def write_fails():
    """Writing to the log fails, once and for a while"""
    at_once([lambda number=number, times=times: badly(number, times)
             for number in (errno.EAGAIN, errno.EINTR, errno.EIO,
                            errno.ENOSPC, errno.EPIPE, errno.EBADF)
             for times in (1, FOREVER)])


def elsewhere(path, *args, before=""):
    """A forkd with standard error in a file; finds its port by itself."""
    forkd = Forkd("-c", before + 'exec "$@" 2>>"$LOG"', "sh", FORKD, "-d",
                  *as_user(), "-l", "127.0.0.1:0", "-c", "2", *args,
                  handler("talkback"), plain=True, program="/bin/sh",
                  ready=False, env=dict(os.environ, LOG=path))
    forkd.ports = [wait_until(lambda: listening(forkd), "a port")]
    return forkd


def listening(forkd):
    """The port of the one listener of a process; 0 until there is one."""
    assert forkd.process.poll() is None, "forkd has ended"
    inodes = re.findall(r"socket:\[(\d+)\]",
                        " ".join(descriptors(forkd.pid).values()))
    with open("/proc/net/tcp") as file:
        for line in file:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                return int(fields[1].split(":")[1], 16)
    return 0


@test
def file_limit():
    """The log outgrows RLIMIT_FSIZE: lines are lost, the master is not"""
    path = os.path.join(scratch(), "limited.log")
    with elsewhere(path, "-o", "stderr=null", before="ulimit -f 1; ") as forkd:
        health = Health(forkd)
        for _ in range(20):
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        health.check()
        assert os.path.getsize(path) <= 1024
        os.truncate(path, 0)        # as a rotation by copying does
        health.check()
        with open(path) as file:
            match("log lines lost", file.read())


@test
def disk_full():
    """The log is on a full disk"""
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    with elsewhere("/dev/full", "-o", "stderr=null") as forkd:
        Health(forkd).check()


@test
def pipe_full():
    """Nobody reads the log: it waits for nobody, and tells of the loss"""
    path = os.path.join(scratch(), "log.fifo")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    fcntl.fcntl(reader, F_SETPIPE_SZ, 4096)
    with elsewhere(path, "-o", "stderr=null") as forkd:
        health = Health(forkd)
        for _ in range(40):
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        health.check()
        os.read(reader, 1 << 16)
        health.check()
        match(rb"\d+ log lines lost", os.read(reader, 1 << 16))
        while True:                 # the end of its reader is no end of ours
            try:
                os.read(reader, 1 << 16)
            except BlockingIOError:
                break
        os.close(reader)
        health.check()


main()
