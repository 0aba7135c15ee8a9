#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# -v: lines of level debug say what the master does and decides; without it
# there is none of them.
import json
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from inheritance import *
from logs import *
from puppets import *

PUPPET = testbin("puppet")


def debug(lines, pattern):
    return [line for line in lines if " debug " in line and
            re.search(pattern, line)]


@test
def start():
    """each listener, who the workers are, the log file"""
    with Forkd("-v", "-l", "127.0.0.1:0", "-l", "127.0.0.1:0",
               PUPPET) as forkd:
        forkd.wait_line("debug puppet: debug: workers: ")
        for number, address in enumerate(forkd.addresses):
            line = forkd.wait_line("debug puppet: debug: %s: bound, "
                                   r"descriptor \d+$" % re.escape(address))
            fd = int(line.split()[-1])
            match("^socket:", descriptors(forkd.pid)[fd])
        if ROOT:
            entry = pwd.getpwnam("nobody")
            forkd.wait_line("workers: uid %d, gid %d, 1 groups; at most 128$"
                            % (entry.pw_uid, entry.pw_gid))
        else:
            forkd.wait_line("workers: as forkd was started; at most 128$")
    log = Log()
    with logging(log, "-v", PUPPET) as forkd:
        line = log.wait(r"debug puppet: debug: log: %s, descriptor (\d+)$" %
                        log.path)
        equal(descriptors(forkd.pid)[int(line.split()[-1])], log.path)


@test
def inherited():
    """one that is inherited is called so"""
    server = tcp()
    with server, inherit([server], "-v", PUPPET) as forkd:
        forkd.wait_line(r"debug: tcp://127\.0\.0\.1:\d+: inherited, "
                        "descriptor 3$")


@test
def accepting():
    """it ceases to accept and begins again, and why"""
    with Forkd("-v", "-l", "127.0.0.1:0", "-c", "1", PUPPET) as forkd:
        forkd.wait_line("debug puppet: debug: accepts connections, 0/1$")
        puppet = Puppet(forkd)
        forkd.wait_line("debug: accepts none: all workers busy, 1/1$")
        puppet.order("exit 0")
        puppet.ended()
        puppet.close()
        forkd.wait_line("debug: accepts connections, 0/1$", 2)
    path = script("gone", "#!/bin/sh\n")
    with Forkd("-v", "-l", "127.0.0.1:0", path) as forkd:
        os.unlink(path)
        for _ in range(3):
            forkd.talk()
        forkd.wait_line(r"debug gone: debug: accepts none: throttled, \d/128")


@test
def signals():
    """each signal to a worker's group, and why"""
    with Forkd("-v", "-p", "0", "-o", "kill-grace=100ms", PUPPET) as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        forkd.send(signal.SIGINT)
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        for name in "TERM", "KILL":
            forkd.wait_line("debug puppet#1: debug pid %d: %s to its group: "
                            "stop$" % (puppet.pid, name))
        puppet.close()


@test
def limited():
    """they are limited as others are"""
    with Forkd("-v", "-l", "127.0.0.1:0", "-c", "1",
               handler("talkback")) as forkd:
        for number in range(100):
            forkd.talk()
            forkd.wait_line(": close ", number + 1)
        lines = debug(forkd.lines, "accepts ")
        assert len(lines) < 150, len(lines)
    forkd.reader.join(DEADLINE)
    assert debug(forkd.lines, "more like this before") or \
        forkd.count_lines("more lines like this left out")


@test
def as_json():
    """as json; and none of them without -v"""
    for args, some in (["-v"], True), ([], False):
        with Forkd(*args, "-p", "0", "-o", "log-format=json",
                   handler("talkback")) as forkd:
            forkd.talk()
            equal(forkd.stop(), 0)
        forkd.reader.join(DEADLINE)
        events = [json.loads(line) for line in forkd.lines]
        found = [event for event in events if event["event"] == "debug"]
        equal(bool(found), some)
        assert all(event["level"] == "debug" for event in found)


main()
