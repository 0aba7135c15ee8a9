#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Masters in steps in a loop of libevent: connections, timers, deaths, stops.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hosts import *


def host_libevent():
    host = Host("libevent")
    try:
        host.works("use", -1, answer="-1")
    except (AssertionError, OSError):
        if host.wait() == 77:
            raise Skip("libevent was not there when this was built")
        raise
    return host


@test
def serves():
    """two masters serve, and one stops while the other goes on"""
    with host_libevent() as host:
        first, = host.master(("f", None, {}))
        host.watch()
        second, = host.master(("x", testbin("puppet"),
                               {"timeout": "50ms", "kill-grace": "50ms"}))
        host.watch()
        for _ in range(20):
            equal(ask(first, b"a\n"), b"You said 'a'.\n")
            host.wait_said("^reaped")
            equal(ask(second, b"exit 0\n"), b"0\n")
        with socket.create_connection(("127.0.0.1", second),
                                      DEADLINE) as peer:
            peer.settimeout(DEADLINE)
            peer.sendall(b"ignore 15\n")
            read_all(peer)
        host.wait_line(r"x#21: close pid \d+ signal 9 KILL .*: timeout")
        host.works("use", 0, answer="0")
        with dial(first) as peer:
            host.works("stop", 1)
            host.wait_line("stop: TERM: 1 workers")
            equal(ask(second, b"exit 0\n"), b"0\n")
            peer.sendall(b"still\n")
            equal(read_line(peer), b"You said 'still'.\n")
        host.wait_said("^step 0 0$")
        host.works("use", 1, answer="1")
        host.works("stop", 2)
        host.wait_said("^step 1 0$")
        equal(children(host.pid), [])


main()
