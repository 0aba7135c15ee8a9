#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Many connections in a row leave the master as it was: descriptors, children,
# memory.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

COUNT = 1000 if SHORT else 20000


def served(port):
    """One connection; nothing lingers on our side."""
    with socket.socket() as connection:
        connection.settimeout(DEADLINE)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"x")
        assert connection.recv(16) == b"x"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))


@test
def sequence():
    """%d connections in a row"""
    with Forkd("-p", "0", "-q", handler("echo"), ready=False) as forkd:
        forkd.ports = [wait_until(lambda: listeners(forkd.pid),
                                  "a listener")[0][1]]
        for _ in range(200):
            served(forkd.port)
        wait_until(lambda: not children(forkd.pid), "the last child")
        before = descriptors(forkd.pid), rss_kb(forkd.pid)
        for _ in range(COUNT):
            served(forkd.port)
        wait_until(lambda: not children(forkd.pid), "the last child")
        after = descriptors(forkd.pid), rss_kb(forkd.pid)
        equal(sorted(after[0]), sorted(before[0]))
        if not SANITIZED:       # which keep what was freed
            assert after[1] <= before[1] + 64, (before[1], after[1])


sequence.__doc__ %= COUNT


main()
