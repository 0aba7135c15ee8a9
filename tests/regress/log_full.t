#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A log file that is full costs lines, which are counted, and no connection.
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from logs import *

COUNT = 40


def full(forkd, log, make_room):
    """Fills it; nothing is lost but lines, and these are told."""
    for _ in range(COUNT):
        equal(forkd.talk(b"x"), b"x")
    wait_until(lambda: not children(forkd.pid))
    whole = len(log.lines(r" (open|close) pid \d+.*\d(s|/128)$"))
    assert whole < 2 * COUNT, whole
    make_room()
    equal(forkd.talk(b"x"), b"x")
    log.wait("echo#%d: close" % (COUNT + 1))
    after = log.lines()
    whole = len([line for line in after
                 if re.search(TIME + r" info echo#\d+: (open|close) pid "
                              r"\d+.*(\ds|\d/128)$", line)])
    equal(whole + lost(after), 2 * (COUNT + 1), "lines and losses")
    # the last one that was cut does not spoil the one that tells
    equal(len([line for line in after if re.match(
        TIME + r" warning forkd: \d+ log lines lost$", line)]), 1)


@test
def limit():
    """RLIMIT_FSIZE, until the limit is raised"""
    log = Log()

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE,
                           (2000, resource.RLIM_INFINITY))
    with logging(log, handler("echo"), preexec_fn=limited) as forkd:
        full(forkd, log, lambda: resource.prlimit(
            forkd.pid, resource.RLIMIT_FSIZE, (1 << 30, 1 << 30)))


@test
@isolated()
def tmpfs():
    """a file system without room, until there is some"""
    directory = os.path.join(scratch(), "tmpfs")
    os.mkdir(directory)
    mount("none", directory, "tmpfs")
    _size(directory, "16k")
    log = Log(os.path.join(directory, "log"))
    ballast = os.path.join(directory, "ballast")
    with logging(log, handler("echo")) as forkd:
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        full(forkd, log, lambda: os.unlink(ballast))


def _size(directory, size):
    """Makes a mounted tmpfs small."""
    subprocess.run(["mount", "-o", "remount,size=" + size, directory],
                   check=True)


main()
