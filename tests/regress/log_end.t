#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# At the end of the log nothing that was left out or lost is kept secret.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from logs import *
from supervisor import *

E = errno


def left_out(lines, pattern):
    """How many lines of that kind there were, told ones among them."""
    total = 0
    for line in lines:
        if re.search(pattern, line):
            more = re.search(r"(\d+) more (like this before|lines like)", line)
            total += int(more[1]) if more else 0
            total += not (more and more[2] == "lines like")
    return total


@test
def lost():
    """lines that are lost at the very end"""
    for form in "text", "json":
        faults, log = Faults(), Log()
        with logging(log, "-c", "2", "-o", "log-format=" + form,
                     handler("talkback"),
                     env=faults.environment("inject")) as forkd:
            own = [fd for fd, what in descriptors(forkd.pid).items()
                   if what == log.path]
            # the line of the stop, the count before the last one, that one
            fault = faults.set("write", E.ENOSPC, 3, argument=own[0])
            equal(forkd.stop(), 0)
            equal(fault.failed, 3)
        match("2 log lines lost$" if form == "text" else
              '"event":"lost","repeated":2}$', log.lines()[-1])


@test
def lost_for_good():
    """without room for that either, it ends all the same"""
    faults, log = Faults(), Log()
    with logging(log, "-c", "2", handler("talkback"),
                 env=faults.environment("inject")) as forkd:
        own = [fd for fd, what in descriptors(forkd.pid).items()
               if what == log.path]
        fault = faults.set("write", E.ENOSPC, FOREVER, argument=own[0])
        equal(forkd.stop(), 0)
        equal(fault.failed, 4)
    match("listening", log.lines()[-1])


@test
def reloads():
    """reloads that were left out, and what the supervisor was not told"""
    count = 60
    faults = Faults()
    with Supervisor() as supervisor:
        env = dict(faults.environment("inject"),
                   NOTIFY_SOCKET=supervisor.name)
        with Forkd("-l", "127.0.0.1:0", handler("talkback"),
                   env=env) as forkd:
            supervisor.ready(forkd)
            for _ in range(count):
                # RELOADING fails; the next message takes it along
                fault = faults.set("sendto", E.EAGAIN, 1)
                forkd.send(signal.SIGHUP)
                fault.wait()
                while supervisor.receive()[0] != "RELOADING=1":
                    pass
                while supervisor.receive()[0] != "READY=1":
                    pass
            equal(forkd.stop(), 0)
    forkd.reader.join(DEADLINE)
    for pattern in " reload: ", " setup-error: ":
        assert forkd.count_lines(pattern) < count, pattern
        equal(left_out(forkd.lines, pattern), count, pattern)
    match("stop: all workers have ended$", forkd.lines[-1])


main()
