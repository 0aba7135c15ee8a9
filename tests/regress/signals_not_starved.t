#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 2: signals are heard while a listener is always ready.  A loop that
# unblocks signals only in ppoll(2) was measured to starve them.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

FLOODS = 3


def flood(port, over):
    """Connects as fast as it can, in a process of its own."""
    pid = os.fork()
    if pid:
        return pid
    try:
        while True:
            with socket.socket() as connection:
                connection.settimeout(5)
                try:
                    connection.connect(("127.0.0.1", port))
                except ConnectionRefusedError:
                    break
                except OSError:
                    pass
    finally:
        os._exit(0)


@test
def heard():
    """HUP, CHLD and TERM under a flood of connections"""
    with Forkd("-p", "0", "-b", "4096", "-o", "stderr=null",
               "-o", "drain-timeout=2s",
               handler("echo")) as forkd:
        floods = [flood(forkd.port, None) for _ in range(FLOODS)]
        try:
            # the flood is there
            forkd.wait_line("open pid", 300)
            for count in range(1, 6):
                began = time.monotonic()
                forkd.send(signal.SIGHUP)
                forkd.wait_line("reload: HUP", count)
                took = time.monotonic() - began
                assert took < 5, "HUP took %.1f s" % took
            # CHLD too: children are buried while others are born
            closed = forkd.count_lines("close pid")
            assert closed > 100, closed
            zombies = [pid for pid in children(forkd.pid) if zombie(pid)]
            assert len(zombies) < 128, len(zombies)
            began = time.monotonic()
            equal(forkd.stop(), 0)
            took = time.monotonic() - began
            assert took < 10, "TERM took %.1f s" % took
        finally:
            for pid in floods:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def zombie(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False


main()
