#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# FORKD_SERVICE, FORKD_CONNECTION and FORKD_WORKER.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


def numbers(connection):
    """Of a probe that stays until its client leaves."""
    text = b""
    while not text.endswith(b"escape setresuid refused\n"):
        text += connection.recv(65536)
    have = facts(text)
    return int(have["env FORKD_CONNECTION"]), int(have["env FORKD_WORKER"])


@test
def connections():
    """connections are counted from 1; workers at once have different slots"""
    with Forkd("-p", "0", "-c", "4", testbin("probe")) as forkd:
        open_now = [forkd.connect() for _ in range(4)]
        have = [numbers(connection) for connection in open_now]
        equal(sorted(n for n, _ in have), [1, 2, 3, 4])
        equal(sorted(n for _, n in have), [0, 1, 2, 3])
        # a slot is used again, a serial number never
        slot = have[2][1]
        open_now.pop(2).close()
        forkd.wait_line("close pid")
        with forkd.connect() as connection:
            equal(numbers(connection), (5, slot))
        for connection in open_now:
            connection.close()
        forkd.wait_line("close pid", 5)


@test
def service():
    """a service is named after its handler, with what a name may hold"""
    text = "#!/bin/sh\necho \"$FORKD_SERVICE\"\n"
    for name, service in (("plain", "plain"), ("a-b_c.d1", "a-b_c.d1"),
                          ("odd name!", "odd_name_"), ("\u00e4", "__"),
                          ("x" * 80, "x" * 63)):
        with Forkd("-p", "0", script(name, text)) as forkd:
            equal(forkd.talk().decode(), service + "\n")
            forkd.wait_line(r" %s#1: open " % service)


main()
