#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 5: what a handler is given, compared whole: descriptors, signals,
# session, identity, capabilities, directories, limits, environment.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


def check(host="127.0.0.1", **popen):
    env = {"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"}
    with Forkd("-p", "0", testbin("probe"), env=env, **popen) as forkd:
        have, client, server = probe(forkd, host)
        opened = forkd.wait_line(r" probe#1: open pid %s from %s:%d to %s:%d, "
                                 % (have["pid"], *client, *server))
        match("1/128$", opened)
        equal_facts(have, expected(forkd, client, server, env))


@test
def plain():
    """after a plain start"""
    check()


@test
def started_closed():
    """when forkd was started with 0 and 1 closed"""
    path = script("closed", "#!/bin/sh\nexec \"$FORKD\" \"$@\" <&- >&-\n")
    env = {"PATH": "/usr/bin:/bin"}
    with Forkd("-p", "0", testbin("probe"), program=path,
               env={**env, "FORKD": FORKD}) as forkd:
        have, client, server = probe(forkd)
        equal_facts(have, expected(forkd, client, server, env))
        # they are what stands there, so that no socket takes their numbers
        found = descriptors(forkd.pid)
        equal((found[0], found[1]), ("/dev/null", "/dev/null"))


@test
def second():
    """also for the connections that follow, while others are open"""
    env = {"PATH": "/usr/bin:/bin"}
    with Forkd("-p", "0", testbin("probe"), env=env) as forkd:
        idle = [forkd.connect() for _ in range(3)]
        for connection in idle:
            read_line(connection)
        have, client, server = probe(forkd)
        want = expected(forkd, client, server, env)
        want["env FORKD_CONNECTION"] = "4"
        want["env FORKD_WORKER"] = have["env FORKD_WORKER"]
        equal_facts(have, want)
        for connection in idle:
            connection.close()


main()
