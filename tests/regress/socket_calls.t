#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What the socket layer asks the kernel for: binary reads and writes are the
# bare calls and nothing else, and lines take a call for several of them.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

BENCH = os.path.join(os.environ["top_builddir"], "tests", "bench")
STRACE = shutil.which("strace")
SIZES = 1, 1000, 60000
COUNT = 200
LINES = 4000


def counted(program, *words):
    """{name: how often} of the system calls of a program of tests/bench."""
    if STRACE is None:
        raise Skip("no strace")
    out = os.path.join(scratch(), "strace.out")
    # whoever is traced cannot trace, which is how leaks are found
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:" +
                       os.environ.get("ASAN_OPTIONS", ""))
    done = subprocess.run([STRACE, "-c", "-o", out,
                           os.path.join(BENCH, program), *words],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=DEADLINE, env=environment)
    if "ptrace" in done.stderr:
        raise Skip("strace: " + done.stderr.strip())
    equal((done.returncode, done.stderr), (0, ""))
    with open(out) as file:
        rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$",
                          file.read(), re.M)
    calls = {name: int(number) for number, name in rows if name != "total"}
    assert calls, "strace has counted nothing"
    # of a unix socket the layer takes descriptors along, to close them
    received = calls.pop("recvmsg", 0)
    if received:
        calls["recvfrom"] = calls.get("recvfrom", 0) + received
    return calls


def transfers(calls):
    """Without those of the start, which a sanitizer adds to."""
    return {name: number for name, number in calls.items()
            if not SANITIZED or number >= COUNT}


@test
def binary():
    """reads and writes: as many calls as send(2) and recv(2), and no others"""
    for size in SIZES:
        bare = transfers(counted("moves", "bare", str(COUNT), str(size)))
        layer = transfers(counted("moves", "layer", str(COUNT), str(size)))
        equal(layer, bare, "%d bytes" % size)
        equal((layer["sendto"], layer["recvfrom"]), (COUNT, COUNT))


@test
def again():
    """a socket that would have to wait: one call says so, none asks why"""
    calls = transfers(counted("moves", "again", str(COUNT), "100"))
    equal(calls["recvfrom"], COUNT)
    busy = [name for name, number in calls.items() if number >= COUNT]
    equal(busy, ["recvfrom"])


@test
def lines():
    """lines of 1 KiB: a call brings four of them or more"""
    calls = counted("lines", "-u", "-n", str(LINES), "layer")
    assert 0 < calls["recvfrom"] <= LINES / 4, calls
    busy = [name for name, number in transfers(calls).items()
            if number >= LINES / 16]
    equal(busy, ["recvfrom"])


main()
