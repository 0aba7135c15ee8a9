#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd serves with hardly a descriptor to spare.
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


def limited(count):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    return limit


@test
def few():
    """RLIMIT_NOFILE 12: one after the other and many at once"""
    with Forkd("-p", "0", handler("echo"),
               preexec_fn=limited(12)) as forkd:
        assert len(descriptors(forkd.pid)) <= 12
        for _ in range(50):
            equal(forkd.talk(b"x"), b"x")
        crowd = [forkd.connect() for _ in range(20)]
        for connection in crowd:
            connection.sendall(b"x")
            equal(connection.recv(1), b"x")
        for connection in crowd:
            connection.close()
        forkd.wait_line("close pid .* status 0 ", 70)
        equal(forkd.count_lines("error"), 0)


@test
def too_few():
    """fewer than it needs: it says so, at start or when a client comes"""
    for count in range(4, 12):
        forkd = Forkd("-p", "0", handler("echo"), ready=False,
                      preexec_fn=limited(count))
        try:
            line = forkd.wait_line(r"listening on|^forkd: |loading shared")
            if "listening" in line:
                forkd.ports = [int(re.search(r":(\d+): ", line).group(1))]
                with forkd.connect() as connection:
                    connection.sendall(b"x")
                    forkd.wait_line("close pid .* status 0|accept-error: tcp"
                                    ".*: Too many open files; next try in|"
                                    "open pid")
                equal(forkd.stop(), 0)
            else:
                match("Too many open files", line)
                assert forkd.wait() != 0
        finally:
            forkd.kill()


main()
