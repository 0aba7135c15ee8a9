#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Pages that the program forkd and its children touch after a fork: each is
# copied or mapped then, and that is a good part of what a connection costs.
import os
import platform
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from loaded import *

MASTER_MOST = 6		# for each connection, with its lines of the log
WORKER_MOST = 7		# until it waits

if SANITIZED or "-O0" in os.environ.get("CFLAGS", ""):
    print("1..0 # SKIP sanitizers and -O0 call much more")
    sys.exit(0)


@test
def library():
    """a worker that waits to execute has called nothing of the C library"""
    if platform.machine() not in ("x86_64", "aarch64"):
        raise Skip("calls of this processor are the library's, see direct.c")
    with pool() as forkd:
        needs_no_more_libraries(forkd)
        serves(forkd, 3)
        for pid in idle(forkd):
            equal(resident(pid, r"r-xp .*/libc[-.][^/]*$"), 0)


@test
def faults():
    """few pages are touched: by the master, and by a worker until it waits"""
    with pool() as forkd:
        needs_no_more_libraries(forkd)
        serves(forkd, 20)
        idle(forkd)
        before = page_faults(forkd.pid)
        serves(forkd, 100)
        there = [page_faults(pid) for pid in idle(forkd)]
        here = (page_faults(forkd.pid) - before) / 100
        print("# master: %.2f for each connection; workers: %s"
              % (here, sorted(there)))
        assert here <= MASTER_MOST, here
        assert max(there) <= WORKER_MOST, there


def pool():
    return Forkd("-p", "0", "-m", "prefork", "-o", "min-workers=2",
                 testbin("puppet"))


def serves(forkd, count):
    for _ in range(count):
        puppet = Puppet(forkd)
        puppet.order("exit 0")
        puppet.close()


def idle(forkd):
    """The workers, when the last handler is gone."""
    def found():
        pids = children(forkd.pid)
        return pids if len(pids) >= 2 and all(
            b": idle" in command(pid) and is_asleep(pid)
            for pid in pids) else None
    return wait_until(found, "idle workers")


def command(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read()
    except OSError:
        return b""


def is_asleep(pid):
    """After its title, a worker sleeps nowhere before it waits."""
    return stat_of(pid)[0] == "S"


def resident(pid, pattern):
    """kB of the maps whose line matches."""
    total, found, matches = 0, False, False
    with open("/proc/%d/smaps" % pid) as file:
        for line in file:
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                matches = re.search(pattern, line.rstrip())
                found = found or matches
            elif matches and line.startswith("Rss:"):
                total += int(line.split()[1])
    assert found, "no such map"
    return total


def page_faults(pid):
    """Those that needed no disk."""
    return int(stat_of(pid)[7])


def stat_of(pid):
    """From the state on, see proc(5)."""
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rpartition(")")[2].split()


main()
